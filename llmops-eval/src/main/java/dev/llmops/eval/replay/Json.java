package dev.llmops.eval.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON as it is stored (numbers keep their digits) and as it is hashed (canonical). */
final class Json {

  /** No entry is larger, and no text in one longer. */
  static final int MAX_ENTRY_BYTES = 32 * 1024 * 1024;

  static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(MAX_ENTRY_BYTES).build())
                  .build())
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private static final ObjectReader WHOLE =
      MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final ObjectWriter PRETTY =
      MAPPER.writer(
          new DefaultPrettyPrinter()
              .withObjectIndenter(new DefaultIndenter("  ", "\n"))
              .withSeparators(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER)));

  private Json() {}

  /** The value, absent if the text is not one JSON value. */
  static @Nullable JsonNode parse(String text) {
    try {
      JsonNode node = WHOLE.readTree(text);
      return node == null || node.isMissingNode() ? null : node;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  static String compact(JsonNode node) {
    return writable(write(MAPPER.writer(), node));
  }

  /** Many lines; all but the first indented by two spaces more. */
  static String pretty(JsonNode node) {
    // texts hold no line feeds: they are escaped
    return writable(write(PRETTY, node)).replace("\n", "\n  ");
  }

  /**
   * The same text for the same value: fields by name, numbers by value, no white space. Close to
   * RFC 8785 (JSON Canonicalization Scheme), but numbers are kept exact rather than made doubles.
   */
  static String canonical(JsonNode node) {
    StringBuilder text = new StringBuilder(256);
    canonical(node, text);
    return writable(text.toString());
  }

  private static void canonical(JsonNode node, StringBuilder into) {
    if (node.isObject()) {
      List<String> names = new ArrayList<>(node.size());
      node.fieldNames().forEachRemaining(names::add);
      Collections.sort(names);
      char before = '{';
      for (String name : names) {
        into.append(before);
        quoted(name, into);
        into.append(':');
        canonical(node.get(name), into);
        before = ',';
      }
      into.append(names.isEmpty() ? "{}" : "}");
    } else if (node.isArray()) {
      into.append('[');
      for (int i = 0; i < node.size(); i++) {
        if (i > 0) {
          into.append(',');
        }
        canonical(node.get(i), into);
      }
      into.append(']');
    } else if (node.isTextual()) {
      quoted(node.textValue(), into);
    } else if (node.isNumber()) {
      into.append(node.decimalValue().stripTrailingZeros());
    } else {
      into.append(node.asText("null"));
    }
  }

  private static void quoted(String text, StringBuilder into) {
    into.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, into);
    into.append('"');
  }

  private static String write(ObjectWriter writer, JsonNode node) {
    try {
      return writer.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree could not be written", e);
    }
  }

  /** Half a surrogate pair, which a model may well write, has no UTF-8: it is escaped. */
  private static String writable(String json) {
    StringBuilder escaped = null;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      boolean paired =
          Character.isHighSurrogate(c)
              && i + 1 < json.length()
              && Character.isLowSurrogate(json.charAt(i + 1));
      if (paired) {
        if (escaped != null) {
          escaped.append(c).append(json.charAt(i + 1));
        }
        i++;
      } else if (Character.isSurrogate(c)) {
        if (escaped == null) {
          escaped = new StringBuilder(json.length() + 16).append(json, 0, i);
        }
        escaped.append(String.format("\\u%04x", (int) c));
      } else if (escaped != null) {
        escaped.append(c);
      }
    }
    return escaped == null ? json : escaped.toString();
  }
}
