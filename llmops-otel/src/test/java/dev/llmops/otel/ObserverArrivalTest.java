package dev.llmops.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.CallScore;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.Pricing;
import dev.llmops.RequestParameters;
import dev.llmops.TokenUsage;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From a call to what a collector decodes, over both protocols: the record is what arrives. */
@Tag("otel-versions")
class ObserverArrivalTest {
  private static final Duration WAIT = Duration.ofSeconds(60);

  @ParameterizedTest
  @EnumSource
  void whatWasRecordedArrives(OtlpExport.Protocol protocol) {
    List<LlmRecord> records = new CopyOnWriteArrayList<>();
    try (OtlpReceiver receiver =
            protocol == OtlpExport.Protocol.GRPC ? OtlpReceiver.grpc() : OtlpReceiver.http();
        OtlpExport otlp =
            OtlpExport.builder()
                .endpoint(receiver.endpoint())
                .protocol(protocol)
                .exportTimeout(WAIT)
                .serviceName("observer")
                .start()) {
      OtelCallObserver observer =
          OtelCallObserver.builder(otlp.openTelemetry()).content(ContentPolicy.full()).build();
      LlmOps ops =
          LlmOps.builder().observer(observer).sink(records::add).pricing(Pricing.NONE).build();
      LlmRequest request =
          LlmRequest.builder("chat", "openai")
              .model("gpt-4o")
              .server("api.openai.com", 443)
              .parameters(RequestParameters.builder().temperature(0.5).build())
              .message(Message.user("größer 停止"))
              .build();

      ops.agent(
          "helper",
          () ->
              ops.stream(
                      request,
                      () -> Stream.of("a", "b"),
                      (chunk, recorder) -> {
                        recorder.text(chunk);
                        recorder.finishReason(0, "stop");
                        recorder.usage(TokenUsage.of(11, 7));
                      })
                  .toList());
      ops.score(CallScore.of(ops.lastCall(), "quality").value(0.9).build());

      assertThat(otlp.flush(WAIT)).isTrue();
      LlmCall call =
          records.stream()
              .filter(LlmCall.class::isInstance)
              .map(LlmCall.class::cast)
              .findFirst()
              .orElseThrow();
      OtlpReceiver.ReceivedSpan span = received(receiver, "chat gpt-4o");
      assertThat(span.traceId()).isEqualTo(call.ref().traceId());
      assertThat(span.spanId()).isEqualTo(call.ref().spanId());
      assertThat(span.parentSpanId()).isEqualTo(received(receiver, "invoke_agent helper").spanId());
      assertThat(span.span().getEndTimeUnixNano() - span.span().getStartTimeUnixNano())
          .isEqualTo(call.timing().total().toNanos());
      Map<String, Object> attributes = span.attributes();
      assertThat(attributes)
          .containsEntry("gen_ai.request.temperature", 0.5)
          .containsEntry("gen_ai.request.stream", true)
          .containsEntry("server.port", 443L)
          .containsEntry("gen_ai.response.finish_reasons", List.of("stop"))
          .containsEntry("gen_ai.usage.input_tokens", call.usage().inputTokens())
          .containsEntry("gen_ai.usage.output_tokens", call.usage().outputTokens())
          .containsEntry("llmops.response.chunks", call.timing().chunks());
      Object messages = attributes.get("gen_ai.input.messages");
      if (ApiFeatures.hasStructuredAttributes()) {
        assertThat(messages)
            .isEqualTo(
                List.of(
                    Map.of(
                        "role",
                        "user",
                        "parts",
                        List.of(Map.of("type", "text", "content", "größer 停止")))));
      } else {
        assertThat(messages)
            .isEqualTo(
                "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"größer 停止\"}]}]");
      }
      assertThat(total(receiver, "gen_ai.client.inference.usage.input_tokens")).isEqualTo(11);
      assertThat(total(receiver, "gen_ai.client.inference.usage.output_tokens")).isEqualTo(7);
      assertThat(receiver.logs())
          .filteredOn(log -> log.attributes().containsKey("gen_ai.evaluation.name"))
          .singleElement()
          .satisfies(
              log -> {
                assertThat(log.attributes()).containsEntry("gen_ai.evaluation.score.value", 0.9);
                assertThat(log.log().getSpanId()).isEqualTo(span.span().getSpanId());
                assertThat(log.log().getTraceId()).isEqualTo(span.span().getTraceId());
              });
      LlmResponse answer = call.response();
      assertThat(answer.text()).isEmpty(); // the sink asked for no content, the span did
      assertThat(observer.stats().accepted()).isEqualTo(3);
      assertThat(observer.stats().delivered()).isEqualTo(3);
      assertThat(observer.stats().note()).isNull();
    }
  }

  private static OtlpReceiver.ReceivedSpan received(OtlpReceiver receiver, String name) {
    return receiver.spans().stream()
        .filter(span -> span.span().getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no span " + name));
  }

  private static long total(OtlpReceiver receiver, String metric) {
    return receiver.metrics().stream()
        .filter(received -> received.metric().getName().equals(metric))
        .flatMap(received -> received.metric().getSum().getDataPointsList().stream())
        .mapToLong(NumberDataPoint::getAsInt)
        .sum();
  }
}
