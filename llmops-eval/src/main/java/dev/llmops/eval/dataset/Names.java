package dev.llmops.eval.dataset;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names from a file, in messages. */
final class Names {

  private static final int MAX_CHARS = 80;

  /** What other tools call these fields. */
  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("question", "input"),
          Map.entry("query", "input"),
          Map.entry("prompt", "input"),
          Map.entry("user_input", "input"),
          Map.entry("response", "output"),
          Map.entry("completion", "output"),
          Map.entry("prediction", "output"),
          Map.entry("actual_output", "output"),
          Map.entry("reference", "references"),
          Map.entry("expected", "references"),
          Map.entry("expected_output", "references"),
          Map.entry("answer", "references"),
          Map.entry("answers", "references"),
          Map.entry("target", "references"),
          Map.entry("ground_truth", "references"),
          Map.entry("ideal", "references"),
          Map.entry("label", "references"),
          Map.entry("contexts", "context"),
          Map.entry("documents", "context"),
          Map.entry("retrieval_context", "context"),
          Map.entry("retrieved_contexts", "context"),
          Map.entry("meta", "metadata"),
          Map.entry("labels", "tags"),
          Map.entry("slices", "tags"),
          Map.entry("expected_tools", "expected_tool_calls"));

  private Names() {}

  /** The name in quotes, shortened, with what a terminal must not see replaced. */
  static String quoted(String name) {
    StringBuilder safe = new StringBuilder("\"");
    name.codePoints()
        .limit(MAX_CHARS)
        .map(c -> isShown(c) ? c : '?')
        .forEach(safe::appendCodePoint);
    return safe.append(name.codePointCount(0, name.length()) > MAX_CHARS ? "…\"" : "\"").toString();
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The known name that was probably meant. */
  static @Nullable String meant(String name, List<String> known) {
    String plain = name.strip().toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
    if (plain.length() > MAX_CHARS) {
      return null;
    }
    String synonym = SYNONYMS.get(plain);
    if (synonym != null && known.contains(synonym)) {
      return synonym;
    }
    String best = null;
    int bestDistance = 3;
    for (String each : known) {
      int distance = distance(plain.replace("_", ""), each.replace("_", ""));
      if (distance < bestDistance && distance < each.length() / 2) {
        best = each;
        bestDistance = distance;
      }
    }
    return best;
  }

  /** Insertions, deletions, replacements and swaps of neighbours (Damerau 1964). */
  private static int distance(String a, String b) {
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(distance[i - 1][j], distance[i][j - 1]) + 1;
        least = Math.min(least, distance[i - 1][j - 1] + same);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, distance[i - 2][j - 2] + 1);
        }
        distance[i][j] = least;
      }
    }
    return distance[a.length()][b.length()];
  }
}
