package dev.llmops.eval.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.llmops.eval.dataset.Value.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** JSON in and out: strict, bounded, with places, and with numbers as they are written. */
final class JsonValues {

  /** A number of RFC 8259, so that no two formats disagree about what is one. */
  static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  // names come from the file: neither kept for later files nor trusted with a shared table
  static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Limits.CASE_CHARS)
                  .maxNestingDepth(Limits.DEPTH + 8) // ours is met first
                  .build())
          .build();

  private JsonValues() {}

  /** The only value of a line. */
  static Value parse(char[] text, int length, int line) throws Malformed {
    try (JsonParser parser = JSON.createParser(text, 0, length)) {
      return only(parser, line);
    } catch (IOException e) {
      throw malformed(e, line - 1);
    }
  }

  /** The only value of a text, or null if it is none. */
  static @Nullable Value parseOrNull(String text) {
    if (text.length() > Limits.CASE_CHARS) {
      return null;
    }
    try (JsonParser parser = JSON.createParser(text)) {
      return only(parser, 1);
    } catch (IOException | Malformed e) {
      return null;
    }
  }

  private static Value only(JsonParser parser, int line) throws IOException, Malformed {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new Malformed(line, 1, "JSON is missing");
    }
    Value value = read(parser, line - 1, new Budget());
    if (parser.nextToken() != null) {
      JsonLocation place = parser.currentTokenLocation();
      throw new Malformed(
          line + place.getLineNr() - 1,
          place.getColumnNr(),
          "more text follows the JSON value; write one case a line");
    }
    return value;
  }

  /** The value whose first token is the current one. */
  static Value read(JsonParser parser, int linesBefore, Budget budget)
      throws IOException, Malformed {
    return read(parser, linesBefore, budget, 1);
  }

  private static Value read(JsonParser parser, int linesBefore, Budget budget, int depth)
      throws IOException, Malformed {
    JsonLocation place = parser.currentTokenLocation();
    int line = linesBefore + place.getLineNr();
    int column = place.getColumnNr();
    Budget.checkDepth(depth, line, column);
    JsonToken token = parser.currentToken();
    switch (token) {
      case START_OBJECT -> {
        budget.spend(0, 1, line, column);
        LinkedHashMap<String, Value> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          JsonLocation at = parser.currentTokenLocation();
          int nameLine = linesBefore + at.getLineNr();
          budget.spend(name.length(), 0, nameLine, at.getColumnNr());
          parser.nextToken();
          Value value = read(parser, linesBefore, budget, depth + 1);
          if (fields.put(name, value) != null) {
            throw new Malformed(
                nameLine, at.getColumnNr(), "field " + Names.quoted(name) + " occurs twice");
          }
        }
        return Value.object(fields, line, column);
      }
      case START_ARRAY -> {
        budget.spend(0, 1, line, column);
        List<Value> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(parser, linesBefore, budget, depth + 1));
        }
        return Value.list(items, line, column);
      }
      default -> {
        Kind kind =
            switch (token) {
              case VALUE_STRING -> Kind.TEXT;
              case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Kind.NUMBER;
              case VALUE_TRUE, VALUE_FALSE -> Kind.BOOLEAN;
              default -> Kind.NULL;
            };
        String text = parser.getText();
        budget.spend(text.length(), 1, line, column);
        return Value.scalar(kind, text, line, column);
      }
    }
  }

  /** What Jackson says without what it quotes. */
  static Malformed malformed(IOException e, int linesBefore) {
    JsonLocation place = e instanceof JsonProcessingException json ? json.getLocation() : null;
    int line = place == null ? linesBefore + 1 : linesBefore + Math.max(1, place.getLineNr());
    int column = place == null ? 0 : Math.max(0, place.getColumnNr());
    String what;
    if (e instanceof StreamConstraintsException) {
      what =
          "case exceeds a limit: a text has at most "
              + Limits.CASE_CHARS
              + " characters, a name 50000, a number 1000";
    } else if (e instanceof JsonEOFException) {
      what = "JSON ends before it is complete";
    } else {
      what = "text is not valid JSON";
    }
    return new Malformed(line, column, what);
  }

  /**
   * Compact JSON on one line, with every character in it that a reader or editor may stumble at.
   */
  static String compact(Value value) {
    StringBuilder out = new StringBuilder();
    compact(value, out);
    return out.toString();
  }

  static void compact(Value value, StringBuilder out) {
    switch (value.kind()) {
      case TEXT -> quote(value.text(), out);
      case NUMBER, BOOLEAN -> out.append(value.text());
      case NULL -> out.append("null");
      case LIST -> {
        out.append('[');
        String comma = "";
        for (Value item : value.items()) {
          out.append(comma);
          compact(item, out);
          comma = ",";
        }
        out.append(']');
      }
      case OBJECT -> {
        out.append('{');
        String comma = "";
        for (Map.Entry<String, Value> field : value.fields().entrySet()) {
          out.append(comma);
          quote(field.getKey(), out);
          out.append(':');
          compact(Objects.requireNonNull(field.getValue()), out);
          comma = ",";
        }
        out.append('}');
      }
    }
  }

  static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c == '\r') {
        out.append("\\r");
      } else if (c == '\t') {
        out.append("\\t");
      } else if (isEscaped(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /** Control characters, line ends that only some tools see, marks, and lone surrogates. */
  static boolean isEscaped(char c) {
    return c < 0x20
        || (c >= 0x7F && c <= 0x9F)
        || c == '\u2028'
        || c == '\u2029'
        || c == '\uFEFF'
        || c >= '\uFFFE'
        || Character.isSurrogate(c);
  }
}
