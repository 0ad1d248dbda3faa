package dev.llmops.privacy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A text and the parts of it that were claimed for redaction. Finders read it through {@link
 * #at(int)}, which folds full-width and other variants to ASCII and hides what is already claimed.
 * Not thread-safe: one per call. Not final, so that a test can count the reads.
 */
class MarkedText {

  record Span(int start, int end, String mark) {}

  private final CharSequence source;
  private final int length;
  private final List<Span> spans = new ArrayList<>(0);
  private int[] numberStarts = {};
  private int numbers;
  private int[] ats = {};
  private int atSigns;
  private boolean colons;

  /** A folded copy with 0 where something is claimed: each character is read some ten times. */
  private final char[] folded;

  MarkedText(CharSequence source) {
    this.source = source;
    this.length = source.length();
    this.folded = new char[length];
    index();
  }

  /** Most finders start at a number or an at sign, which most texts have few of. */
  private void index() {
    char before = 0;
    for (int i = 0; i < length; i++) {
      char c = fold(source.charAt(i));
      folded[i] = c;
      if ((isDigit(c) && !isDigit(before)) || c == '+' || c == '(') {
        numberStarts = append(numberStarts, numbers++, i);
      } else if (c == '@') {
        ats = append(ats, atSigns++, i);
      } else if (c == ':') {
        colons = true;
      }
      before = c;
    }
    numberStarts = Arrays.copyOf(numberStarts, numbers);
    ats = Arrays.copyOf(ats, atSigns);
  }

  private static int[] append(int[] list, int size, int value) {
    int[] out = size < list.length ? list : Arrays.copyOf(list, Math.max(16, 2 * size));
    out[size] = value;
    return out;
  }

  /** Where a run of digits begins, or a plus or an opening parenthesis stands, in order. */
  int[] numberStarts() {
    return numberStarts;
  }

  int[] atSigns() {
    return ats;
  }

  boolean hasColons() {
    return colons;
  }

  int length() {
    return length;
  }

  /** The folded character at {@code i}; 0 outside the text and where it is claimed. */
  char at(int i) {
    if (i < 0 || i >= length) {
      return 0;
    }
    return folded[i];
  }

  void claim(int start, int end, String mark) {
    Arrays.fill(folded, start, end, (char) 0);
    spans.add(new Span(start, end, mark));
  }

  int claims() {
    return spans.size();
  }

  /** The claimed parts in the order of the text. They do not overlap. */
  List<Span> spans() {
    spans.sort(Comparator.comparingInt(Span::start));
    return spans;
  }

  String redacted() {
    StringBuilder out = new StringBuilder(length);
    int from = 0;
    for (Span span : spans()) {
      out.append(source, from, span.start()).append(span.mark());
      from = span.end();
    }
    return out.append(source, from, length).toString();
  }

  boolean digitAt(int i) {
    return isDigit(at(i));
  }

  boolean wordAt(int i) {
    return isWord(at(i));
  }

  int digitsEnd(int i, int limit) {
    int end = i;
    while (end < limit && digitAt(end)) {
      end++;
    }
    return end;
  }

  /** Whether the text has {@code lowerCase} at {@code i}, ASCII letters in any case. */
  boolean hasAt(int i, String lowerCase) {
    for (int k = 0; k < lowerCase.length(); k++) {
      if (lower(at(i + k)) != lowerCase.charAt(k)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a number may start at {@code i}: no ASCII word character stands before it, and no digit
   * joined to it by one of {@code joints}. The mirror of {@link #mayEnd}; that the two agree is
   * what makes a second redaction find nothing new.
   */
  boolean mayStart(int i, String joints) {
    char before = at(i - 1);
    return !isWord(before) && !(joints.indexOf(before) >= 0 && digitAt(i - 2));
  }

  boolean mayEnd(int end, String joints) {
    char after = at(end);
    return !isWord(after) && !(joints.indexOf(after) >= 0 && digitAt(end + 1));
  }

  /**
   * Whether one of {@code words} (lower case, whole ASCII words; or Chinese, anywhere) ends at most
   * {@code gap} characters before {@code i}. Looks no further back than a digit, a claimed part or
   * a closing bracket: what follows a mark must not depend on the letters in it.
   */
  boolean wordBefore(int i, int gap, List<String> words) {
    for (int p = i; p > i - gap; p--) {
      char c = at(p - 1);
      if (c == 0 || c == ']' || isDigit(c)) {
        return false;
      }
      boolean ascii = isLetter(c);
      if (c < 0x80 && (!ascii || isLetter(at(p)))) {
        continue;
      }
      for (String word : words) {
        int start = p - word.length();
        if (word.charAt(word.length() - 1) == lower(c)
            && hasAt(start, word)
            && !(ascii && isLetter(at(start - 1)))) {
          return true;
        }
      }
    }
    return false;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean isLetter(char c) {
    char l = lower(c);
    return l >= 'a' && l <= 'z';
  }

  static boolean isWord(char c) {
    return isDigit(c) || isLetter(c) || c == '_';
  }

  static boolean isHex(char c) {
    char l = lower(c);
    return isDigit(c) || (l >= 'a' && l <= 'f');
  }

  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }

  private static char fold(char c) {
    return c < 0x80 ? c : foldWide(c);
  }

  private static char foldWide(char c) {
    if (c >= 0xFF01 && c <= 0xFF5E) {
      return (char) (c - 0xFEE0);
    }
    if (c == 0xA0 || c == 0x3000 || c == 0x202F || c == 0x205F || (c >= 0x2000 && c <= 0x200A)) {
      return ' ';
    }
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63) {
      return '-';
    }
    if (c == 0x201C || c == 0x201D) {
      return '"';
    }
    if (c == 0x2018 || c == 0x2019) {
      return '\'';
    }
    return Character.isDigit(c) ? (char) ('0' + Character.digit(c, 10)) : c;
  }
}
