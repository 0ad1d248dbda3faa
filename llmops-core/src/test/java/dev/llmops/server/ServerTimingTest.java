package dev.llmops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each server's headers and bodies say, by hand-made responses in the servers' own units. */
class ServerTimingTest {

  private static final Map<String, String> NONE = Map.of();

  @Test
  void tgiTellsMillisecondsAndDoesNotSplitInference() {
    ServerTiming timing =
        ServerTiming.read(
            Map.of(
                "x-compute-type", "1-nvidia-a100-sxm4-80gb",
                "x-compute-time", "0.712012301",
                "x-total-time", "712",
                "x-validation-time", "2",
                "x-queue-time", "300",
                "x-inference-time", "410"),
            null,
            false);

    assertThat(timing.source()).isEqualTo("TGI");
    assertThat(timing.total()).isEqualTo(Duration.ofMillis(712));
    assertThat(timing.phases())
        .isEqualTo(
            Map.of(
                ServerPhase.VALIDATION, Duration.ofMillis(2),
                ServerPhase.QUEUE, Duration.ofMillis(300),
                ServerPhase.INFERENCE, Duration.ofMillis(410)));
    assertThat(timing.prefill()).isNull();
    assertThat(timing.decode()).isNull();
    assertThat(timing.isConsistent()).isTrue();
  }

  @Test
  void tgisComputeTimeIsInSeconds() {
    ServerTiming timing = ServerTiming.read(Map.of("X-Compute-Time", "0.4820123"), null, false);

    assertThat(timing.total()).isEqualTo(Duration.ofNanos(482_012_300));
  }

  @Test
  void vllmsFirstTokenInABodyIsCountedFromItsSchedulingAndSoIsThePrefill() {
    // 10 tokens over 0.210 s + 0.480 s = 14.49 a second: without the queue
    ServerTiming timing = vllm(210, 1100, 480, 10 / 0.690, 10);

    assertThat(timing.source()).isEqualTo("vLLM");
    assertThat(timing.queue()).isEqualTo(Duration.ofMillis(1100));
    assertThat(timing.prefill()).isEqualTo(Duration.ofMillis(210));
    assertThat(timing.decode()).isEqualTo(Duration.ofMillis(480));
    assertThat(timing.total()).isEqualTo(Duration.ofMillis(1790));
  }

  @Test
  void vllmsFirstTokenThatContainsTheQueueLosesIt() {
    // the first token after 1.310 s, of which 1.100 s queue; 10 tokens over 0.210 s + 0.480 s
    ServerTiming timing = vllm(1310, 1100, 480, 10 / 0.690, 10);

    assertThat(timing.queue()).isEqualTo(Duration.ofMillis(1100));
    assertThat(timing.prefill()).isEqualTo(Duration.ofMillis(210));
    assertThat(timing.total()).isEqualTo(Duration.ofMillis(1790));
  }

  @Test
  void vllmWithoutAThroughputIsTakenAtItsWord() {
    ServerTiming timing =
        body(
            "{\"metrics\":{\"time_to_first_token_ms\":41.2,\"generation_time_ms\":93.1,"
                + "\"queue_time_ms\":0.4,\"mean_itl_ms\":null,\"tokens_per_second\":null}}");

    assertThat(timing.prefill()).isEqualTo(Duration.ofNanos(41_200_000));
    assertThat(timing.total()).isEqualTo(Duration.ofNanos(134_700_000)); // 0.4 + 41.2 + 93.1
  }

  @Test
  void vllmsTotalIsUnknownWhenAPartIs() {
    ServerTiming timing =
        body("{\"metrics\":{\"time_to_first_token_ms\":41.2,\"generation_time_ms\":93.1}}");

    assertThat(timing.total()).isNull();
    assertThat(timing.queue()).isNull();
    assertThat(timing.decode()).isEqualTo(Duration.ofNanos(93_100_000));
  }

  @Test
  void llamaCppTellsMillisecondsButNeitherQueueNorTotal() {
    ServerTiming timing =
        body(
            "{\"timings\":{\"cache_n\":0,\"prompt_n\":463,\"prompt_ms\":62.703,"
                + "\"predicted_n\":20,\"predicted_ms\":102.018}}");

    assertThat(timing.source()).isEqualTo("llama.cpp");
    assertThat(timing.phases())
        .isEqualTo(
            Map.of(
                ServerPhase.PREFILL, Duration.ofNanos(62_703_000),
                ServerPhase.DECODE, Duration.ofNanos(102_018_000)));
    assertThat(timing.total()).isNull();
  }

