package dev.llmops.eval.safety;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * A text cut into folded words. Folding undoes what is done to slip past a word list: case,
 * full-width and mathematical letters, accents, look-alikes of other scripts, characters of no
 * width, {@code sh1t}, {@code $hit}, {@code s h i t}, {@code s.h.i.t} and {@code shiiiit}. Links
 * become {@link #LINK}, mentions {@link #MENTION}. A character of a script that is written without
 * spaces is a word, as are emoji and the marks {@code ! ?}. Time linear in the text.
 */
final class Words {

  /** Stands for a link. */
  static final char LINK = '\u0001';

  /** Stands for an {@code @mention}. */
  static final char MENTION = '\u0002';

  private static final int LONGEST_WORD = 40;

  private static final String LOOKALIKES_FROM = "аеорсухіјѕԁһвкмнтгαεοριυντκ";
  private static final String LOOKALIKES_TO = "aeopcyxijsdhbkmhtraeopiuvtk";

  /** Folded letters up to U+052F and, from there on, those of the letter-like blocks. */
  private static final char[] LOW = low();

  private static final char[] MATHEMATICAL = mathematical();

  /** All words one after another; word i is from {@code ends[i - 1]} to {@code ends[i]}. */
  char[] chars;

  int[] ends;
  int count;

  /** How many of the words are one character of a script without spaces. */
  int ideographs;

  private int length;

  private Words(int capacity) {
    chars = new char[capacity];
    ends = new int[Math.max(8, capacity / 4)];
  }

  /** The words of the text. */
  static Words of(String text) {
    Words words = new Words(text.length() + 16);
    words.split(fold(text));
    return words;
  }

  int start(int word) {
    return word == 0 ? 0 : ends[word - 1];
  }

  int length(int word) {
    return ends[word] - start(word);
  }

  /** How many words have a Latin letter. */
  int latin() {
    int latin = 0;
    for (int i = 0; i < count; i++) {
      char first = chars[start(i)];
      if (first >= 'a' && first <= 'z') {
        latin++;
      }
    }
    return latin;
  }

  String word(int word) {
    return new String(chars, start(word), length(word));
  }

  boolean isIdeograph(int word) {
    return isIdeograph(chars[start(word)]);
  }

  /** Han, kana, Hangul. */
  static boolean isIdeograph(char c) {
    return (c >= 0x3040 && c <= 0x30FF)
        || (c >= 0x3400 && c <= 0x9FFF)
        || (c >= 0xAC00 && c <= 0xD7AF)
        || (c >= 0xF900 && c <= 0xFAFF);
  }

  private static char[] fold(String text) {
    char[] out = new char[text.length()];
    int n = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        out[n++] = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
      } else {
        char folded = foldWide(text, i, c);
        if (folded != 0) {
          out[n++] = folded;
        }
        if (c == 0xD835) {
          i++;
        }
      }
    }
    return n == out.length ? out : Arrays.copyOf(out, n);
  }

  /** 0 for what is left out. */
  private static char foldWide(String text, int i, char c) {
    if (c < LOW.length) {
      return LOW[c];
    }
    if (c >= 0xFF01 && c <= 0xFF5E) {
      char ascii = (char) (c - 0xFEE0);
      return ascii >= 'A' && ascii <= 'Z' ? (char) (ascii + 32) : ascii;
    }
    if (c == 0xD835) {
      int low = i + 1 < text.length() ? text.charAt(i + 1) - 0xDC00 : -1;
      return low >= 0 && low < MATHEMATICAL.length ? MATHEMATICAL[low] : 0;
    }
    if (c >= 0x24B6 && c <= 0x24E9) {
      return (char) ('a' + (c - 0x24B6) % 26);
    }
    if ((c >= 0x200B && c <= 0x200F)
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2060 && c <= 0x206F)
        || (c >= 0xFE00 && c <= 0xFE0F)
        || c == 0xFEFF) {
      return 0;
    }
    if (c == 0x2018 || c == 0x2019) {
      return '\'';
    }
    if (c == 0x3000 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x2028 || c == 0x2029) {
      return ' ';
    }
    if (c >= 0x1E00 && c <= 0x1EFF) {
      char base = Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFD).charAt(0);
      return Character.toLowerCase(base);
    }
    return Character.toLowerCase(c);
  }

  private void split(char[] text) {
    int i = 0;
    while (i < text.length) {
      while (i < text.length && isSpace(text[i])) {
        i++;
      }
      int end = i;
      while (end < text.length && !isSpace(text[end])) {
        end++;
      }
      if (end > i) {
        chunk(text, i, end);
      }
      i = end;
    }
    joinSpelled();
  }

  private void chunk(char[] text, int start, int end) {
    if (isLink(text, start, end)) {
      add(LINK);
      return;
    }
    int i = start;
    while (i < end) {
      char c = text[i];
      if (isIdeograph(c)) {
        add(c);
        i++;
      } else if (c == '@' && i + 2 < end && isLetter(text[i + 1]) && mentionEnd(text, i, end) > 0) {
        add(MENTION);
        i = mentionEnd(text, i, end);
      } else if (isLetter(c) || isDigit(c) || opensWord(text, i, end)) {
        i = word(text, i, end);
      } else {
        if (c == '!' || c == '?') {
          add(c);
          while (i + 1 < end && text[i + 1] == c) {
            i++;
          }
        } else if (Character.isHighSurrogate(c) && i + 1 < end) {
          add(c);
          append(text[++i]);
          ends[count - 1] = length;
        } else if (c >= 0x2190 && c <= 0x2BFF) {
          add(c);
        }
        i++;
      }
    }
  }

  private static boolean isLink(char[] text, int start, int end) {
    return end - start > 7
        && ((text[start] == 'h' && text[start + 1] == 't' && text[start + 2] == 't')
            || (text[start] == 'w' && text[start + 1] == 'w' && text[start + 2] == 'w'))
        && (text[start + 3] == 'p' || text[start + 3] == '.');
  }

  /** The end of {@code @name}; -1 where the at sign stands for an a, as in {@code @ss}. */
  private static int mentionEnd(char[] text, int at, int end) {
    int i = at + 1;
    while (i < end && (isLetter(text[i]) || isDigit(text[i]) || text[i] == '_')) {
      i++;
    }
    int length = i - at - 1;
    boolean word =
        (length == 2 && text[at + 1] == 's' && text[at + 2] == 's')
            || (length == 5 && new String(text, at + 1, 5).equals("shole"))
            || (length == 6 && new String(text, at + 1, 6).equals("sshole"));
    return word ? -1 : i;
  }

  private static boolean opensWord(char[] text, int i, int end) {
    return (text[i] == '$' || text[i] == '@') && i + 1 < end && isLetter(text[i + 1]);
  }

  /** Adds the word that starts at {@code i}; returns its end. */
  private int word(char[] text, int start, int end) {
    int first = length;
    int i = start;
    boolean starred = start > 0 && text[start - 1] == '*';
    while (i < end) {
      char c = text[i];
      char folded;
      if (isLetter(c)) {
        folded = c;
      } else if (isDigit(c)) {
        folded = betweenLetters(text, i, start, end) ? leet(c) : c;
      } else if (c == '$' || c == '@') {
        boolean beside =
            (i > start && (isLetter(text[i - 1]) || text[i - 1] == c))
                || (i + 1 < end && isLetter(text[i + 1]));
        if (!beside) {
          break;
        }
        folded = c == '$' ? 's' : 'a';
      } else if (c == '!' && betweenLetters(text, i, start, end)) {
        folded = 'i';
      } else if (c == '*' && i > start && !starred) {
        folded = '*';
      } else if ((c == '#' || c == '%') && betweenLetters(text, i, start, end)) {
        folded = '*';
      } else if (c == '\'' && i > start && i + 1 < end && isLetter(text[i + 1])) {
        i++;
        continue;
      } else {
        break;
      }
      int n = length - first;
      boolean third =
          n >= 2
              && folded == chars[length - 1]
              && folded == chars[length - 2]
              && folded >= 'a'
              && folded <= 'z';
      if (third) {
        length--; // shiiit, shiit and shit; the run is counted again from one
        int run = i;
        while (run < end && text[run] == c) {
          run++;
        }
        i = run;
        continue;
      }
      if (n < LONGEST_WORD) {
        append(folded);
      }
      i++;
    }
    if (length > first) {
      end();
    } else {
      return Math.max(i, start + 1);
    }
    return i;
  }

  private static boolean betweenLetters(char[] text, int i, int start, int end) {
    return i > start && i + 1 < end && isLetterOrMask(text[i - 1]) && isLetterOrMask(text[i + 1]);
  }

  private static boolean isLetterOrMask(char c) {
    return isLetter(c) || c == '*' || c == '$' || c == '@';
  }

  private static char leet(char digit) {
    return switch (digit) {
      case '0' -> 'o';
      case '1' -> 'i';
      case '3' -> 'e';
      case '4' -> 'a';
      case '5' -> 's';
      case '7' -> 't';
      default -> digit;
    };
  }

  /** Joins three or more single letters in a row to a word. */
  private void joinSpelled() {
    int kept = 0;
    int to = 0;
    int from = 0;
    for (int i = 0; i < count; ) {
      int run = i;
      while (run < count
          && ends[run] - (run == i ? from : ends[run - 1]) == 1
          && chars[ends[run] - 1] >= 'a'
          && chars[ends[run] - 1] <= 'z'
          && run - i < LONGEST_WORD) {
        run++;
      }
      int next = run - i >= 3 ? run : i + 1;
      int end = ends[next - 1];
      System.arraycopy(chars, from, chars, to, end - from);
      to += end - from;
      from = end;
      ends[kept++] = to;
      i = next;
    }
    count = kept;
    length = to;
  }

  private void add(char c) {
    append(c);
    if (isIdeograph(c)) {
      ideographs++;
    }
    end();
  }

  private void append(char c) {
    if (length == chars.length) {
      chars = Arrays.copyOf(chars, 2 * length);
    }
    chars[length++] = c;
  }

  private void end() {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    ends[count++] = length;
  }

  private static boolean isSpace(char c) {
    return c <= ' ' || c == 0x85 || c == 0xA0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 0xAA && Character.isLetter(c) && !isIdeograph(c));
  }

  private static char[] low() {
    char[] low = new char[0x530];
    for (char c = 0; c < low.length; c++) {
      if ((c >= 0x300 && c <= 0x36F) || c == 0xAD) {
        continue;
      }
      String split = Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKD);
      char base = Character.toLowerCase(split.isEmpty() ? c : split.charAt(0));
      int lookalike = LOOKALIKES_FROM.indexOf(base);
      low[c] = lookalike >= 0 && base > 0x7F ? LOOKALIKES_TO.charAt(lookalike) : base;
    }
    low[0xA0] = ' ';
    return low;
  }

  private static char[] mathematical() {
    char[] letters = new char[0x400];
    for (int i = 0; i < letters.length; i++) {
      String plain = Normalizer.normalize(Character.toString(0x1D400 + i), Normalizer.Form.NFKD);
      letters[i] = plain.length() == 1 ? Character.toLowerCase(plain.charAt(0)) : 0;
    }
    return letters;
  }
}
