package dev.llmops.otel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import dev.llmops.StepResult;
import dev.llmops.ToolDefinition;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages, tools and documents as values of the convention's JSON schemas
 * (semantic-conventions-genai, 2026-10). Texts are kept by reference, nothing is parsed or encoded
 * here but the parameters of tools, and those only on demand.
 *
 * <p>One value holds at most {@link #MAX_CHARS} characters of text: of more messages the latest are
 * kept, and a text that does not fit is cut with a mark.
 */
final class MessageValues {

  static final int MAX_CHARS = 262_144;

  private static final int MAX_JSON_DEPTH = 32;
  private static final int MAX_FINISH_REASONS = 128;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final KeyValue TEXT = type("text");
  private static final KeyValue REASONING = type("reasoning");
  private static final KeyValue REFUSAL = type("refusal");
  private static final KeyValue TOOL_CALL = type("tool_call");
  private static final KeyValue TOOL_RESPONSE = type("tool_call_response");
  private static final KeyValue BLOB = type("blob");
  private static final KeyValue FILE = type("file");
  private static final KeyValue URI = type("uri");
  private static final KeyValue SYSTEM = KeyValue.of("role", Value.of("system"));
  private static final KeyValue USER = KeyValue.of("role", Value.of("user"));
  private static final KeyValue ASSISTANT = KeyValue.of("role", Value.of("assistant"));
  private static final KeyValue TOOL = KeyValue.of("role", Value.of("tool"));

  private int left = MAX_CHARS;

  private MessageValues() {}

  static Value<?> messages(List<Message> messages) {
    return new LazyMessages(messages, List.of());
  }

  /**
   * Output messages, each with its finish reason where there is one. The convention has deprecated
   * it there in favour of {@code gen_ai.response.finish_reasons}; readers of 2026-05 require it.
   */
  static Value<?> outputs(List<Message> messages, List<String> finishReasons) {
    return new LazyMessages(messages, finishReasons);
  }

  /** The value itself; see {@link LazyMessages}. */
  static Value<List<Value<?>>> made(List<Message> messages, List<String> finishReasons) {
    return new MessageValues().all(messages, finishReasons);
  }

  /** How many characters of text a part has. */
  static long chars(MessagePart part) {
    if (part instanceof MessagePart.Text text) {
      return text.content().length();
    }
    if (part instanceof MessagePart.Reasoning reasoning) {
      return reasoning.content().length();
    }
    if (part instanceof MessagePart.Refusal refusal) {
      return refusal.content().length();
    }
    if (part instanceof MessagePart.ToolCall call) {
      return call.name().length()
          + (call.arguments() == null ? 0L : call.arguments().text().length());
    }
    if (part instanceof MessagePart.ToolResponse response) {
      return response.response().length();
    }
    if (part instanceof MessagePart.Blob blob) {
      return blob.base64().length();
    }
    if (part instanceof MessagePart.UriRef uri) {
      return uri.uri().length();
    }
    if (part instanceof MessagePart.Other other) {
      return other.value().text().length();
    }
    return 0;
  }

  static Value<?> instructions(List<MessagePart> parts) {
    return new MessageValues().parts(parts);
  }

  /** What an agent or workflow was told or said, as one message. */
  static Value<?> text(String role, String text) {
    return messages(List.of(Message.of(role, new MessagePart.Text(text))));
  }

  /**
   * Tool definitions.
   *
   * @param details whether descriptions and parameters are wanted as well; the convention
   *     recommends against it by default, as they are large
   */
  static Value<?> tools(List<ToolDefinition> tools, boolean details) {
    MessageValues values = new MessageValues();
    List<Value<?>> all = new ArrayList<>(tools.size());
    for (ToolDefinition tool : tools) {
      List<KeyValue> fields = new ArrayList<>(4);
      fields.add(type(tool.type()));
      fields.add(string("name", values.fit(tool.name())));
      if (details) {
        values.add(fields, "description", tool.description());
        Value<?> parameters = tool.parameters() == null ? null : values.parsed(tool.parameters());
        if (parameters != null) {
          fields.add(KeyValue.of("parameters", parameters));
        }
      }
      all.add(map(fields));
    }
    return Value.of(all);
  }

  /** Documents that were found; a score that the retriever did not give is left out. */
  static Value<?> documents(List<StepResult.Document> documents) {
    MessageValues values = new MessageValues();
    List<Value<?>> all = new ArrayList<>(documents.size());
    for (StepResult.Document document : documents) {
      List<KeyValue> fields = new ArrayList<>(3);
      fields.add(string("id", values.fit(document.id())));
      if (document.score() != null) {
        fields.add(KeyValue.of("score", Value.of(document.score())));
      }
      values.add(fields, "content", document.text());
      all.add(map(fields));
    }
    return Value.of(all);
  }

  private Value<List<Value<?>>> all(List<Message> messages, List<String> finishReasons) {
    List<Value<?>> all = new ArrayList<>(messages.size());
    for (int i = messages.size() - 1; i >= 0 && left > 0; i--) {
      boolean known = i < Math.min(finishReasons.size(), MAX_FINISH_REASONS);
      all.add(message(messages.get(i), known ? finishReasons.get(i) : null));
    }
    Collections.reverse(all);
    return Value.of(all);
  }

  private Value<?> message(Message message, @Nullable String finishReason) {
    KeyValue role = role(message.role());
    KeyValue parts = KeyValue.of("parts", parts(message.parts()));
    if (finishReason == null && message.name() == null) {
      return Value.of(role, parts);
    }
    List<KeyValue> fields = new ArrayList<>(4);
    fields.add(role);
    fields.add(parts);
    add(fields, "name", message.name());
    if (finishReason != null) {
      fields.add(string("finish_reason", finishReason(finishReason)));
    }
    return map(fields);
  }

  /** The schema's word where the wire has another: OpenAI writes {@code tool_calls}. */
  static String finishReason(String reason) {
    return switch (reason) {
      case "tool_calls", "function_call", "tool_use" -> "tool_call";
      default -> CallTarget.cut(reason);
    };
  }

  private Value<?> parts(List<MessagePart> parts) {
    if (parts.size() == 1) {
      return Value.of(List.of(part(parts.get(0)))); // half the bytes of the varargs
    }
    List<Value<?>> all = new ArrayList<>(parts.size());
    for (MessagePart part : parts) {
      all.add(part(part));
    }
    return Value.of(all);
  }

  private Value<?> part(MessagePart part) {
    if (part instanceof MessagePart.Text text) {
      return Value.of(TEXT, string("content", fit(text.content())));
    }
    if (part instanceof MessagePart.Reasoning reasoning) {
      return Value.of(REASONING, string("content", fit(reasoning.content())));
    }
    if (part instanceof MessagePart.Refusal refusal) { // a generic part: the schema has none for it
      return Value.of(REFUSAL, string("content", fit(refusal.content())));
    }
    List<KeyValue> fields = new ArrayList<>(4);
    if (part instanceof MessagePart.ToolCall call) {
      fields.add(TOOL_CALL);
      add(fields, "id", call.id());
      fields.add(string("name", fit(call.name())));
      // as the model wrote them: they may be no JSON, and parsing them is not the caller's to pay
      add(fields, "arguments", call.arguments() == null ? null : call.arguments().text());
    } else if (part instanceof MessagePart.ToolResponse response) {
      fields.add(TOOL_RESPONSE);
      add(fields, "id", response.id());
      fields.add(string("response", fit(response.response())));
    } else if (part instanceof MessagePart.Blob blob) {
      fields.add(BLOB);
      add(fields, "mime_type", blob.mimeType());
      fields.add(string("modality", nameOf(blob.modality())));
      // a cut picture is none
      fields.add(string("content", blob.base64().length() <= left ? fit(blob.base64()) : ""));
    } else if (part instanceof MessagePart.FileRef file) {
      fields.add(FILE);
      add(fields, "mime_type", file.mimeType());
      fields.add(string("modality", nameOf(file.modality())));
      fields.add(string("file_id", fit(file.fileId())));
    } else if (part instanceof MessagePart.UriRef uri) {
      fields.add(URI);
      add(fields, "mime_type", uri.mimeType());
      fields.add(string("modality", nameOf(uri.modality())));
      fields.add(string("uri", fit(uri.uri())));
    } else if (part instanceof MessagePart.Other other) {
      fields.add(type(CallTarget.cut(other.type())));
      fields.add(string("value", fit(other.value().text())));
    }
    return map(fields);
  }

  private void add(List<KeyValue> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.add(string(name, fit(value)));
    }
  }

  private String fit(String text) {
    if (text.length() <= left) {
      left -= text.length();
      return text;
    }
    int end = left;
    left = 0;
    if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + "… [" + (text.length() - end) + " characters cut]";
  }

  private @Nullable Value<?> parsed(JsonText json) {
    if (json.text().length() > left) {
      return null;
    }
    left -= json.text().length();
    try {
      JsonNode node = JSON.readTree(json.text());
      return node.isObject() ? value(node, 0) : null;
    } catch (JsonProcessingException | StackOverflowError e) {
      return null; // what is not a schema is left out, as the convention wants one here
    }
  }

  private static Value<?> value(JsonNode node, int depth) {
    if (depth > MAX_JSON_DEPTH) {
      return Value.of(node.toString());
    }
    if (node.isObject()) {
      List<KeyValue> fields = new ArrayList<>(node.size());
      node.properties()
          .forEach(
              field -> fields.add(KeyValue.of(field.getKey(), value(field.getValue(), depth + 1))));
      return map(fields);
    }
    if (node.isArray()) {
      List<Value<?>> items = new ArrayList<>(node.size());
      node.forEach(item -> items.add(value(item, depth + 1)));
      return Value.of(items);
    }
    if (node.isBoolean()) {
      return Value.of(node.booleanValue());
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return Value.of(node.longValue());
    }
    return node.isNumber() ? Value.of(node.doubleValue()) : Value.of(node.asText());
  }

  private static KeyValue role(String role) {
    return switch (role) {
      case "system" -> SYSTEM;
      case "user" -> USER;
      case "assistant" -> ASSISTANT;
      case "tool" -> TOOL;
      default -> string("role", CallTarget.cut(role));
    };
  }

  private static String nameOf(Modality modality) {
    return CallSeries.nameOf(modality);
  }

  private static KeyValue type(String type) {
    return string("type", type);
  }

  private static KeyValue string(String name, String value) {
    return KeyValue.of(name, Value.of(value));
  }

  private static Value<?> map(List<KeyValue> fields) {
    return Value.of(fields.toArray(new KeyValue[0]));
  }
}
