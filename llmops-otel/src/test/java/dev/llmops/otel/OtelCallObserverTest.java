package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.TokenUsage;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("otel-versions")
class OtelCallObserverTest {

  private static final LlmRequest CHAT =
      LlmRequest.builder(LlmRequest.CHAT, "openai")
          .model("gpt-4o")
          .server("api.openai.com", 443)
          .build();
  private static final LlmResponse ANSWER =
      LlmResponse.builder()
          .id("chatcmpl-1")
          .model("gpt-4o-2024-08-06")
          .finishReasons(List.of("stop"))
          .usage(TokenUsage.of(11, 7))
          .build();

  private final TestSdk sdk = TestSdk.sampled();

  @Test
  void chatBecomesAClientSpanOfTheConvention() {
    LlmOps ops = sdk.ops();

    ops.call(CHAT, () -> "hi", r -> ANSWER);

    SpanData span = sdk.onlySpan();
    assertThat(span.getName()).isEqualTo("chat gpt-4o");
    assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(TestSdk.plain(span.getAttributes()))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("gen_ai.operation.name", "chat"),
                Map.entry("gen_ai.provider.name", "openai"),
                Map.entry("gen_ai.request.model", "gpt-4o"),
                Map.entry("server.address", "api.openai.com"),
                Map.entry("server.port", 443L),
                Map.entry("gen_ai.response.id", "chatcmpl-1"),
                Map.entry("gen_ai.response.model", "gpt-4o-2024-08-06"),
                Map.entry("gen_ai.response.finish_reasons", List.of("stop")),
                Map.entry("gen_ai.usage.input_tokens", 11L),
                Map.entry("gen_ai.usage.output_tokens", 7L)));
  }

  @Test
  void timesAreTheRecordsOwn() {
    LlmOps ops = sdk.ops();

    // the ticker moves only when the call does: 250 ms, no streaming
    ops.call(
        CHAT,
        () -> {
          sdk.pass(250);
          return "hi";
        },
        r -> ANSWER);

    SpanData span = sdk.onlySpan();
    assertThat(span.getStartEpochNanos())
        .isEqualTo(TestSdk.START.getEpochSecond() * 1_000_000_000L);
    assertThat(span.getEndEpochNanos() - span.getStartEpochNanos()).isEqualTo(250_000_000L);
    assertThat(sdk.histogram("gen_ai.client.operation.duration").getSum()).isEqualTo(0.25);
  }
}
