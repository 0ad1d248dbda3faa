package dev.llmops.eval.dataset;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.dataset.Value.Kind;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Writes datasets; what it writes is read back equal. */
final class DatasetWriter {

  private DatasetWriter() {}

  /** Writes beside the file, then takes its place, so that no reader sees half of it. */
  static void write(List<EvalCase> cases, Path path, Format format) throws IOException {
    Path target = path.toAbsolutePath();
    Path directory = target.getParent();
    if (directory == null) {
      throw new IOException("is a directory");
    }
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, ".dataset", ".tmp");
    try {
      try (BufferedWriter out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
        switch (format) {
          case JSONL -> jsonl(cases, out);
          case JSON -> json(cases, out);
          case CSV -> csv(cases, out);
          case YAML -> yaml(cases, out);
        }
      }
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void jsonl(List<EvalCase> cases, Writer out) throws IOException {
    for (EvalCase each : cases) {
      out.write(JsonValues.compact(CaseWriter.row(each)));
      out.write('\n');
    }
  }

  private static void json(List<EvalCase> cases, Writer out) throws IOException {
    String separator = "[\n";
    for (EvalCase each : cases) {
      out.write(separator);
      out.write(JsonValues.compact(CaseWriter.row(each)));
      separator = ",\n";
    }
    out.write(cases.isEmpty() ? "[]\n" : "\n]\n");
  }

  private static void csv(List<EvalCase> cases, Writer out) throws IOException {
    List<Field> fields = new ArrayList<>();
    for (Field field : Field.values()) {
      if (field == Field.ID
          || (field != Field.METADATA
              && cases.stream().anyMatch(each -> CaseWriter.value(field, each) != null))) {
        fields.add(field);
      }
    }
    TreeSet<String> metadata = new TreeSet<>();
    cases.forEach(each -> metadata.addAll(each.metadata().keySet()));
    List<String> header = new ArrayList<>();
    fields.forEach(field -> header.add(field.key()));
    for (String key : metadata) {
      header.add(cell(Field.METADATA_COLUMN + key, ""));
    }
    out.write(String.join(",", header) + "\r\n");
    for (EvalCase each : cases) {
      List<String> cells = new ArrayList<>();
      for (Field field : fields) {
        Value value = CaseWriter.value(field, each);
        cells.add(value == null ? "" : cell(text(field, value), each.id()));
      }
      for (String key : metadata) {
        String value = each.metadata().get(key);
        cells.add(value == null ? "" : cell(value, each.id()));
      }
      out.write(String.join(",", cells) + "\r\n");
    }
  }

  private static String text(Field field, Value value) {
    if (field.isText()) {
      return value.text();
    }
    if (field.isTexts() && value.items().size() == 1 && value.items().get(0).is(Kind.TEXT)) {
      String only = value.items().get(0).text();
      if (!only.startsWith("[") && !only.startsWith("{")) {
        return only;
      }
    }
    return JsonValues.compact(value);
  }

  private static String cell(String text, @org.jspecify.annotations.Nullable String id)
      throws IOException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IOException(
            "case "
                + Names.quoted(String.valueOf(id))
                + " holds half a character (a lone surrogate), which CSV cannot; write .jsonl");
      }
    }
    boolean plain =
        !text.isEmpty()
            && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n')
            && text.charAt(0) > ' '
            && text.charAt(text.length() - 1) > ' ';
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static void yaml(List<EvalCase> cases, Writer out) throws IOException {
    if (cases.isEmpty()) {
      out.write("[]\n");
    }
    for (EvalCase each : cases) {
      StringBuilder text = new StringBuilder();
      yaml(CaseWriter.row(each), 0, true, text);
      out.write(text.toString());
    }
  }

  /** A value in block style; the first line of an object stands behind the dash of its item. */
  private static void yaml(Value object, int indent, boolean item, StringBuilder out) {
    String lead = item ? "- " : "";
    for (Map.Entry<String, Value> field : object.fields().entrySet()) {
      out.append(" ".repeat(lead.isEmpty() && item ? indent + 2 : indent)).append(lead);
      lead = "";
      yamlText(field.getKey(), true, 0, out);
      out.append(':');
      yamlValue(field.getValue(), item ? indent + 2 : indent, out);
    }
  }

  private static void yamlValue(Value value, int indent, StringBuilder out) {
    switch (value.kind()) {
      case TEXT -> {
        out.append(' ');
        yamlText(value.text(), false, indent + 2, out);
        out.append('\n');
      }
      case NUMBER, BOOLEAN -> out.append(' ').append(value.text()).append('\n');
      case NULL -> out.append(" null\n");
      case LIST -> {
        if (value.items().isEmpty()) {
          out.append(" []\n");
          return;
        }
        out.append('\n');
        for (Value each : value.items()) {
          if (each.is(Kind.OBJECT) && !each.fields().isEmpty()) {
            yaml(each, indent + 2, true, out);
          } else {
            out.append(" ".repeat(indent + 2)).append('-');
            yamlValue(each, indent + 2, out);
          }
        }
      }
      case OBJECT -> {
        if (value.fields().isEmpty()) {
          out.append(" {}\n");
          return;
        }
        out.append('\n');
        yaml(value, indent + 2, false, out);
      }
    }
  }

  /**
   * In quotes as JSON has them, but a text of many lines as a block where that is the same text.
   */
  private static void yamlText(String text, boolean key, int indent, StringBuilder out) {
    if (key
        && text.matches("[a-z][a-z_]*")
        && !text.matches("null|true|false|yes|no|on|off|[yn]")) {
      out.append(text);
    } else if (!key && isBlock(text)) {
      out.append(text.endsWith("\n") ? "|" : "|-");
      for (String line :
          (text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).split("\n", -1)) {
        out.append('\n').append(line.isEmpty() ? "" : " ".repeat(indent)).append(line);
      }
    } else {
      JsonValues.quote(text, out);
    }
  }

  private static boolean isBlock(String text) {
    if (text.indexOf('\n') < 1
        || text.endsWith("\n\n")
        || text.charAt(0) == ' '
        || text.charAt(0) == '\t') {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\n' && c != '\t' && !Character.isSurrogate(c) && JsonValues.isEscaped(c)) {
        return false;
      }
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
      // white space alone on a line is taken for indentation
      if (c == '\n'
          && i + 1 < text.length()
          && (text.charAt(i + 1) == ' ' || text.charAt(i + 1) == '\t')) {
        int end = i + 1;
        while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
          end++;
        }
        if (end == text.length() || text.charAt(end) == '\n') {
          return false;
        }
      }
    }
    return true;
  }
}
