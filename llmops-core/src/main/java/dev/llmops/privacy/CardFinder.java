package dev.llmops.privacy;

/**
 * Payment card numbers. Among the digit groups of a line every window that starts at a group is
 * tried, the longest first; a window has 19 digits at most, so the work per group is bounded.
 */
final class CardFinder implements Finder {

  private static final int SHORTEST = 12;
  private static final int LONGEST = 19;
  private static final int SHORTEST_FIRST_GROUP = 4;
  private static final int SHORTEST_GROUP = 3;
  private static final String JOINTS = ".";

  @Override
  public void scan(MarkedText text, String mark) {
    int[] starts = text.numberStarts();
    if (starts.length == 0) {
      return;
    }
    int[] digits = new int[LONGEST];
    for (int i : starts) {
      if (text.digitAt(i) && text.mayStart(i, JOINTS)) {
        int end = end(text, i, digits);
        if (end > 0) {
          text.claim(i, end, mark);
        }
      }
    }
  }

  private static int end(MarkedText text, int start, int[] digits) {
    int count = 0;
    int best = -1;
    int i = start;
    while (true) {
      int groupEnd = text.digitsEnd(i, i + LONGEST - count + 1);
      int size = groupEnd - i;
      if (count + size > LONGEST || size == 0 || (count == 0 && size < SHORTEST_FIRST_GROUP)) {
        return best;
      }
      for (int k = i; k < groupEnd; k++) {
        digits[count++] = text.at(k) - '0';
      }
      if (count >= SHORTEST
          && text.mayEnd(groupEnd, JOINTS)
          && isIssued(digits, count)
          && passesLuhn(digits, count)) {
        best = groupEnd;
      }
      char divider = text.at(groupEnd);
      if ((divider != ' ' && divider != '-') || (count > size && size < SHORTEST_GROUP)) {
        return best;
      }
      i = groupEnd + 1;
    }
  }

  /** The check digit of ISO/IEC 7812-1, annex B. */
  private static boolean passesLuhn(int[] digits, int count) {
    int sum = 0;
    for (int k = 0; k < count; k++) {
      int doubled = digits[count - 1 - k] << (k & 1);
      sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 == 0;
  }

  /**
   * Issuer prefixes and lengths as the schemes publish them. Nine of ten numbers fail Luhn, and
   * most of the rest (timestamps, ISBNs, order numbers) fail here.
   */
  private static boolean isIssued(int[] d, int count) {
    int two = d[0] * 10 + d[1];
    int four = two * 100 + d[2] * 10 + d[3];
    if (d[0] == 4) { // Visa
      return count == 13 || count == 16 || count == 19;
    }
    if (two == 34 || two == 37) { // American Express
      return count == 15;
    }
    if (two == 30 || two == 36 || two == 38 || two == 39) { // Diners Club
      return count >= 14;
    }
    if (two == 35) { // JCB; it has 3528 to 3589 only, but generators of test data use all of 35
      return count >= 16;
    }
    if (four == 2131 || four == 1800) { // JCB, old
      return count == 15;
    }
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) { // Mastercard
      return count == 16;
    }
    if (four >= 2200 && four <= 2204) { // Mir
      return count >= 16;
    }
    if (four == 9792) { // Troy
      return count == 16;
    }
    // Maestro, and with 6 also Discover, UnionPay and RuPay
    return two == 50 || two == 56 || two == 57 || two == 58 || d[0] == 6;
  }
}
