package dev.llmops.privacy;

import java.util.List;

/** US social security numbers. */
final class SsnFinder implements Finder {

  private static final String JOINTS = ".-";
  private static final int GAP = 20;
  private static final List<String> WORDS =
      List.of("ssn", "ssns", "social security", "security number");

  @Override
  public void scan(MarkedText text, String mark) {
    for (int i : text.numberStarts()) {
      if (text.digitAt(i) && text.mayStart(i, JOINTS)) {
        int end = end(text, i);
        if (end > 0) {
          text.claim(i, end, mark);
        }
      }
    }
  }

  private static int end(MarkedText text, int start) {
    char divider = text.at(start + 3);
    int width = divider == '-' || divider == ' ' ? 1 : 0;
    int group = start + 3 + width;
    int serial = group + 2 + width;
    int end = serial + 4;
    if (text.digitsEnd(start, start + 3) != start + 3
        || text.digitsEnd(group, group + 2) != group + 2
        || text.digitsEnd(serial, end) != end
        || (width == 1 && text.at(serial - 1) != divider)
        || !text.mayEnd(end, JOINTS)) {
      return -1;
    }
    boolean issued =
        !text.hasAt(start, "000")
            && !text.hasAt(start, "666")
            && text.at(start) != '9'
            && !text.hasAt(group, "00")
            && !text.hasAt(serial, "0000");
    return issued && (divider == '-' || text.wordBefore(start, GAP, WORDS)) ? end : -1;
  }
}
