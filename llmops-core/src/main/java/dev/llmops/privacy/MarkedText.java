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

  private static final byte LETTER = 1;
  private static final byte HEX = 2;
  private static final byte WORD = 4;
  private static final byte[] KINDS = kinds();

  private static final byte NUMBER = 1;
  private static final byte AT = 2;
  private static final byte COLON = 4;
  private static final byte SECRET = 8;

  /** Stands for all that is not ASCII where two characters are looked up. */
  private static final char OTHER = 0x7F;

  /** What begins at the second of two characters; for a secret, at the first. */
  private static final byte[] BEGINNINGS = beginnings();

  private final CharSequence source;
  private final int length;
  private final List<Span> spans = new ArrayList<>(0);
  private final Positions numberStarts = new Positions();
  private final Positions atSigns = new Positions();
  private final Positions colons = new Positions();
  private final Positions secretStarts = new Positions();

  /** A folded copy with 0 where something is claimed: each character is read some ten times. */
  private final char[] folded;

  MarkedText(CharSequence source) {
    this.source = source;
    this.length = source.length();
    this.folded = new char[length];
    index();
  }

  /** Finders start where this finds something, which in most texts is at few places. */
  private void index() {
    if (source instanceof String text) {
      text.getChars(0, length, folded, 0);
    } else {
      for (int i = 0; i < length; i++) {
        folded[i] = source.charAt(i);
      }
    }
    int before = 0;
    for (int i = 0; i < length; i++) {
      char c = folded[i];
      if (c >= 0x80) {
        c = foldWide(c);
        folded[i] = c;
      }
      int here = Math.min(c, OTHER);
      byte begins = BEGINNINGS[before << 7 | here];
      if (begins != 0) {
        note(begins, i);
      }
      if (c > OTHER && SecretFinder.startsAt(c)) {
        secretStarts.add(i);
      }
      before = here;
    }
    note((byte) (BEGINNINGS[before << 7] & SECRET), length);
  }

  private void note(byte begins, int i) {
    if ((begins & SECRET) != 0) {
      secretStarts.add(i - 1);
    }
    if ((begins & NUMBER) != 0) {
      numberStarts.add(i);
    }
    if ((begins & AT) != 0) {
      atSigns.add(i);
    }
    if ((begins & COLON) != 0) {
      colons.add(i);
    }
  }

  /** Added first, then asked for. */
  private static final class Positions {

    private int[] list = {};
    private int size;

    void add(int position) {
      if (size == list.length) {
        list = Arrays.copyOf(list, Math.max(64, 2 * size));
      }
      list[size++] = position;
    }

    int[] all() {
      if (size < list.length) {
        list = Arrays.copyOf(list, size);
      }
      return list;
    }
  }

  /** Where a run of digits begins, or a plus or an opening parenthesis stands, in order. */
  int[] numberStarts() {
    return numberStarts.all();
  }

  int[] atSigns() {
    return atSigns.all();
  }

  int[] colons() {
    return colons.all();
  }

  /** Where {@link SecretFinder} has to look, in order. */
  int[] secretStarts() {
    return secretStarts.all();
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
    return isOf(c, LETTER);
  }

  static boolean isWord(char c) {
    return isOf(c, WORD);
  }

  static boolean isHex(char c) {
    return isOf(c, HEX);
  }

  private static boolean isOf(char c, byte kind) {
    return c < 0x80 && (KINDS[c] & kind) != 0;
  }

  private static byte[] kinds() {
    byte[] kinds = new byte[0x80];
    for (char c = 0; c < 0x80; c++) {
      char l = lower(c);
      boolean digit = isDigit(c);
      boolean letter = l >= 'a' && l <= 'z';
      kinds[c] |= letter ? LETTER : 0;
      kinds[c] |= digit || (l >= 'a' && l <= 'f') ? HEX : 0;
      kinds[c] |= digit || letter || c == '_' ? WORD : 0;
    }
    return kinds;
  }

  private static byte[] beginnings() {
    byte[] beginnings = new byte[0x80 * 0x80];
    for (char before = 0; before < 0x80; before++) {
      for (char c = 0; c < 0x80; c++) {
        boolean number = (isDigit(c) && !isDigit(before)) || c == '+' || c == '(';
        int begins = number ? NUMBER : 0;
        begins |= c == '@' ? AT : 0;
        begins |= c == ':' ? COLON : 0;
        begins |= SecretFinder.startsAt(before, c) ? SECRET : 0;
        beginnings[before << 7 | c] = (byte) begins;
      }
    }
    return beginnings;
  }

  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
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
