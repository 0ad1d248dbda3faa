package dev.llmops.eval.safety;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Words by class: what is said (slur, insult, violence) of whom (group, you) and how (negated,
 * quoted). A word may have several classes. Immutable.
 */
final class Lexicon {

  /** Which lexicon; the order is written in the models. */
  enum Language {
    NONE,
    ENGLISH,
    CHINESE,
    INJECTION;

    @Nullable Lexicon lexicon() {
      return switch (this) {
        case NONE -> null;
        case ENGLISH -> english();
        case CHINESE -> chinese();
        case INJECTION -> Injection.LEXICON;
      };
    }
  }

  private static final int WINDOW = 5;
  private static final int LONGEST_RUN = 6;
  private static final int LONGEST_MASKED = 14;
  private static final List<String> ENDINGS =
      List.of("s", "es", "ed", "d", "ing", "er", "ers", "in", "y", "ish");

  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> bits = new HashMap<>();

  /** An open hash table from the hash of a word to its classes; empty where 0. */
  private final int[] keys;

  private final int[] values;

  /** The words by length and first letter, for words with masked letters. */
  private final List<List<String>> byShape = new ArrayList<>();

  private Lexicon(String resource) {
    Map<String, Integer> words = new HashMap<>();
    for (String line : lines(resource)) {
      int colon = line.indexOf(':');
      names.add(line.substring(0, colon));
      int bit = 1 << (names.size() - 1);
      bits.put(names.get(names.size() - 1), bit);
      for (String word : line.substring(colon + 1).strip().split(" ", -1)) {
        words.merge(word, bit, (one, other) -> one | other);
      }
    }
    for (int i = 0; i <= LONGEST_MASKED * 26 + 26; i++) {
      byShape.add(new ArrayList<>());
    }
    int rude =
        bits.getOrDefault("profanity", 0)
            | bits.getOrDefault("slur", 0)
            | bits.getOrDefault("insult", 0);
    words.forEach(
        (word, classes) -> {
          if ((classes & rude) != 0 && word.length() <= LONGEST_MASKED) {
            byShape.get(shape(word.charAt(0), word.length())).add(word);
          }
        });
    int size = Integer.highestOneBit(words.size() * 4 - 1) * 2;
    keys = new int[size];
    values = new int[size];
    words.forEach(
        (word, classes) -> {
          int hash = Features.hash(word.toCharArray(), 0, word.length());
          int slot = slot(hash);
          while (keys[slot] != 0) {
            slot = (slot + 1) & (keys.length - 1);
          }
          keys[slot] = hash;
          values[slot] = classes;
        });
  }

  private static final class English {
    static final Lexicon LEXICON = new Lexicon("lexicon-en.txt");
  }

  private static final class Chinese {
    static final Lexicon LEXICON = new Lexicon("lexicon-zh.txt");
  }

  private static final class Injection {
    static final Lexicon LEXICON = new Lexicon("lexicon-injection.txt");
  }

  /** The Chinese one; its words are runs of ideographs. */
  static Lexicon chinese() {
    return Chinese.LEXICON;
  }

  /** The English one. */
  static Lexicon english() {
    return English.LEXICON;
  }

