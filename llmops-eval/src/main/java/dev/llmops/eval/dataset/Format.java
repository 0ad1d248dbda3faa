package dev.llmops.eval.dataset;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The formats of dataset files, told by how the name ends. */
enum Format {
  JSONL,
  JSON,
  CSV,
  YAML;

  static final String ENDINGS = ".jsonl, .json, .csv, .yaml or .yml";

  private static final String NO_YAML =
      "YAML is read by org.snakeyaml:snakeyaml-engine, which is not on the classpath; add it (3.0.1"
          + " or newer), or use .jsonl, .json or .csv";

  /** The format of a file of this name, or null. */
  static @Nullable Format of(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    if (name.endsWith(".jsonl")) {
      return JSONL;
    } else if (name.endsWith(".json")) {
      return JSON;
    } else if (name.endsWith(".csv")) {
      return CSV;
    }
    return name.endsWith(".yaml") || name.endsWith(".yml") ? YAML : null;
  }

  /** The rows of a file; the reader is closed with them. */
  Rows rows(Utf8Reader in, String file, Problems problems) throws IOException {
    return switch (this) {
      case JSONL -> new JsonlRows(in, file, problems);
      case JSON -> new JsonRows(in, file, problems);
      case CSV -> new CsvRows(in, file, problems);
      case YAML -> yaml(in, file, problems);
    };
  }

  /** Apart, so that the other formats load none of its classes. */
  private static Rows yaml(Utf8Reader in, String file, Problems problems) throws IOException {
    try {
      return new YamlRows(in, file, problems);
    } catch (NoClassDefFoundError e) {
      in.close();
      problems.add(file, 0, 0, NO_YAML);
      problems.throwIfAny();
      throw e;
    }
  }
}
