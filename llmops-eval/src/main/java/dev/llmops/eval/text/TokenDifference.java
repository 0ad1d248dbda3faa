package dev.llmops.eval.text;

import java.util.List;

/** Says which tokens of a reference an output lacks, and which it has beside them. */
final class TokenDifference {

  private static final int MAX_SHOWN = 5;
  private static final int MAX_CHARS = 40;

  private TokenDifference() {}

  /** {@code missing: "paris"; extra: "lyon"}, a few of each, in the order of the texts. */
  static String of(List<String> output, List<String> reference) {
    Vocabulary vocabulary = new Vocabulary();
    return of(vocabulary.ids(output), vocabulary.ids(reference), vocabulary);
  }

  static String of(int[] output, int[] reference, Vocabulary vocabulary) {
    String missing = list(reference, output, vocabulary);
    String extra = list(output, reference, vocabulary);
    if (missing.isEmpty() && extra.isEmpty()) {
      return "the same tokens";
    }
    return (missing.isEmpty() ? "" : "missing: " + missing)
        + (missing.isEmpty() || extra.isEmpty() ? "" : "; ")
        + (extra.isEmpty() ? "" : "extra: " + extra);
  }

  private static String list(int[] tokens, int[] without, Vocabulary vocabulary) {
    int[] counts = new int[vocabulary.size()];
    for (int token : without) {
      counts[token]++;
    }
    StringBuilder list = new StringBuilder();
    int shown = 0;
    int hidden = 0;
    for (int token : tokens) {
      if (--counts[token] >= 0) {
        continue;
      }
      if (shown == MAX_SHOWN) {
        hidden++;
        continue;
      }
      list.append(shown++ == 0 ? "\"" : ", \"").append(cut(vocabulary.token(token))).append('"');
    }
    return hidden == 0 ? list.toString() : list + " and " + hidden + " more";
  }

  private static String cut(String token) {
    if (token.length() <= MAX_CHARS) {
      return token;
    }
    int end = Character.isHighSurrogate(token.charAt(MAX_CHARS - 1)) ? MAX_CHARS - 1 : MAX_CHARS;
    return token.substring(0, end) + "…";
  }
}
