package dev.llmops.privacy;

import java.util.List;

/**
 * Phone numbers. From each place where a number may start, at most 17 digits in at most 8 groups
 * are read; the longest run of groups that looks like a phone number is taken.
 */
final class PhoneFinder implements Finder {

  private static final String JOINTS = ".-";
  private static final int MAX_GROUPS = 8;

  /** ITU-T E.164: 15 digits; two more for the prefix 00. */
  private static final int MAX_DIGITS = 17;

  private static final int STRONG_GAP = 25;
  private static final List<String> STRONG =
      List.of(
          "phone",
          "phones",
          "telephone",
          "cellphone",
          "phonenumber",
          "tel",
          "mobile",
          "cell",
          "fax",
          "whatsapp",
          "sms",
          "电话",
          "电话号码",
          "手机",
          "手机号",
          "座机",
          "传真",
          "联系方式",
          "致电",
          "拨打");

  private static final int WEAK_GAP = 9;
  private static final List<String> WEAK =
      List.of(
          "call",
          "dial",
          "ring",
          "text",
          "reach",
          "contact",
          "answering",
          "message",
          "messages",
          "desk",
          "registered");

  private static final int LABEL_GAP = 3;
  private static final List<String> LABELS =
      List.of("office", "fax", "mobile", "cell", "home", "work");

  @Override
  public void scan(MarkedText text, String mark) {
    int[] starts = text.numberStarts();
    if (starts.length == 0) {
      return;
    }
    Candidate candidate = new Candidate(text);
    for (int i : starts) {
      char c = text.at(i);
      if ((MarkedText.isDigit(c) || c == '+' || c == '(') && text.mayStart(i, JOINTS)) {
        int end = candidate.end(i);
        if (end > 0) {
          text.claim(i, end, mark);
        }
      }
    }
  }

  private enum Context {
    NONE,
    WEAK,
    STRONG
  }

  /** The groups of digits read from one place. */
  private static final class Candidate {

    private final MarkedText text;
    private final int[] starts = new int[MAX_GROUPS];
    private final int[] sizes = new int[MAX_GROUPS];
    private final char[] dividers = new char[MAX_GROUPS];
    private boolean plus;

    /** Which group stands in parentheses, or -1. */
    private int parenthesised;

    Candidate(MarkedText text) {
      this.text = text;
    }

    int end(int start) {
      plus = text.at(start) == '+';
      parenthesised = -1;
      int i = plus ? start + 1 : start;
      int groups = 0;
      int digits = 0;
      int best = -1;
      Context context = null;
      while (groups < MAX_GROUPS) {
        boolean open = text.at(i) == '(';
        if (open && parenthesised >= 0) {
          break;
        }
        int first = open ? i + 1 : i;
        int groupEnd = text.digitsEnd(first, first + MAX_DIGITS - digits + 1);
        int size = groupEnd - first;
        if (size == 0 || digits + size > MAX_DIGITS) {
          break;
        }
        starts[groups] = first;
        sizes[groups] = size;
        dividers[groups] = groups == 0 ? 0 : text.at(i - 1);
        groups++;
        digits += size;
        int next = groupEnd;
        if (open) {
          if (text.at(groupEnd) != ')') {
            break;
          }
          parenthesised = groups - 1;
          next++;
        }
        int end = withExtension(next);
        if (text.mayEnd(end, JOINTS) || (end == next && text.at(end) == '-' && label(end))) {
          boolean looks = isPhone(groups, digits);
          if (!looks && mayBePhone(groups, digits)) {
            if (context == null) {
              context = context(start);
            }
            Context here = context != Context.STRONG && label(end) ? Context.WEAK : context;
            looks =
                here == Context.STRONG || (here == Context.WEAK && (groups > 1 || digits >= 10));
          }
          if (looks) {
            best = end;
          }
        }
        char divider = text.at(next);
        if (divider == ' ' || divider == '-' || divider == '.' || divider == '/') {
          i = next + 1;
        } else if (open || divider == '(') {
          i = next;
        } else {
          break;
        }
      }
      return best;
    }

