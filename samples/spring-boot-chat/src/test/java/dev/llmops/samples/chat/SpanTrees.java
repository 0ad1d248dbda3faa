package dev.llmops.samples.chat;

import dev.llmops.otel.OtlpReceiver;
import dev.llmops.otel.OtlpReceiver.ReceivedSpan;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Received traces as indented text: a line a span, with what matters of its attributes. Spans of
 * HTTP clients are left out: Spring AI 1.1 has one a request, named {@code http post}; 2.0 names it
 * {@code POST} and has none for a stream. They are no model calls.
 */
final class SpanTrees {

  private static final Map<String, String> SHOWN = new LinkedHashMap<>();

  static {
    SHOWN.put("gen_ai.conversation.id", "conversation");
    SHOWN.put("gen_ai.usage.input_tokens", "in");
    SHOWN.put("gen_ai.usage.output_tokens", "out");
    SHOWN.put("llmops.cost.amount", "cost");
    SHOWN.put("gen_ai.response.finish_reasons", "finish");
  }

  private SpanTrees() {}

  /** The traces of the requests to {@code /chat} and {@code /chat/stream}, in their order. */
  static List<String> ofChats(OtlpReceiver collector) {
    List<ReceivedSpan> spans =
        collector.spans().stream()
            .sorted(Comparator.comparingLong(span -> span.span().getStartTimeUnixNano()))
            .toList();
    return spans.stream()
        .filter(span -> span.parentSpanId().isEmpty())
        .filter(span -> span.span().getName().startsWith("http get /chat"))
        .map(root -> tree(root, spans))
        .toList();
  }

  static boolean isHttpClient(ReceivedSpan span) {
    return span.span().getKind() == Span.SpanKind.SPAN_KIND_CLIENT
        && !span.attributes().containsKey("gen_ai.operation.name");
  }

  private static String tree(ReceivedSpan root, List<ReceivedSpan> spans) {
    List<ReceivedSpan> ofTrace =
        spans.stream()
            .filter(span -> span.traceId().equals(root.traceId()))
            .filter(span -> !isHttpClient(span))
            .toList();
    StringBuilder text = new StringBuilder();
    write(root, ofTrace, 0, text);
    return ofTrace.size() == text.toString().lines().count()
        ? text.toString()
        : text + "and spans whose parent did not arrive\n";
  }

  private static void write(
      ReceivedSpan span, List<ReceivedSpan> spans, int depth, StringBuilder text) {
    text.append("  ".repeat(depth)).append(span.span().getName());
    Map<String, Object> attributes = span.attributes();
    SHOWN.forEach(
        (key, label) -> {
          if (attributes.containsKey(key)) {
            text.append(", ").append(label).append(' ').append(attributes.get(key));
          }
        });
    text.append('\n');
    spans.stream()
        .filter(child -> child.parentSpanId().equals(span.spanId()))
        .forEach(child -> write(child, spans, depth + 1, text));
  }
}
