package dev.llmops.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.server.ServerKind;
import dev.llmops.server.ServerMonitor;
import dev.llmops.server.ServerSnapshot;
import dev.llmops.server.ServerTiming;
import dev.llmops.sink.RingSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** A real model: any GGUF file that writes at least eight tokens without coming to an end. */
@EnabledIfEnvironmentVariable(
    named = "LLMOPS_GGUF",
    matches = ".+",
    disabledReason = "SKIPPED: set LLMOPS_GGUF to a GGUF file to test against a real model")
class GgufModelServerTest {
  private static GgufModelServer server;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    server = GgufModelServer.start(Path.of(System.getenv("LLMOPS_GGUF")));
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("none")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  @SuppressWarnings("deprecation") // the only way to fields that OpenAI does not define
  void answersWithUsageAndTimings() {
    ChatCompletion completion = client.chat().completions().create(asking().build());

    assertThat(completion.choices().get(0).message().content().orElseThrow()).isNotBlank();
    assertThat(completion.choices().get(0).finishReason().asString()).isEqualTo("length");
    CompletionUsage usage = completion.usage().orElseThrow();
    assertThat(usage.completionTokens()).isEqualTo(8);
    // the chat template adds to the four words
    assertThat(usage.promptTokens()).isGreaterThan(4);
    assertThat(completion._additionalProperties()).containsKey("timings");
  }

  @Test
  @SuppressWarnings("deprecation") // the only way to fields that OpenAI does not define
  void streamsTheSameAnswer() {
    String whole =
        client
            .chat()
            .completions()
            .create(asking().build())
            .choices()
            .get(0)
            .message()
            .content()
            .orElseThrow();

    List<ChatCompletionChunk> chunks;
    try (StreamResponse<ChatCompletionChunk> response =
        client
            .chat()
            .completions()
            .createStreaming(
                asking()
                    .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                    .build())) {
      chunks = response.stream().toList();
    }

    assertThat(
            chunks.stream()
                .flatMap(chunk -> chunk.choices().stream())
                .flatMap(choice -> choice.delta().content().stream())
                .collect(Collectors.joining()))
        .isEqualTo(whole);
    ChatCompletionChunk last = chunks.get(chunks.size() - 1);
    assertThat(last.usage().orElseThrow().completionTokens()).isEqualTo(8);
    assertThat(last._additionalProperties()).containsKey("timings");
  }

  @Test
  void aRecordedCallSaysWhereItsTimeWent() {
    RingSink sink = RingSink.ofCapacity(1_000);
    try (ServerMonitor servers =
            ServerMonitor.builder()
                .server("http://127.0.0.1:" + server.baseUrl().getPort())
                .interval(Duration.ofMillis(100))
                .build();
        LlmOps ops = LlmOps.builder().sink(sink).servers(servers).build()) {
      OpenAIClient recorded = OpenAiInstrumentation.wrap(client, ops);
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      do { // a server is asked about itself only while calls go to it
        var unused = recorded.chat().completions().create(asking().build());
      } while (!servers.snapshots().get(0).isKnown() && System.nanoTime() < deadline);
      try (StreamResponse<ChatCompletionChunk> response =
          recorded
              .chat()
              .completions()
              .createStreaming(
                  asking()
                      .streamOptions(
                          ChatCompletionStreamOptions.builder().includeUsage(true).build())
                      .build())) {
        response.stream().forEach(chunk -> {});
      }
    }

    ServerSnapshot known =
        Objects.requireNonNull(sink.calls().get(sink.calls().size() - 1).server()).start();
    assertThat(known.isKnown()).as(known.reason()).isTrue();
    assertThat(known.info().kind()).isEqualTo(ServerKind.LLAMA_CPP);
    assertThat(known.info().maxRequests()).isEqualTo(1);
    assertThat(known.load().running()).isBetween(0L, 1L);
    assertThat(known.load().waiting()).isZero();
    for (LlmCall call : sink.calls()) {
      ServerTiming told = Objects.requireNonNull(call.serverTiming());
      assertThat(told.source()).isEqualTo("llama.cpp");
      assertThat(told.prefill()).isPositive().isLessThan(call.timing().total());
      assertThat(told.decode()).isPositive().isLessThan(call.timing().total());
      assertThat(told.total()).isNull();
      assertThat(call.timeBreakdown().isConsistent()).isTrue();
      assertThat(call.problems()).isEmpty();
      assertThat(call.server()).isNotNull();
      assertThat(call.explain())
          .contains(" prefill + ")
          .contains(" decode + ")
          .contains(" unattributed (may include queue");
    }
  }

  @Test
  void aPromptBeyondTheContextIsRefusedAndNotCut() {
    ChatCompletionCreateParams params = asking().addUserMessage("word ".repeat(5000)).build();

    assertThatThrownBy(() -> client.chat().completions().create(params))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("messages must be at most 4094 tokens long");
  }

  @Test
  void toolsAreRefusedAndNotIgnored() {
    ChatCompletionCreateParams params = asking().addTool(EmbeddedToolsTest.kettlePrice()).build();

    assertThatThrownBy(() -> client.chat().completions().create(params))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("tools are not supported by this server");
  }

  @Test
  void aStreamThatIsLeftEarlyLeavesTheServerReady() {
    try (StreamResponse<ChatCompletionChunk> response =
        client.chat().completions().createStreaming(asking().maxCompletionTokens(400).build())) {
      assertThat(response.stream().findFirst()).isPresent();
    }

    assertThat(client.chat().completions().create(asking().build()).choices()).hasSize(1);
  }

  private static ChatCompletionCreateParams.Builder asking() {
    return ChatCompletionCreateParams.builder()
        .model(server.model())
        .addUserMessage("Once upon a time")
        .temperature(0.0)
        .maxCompletionTokens(8);
  }
}