  @Test
  void ollamaTellsNanoseconds() {
    ServerTiming timing =
        body(
            "{\"model\":\"llama3\",\"done\":true,\"total_duration\":10386172208,"
                + "\"load_duration\":8078850750,\"prompt_eval_duration\":175861000,"
                + "\"eval_duration\":2127200000}");

    assertThat(timing.total()).isEqualTo(Duration.ofNanos(10_386_172_208L));
    assertThat(timing.modelLoad()).isEqualTo(Duration.ofNanos(8_078_850_750L));
    assertThat(timing.prefill()).isEqualTo(Duration.ofMillis(175).plusNanos(861_000));
    assertThat(timing.decode()).isEqualTo(Duration.ofNanos(2_127_200_000));
    assertThat(timing.isConsistent()).isTrue();
  }

  @Test
  void groqTellsSecondsAndItsTotalLeavesTheQueueOut() {
    // 0.0375 + (0.0007 + 0.4633 = 0.4640)
    String usage =
        "{\"queue_time\":0.0375,\"prompt_time\":0.0007,\"completion_time\":0.4633,"
            + "\"total_time\":0.4640}";

    ServerTiming whole = body("{\"usage\":" + usage + "}");
    ServerTiming chunk = body("{\"x_groq\":{\"usage\":" + usage + "}}");

    assertThat(whole.total()).isEqualTo(Duration.ofNanos(501_500_000));
    assertThat(whole.queue()).isEqualTo(Duration.ofNanos(37_500_000));
    assertThat(chunk).isEqualTo(whole);
  }

  @Test
  void groqWithoutAQueueHasNoTotal() {
    ServerTiming timing =
        body("{\"usage\":{\"prompt_time\":0.1,\"completion_time\":0.4,\"total_time\":0.5}}");

    assertThat(timing.total()).isNull();
    assertThat(timing.decode()).isEqualTo(Duration.ofMillis(400));
  }

  @Test
  void openAiTellsTheTotalOfAnAnswerButNotOfAStream() {
    Map<String, String> headers = Map.of("OpenAI-Processing-Ms", "822");

    ServerTiming answer = ServerTiming.read(headers, null, false);
    ServerTiming stream = ServerTiming.read(headers, null, true);

    assertThat(answer.total()).isEqualTo(Duration.ofMillis(822));
    assertThat(answer.untilAnswer()).isNull();
    assertThat(stream.total()).isNull();
    assertThat(stream.untilAnswer()).isEqualTo(Duration.ofMillis(822));
  }

  @Test
  void bedrockTellsMillisecondsInAHeaderOrInTheBody() {
    assertThat(
            ServerTiming.read(Map.of("X-Amzn-Bedrock-Invocation-Latency", "1859"), null, false)
                .total())
        .isEqualTo(Duration.ofMillis(1859));
    assertThat(body("{\"metrics\":{\"latencyMs\":1520}}").total())
        .isEqualTo(Duration.ofMillis(1520));
    // the last event of a stream: it was sent when all was written
    assertThat(ServerTiming.read(NONE, "{\"metrics\":{\"latencyMs\":1520}}", true).total())
        .isEqualTo(Duration.ofMillis(1520));
  }

  @Test
  void liteLlmTellsItsOwnTimeAndPassesOnTheProviders() {
    ServerTiming timing =
        ServerTiming.read(
            Map.of(
                "x-litellm-response-duration-ms", "1000.0",
                "x-litellm-overhead-duration-ms", "100.0",
                "llm_provider-openai-processing-ms", "256"),
            null,
            false);

    assertThat(timing.source()).isEqualTo("LiteLLM + OpenAI");
    assertThat(timing.total()).isEqualTo(Duration.ofSeconds(1));
    assertThat(timing.phases())
        .isEqualTo(
            Map.of(
                ServerPhase.PROXY, Duration.ofMillis(100),
                ServerPhase.UPSTREAM, Duration.ofMillis(256)));
  }

