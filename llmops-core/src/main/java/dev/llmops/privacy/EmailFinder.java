package dev.llmops.privacy;

/**
 * E-mail addresses, found from their {@code @}. The walk back stops at the {@code @} before, so
 * each character is read twice at most.
 */
final class EmailFinder implements Finder {

  private static final int SHORTEST_TOP_LEVEL = 2;

  @Override
  public void scan(MarkedText text, String mark) {
    for (int i : text.atSigns()) {
      if (text.at(i) == '@') {
        int start = localStart(text, i);
        int end = start < i ? domainEnd(text, i + 1) : -1;
        if (end > 0) {
          text.claim(start, end, mark);
        }
      }
    }
  }

  private static int localStart(MarkedText text, int at) {
    int start = at;
    while (isLocal(text.at(start - 1))) {
      start--;
    }
    while (start < at && !MarkedText.isWord(text.at(start)) && !isAccented(text.at(start))) {
      start++;
    }
    return start;
  }

  /** The end of the longest dotted name whose last label is of letters, or -1. */
  private static int domainEnd(MarkedText text, int from) {
    int end = -1;
    int label = from;
    boolean first = true;
    while (isLabel(text.at(label)) && text.at(label) != '-') {
      int letters = label;
      while (MarkedText.isLetter(text.at(letters)) || isAccented(text.at(letters))) {
        letters++;
      }
      int labelEnd = letters;
      while (isLabel(text.at(labelEnd))) {
        labelEnd++;
      }
      if (!first) {
        if (letters - label >= SHORTEST_TOP_LEVEL && !text.wordAt(letters)) {
          end = letters;
        } else if (text.hasAt(label, "xn--") && !text.wordAt(labelEnd)) {
          end = labelEnd;
        }
      }
      if (text.at(labelEnd) != '.') {
        break;
      }
      first = false;
      label = labelEnd + 1;
    }
    return end;
  }

  private static boolean isLocal(char c) {
    return MarkedText.isWord(c) || ".%+-'".indexOf(c) >= 0 || isAccented(c);
  }

  private static boolean isLabel(char c) {
    return MarkedText.isDigit(c) || MarkedText.isLetter(c) || c == '-' || isAccented(c);
  }

  /** Latin letters beyond ASCII (Latin-1 Supplement and Latin Extended-A and -B). */
  private static boolean isAccented(char c) {
    return c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7;
  }
}
