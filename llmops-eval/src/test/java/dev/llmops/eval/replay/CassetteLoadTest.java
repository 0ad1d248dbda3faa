package dev.llmops.eval.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.testing.FakeModelServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many writers, processes that die, and suites of a thousand cases. */
@Timeout(180)
class CassetteLoadTest {

  private static final Supplier<String> NEVER =
      () -> {
        throw new AssertionError("the model was asked");
      };

  @TempDir Path folder;

  private final Plain plain = new Plain();

  @Test
  void twoProcessesOfAHundredThreadsCorruptNothing() throws Exception {
    // "same" is asked by both: whoever renames last is kept, and either is whole
    Process one = record(100, 2, "same");
    Process two = record(100, 2, "same");
    Process other = record(100, 2, "other");

    for (Process each : List.of(one, two, other)) {
      assertThat(said(each)).hasSize(200);
      assertThat(each.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(each.exitValue()).isZero();
    }

    CassetteStore store = CassetteStore.at(folder, CassetteMode.REPLAY);
    assertThat(store.entries()).hasSize(400);
    try (CassetteSession session = store.open()) {
      for (String prefix : List.of("same", "other")) {
        for (int thread = 0; thread < 100; thread++) {
          for (int i = 0; i < 2; i++) {
            String question = prefix + "-" + thread + "-" + i;
            assertThat(plain.ask(question, NEVER)).isEqualTo(RecorderMain.answer(question));
          }
        }
      }
      assertThat(session.replayed()).isEqualTo(400);
    }
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void aKilledProcessLosesNoFinishedCall() throws Exception {
    List<String> finished = new ArrayList<>();
    for (int kill = 0; kill < 3; kill++) {
      Process process = record(8, -1, "run" + kill);
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      for (int i = 0; i < 40 + 7 * kill; i++) {
        finished.add(out.readLine());
      }
      process.destroyForcibly(); // SIGKILL, in the middle of eight writes
      finished.addAll(restOf(out));
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isNotZero();
    }

    CassetteStore store = CassetteStore.at(folder, CassetteMode.REPLAY);
    assertThat(finished).hasSizeGreaterThan(120).doesNotContainNull();
    String unused =
        store.use(
            () -> {
              for (String question : finished) {
                assertThat(plain.ask(question, NEVER)).isEqualTo(RecorderMain.answer(question));
              }
              return "";
            });
    // what was not finished is whole or not there at all
    for (Path file : store.entries()) {
      assertThat(Entry.parse(file, Files.readAllBytes(file)).response().body()).isNotNull();
    }
  }

  @Test
  void anInterruptedThreadStoresItsAnswerAndStaysInterrupted() {
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);

    Thread.currentThread().interrupt();
    String unused = store.use(() -> plain.ask("Hi", () -> "answer"));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(store.entries()).hasSize(1);
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void aThousandCasesReplayAsTheyAreStored() throws Exception {
    try (FakeModelServer server = FakeModelServer.start();
        LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).build()) {
      OpenAIClient bare =
          OpenAIOkHttpClient.builder().baseUrl(server.baseUrl()).apiKey("dummy-key").build();
      OpenAIClient client = OpenAiInstrumentation.wrap(bare, ops);
      List<Object> recorded = suite(client, CassetteStore.at(folder, CassetteMode.RECORD));
      server.close();
      List<Double> seconds = new ArrayList<>();
      for (int run = 0; run < 3; run++) {
        long start = System.nanoTime();
        List<Object> replayed = suite(client, CassetteStore.at(folder, CassetteMode.REPLAY));
        seconds.add((System.nanoTime() - start) / 1e9);
        assertThat(replayed).isEqualTo(recorded);
      }
      assertThat(CassetteStore.at(folder).entries()).hasSize(1000);
      System.out.printf(
          "replay of 1,000 chat cases on two threads: first %.2f s, then %.2f s and %.2f s%n",
          seconds.get(0), seconds.get(1), seconds.get(2));
      bare.close();
    }
  }

  private static List<Object> suite(OpenAIClient client, CassetteStore store) throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (CassetteSession session = store.open()) {
      List<Future<Object>> all = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        ChatCompletionCreateParams params =
            ChatCompletionCreateParams.builder()
                .model("gpt-4o-mini")
                .addSystemMessage("You answer questions of travellers. ".repeat(40))
                .addUserMessage("Question " + i)
                .build();
        LlmContext context = LlmContext.extend().evalCase("case-" + i, 0).build();
        all.add(two.submit(context.wrap(() -> client.chat().completions().create(params))));
      }
      List<Object> answers = new ArrayList<>();
      for (Future<Object> each : all) {
        answers.add(each.get());
      }
      session.verify();
      return answers;
    } finally {
      two.shutdownNow();
    }
  }

  private Process record(int threads, int callsEach, String prefix) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            RecorderMain.class.getName(),
            folder.toString(),
            String.valueOf(threads),
            String.valueOf(callsEach),
            prefix)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static List<String> said(Process process) throws IOException {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      return out.lines().toList();
    }
  }

  /** The whole lines that were said before the process died; its last one may be cut. */
  private static List<String> restOf(BufferedReader out) {
    StringBuilder rest = new StringBuilder();
    try {
      for (int c = out.read(); c >= 0; c = out.read()) {
        rest.append((char) c);
      }
    } catch (IOException e) {
      // the pipe may break with the process
    }
    return rest.substring(0, rest.lastIndexOf("\n") + 1).lines().toList();
  }

  private List<Path> leftBehind() {
    try (var all = Files.list(folder)) {
      return all.filter(file -> !file.toString().endsWith(".json")).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
