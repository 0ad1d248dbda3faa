package dev.llmops.eval.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.llmops.privacy.Redactor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Redacts the texts inside of JSON, and those that a stream cut into pieces. */
final class Redaction {

  private static final List<String> PLACES =
      List.of("index", "output_index", "content_index", "summary_index", "item_id");

  private final Redactor redactor;

  Redaction(Redactor redactor) {
    this.redactor = redactor;
  }

  /** A copy with every text redacted; the redactor's own exception if it throws. */
  JsonNode of(JsonNode node) {
    return mapped(node, "", this::text);
  }

  /** Redacted copies; a secret that is spread over many chunks is found as well. */
  List<JsonNode> ofChunks(List<JsonNode> chunks) {
    ArrayNode redacted = JsonNodeFactory.instance.arrayNode(chunks.size());
    for (JsonNode chunk : chunks) {
      redacted.add(of(chunk));
    }
    Map<String, List<Piece>> texts = new LinkedHashMap<>();
    for (int i = 0; i < redacted.size(); i++) {
      String type = "type=" + redacted.get(i).path("type").asText();
      piece(redacted, i, type, texts);
    }
    texts.values().forEach(this::acrossPieces);
    List<JsonNode> result = new ArrayList<>(redacted.size());
    redacted.forEach(result::add);
    return result;
  }

  /** A value is told by its field's name as well: {@code "password": "…"}. */
  private String text(String field, String value) {
    String plain = redactor.redact(value);
    if (field.isEmpty() || value.indexOf('"') >= 0) {
      return plain;
    }
    String before = "\"" + field + "\": \"";
    String pair = redactor.redact(before + plain + "\"");
    return pair.startsWith(before) && pair.endsWith("\"") && pair.length() > before.length()
        ? pair.substring(before.length(), pair.length() - 1)
        : plain;
  }

  private void acrossPieces(List<Piece> pieces) {
    StringBuilder joined = new StringBuilder();
    boolean same = true; // an id that every chunk repeats is not a text in pieces
    for (Piece piece : pieces) {
      same &= piece.text().equals(pieces.get(0).text());
      joined.append(piece.text());
    }
    if (same) {
      return;
    }
    String whole = joined.toString();
    String clean = redactor.redact(whole);
    if (clean.equals(whole)) {
      return;
    }
    int most = Math.min(whole.length(), clean.length());
    int kept = 0;
    while (kept < most && whole.charAt(kept) == clean.charAt(kept)) {
      kept++;
    }
    int tail = 0;
    while (tail < most - kept
        && whole.charAt(whole.length() - 1 - tail) == clean.charAt(clean.length() - 1 - tail)) {
      tail++;
    }
    String marks = clean.substring(kept, clean.length() - tail);
    int resumes = whole.length() - tail;
    int start = 0;
    boolean told = false;
    for (Piece piece : pieces) {
      int end = start + piece.text().length();
      StringBuilder text = new StringBuilder();
      text.append(whole, start, Math.max(start, Math.min(end, kept)));
      if (!told && end > kept) {
        text.append(marks);
        told = true;
      }
      text.append(whole, Math.min(end, Math.max(start, resumes)), end);
      piece.holder().accept(text.toString());
      start = end;
    }
  }

  private static void collect(JsonNode node, String path, Map<String, List<Piece>> into) {
    if (node instanceof ObjectNode object) {
      StringBuilder place = new StringBuilder(path);
      for (String name : PLACES) {
        JsonNode value = object.get(name);
        if (value != null && value.isValueNode()) {
          place.append('/').append(name).append('=').append(value.asText());
        }
      }
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String at = place + "/" + field.getKey();
        if (field.getValue().isTextual()) {
          into.computeIfAbsent(at, key -> new ArrayList<>())
              .add(
                  new Piece(
                      field.getValue().textValue(), text -> object.put(field.getKey(), text)));
        } else {
          collect(field.getValue(), at, into);
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        piece(array, i, path, into);
      }
    }
  }

  private static void piece(ArrayNode array, int i, String path, Map<String, List<Piece>> into) {
    JsonNode node = array.get(i);
    if (node.isTextual()) {
      into.computeIfAbsent(path, key -> new ArrayList<>())
          .add(new Piece(node.textValue(), text -> array.set(i, TextNode.valueOf(text))));
    } else {
      collect(node, path, into);
    }
  }

  /** A copy with every text replaced; the operator gets the field's name and the text. */
  private static JsonNode mapped(JsonNode node, String field, BinaryOperator<String> texts) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = object.objectNode();
      for (Map.Entry<String, JsonNode> each : object.properties()) {
        copy.set(each.getKey(), mapped(each.getValue(), each.getKey(), texts));
      }
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = array.arrayNode();
      for (JsonNode each : array) {
        copy.add(mapped(each, field, texts));
      }
      return copy;
    }
    return node.isTextual() ? TextNode.valueOf(texts.apply(field, node.textValue())) : node;
  }

  /** A copy with every text replaced. */
  static JsonNode mapped(JsonNode node, UnaryOperator<String> texts) {
    return mapped(node, "", (field, text) -> texts.apply(text));
  }

  /** A text, and what puts another in its place. */
  private record Piece(String text, Consumer<String> holder) {}
}