    /** Writings that are a phone number without further evidence. */
    private boolean isPhone(int groups, int digits) {
      if (plus) {
        return isInternational(groups, digits);
      }
      int size = sizes[0];
      boolean trunkZero = digit(0) == '0' && (size == 1 || digit(1) != '0');
      if (parenthesised == 0) {
        return size >= 2
            && (size <= 3 || (size <= 5 && trunkZero))
            && digits >= 7
            && digits <= 12
            && (groups == 2 ? sizes[1] >= 6 : groups <= 4 && smallest(1, groups) >= 2);
      }
      if (isNorthAmerican(0, groups, digits)
          || (size == 1 && digit(0) == '1' && isNorthAmerican(1, groups, digits - 1))) {
        return true;
      }
      if (digit(0) == '0' && !trunkZero) {
        return size >= 3
            && digit(2) != '0'
            && groups > 1
            && digits >= 11
            && smallest(1, groups) >= 2;
      }
      if (!trunkZero || groups < 2 || digits < 9 || digits > 12 || parenthesised >= 0) {
        return false;
      }
      if (size == 2) {
        return (groups == 5 && digits == 10 && smallest(1, groups) == 2)
            || (groups == 3 && sizes[1] == 4 && sizes[2] == 4);
      }
      return size >= 3 && size <= 5 && smallest(1, groups) >= 2;
    }

    private boolean isInternational(int groups, int digits) {
      if (digit(0) == '0' || digits < 8 || digits > 15 || parenthesised == 0) {
        return false;
      }
      if (digit(0) == '1') {
        return digits == 11;
      }
      for (int k = 2; k < groups; k++) {
        // +46 (0)8 928: the trunk zero and the area code after it may be one digit
        if (sizes[k] < 2 && k != parenthesised && k - 1 != parenthesised) {
          return false;
        }
      }
      return groups > 1 || digits >= 9;
    }

    /**
     * Area, exchange and line of the North American Numbering Plan; 400 is China's service code.
     */
    private boolean isNorthAmerican(int from, int groups, int digits) {
      if (groups - from != 3 || digits != 10 || sizes[from] != 3 || sizes[from + 1] != 3) {
        return false;
      }
      char area = text.at(starts[from]);
      boolean service =
          area == '4' && text.at(starts[from] + 1) == '0' && text.at(starts[from] + 2) == '0';
      return area >= '2' && !service;
    }

    /** Writings that are a phone number only where a word says so. */
    private boolean mayBePhone(int groups, int digits) {
      boolean service = digits == 10 && text.hasAt(starts[0], "400");
      if (plus || service || digits < 6 || digits > 15) {
        return false;
      }
      if (groups == 1) {
        return digits >= 7;
      }
      boolean yearFirst =
          sizes[0] == 4 && (digit(0) == '1' || digit(0) == '2') && groups == 3 && digits <= 8;
      boolean yearLast = groups == 3 && sizes[0] <= 2 && sizes[1] <= 2 && sizes[2] == 4;
      boolean decimal = groups == 2 && dividers[1] == '.';
      return !yearFirst
          && !yearLast
          && !decimal
          && sizes[0] >= 2
          && smallest(1, groups) >= 2
          && (digits > 6 || groups > 2);
    }

    private Context context(int start) {
      if (text.wordBefore(start, STRONG_GAP, STRONG)) {
        return Context.STRONG;
      }
      return text.wordBefore(start, WEAK_GAP, WEAK) ? Context.WEAK : Context.NONE;
    }

    /** Whether a label such as {@code office} closes the line or the phrase after {@code end}. */
    private boolean label(int end) {
      int i = end;
      while (i < end + LABEL_GAP && (text.at(i) == ' ' || text.at(i) == '-' || text.at(i) == '(')) {
        i++;
      }
      if (i == end) {
        return false;
      }
      for (String label : LABELS) {
        int after = i + label.length();
        if (text.hasAt(i, label) && !text.wordAt(after) && text.at(after) != ' ') {
          return true;
        }
      }
      return false;
    }

    /** The end with {@code x123} or {@code ext. 123} after {@code end}, if it is there. */
    private int withExtension(int end) {
      int i = text.at(end) == ' ' ? end + 1 : end;
      if (text.hasAt(i, "ext")) {
        i += text.hasAt(i, "extension") ? 9 : 3;
        i = text.at(i) == '.' ? i + 1 : i;
      } else if (text.hasAt(i, "x")) {
        i++;
      } else {
        return end;
      }
      i = text.at(i) == ' ' ? i + 1 : i;
      int last = text.digitsEnd(i, i + 6);
      return last > i && !text.wordAt(last) ? last : end;
    }

    private char digit(int k) {
      return text.at(starts[0] + k);
    }

    private int smallest(int from, int groups) {
      int smallest = MAX_DIGITS;
      for (int k = from; k < groups; k++) {
        smallest = Math.min(smallest, sizes[k]);
      }
      return smallest;
    }
  }
}
