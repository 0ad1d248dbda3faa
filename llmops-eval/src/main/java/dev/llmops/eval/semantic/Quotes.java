package dev.llmops.eval.semantic;

/** Quotes a text in a reason, shortened. */
final class Quotes {

  private static final int MAX_CHARS = 120;

  private Quotes() {}

  static String of(String text) {
    if (text.length() <= MAX_CHARS) {
      return "\"" + text + "\"";
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_CHARS - 1)) ? MAX_CHARS - 1 : MAX_CHARS;
    return "\"" + text.substring(0, end) + "…\"";
  }
}