  @Test
  void aProxyInFrontOfVllmHasTheTotalAndVllmThePhases() {
    ServerTiming timing =
        ServerTiming.read(
            Map.of(
                "x-litellm-response-duration-ms", "1900",
                "x-litellm-overhead-duration-ms", "20"),
            "{\"metrics\":{\"time_to_first_token_ms\":210,\"generation_time_ms\":480,"
                + "\"queue_time_ms\":1100}}",
            false);

    assertThat(timing.source()).isEqualTo("LiteLLM + vLLM");
    assertThat(timing.total()).isEqualTo(Duration.ofMillis(1900));
    assertThat(timing.phases()).hasSize(4);
  }

  @Test
  void partsOfAStreamAddUpToOneTiming() {
    ServerTiming headers = ServerTiming.read(Map.of("openai-processing-ms", "12"), null, true);
    ServerTiming chunk = body("{\"timings\":{\"prompt_ms\":5,\"predicted_ms\":7}}");

    ServerTiming both = headers.and(chunk).and(null);

    assertThat(both.source()).isEqualTo("OpenAI + llama.cpp");
    assertThat(both.untilAnswer()).isEqualTo(Duration.ofMillis(12));
    assertThat(both.decode()).isEqualTo(Duration.ofMillis(7));
    assertThat(both.total()).isNull();
  }

  @Test
  void partsThatAddUpToMoreThanTheWholeAreInconsistent() {
    ServerTiming timing =
        ServerTiming.read(
            Map.of("x-total-time", "400", "x-queue-time", "200", "x-inference-time", "300"),
            null,
            false);

    assertThat(timing.isConsistent()).isFalse();
    assertThat(timing.inconsistency())
        .isEqualTo(
            "the server's times for parts of the call add up to more than its time for all of it");
  }

  @Test
  void partsThatAreMoreByRoundingAreNot() {
    // 200.4 + 199.6 of 400.4, rounded up: 201 + 200 of 400
    ServerTiming timing =
        ServerTiming.read(
            Map.of("x-total-time", "400", "x-queue-time", "201", "x-inference-time", "200"),
            null,
            false);

    assertThat(timing.isConsistent()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "-1",
        "-0.001",
        "1e308",
        "1e999",
        "Infinity",
        "12 ms",
        "0x10",
        "1d",
        "",
        "  ",
        "--",
        "1,5",
        "９",
        "604800001",
        "11111111111111111111111111111111111111111"
      })
  void whatIsNoDurationIsAbsent(String value) {
    assertThat(ServerTiming.read(Map.of("openai-processing-ms", value), null, false)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"timings\":{\"prompt_ms\":-1,\"predicted_ms\":1e308}}",
        "{\"timings\":{\"prompt_ms\":\"12\",\"predicted_ms\":null}}",
        "{\"timings\":[1,2]}",
        "{\"timings\":12}",
        "{\"metrics\":null}",
        "{\"total_duration\":true}",
        "[]",
        "12",
        "not JSON",
        "{\"timings\":{\"prompt_ms\":12",
        "",
      })
  void aBodyThatTellsNothingUsefulIsAbsent(String json) {
    assertThat(ServerTiming.read(NONE, json, false)).isNull();
  }

  @Test
  void anEndlesslyNestedBodyIsAbsent() {
    assertThat(ServerTiming.read(NONE, "[".repeat(100_000), false)).isNull();
  }

  @Test
  void negativeTimesAreRefused() {
    assertThatThrownBy(
            () ->
                new ServerTiming(
                    "mine", Map.of(ServerPhase.QUEUE, Duration.ofMillis(-1)), null, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("queue must not be negative, but was PT-0.001S");
  }

  private static ServerTiming vllm(
      double first, double queue, double generation, double perSecond, int tokens) {
    return body(
        "{\"usage\":{\"completion_tokens\":%d},\"metrics\":{\"time_to_first_token_ms\":%s,"
                .formatted(tokens, first)
            + "\"generation_time_ms\":%s,\"queue_time_ms\":%s,\"tokens_per_second\":%s}}"
                .formatted(generation, queue, perSecond));
  }

  private static ServerTiming body(String json) {
    return ServerTiming.read(NONE, json, false);
  }
}
