package dev.llmops.cost;

/** What a price can be for; each has a column of its own in a price file. */
enum Rate {
  INPUT("input"),
  CACHED("cached"),
  CACHE_WRITE("cache_write"),
  CACHE_WRITE_1H("cache_write_1h"),
  OUTPUT("output"),
  REASONING("reasoning"),
  AUDIO_INPUT("audio_input"),
  AUDIO_CACHED("audio_cached"),
  AUDIO_OUTPUT("audio_output"),
  IMAGE_INPUT("image_input"),
  IMAGE_CACHED("image_cached"),
  IMAGE_OUTPUT("image_output");

  private final String column;

  Rate(String column) {
    this.column = column;
  }

  String column() {
    return column;
  }
}
