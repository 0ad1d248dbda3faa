package dev.llmops.eval.safety;

/**
 * The features of a text, as 32-bit hashes of three kinds: n-grams of characters within words,
 * n-grams of words, and n-grams of word classes ({@link Lexicon}). Training and scoring share this
 * code; a change here makes every shipped model worthless.
 */
final class Features {

  /** Character n-grams within a word and its two borders. */
  static final int CHARS = 0;

  /** Words and pairs of words; for ideographs, runs of up to {@code maxIdeographs}. */
  static final int WORDS = 1;

  /** Classes of words, with what stands between them. */
  static final int CLASSES = 2;

  /** How many kinds there are. */
  static final int KINDS = 3;

  /** Takes the features one by one. */
  interface Sink {
    void add(int kind, int hash);
  }

  /**
   * What is looked at.
   *
   * @param minChars shortest character n-gram
   * @param maxChars longest
   * @param maxWords longest n-gram of words
   * @param maxIdeographs longest run of ideographs
   * @param classes whose word classes are looked at
   */
  record Options(
      int minChars, int maxChars, int maxWords, int maxIdeographs, Lexicon.Language classes) {}

  private static final int BORDER = 0x5BD1E995;

  private Features() {}

  static void each(Words words, int from, int to, Options options, Sink sink) {
    int before = BORDER;
    int beforeThat = BORDER;
    for (int i = from; i < to; i++) {
      int start = words.start(i);
      int length = words.length(i);
      int word = hash(words.chars, start, length);
      if (words.isIdeograph(i)) {
        int run = 17;
        for (int k = 0; k < options.maxIdeographs && i + k < to; k++) {
          int next = i + k;
          run = step(run, hash(words.chars, words.start(next), words.length(next)));
          sink.add(WORDS, mix(run, 0x2A + k));
        }
      } else {
        sink.add(WORDS, mix(word, 1));
        if (options.maxWords > 1) {
          sink.add(WORDS, mix(step(before, word), 2));
        }
        if (options.maxWords > 2) {
          sink.add(WORDS, mix(step(step(beforeThat, before), word), 3));
        }
        if (options.maxChars() > 0) {
          chars(words.chars, start, length, options, sink);
        }
      }
      beforeThat = before;
      before = word;
    }
    Lexicon lexicon = options.classes.lexicon();
    if (lexicon != null) {
      lexicon.classes(words, from, to, sink);
    }
  }

  private static void chars(char[] chars, int start, int length, Options options, Sink sink) {
    for (int at = -1; at <= length - options.minChars + 1; at++) {
      int hash = 31;
      for (int n = 1; n <= options.maxChars; n++) {
        int k = at + n - 1;
        if (k > length) {
          break;
        }
        hash = step(hash, k < 0 || k == length ? 0x20 : chars[start + k]);
        if (n >= options.minChars) {
          sink.add(CHARS, mix(hash, 0x10 + n));
        }
      }
    }
  }

  static int hash(char[] chars, int start, int length) {
    int hash = 7;
    for (int k = start; k < start + length; k++) {
      hash = step(hash, chars[k]);
    }
    return hash;
  }

  static int step(int hash, int next) {
    return (hash ^ next) * 0x01000193 + (hash >>> 15);
  }

  /** The finalizer of MurmurHash3 (Appleby, public domain). */
  static int mix(int hash, int kind) {
    int h = hash + kind * 0x9E3779B9;
    h ^= h >>> 16;
    h *= 0x85EBCA6B;
    h ^= h >>> 13;
    h *= 0xC2B2AE35;
    return h ^ (h >>> 16);
  }
}
