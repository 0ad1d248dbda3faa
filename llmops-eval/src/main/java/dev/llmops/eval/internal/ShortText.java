package dev.llmops.eval.internal;

/** Text of strangers on one line, for messages and names. */
public final class ShortText {

  private ShortText() {}

  /**
   * White space and control characters as one space, invisible ones left out, cut at this many
   * characters.
   */
  public static String of(String text, int max) {
    StringBuilder line = new StringBuilder();
    boolean space = false;
    for (int at = 0; at < text.length() && line.length() <= max; ) {
      int codePoint = text.codePointAt(at);
      at += Character.charCount(codePoint);
      int type = Character.getType(codePoint);
      if (Character.isWhitespace(codePoint)
          || Character.isSpaceChar(codePoint)
          || type == Character.CONTROL) {
        space = line.length() > 0;
      } else if (type != Character.FORMAT && type != Character.SURROGATE) {
        if (space) {
          line.append(' ');
          space = false;
        }
        line.appendCodePoint(codePoint);
      }
    }
    if (line.length() <= max) {
      return line.toString();
    }
    int end = Character.isLowSurrogate(line.charAt(max - 1)) ? max - 2 : max - 1;
    return line.substring(0, end) + "…";
  }
}
