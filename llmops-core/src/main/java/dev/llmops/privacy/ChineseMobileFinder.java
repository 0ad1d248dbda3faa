package dev.llmops.privacy;

/** Chinese mobile numbers (numbering plan of the MIIT: 11 digits, 13 to 19 first). */
final class ChineseMobileFinder implements Finder {

  private static final String JOINTS = ".-";

  @Override
  public void scan(MarkedText text, String mark) {
    for (int i : text.numberStarts()) {
      if ((text.digitAt(i) || text.at(i) == '+') && text.mayStart(i, JOINTS)) {
        int end = end(text, afterCountry(text, i));
        if (end > 0) {
          text.claim(i, end, mark);
        }
      }
    }
  }

  private static int afterCountry(MarkedText text, int start) {
    int i = start;
    if (text.at(i) == '+') {
      i++;
    } else if (text.hasAt(i, "00")) {
      i += 2;
    }
    if (text.hasAt(i, "86")) {
      i += 2;
      return text.at(i) == ' ' || text.at(i) == '-' ? i + 1 : i;
    }
    return start;
  }

  private static int end(MarkedText text, int start) {
    if (text.at(start) != '1' || text.at(start + 1) < '3' || !text.digitAt(start + 1)) {
      return -1;
    }
    char divider = text.at(start + 3);
    int width = divider == ' ' || divider == '-' ? 1 : 0;
    int middle = start + 3 + width;
    int last = middle + 4 + width;
    int end = last + 4;
    boolean matches =
        text.digitsEnd(start, start + 3) == start + 3
            && text.digitsEnd(middle, middle + 4) == middle + 4
            && (width == 0 || text.at(last - 1) == divider)
            && text.digitsEnd(last, end) == end
            && text.mayEnd(end, JOINTS);
    return matches ? end : -1;
  }
}
