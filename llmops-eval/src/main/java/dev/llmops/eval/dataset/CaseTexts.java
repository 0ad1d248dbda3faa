package dev.llmops.eval.dataset;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** All texts of a case that are content: everything but ids, names of tools, tags and the call. */
final class CaseTexts {

  private CaseTexts() {}

  /** Each text with the field that holds it. */
  static Map<String, List<String>> of(EvalCase evalCase) {
    Map<String, List<String>> texts = new LinkedHashMap<>();
    map(
        evalCase,
        (field, text) -> {
          texts.computeIfAbsent(field, none -> new ArrayList<>()).add(text);
          return text;
        });
    return texts;
  }

  /** The case with each text changed; bytes of media, which nobody looks into, are left out. */
  static EvalCase map(EvalCase evalCase, UnaryOperator<String> change) {
    return map(evalCase, (field, text) -> change.apply(text));
  }

  /** The operator takes the field and its text. */
  private static EvalCase map(EvalCase from, BinaryOperator<String> change) {
    EvalCase.Builder to = EvalCase.builder().id(from.id()).call(from.call());
    from.tags().forEach(to::tag);
    to.input(text("input", from.input(), change));
    to.output(text("output", from.output(), change));
    to.messages(from.messages().stream().map(each -> message(each, change)).toList());
    to.references(
        from.references().stream().map(each -> change.apply("references", each)).toList());
    from.samples().forEach(each -> to.sample(change.apply("samples", each)));
    from.context().forEach(each -> to.document(each.id(), change.apply("context", each.text())));
    from.variants()
        .forEach(
            each ->
                to.variant(
                    change.apply("variants", each.input()),
                    change.apply("variants", each.output())));
    to.retrievedIds(from.retrievedIds());
    if (from.relevantIds() != null) {
      to.relevantIds(from.relevantIds());
    }
    to.expectedToolCalls(calls("expected_tool_calls", from.expectedToolCalls(), change));
    to.toolCalls(calls("tool_calls", from.toolCalls(), change));
    from.metadata().forEach((key, value) -> to.metadata(key, change.apply("metadata", value)));
    return to.build();
  }

  private static @Nullable String text(
      String field, @Nullable String text, BinaryOperator<String> change) {
    return text == null ? null : change.apply(field, text);
  }

  private static @Nullable JsonText json(
      String field, @Nullable JsonText json, BinaryOperator<String> change) {
    return json == null ? null : JsonText.of(change.apply(field, json.text()));
  }

  private static @Nullable List<ToolCall> calls(
      String field, @Nullable List<ToolCall> calls, BinaryOperator<String> change) {
    return calls == null
        ? null
        : calls.stream()
            .map(each -> new ToolCall(each.name(), json(field, each.arguments(), change)))
            .toList();
  }

  private static Message message(Message message, BinaryOperator<String> change) {
    return new Message(
        message.role(),
        message.parts().stream().map(each -> part(each, change)).toList(),
        text("messages", message.name(), change));
  }

  private static MessagePart part(MessagePart part, BinaryOperator<String> change) {
    String at = "messages";
    if (part instanceof MessagePart.Text text) {
      return new MessagePart.Text(change.apply(at, text.content()));
    } else if (part instanceof MessagePart.Reasoning reasoning) {
      return new MessagePart.Reasoning(change.apply(at, reasoning.content()));
    } else if (part instanceof MessagePart.Refusal refusal) {
      return new MessagePart.Refusal(change.apply(at, refusal.content()));
    } else if (part instanceof MessagePart.ToolCall call) {
      return new MessagePart.ToolCall(call.id(), call.name(), json(at, call.arguments(), change));
    } else if (part instanceof MessagePart.ToolResponse response) {
      return new MessagePart.ToolResponse(response.id(), change.apply(at, response.response()));
    } else if (part instanceof MessagePart.Blob blob) {
      return new MessagePart.Blob(blob.modality(), blob.mimeType(), "");
    } else if (part instanceof MessagePart.UriRef uri) {
      return new MessagePart.UriRef(uri.modality(), uri.mimeType(), change.apply(at, uri.uri()));
    } else if (part instanceof MessagePart.Other other) {
      return new MessagePart.Other(
          other.type(), JsonText.of(change.apply(at, other.value().text())));
    }
    return part; // a file id is a name
  }
}
