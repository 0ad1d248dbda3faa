package dev.llmops.samples.quickstart;

import org.jspecify.annotations.Nullable;

/**
 * One paragraph, list item or table row of a document.
 *
 * @param document the file's name, such as {@code README.md}
 * @param heading the nearest heading above it; empty before the first one
 * @param text the paragraph on one line, without Markdown's marks for links and emphasis
 * @param code the short code block that follows the paragraph, as it stands
 */
record Passage(String document, String heading, String text, @Nullable String code) {

  /** {@code sentence} under the heading: what it is about often stands only there. */
  String inContext(String sentence) {
    return heading.isEmpty() || heading.equals(sentence) ? sentence : heading + ". " + sentence;
  }

  /** Where it stands, for a reader: {@code README.md, "Install"}. */
  String source() {
    return heading.isEmpty() ? document : document + ", \"" + heading + "\"";
  }
}
