package dev.llmops.eval.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The fields of a row, in the order in which they are written. */
enum Field {
  ID,
  TAGS,
  INPUT,
  MESSAGES,
  REFERENCES,
  CONTEXT,
  RETRIEVED_IDS,
  RELEVANT_IDS,
  EXPECTED_TOOL_CALLS,
  OUTPUT,
  SAMPLES,
  VARIANTS,
  TOOL_CALLS,
  METADATA;

  static final List<String> NAMES =
      Arrays.stream(values()).map(field -> field.name().toLowerCase(Locale.ROOT)).toList();

  /** The prefix of the columns of a table that hold metadata. */
  static final String METADATA_COLUMN = "metadata.";

  String key() {
    return NAMES.get(ordinal());
  }

  static @Nullable Field of(String key) {
    int index = NAMES.indexOf(key);
    return index < 0 ? null : values()[index];
  }

  /** Whether a cell of a table is this field's text as it stands. */
  boolean isText() {
    return this == ID || this == INPUT || this == OUTPUT;
  }

  /** Whether a cell of a table may hold one element as it stands, instead of a JSON list. */
  boolean isTexts() {
    return switch (this) {
      case TAGS, REFERENCES, CONTEXT, RETRIEVED_IDS, RELEVANT_IDS, SAMPLES -> true;
      default -> false;
    };
  }
}