  /** The lines of a resource beside this class, without comments. */
  static List<String> lines(String resource) {
    try (InputStream in = Lexicon.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing from the jar");
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      return reader.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bit of a class. */
  int bit(String name) {
    Integer bit = bits.get(name);
    if (bit == null) {
      throw new IllegalArgumentException("word class " + name + " is not known");
    }
    return bit;
  }

  /** The classes of a word as bits; 0 for none. */
  int classesOf(char[] chars, int start, int length) {
    int classes = get(Features.hash(chars, start, length));
    if (classes != 0 || length < 4) {
      return classes;
    }
    if (length <= LONGEST_MASKED && isMasked(chars, start, length)) {
      return masked(chars, start, length);
    }
    for (String ending : ENDINGS) {
      int stem = length - ending.length();
      if (stem >= 3 && endsWith(chars, start + stem, ending)) {
        int of = get(Features.hash(chars, start, stem));
        if (of != 0) {
          return of;
        }
      }
    }
    return 0;
  }

  /** The classes of a word as it stands in the list, or masked; 0 for none. */
  int listed(char[] chars, int start, int length) {
    int classes = get(Features.hash(chars, start, length));
    return classes == 0 && length > 3 && length <= LONGEST_MASKED && isMasked(chars, start, length)
        ? masked(chars, start, length)
        : classes;
  }

  private static int shape(char first, int length) {
    return first >= 'a' && first <= 'z' ? length * 26 + first - 'a' : 0;
  }

  private static boolean isMasked(char[] chars, int start, int length) {
    for (int k = start + 1; k < start + length; k++) {
      if (chars[k] == '*') {
        return true;
      }
    }
    return false;
  }

  /** All classes of the rude words that {@code f**k} may stand for. */
  private int masked(char[] chars, int start, int length) {
    int classes = 0;
    for (String word : byShape.get(shape(chars[start], length))) {
      if (word.length() != length || word.charAt(0) != chars[start]) {
        continue; // words that begin with other letters than a to z share one list
      }
      int k = 1;
      while (k < length && (chars[start + k] == '*' || chars[start + k] == word.charAt(k))) {
        k++;
      }
      if (k == length) {
        classes |= get(Features.hash(word.toCharArray(), 0, length));
      }
    }
    return classes;
  }

  /** How many ideographs the longest listed word has that starts at {@code i}; 1 for none. */
  int run(Words words, int i, int to) {
    int longest = Math.min(LONGEST_RUN, to - i);
    int start = words.start(i);
    for (int run = longest; run > 1; run--) {
      if (get(Features.hash(words.chars, start, words.ends[i + run - 1] - start)) != 0) {
        return run;
      }
    }
    return 1;
  }

  private static boolean endsWith(char[] chars, int at, String ending) {
    for (int k = 0; k < ending.length(); k++) {
      if (chars[at + k] != ending.charAt(k)) {
        return false;
      }
    }
    return true;
  }

  private int slot(int hash) {
    return (hash * 0x9E3779B9) >>> 8 & (keys.length - 1);
  }

  private int get(int hash) {
    int slot = slot(hash);
    while (keys[slot] != 0) {
      if (keys[slot] == hash) {
        return values[slot];
      }
      slot = (slot + 1) & (keys.length - 1);
    }
    return 0;
  }

  /** Classes, pairs of them within a window and in the text, and triples of neighbours. */
  void classes(Words words, int from, int to, Features.Sink sink) {
    int[] recent = new int[WINDOW];
    int n = 0;
    int before = 0;
    int beforeThat = 0;
    int seen = 0;
    for (int i = from; i < to; i++) {
      int run = words.isIdeograph(i) ? run(words, i, to) : 1;
      int start = words.start(i);
      int classes = classesOf(words.chars, start, words.ends[i + run - 1] - start);
      i += run - 1;
      for (int rest = classes; rest != 0; rest &= rest - 1) {
        int one = rest & -rest;
        sink.add(Features.CLASSES, Features.mix(one, 0x60));
        for (int back = 1; back < WINDOW && back <= n; back++) {
          for (int r = recent[(n - back) % WINDOW]; r != 0; r &= r - 1) {
            sink.add(Features.CLASSES, Features.mix(Features.step(r & -r, one), 0x61));
          }
        }
        if (before != 0) {
          for (int r = before; r != 0; r &= r - 1) {
            for (int q = beforeThat; q != 0; q &= q - 1) {
              int pair = Features.step(q & -q, r & -r);
              sink.add(Features.CLASSES, Features.mix(Features.step(pair, one), 0x62));
            }
          }
        }
      }
      seen |= classes;
      recent[n++ % WINDOW] = classes;
      if (classes != 0) {
        beforeThat = before;
        before = classes;
      }
    }
    for (int one = seen; one != 0; one &= one - 1) {
      for (int other = one & (one - 1); other != 0; other &= other - 1) {
        sink.add(Features.CLASSES, Features.mix(Features.step(one & -one, other & -other), 0x63));
      }
    }
  }
}
