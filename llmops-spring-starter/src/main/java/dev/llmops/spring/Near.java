package dev.llmops.spring;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds what somebody may have meant. */
final class Near {

  private Near() {}

  /** The names with the fewest letters to change, at most so many. */
  static List<String> to(String name, Collection<String> names, int limit) {
    List<String> sorted = new ArrayList<>(names);
    sorted.sort(Comparator.comparingInt(each -> distance(each, name)));
    return sorted.subList(0, Math.min(limit, sorted.size()));
  }

  /** Levenshtein's, over UTF-16 characters. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
