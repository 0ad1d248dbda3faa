package dev.llmops.privacy;

import java.util.List;

/** IPv6 addresses (RFC 4291, section 2.2), then IPv4 addresses. */
final class IpFinder implements Finder {

  private static final String JOINTS = ".";
  private static final int VERSION_GAP = 10;
  private static final List<String> VERSION_WORDS =
      List.of(
          "version",
          "versions",
          "ver",
          "v",
          "release",
          "build",
          "section",
          "chapter",
          "clause",
          "版本",
          "版本号",
          "章节");

  private static final int GROUPS = 8;
  private static final int FEWEST_COMPRESSED_DIGITS = 5;

  @Override
  public void scan(MarkedText text, String mark) {
    for (int colon : text.colons()) {
      if (text.at(colon) == ':') { // else it is within an address that was found before
        int start = groupStart(text, colon);
        int end = start < colon ? v6End(text, start) : -1;
        if (end < 0) {
          start = colon;
          end = v6End(text, start);
        }
        if (end > 0) {
          text.claim(start, end, mark);
        }
      }
    }
    for (int i : text.numberStarts()) {
      if (text.digitAt(i) && text.mayStart(i, JOINTS)) {
        int end = v4End(text, i);
        if (end > 0
            && text.mayEnd(end, JOINTS)
            && !text.wordBefore(i, VERSION_GAP, VERSION_WORDS)) {
          text.claim(i, end, mark);
        }
      }
    }
  }

  /** Where the up to four hexadecimal digits before {@code colon} begin. */
  private static int groupStart(MarkedText text, int colon) {
    int start = colon;
    while (start > colon - 4 && MarkedText.isHex(text.at(start - 1))) {
      start--;
    }
    return start;
  }

  private static int v4End(MarkedText text, int start) {
    int i = start;
    for (int octet = 0; octet < 4; octet++) {
      if (octet > 0) {
        if (text.at(i) != '.') {
          return -1;
        }
        i++;
      }
      int end = text.digitsEnd(i, i + 3);
      if (end == i || (end - i > 1 && text.at(i) == '0') || value(text, i, end) > 255) {
        return -1;
      }
      i = end;
    }
    return i;
  }

  private static int value(MarkedText text, int start, int end) {
    int value = 0;
    for (int i = start; i < end; i++) {
      value = value * 10 + text.at(i) - '0';
    }
    return value;
  }

  private static int v6End(MarkedText text, int start) {
    if (text.wordAt(start - 1) || followsGroup(text, start)) {
      return -1;
    }
    int groups = 0;
    int digits = 0;
    boolean compressed = false;
    boolean dotted = false;
    int i = start;
    while (groups < GROUPS) {
      if (text.at(i) == ':') {
        if (text.at(i + 1) == ':' && !compressed) {
          compressed = true;
          i += 2;
          if (!MarkedText.isHex(text.at(i))) {
            break;
          }
        } else if (groups > 0 && MarkedText.isHex(text.at(i + 1))) {
          i++;
        } else {
          break;
        }
      } else if (groups > 0) {
        break;
      }
      int end = i;
      while (end < i + 4 && MarkedText.isHex(text.at(end))) {
        end++;
      }
      int dottedEnd = text.at(end) == '.' && groups <= GROUPS - 2 ? v4End(text, i) : -1;
      if (dottedEnd > 0) {
        groups += 2;
        dotted = true;
        i = dottedEnd;
        break;
      }
      if (end == i) {
        return -1;
      }
      digits += end - i;
      groups++;
      i = end;
    }
    boolean complete =
        compressed
            ? groups < GROUPS && (dotted || (groups > 1 && digits >= FEWEST_COMPRESSED_DIGITS))
            : groups == GROUPS;
    boolean ends = !text.wordAt(i) && !(text.at(i) == ':' && isGroup(text, i + 1));
    return complete && ends ? i : -1;
  }

  /**
   * Whether what is before {@code i} is a group of an address and its colon, so that none starts
   * here.
   */
  private static boolean followsGroup(MarkedText text, int i) {
    if (text.at(i - 1) != ':') {
      return false;
    }
    int start = i - 1;
    while (start > i - 6 && MarkedText.isHex(text.at(start - 1))) {
      start--;
    }
    return start < i - 1 && start >= i - 5 && !text.wordAt(start - 1);
  }

  private static boolean isGroup(MarkedText text, int i) {
    int end = i;
    while (end < i + 5 && MarkedText.isHex(text.at(end))) {
      end++;
    }
    return end > i && end <= i + 4 && !text.wordAt(end);
  }
}
