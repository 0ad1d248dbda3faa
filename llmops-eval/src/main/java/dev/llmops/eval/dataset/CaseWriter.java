package dev.llmops.eval.dataset;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.dataset.Value.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of cases: fields in the order of {@link Field}, names of maps and tags sorted, what is
 * absent or empty left out. Equal cases make equal rows.
 */
final class CaseWriter {

  private CaseWriter() {}

  static Value row(EvalCase evalCase) {
    LinkedHashMap<String, Value> row = new LinkedHashMap<>();
    for (Field field : Field.values()) {
      Value value = value(field, evalCase);
      if (value != null) {
        row.put(field.key(), value);
      }
    }
    return Value.object(row);
  }

  static @Nullable Value value(Field field, EvalCase from) {
    return switch (field) {
      case ID -> text(from.id());
      case TAGS -> from.tags().isEmpty() ? null : Value.texts(new TreeSet<>(from.tags()));
      case INPUT -> text(from.input());
      case MESSAGES -> from.messages().isEmpty() ? null : messages(from.messages());
      case REFERENCES -> texts(from.references());
      case CONTEXT -> from.context().isEmpty() ? null : context(from.context());
      case RETRIEVED_IDS -> from.retrievedIds() == null ? null : Value.texts(from.retrievedIds());
      case RELEVANT_IDS -> gains(from.relevantIds());
      case EXPECTED_TOOL_CALLS -> toolCalls(from.expectedToolCalls());
      case OUTPUT -> text(from.output());
      case SAMPLES -> texts(from.samples());
      case VARIANTS -> from.variants().isEmpty() ? null : variants(from.variants());
      case TOOL_CALLS -> toolCalls(from.toolCalls());
      case METADATA -> from.metadata().isEmpty() ? null : metadata(from.metadata());
    };
  }

  private static @Nullable Value text(@Nullable String text) {
    return text == null ? null : Value.text(text);
  }

  private static @Nullable Value texts(List<String> texts) {
    return texts.isEmpty() ? null : Value.texts(texts);
  }

  private static Value context(List<EvalCase.Document> documents) {
    List<Value> items = new ArrayList<>();
    for (EvalCase.Document document : documents) {
      items.add(
          document.id() == null
              ? Value.text(document.text())
              : object("id", text(document.id()), "text", text(document.text())));
    }
    return Value.list(items);
  }

  private static @Nullable Value gains(@Nullable Map<String, Double> gains) {
    if (gains == null) {
      return null;
    }
    TreeMap<String, Double> sorted = new TreeMap<>(gains);
    if (sorted.values().stream().allMatch(gain -> gain == 1)) {
      return Value.texts(sorted.keySet());
    }
    LinkedHashMap<String, Value> fields = new LinkedHashMap<>();
    sorted.forEach((id, gain) -> fields.put(id, Value.number(number(gain))));
    return Value.object(fields);
  }

  private static String number(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  private static @Nullable Value toolCalls(@Nullable List<ToolCall> calls) {
    if (calls == null) {
      return null;
    }
    List<Value> items = new ArrayList<>();
    calls.forEach(
        call -> items.add(object("name", text(call.name()), "arguments", json(call.arguments()))));
    return Value.list(items);
  }

  private static Value variants(List<EvalCase.Variant> variants) {
    List<Value> items = new ArrayList<>();
    variants.forEach(
        each -> items.add(object("input", text(each.input()), "output", text(each.output()))));
    return Value.list(items);
  }

  private static Value metadata(Map<String, String> metadata) {
    LinkedHashMap<String, Value> fields = new LinkedHashMap<>();
    new TreeMap<>(metadata).forEach((key, value) -> fields.put(key, Value.text(value)));
    return Value.object(fields);
  }

  private static Value messages(List<Message> messages) {
    List<Value> items = new ArrayList<>();
    for (Message message : messages) {
      List<MessagePart> parts = message.parts();
      Value content;
      if (parts.size() == 1 && parts.get(0) instanceof MessagePart.Text only) {
        content = Value.text(only.content());
      } else {
        content = Value.list(parts.stream().map(CaseWriter::part).toList());
      }
      items.add(
          object("role", text(message.role()), "name", text(message.name()), "content", content));
    }
    return Value.list(items);
  }

  private static Value part(MessagePart part) {
    if (part instanceof MessagePart.Text text) {
      return object("type", text("text"), "content", text(text.content()));
    } else if (part instanceof MessagePart.Reasoning reasoning) {
      return object("type", text("reasoning"), "content", text(reasoning.content()));
    } else if (part instanceof MessagePart.Refusal refusal) {
      return object("type", text("refusal"), "content", text(refusal.content()));
    } else if (part instanceof MessagePart.ToolCall call) {
      return object(
          "type", text("tool_call"),
          "id", text(call.id()),
          "name", text(call.name()),
          "arguments", json(call.arguments()));
    } else if (part instanceof MessagePart.ToolResponse response) {
      return object(
          "type", text("tool_call_response"),
          "id", text(response.id()),
          "response", text(response.response()));
    } else if (part instanceof MessagePart.Blob blob) {
      return object(
          "type", text("blob"),
          "modality", modality(blob.modality()),
          "mime_type", text(blob.mimeType()),
          "base64", text(blob.base64()));
    } else if (part instanceof MessagePart.FileRef file) {
      return object(
          "type", text("file"),
          "modality", modality(file.modality()),
          "mime_type", text(file.mimeType()),
          "file_id", text(file.fileId()));
    } else if (part instanceof MessagePart.UriRef uri) {
      return object(
          "type", text("uri"),
          "modality", modality(uri.modality()),
          "mime_type", text(uri.mimeType()),
          "uri", text(uri.uri()));
    }
    MessagePart.Other other = (MessagePart.Other) part;
    return object("type", text("other"), "kind", text(other.type()), "value", json(other.value()));
  }

  private static @Nullable Value modality(MessagePart.Modality modality) {
    return text(modality.name().toLowerCase(Locale.ROOT));
  }

  /** JSON as a value where reading it gives this very text again; otherwise the text. */
  private static @Nullable Value json(@Nullable JsonText json) {
    if (json == null) {
      return null;
    }
    Value value = JsonValues.parseOrNull(json.text());
    boolean same =
        value != null
            && !value.is(Kind.TEXT)
            && !value.is(Kind.NULL)
            && JsonValues.compact(value).equals(json.text());
    return same ? value : Value.text(json.text());
  }

  private static Value object(@Nullable Object... namesAndValues) {
    LinkedHashMap<String, Value> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] instanceof Value value) {
        fields.put((String) java.util.Objects.requireNonNull(namesAndValues[i]), value);
      }
    }
    return Value.object(fields);
  }
}
