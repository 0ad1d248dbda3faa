package dev.llmops.privacy;

import java.util.HashMap;
import java.util.Map;

/** International bank account numbers, by country length and mod-97 checksum (ISO 13616-1). */
final class IbanFinder implements Finder {

  /** Country and length, from the SWIFT IBAN Registry, release 97 (May 2024). */
  private static final Map<Integer, Integer> LENGTHS =
      lengths(
          "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27"
              + " DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21"
              + " HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25"
              + " MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25"
              + " QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24"
              + " TR26 UA29 VA22 VG24 XK20 YE30");

  @Override
  public void scan(MarkedText text, String mark) {
    for (int number : text.numberStarts()) {
      int i = number - 2;
      if (MarkedText.isLetter(text.at(i))
          && !text.wordAt(i - 1)
          && MarkedText.isLetter(text.at(i + 1))
          && text.digitAt(i + 2)
          && text.digitAt(i + 3)) {
        int end = end(text, i);
        if (end > 0) {
          text.claim(i, end, mark);
        }
      }
    }
  }

  private static int end(MarkedText text, int start) {
    int length = LENGTHS.getOrDefault(country(upper(text.at(start)), upper(text.at(start + 1))), 0);
    int i = start;
    boolean divided = false;
    boolean lowerCase = false;
    // ISO/IEC 7064: the first four characters go last, letters count 10 to 35, remainder 1.
    int head = 0;
    int rest = 0;
    for (int taken = 0; taken < length; taken++) {
      char c = text.at(i);
      if ((c == ' ' || c == '-') && taken >= 4) {
        divided = true;
        i++;
        c = text.at(i);
      }
      if (!MarkedText.isDigit(c) && !MarkedText.isLetter(c)) {
        return -1;
      }
      lowerCase |= c != upper(c);
      int value = MarkedText.isDigit(c) ? c - '0' : upper(c) - 'A' + 10;
      int shift = value > 9 ? 100 : 10;
      if (taken < 4) {
        head = head * shift + value;
      } else {
        rest = (rest * shift + value) % 97;
      }
      i++;
    }
    // 10^6 = 27 (mod 97): two letters and two digits are six decimal digits.
    boolean valid = length > 0 && (rest * 27 + head) % 97 == 1;
    return valid && !text.wordAt(i) && !(divided && lowerCase) ? i : -1;
  }

  private static char upper(char c) {
    return c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
  }

  private static int country(char first, char second) {
    return first << 8 | second;
  }

  private static Map<Integer, Integer> lengths(String table) {
    Map<Integer, Integer> lengths = new HashMap<>();
    for (int i = 0; i < table.length(); i += 5) {
      lengths.put(
          country(table.charAt(i), table.charAt(i + 1)),
          Integer.parseInt(table.substring(i + 2, i + 4)));
    }
    return Map.copyOf(lengths);
  }
}
