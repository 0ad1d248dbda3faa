package dev.llmops.benchmarks;

import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.llmops.benchmarks.Workload.Answer;
import dev.llmops.benchmarks.Workload.Turn;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a developer would write with the OpenTelemetry API alone: a span with 12 attributes, the
 * duration and the two token counts. Once as it comes, once by someone who knows where the time
 * goes; the names are those that most backends read.
 */
final class HandWritten {

  private static final AttributeKey<String> OPERATION = stringKey("gen_ai.operation.name");
  private static final AttributeKey<String> PROVIDER = stringKey("gen_ai.provider.name");
  private static final AttributeKey<String> REQUEST_MODEL = stringKey("gen_ai.request.model");
  private static final AttributeKey<Long> MAX_TOKENS = longKey("gen_ai.request.max_tokens");
  private static final AttributeKey<Double> TEMPERATURE = doubleKey("gen_ai.request.temperature");
  private static final AttributeKey<String> SERVER_ADDRESS = stringKey("server.address");
  private static final AttributeKey<Long> SERVER_PORT = longKey("server.port");
  private static final AttributeKey<String> RESPONSE_ID = stringKey("gen_ai.response.id");
  private static final AttributeKey<String> RESPONSE_MODEL = stringKey("gen_ai.response.model");
  private static final AttributeKey<List<String>> FINISH_REASONS =
      stringArrayKey("gen_ai.response.finish_reasons");
  private static final AttributeKey<Long> INPUT_TOKENS = longKey("gen_ai.usage.input_tokens");
  private static final AttributeKey<Long> OUTPUT_TOKENS = longKey("gen_ai.usage.output_tokens");
  private static final AttributeKey<String> TOKEN_TYPE = stringKey("gen_ai.token.type");
  private static final AttributeKey<String> INPUT_JSON = stringKey("gen_ai.input.messages");
  private static final AttributeKey<String> OUTPUT_JSON = stringKey("gen_ai.output.messages");
  private static final AttributeKey<Value<?>> INPUT_VALUE =
      AttributeKey.valueKey("gen_ai.input.messages");
  private static final AttributeKey<Value<?>> OUTPUT_VALUE =
      AttributeKey.valueKey("gen_ai.output.messages");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Tracer tracer;
  private final DoubleHistogram duration;
  private final LongHistogram tokens;
  private final Map<String, Series> series = new ConcurrentHashMap<>();

  private HandWritten(OpenTelemetry telemetry) {
    tracer = telemetry.getTracer("by-hand");
    duration =
        telemetry
            .getMeter("by-hand")
            .histogramBuilder("gen_ai.client.operation.duration")
            .setUnit("s")
            .build();
    tokens =
        telemetry
            .getMeter("by-hand")
            .histogramBuilder("gen_ai.client.token.usage")
            .setUnit("{token}")
            .ofLongs()
            .build();
  }

  static HandWritten over(OpenTelemetry telemetry) {
    return new HandWritten(telemetry);
  }

  /** How content goes on the span. */
  enum Content {
    NONE,
    JSON,
    STRUCTURED
  }

  /** As it comes: attributes are built for each call and each measurement. */
  Answer straightforward(Content content) throws JsonProcessingException {
    long start = System.nanoTime();
    Span span =
        tracer
            .spanBuilder("chat " + Workload.MODEL)
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute(OPERATION, "chat")
            .setAttribute(PROVIDER, "openai")
            .setAttribute(REQUEST_MODEL, Workload.MODEL)
            .setAttribute(MAX_TOKENS, Workload.MAX_TOKENS)
            .setAttribute(TEMPERATURE, Workload.TEMPERATURE)
            .setAttribute(SERVER_ADDRESS, Workload.SERVER)
            .setAttribute(SERVER_PORT, (long) Workload.PORT)
            .startSpan();
    try (Scope scope = span.makeCurrent()) {
      Answer answer = Workload.ANSWER;
      span.setAttribute(RESPONSE_ID, answer.id());
      span.setAttribute(RESPONSE_MODEL, answer.model());
      span.setAttribute(FINISH_REASONS, List.of(answer.finishReason()));
      span.setAttribute(INPUT_TOKENS, answer.inputTokens());
      span.setAttribute(OUTPUT_TOKENS, answer.outputTokens());
      addContent(span, content, answer);
      Attributes labels =
          Attributes.builder()
              .put(OPERATION, "chat")
              .put(PROVIDER, "openai")
              .put(REQUEST_MODEL, Workload.MODEL)
              .put(RESPONSE_MODEL, answer.model())
              .put(SERVER_ADDRESS, Workload.SERVER)
              .put(SERVER_PORT, (long) Workload.PORT)
              .build();
      duration.record((System.nanoTime() - start) / 1e9, labels);
      tokens.record(answer.inputTokens(), labels.toBuilder().put(TOKEN_TYPE, "input").build());
      tokens.record(answer.outputTokens(), labels.toBuilder().put(TOKEN_TYPE, "output").build());
      return answer;
    } finally {
      span.end();
    }
  }

