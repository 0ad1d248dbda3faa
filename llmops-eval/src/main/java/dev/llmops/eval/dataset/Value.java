package dev.llmops.eval.dataset;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value of a file, whatever its format, and where it stands.
 *
 * @param text of a text; of a number or boolean as it is written
 * @param line from 1; 0 when it comes from no file
 * @param column from 1; 0 when it comes from no file
 * @param size how many values it holds, itself among them
 */
record Value(
    Kind kind,
    String text,
    List<Value> items,
    Map<String, Value> fields,
    int line,
    int column,
    long size,
    long chars) {

  enum Kind {
    TEXT("a text"),
    NUMBER("a number"),
    BOOLEAN("a boolean"),
    NULL("null"),
    LIST("a list"),
    OBJECT("an object");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  static Value scalar(Kind kind, String text, int line, int column) {
    return new Value(kind, text, List.of(), Map.of(), line, column, 1, text.length());
  }

  static Value text(String text) {
    return scalar(Kind.TEXT, text, 0, 0);
  }

  static Value number(String text) {
    return scalar(Kind.NUMBER, text, 0, 0);
  }

  static Value list(List<Value> items, int line, int column) {
    long size = 1;
    long chars = 0;
    for (Value item : items) {
      size += item.size;
      chars += item.chars;
    }
    return new Value(Kind.LIST, "", items, Map.of(), line, column, size, chars);
  }

  static Value list(List<Value> items) {
    return list(items, 0, 0);
  }

  static Value texts(Iterable<String> texts) {
    List<Value> items = new java.util.ArrayList<>();
    texts.forEach(each -> items.add(text(each)));
    return list(items);
  }

  static Value object(LinkedHashMap<String, Value> fields, int line, int column) {
    long size = 1;
    long chars = 0;
    for (Map.Entry<String, Value> field : fields.entrySet()) {
      size += field.getValue().size;
      chars += field.getKey().length() + field.getValue().chars;
    }
    return new Value(Kind.OBJECT, "", List.of(), fields, line, column, size, chars);
  }

  static Value object(LinkedHashMap<String, Value> fields) {
    return object(fields, 0, 0);
  }

  boolean is(Kind other) {
    return kind == other;
  }
}
