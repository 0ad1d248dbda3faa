package dev.llmops.privacy;

/** Chinese resident identity numbers of 18 characters (GB 11643-1999). */
final class ChineseIdFinder implements Finder {

  private static final int LENGTH = 18;
  private static final String JOINTS = ".";

  /** The weight of the digit at k is 2^(17-k) mod 11 (ISO/IEC 7064 MOD 11-2). */
  private static final int[] WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};

  private static final String CHECKS = "10x98765432";

  /** The first two digits of GB/T 2260: provinces; 81 to 83 are residence permits of HK, MO, TW. */
  private static final String PROVINCES =
      " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64"
          + " 65 71 81 82 83 ";

  private static final int[] DAYS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  @Override
  public void scan(MarkedText text, String mark) {
    for (int i : text.numberStarts()) {
      if (text.digitAt(i) && text.mayStart(i, JOINTS) && matches(text, i)) {
        text.claim(i, i + LENGTH, mark);
      }
    }
  }

  private static boolean matches(MarkedText text, int start) {
    int last = start + LENGTH - 1;
    if (text.digitsEnd(start, last) != last || !text.mayEnd(start + LENGTH, JOINTS)) {
      return false;
    }
    int sum = 0;
    for (int k = 0; k < LENGTH - 1; k++) {
      sum += (text.at(start + k) - '0') * WEIGHTS[k];
    }
    String province = " " + text.at(start) + text.at(start + 1) + " ";
    return MarkedText.lower(text.at(last)) == CHECKS.charAt(sum % 11)
        && PROVINCES.contains(province)
        && isDate(
            number(text, start + 6, 4), number(text, start + 10, 2), number(text, start + 12, 2));
  }

  private static boolean isDate(int year, int month, int day) {
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return year >= 1800
        && year < 2100
        && month >= 1
        && month <= 12
        && day >= 1
        && day <= (month == 2 && !leap ? 28 : DAYS[month - 1]);
  }

  private static int number(MarkedText text, int start, int digits) {
    int number = 0;
    for (int i = start; i < start + digits; i++) {
      number = number * 10 + text.at(i) - '0';
    }
    return number;
  }
}