  /** Tuned: label sets are cached, and a span that is not recorded is told nothing. */
  Answer tuned(Content content) throws JsonProcessingException {
    long start = System.nanoTime();
    Span span =
        tracer
            .spanBuilder(SPAN_NAME)
            .setSpanKind(SpanKind.CLIENT)
            .setAllAttributes(REQUEST_FACTS)
            .startSpan();
    try (Scope scope = span.makeCurrent()) {
      Answer answer = Workload.ANSWER;
      if (span.isRecording()) {
        span.setAttribute(RESPONSE_ID, answer.id());
        span.setAttribute(RESPONSE_MODEL, answer.model());
        span.setAttribute(FINISH_REASONS, List.of(answer.finishReason()));
        span.setAttribute(INPUT_TOKENS, answer.inputTokens());
        span.setAttribute(OUTPUT_TOKENS, answer.outputTokens());
        addContent(span, content, answer);
      }
      Series labels = series.get(answer.model());
      if (labels == null) {
        labels = series.computeIfAbsent(answer.model(), Series::of);
      }
      duration.record((System.nanoTime() - start) / 1e9, labels.all());
      tokens.record(answer.inputTokens(), labels.input());
      tokens.record(answer.outputTokens(), labels.output());
      return answer;
    } finally {
      span.end();
    }
  }

  private static void addContent(Span span, Content content, Answer answer)
      throws JsonProcessingException {
    switch (content) {
      case NONE -> {}
      case JSON -> {
        span.setAttribute(INPUT_JSON, json(Workload.CONVERSATION));
        span.setAttribute(OUTPUT_JSON, json(List.of(new Turn("assistant", answer.text()))));
      }
      case STRUCTURED -> {
        span.setAttribute(INPUT_VALUE, value(Workload.CONVERSATION));
        span.setAttribute(OUTPUT_VALUE, value(List.of(new Turn("assistant", answer.text()))));
      }
    }
  }

  private static String json(List<Turn> turns) throws JsonProcessingException {
    ArrayNode messages = JSON.createArrayNode();
    for (Turn turn : turns) {
      messages
          .addObject()
          .put("role", turn.role())
          .putArray("parts")
          .addObject()
          .put("type", "text")
          .put("content", turn.text());
    }
    return JSON.writeValueAsString(messages);
  }

  private static Value<?> value(List<Turn> turns) {
    List<Value<?>> messages = new ArrayList<>(turns.size());
    for (Turn turn : turns) {
      messages.add(
          Value.of(
              KeyValue.of("role", Value.of(turn.role())),
              KeyValue.of(
                  "parts",
                  Value.of(
                      Value.of(
                          KeyValue.of("type", Value.of("text")),
                          KeyValue.of("content", Value.of(turn.text())))))));
    }
    return Value.of(messages);
  }

  private static final String SPAN_NAME = "chat " + Workload.MODEL;

  private static final Attributes REQUEST_FACTS =
      Attributes.builder()
          .put(OPERATION, "chat")
          .put(PROVIDER, "openai")
          .put(REQUEST_MODEL, Workload.MODEL)
          .put(MAX_TOKENS, Workload.MAX_TOKENS)
          .put(TEMPERATURE, Workload.TEMPERATURE)
          .put(SERVER_ADDRESS, Workload.SERVER)
          .put(SERVER_PORT, (long) Workload.PORT)
          .build();

  private record Series(Attributes all, Attributes input, Attributes output) {

    static Series of(String answeringModel) {
      Attributes all =
          Attributes.builder()
              .put(OPERATION, "chat")
              .put(PROVIDER, "openai")
              .put(REQUEST_MODEL, Workload.MODEL)
              .put(RESPONSE_MODEL, answeringModel)
              .put(SERVER_ADDRESS, Workload.SERVER)
              .put(SERVER_PORT, (long) Workload.PORT)
              .build();
      return new Series(
          all,
          all.toBuilder().put(TOKEN_TYPE, "input").build(),
          all.toBuilder().put(TOKEN_TYPE, "output").build());
    }
  }
}
