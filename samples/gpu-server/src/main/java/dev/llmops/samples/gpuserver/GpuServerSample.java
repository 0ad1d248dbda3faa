package dev.llmops.samples.gpuserver;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.server.MonitoredServer;
import dev.llmops.server.ServerMonitor;
import dev.llmops.sink.RingSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Was it the model, the queue or the GPU? Twice as many calls go to a simulated vLLM as it can
 * take. Each call tells where its time went and what the server was doing when it started: at first
 * all is prefill and decode, then the queue takes over, while prefill and decode stay as they were.
 */
public final class GpuServerSample {

  private GpuServerSample() {}

  /** Runs for about ten seconds and needs nothing. */
  public static void main(String[] arguments) throws Exception {
    System.out.println(
        "A simulated vLLM computes 2 requests at once, 400 ms each; one comes every 100 ms.");
    run(
        40,
        Duration.ofMillis(100),
        Duration.ofMillis(80),
        Duration.ofMillis(320),
        call -> System.out.println(call.explain()));
  }

  /**
   * Sends calls at a fixed rate.
   *
   * @param calls how many
   * @param every how long after one call the next is made
   * @param prefill how long the server reads a prompt
   * @param decode how long it writes an answer
   * @param show gets each call in the order in which they were made, once all have ended
   */
  static void run(
      int calls, Duration every, Duration prefill, Duration decode, Consumer<LlmCall> show)
      throws InterruptedException, ExecutionException {
    RingSink sink = RingSink.ofCapacity(calls + 1);
    ScheduledExecutorService callers = Executors.newScheduledThreadPool(calls);
    try (SimulatedVllm vllm = SimulatedVllm.start(2, prefill, decode);
        ServerMonitor servers =
            ServerMonitor.builder()
                .server(
                    MonitoredServer.builder(vllm.url())
                        .gpus(vllm.url() + "/gpu/metrics")
                        .gpuUuids(SimulatedVllm.GPU)
                        .build())
                .interval(Duration.ofMillis(100)) // 5 s unless said; this is a short show
                .build();
        LlmOps ops = LlmOps.builder().sink(sink).servers(servers).build()) {
      OpenAIClient bare =
          OpenAIOkHttpClient.builder().baseUrl(vllm.url() + "/v1").apiKey("none").build();
      OpenAIClient client = OpenAiInstrumentation.wrap(bare, ops);
      ask(client); // a server is asked about itself only once somebody calls it
      awaitKnown(servers);
      List<Future<?>> answers = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        answers.add(callers.schedule(() -> ask(client), i * every.toNanos(), TimeUnit.NANOSECONDS));
      }
      for (Future<?> answer : answers) {
        answer.get();
      }
      bare.close();
    } finally {
      callers.shutdownNow();
    }
    sink.calls().stream()
        .skip(1) // of which nothing could be known
        .sorted((one, other) -> one.timing().start().compareTo(other.timing().start()))
        .forEach(show);
  }

  private static void awaitKnown(ServerMonitor servers) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!servers.snapshots().get(0).isKnown() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static void ask(OpenAIClient client) {
    var unused =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model(SimulatedVllm.MODEL)
                    .addUserMessage("What takes so long?")
                    .build());
  }
}
