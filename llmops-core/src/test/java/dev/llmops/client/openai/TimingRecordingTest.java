package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import dev.llmops.server.ServerMonitor;
import dev.llmops.server.ServerTiming;
import dev.llmops.testing.Reply;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What servers that speak OpenAI's format say about their time, through openai-java. */
class TimingRecordingTest extends OpenAiTest {

  private final AtomicLong later = new AtomicLong(1_840_000_000);
  private final ServerMonitor monitor = ServerMonitor.builder().build();
  private final LlmOps timed =
      LlmOps.builder()
          .pricing(Pricing.NONE)
          .sink(sink)
          .servers(monitor)
          // stands still but for the time in which the server has the request
          .clocks(
              () -> java.time.Instant.EPOCH, () -> server.requests().isEmpty() ? 0 : later.get())
          .build();
  private final OpenAIClient wrapped = OpenAiInstrumentation.wrap(bare, timed);

  @AfterEach
  void closeMonitor() {
    timed.close();
  }

  @Test
  void vllmsMetricsExplainACall() {
    server.enqueue(
        Reply.json(
            "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[],"
                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":10,\"total_tokens\":13},"
                + "\"metrics\":{\"time_to_first_token_ms\":210,\"generation_time_ms\":480,"
                + "\"queue_time_ms\":1100,\"mean_itl_ms\":53.3,\"tokens_per_second\":14.49}}"));

    LlmCall call = timedChat();

    assertThat(call.explain())
        .startsWith("1.84 s = 1.10 s queue + 0.21 s prefill + 0.48 s decode + 0.05 s network; ");
    assertThat(call.problems()).isEmpty();
  }

  @Test
  void llamaCppsTimingsExplainACall() {
    later.set(200_000_000);
    server.enqueue(
        Reply.json(
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[],"
                    + "\"timings\":{\"cache_n\":0,\"prompt_n\":4,\"prompt_ms\":60.0,"
                    + "\"predicted_n\":8,\"predicted_ms\":100.0}}")
            .withoutOpenAiHeaders());

    assertThat(timedChat().explain())
        .startsWith(
            "200 ms = 60 ms prefill + 100 ms decode + 40 ms unattributed (may include queue); ");
  }

  @Test
  void openAisHeaderExplainsACall() {
    later.set(900_000_000);
    server.enqueue(Reply.answer("yes").header("openai-processing-ms", "822"));

    assertThat(timedChat().explain()).startsWith("900 ms = 822 ms server + 78 ms network; ");
  }

  @Test
  void tgisHeadersAreKeptAndRead() {
    server.enqueue(
        Reply.answer("yes")
            .withoutOpenAiHeaders()
            .header("x-compute-type", "1-nvidia-a100-sxm4-80gb")
            .header("x-total-time", "1800")
            .header("x-queue-time", "1100")
            .header("x-inference-time", "700"));

    LlmCall call = timedChat();

    assertThat(call.response().headers()).containsEntry("x-queue-time", "1100");
    assertThat(call.response().headers())
        .containsEntry("x-compute-type", "1-nvidia-a100-sxm4-80gb");
    assertThat(call.explain())
        .startsWith("1.84 s = 1.10 s queue + 0.70 s prefill and decode + 0.04 s network; ");
  }

  @Test
  void timesThatCannotBeMarkTheRecordInconsistent() {
    server.enqueue(Reply.answer("yes").header("openai-processing-ms", "2500"));

    LlmCall call = timedChat();

    assertThat(call.problems())
        .containsExactly("inconsistent: the server's times add up to more than the call took");
    assertThat(call.timeBreakdown().isConsistent()).isFalse();
  }

  @Test
  void aStreamIsToldByItsHeadersAndItsLastChunk() {
    server.enqueue(
        Reply.sse(
                "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":"
                    + "[{\"index\":0,\"delta\":{\"content\":\"yes\"},\"finish_reason\":null}]}",
                "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[],"
                    + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":10,"
                    + "\"total_tokens\":13},"
                    + "\"metrics\":{\"time_to_first_token_ms\":210,\"generation_time_ms\":480,"
                    + "\"queue_time_ms\":1100,\"tokens_per_second\":14.49}}",
                "data: [DONE]")
            .header("openai-processing-ms", "5"));

    try (var chunks = wrapped.chat().completions().createStreaming(chatParams())) {
      chunks.stream().forEach(chunk -> later.addAndGet(100_000_000)); // the consumer takes 0.1 s
    }

    LlmCall call = onlyCall();
    ServerTiming told = call.serverTiming();
    assertThat(told.queue()).isEqualTo(Duration.ofMillis(1100));
    assertThat(told.total()).isEqualTo(Duration.ofMillis(1790));
    assertThat(told.untilAnswer()).isEqualTo(Duration.ofMillis(5));
    assertThat(call.timing().consumer()).isEqualTo(Duration.ofMillis(200));
    assertThat(call.explain())
        .startsWith(
            "2.04 s = 1.10 s queue + 0.21 s prefill + 0.48 s decode"
                + " + 0.25 s network (may include consumer)"
                + "; the server began to answer after 5 ms"
                + "; the consumer took 200 ms, part of it while the server worked");
  }

  @Test
  void groqsTimesAreInItsUsage() {
    server.enqueue(
        Reply.json(
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[],"
                    + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":10,"
                    + "\"total_tokens\":13,\"queue_time\":1.1,\"prompt_time\":0.21,"
                    + "\"completion_time\":0.48,\"total_time\":0.69}}")
            .withoutOpenAiHeaders());

    assertThat(timedChat().explain())
        .startsWith("1.84 s = 1.10 s queue + 0.21 s prefill + 0.48 s decode + 0.05 s network");
  }

  @Test
  void withoutAMonitorTheConsumersTimeCostsNothingAndIsUnknown() {
    server.enqueue(Reply.answer("yes"));

    try (var chunks = client.chat().completions().createStreaming(chatParams())) {
      chunks.stream().forEach(chunk -> {});
    }

    assertThat(onlyCall().timing().consumer()).isNull();
  }

  @Test
  void theBackOffOfABlockingCallIsMeasured() {
    OpenAIClient retrying = client(server.baseUrl(), 2);
    server.enqueue(Reply.json("{}").status(503), Reply.answer("yes"));

    var unused =
        OpenAiInstrumentation.wrap(retrying, ops).chat().completions().create(chatParams());
    retrying.close();

    LlmCall call = onlyCall();
    assertThat(call.attempts()).isEqualTo(2);
    assertThat(call.timing().backOff()).isNotNull().isBetween(Duration.ZERO, SOON);
  }

  private LlmCall timedChat() {
    var unused = wrapped.chat().completions().create(chatParams());
    return onlyCall();
  }
}
