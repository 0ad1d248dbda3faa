package dev.llmops.eval.consistency;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The answers that are compared, each with where it is from; or why there are none.
 *
 * @param texts two or more, unless there is a reason
 * @param whyNot why nothing can be compared, absent when it can
 */
record Answers(List<String> texts, @Nullable String whyNot) {

  /** z of a two-sided 95 % interval. */
  private static final double Z = 1.959963984540054;

  private static final int QUOTED_CHARS = 80;

  static Answers of(List<String> texts) {
    return new Answers(List.copyOf(texts), null);
  }

  static Answers none(String whyNot) {
    return new Answers(List.of(), whyNot);
  }

  /** Equal answers together, the largest group first, ties by the form. */
  List<Group> groups(AnswerForm form) {
    // sorted by form first: the groups do not depend on the order of the answers
    Map<String, List<String>> byForm = new TreeMap<>();
    for (String text : texts) {
      byForm.computeIfAbsent(form.of(text), key -> new ArrayList<>()).add(text);
    }
    List<Group> groups = new ArrayList<>();
    byForm.values().forEach(each -> groups.add(new Group(least(each), each.size())));
    groups.sort((one, other) -> Integer.compare(other.count(), one.count()));
    return groups;
  }

  /** The share of pairs whose answers are equal: Σ c(c-1) ÷ n(n-1). */
  static double pairAgreement(List<Group> groups) {
    double n = 0;
    double pairs = 0;
    for (Group group : groups) {
      n += group.count();
      pairs += (double) group.count() * (group.count() - 1);
    }
    return pairs / (n * (n - 1));
  }

  /** {@code 3× "Paris", 1× "Lyon", and 2 others}. */
  static String describe(List<Group> groups) {
    List<String> parts = new ArrayList<>();
    for (Group group : groups.subList(0, Math.min(5, groups.size()))) {
      parts.add(group.count() + "× " + quote(group.text()));
    }
    if (groups.size() > 5) {
      parts.add("and " + (groups.size() - 5) + " others");
    }
    return String.join(", ", parts);
  }

  /**
   * Wilson's 95 % interval of a rate (Wilson 1927): centre (p + z²/2n) ÷ (1 + z²/n). 4 of 5 → 0.376
   * to 0.964.
   */
  static String wilson(int hits, int n) {
    double p = (double) hits / n;
    double z2 = Z * Z;
    double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z / (1 + z2 / n) * Math.sqrt(p * (1 - p) / n + z2 / (4.0 * n * n));
    return String.format(
        Locale.ROOT, "%.3f to %.3f", Math.max(0, centre - half), Math.min(1, centre + half));
  }

  static String quote(String text) {
    if (text.length() <= QUOTED_CHARS) {
      return "\"" + text + "\"";
    }
    int end = QUOTED_CHARS;
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return "\"" + text.substring(0, end) + "…\"";
  }

  private static String least(List<String> texts) {
    String least = texts.get(0);
    for (String text : texts) {
      least = text.compareTo(least) < 0 ? text : least;
    }
    return least;
  }

  /**
   * Equal answers.
   *
   * @param text one of them, the first in the order of texts
   * @param count how many, 1 or more
   */
  record Group(String text, int count) {}

  /** Each answer once, in the order of texts, with how often it was given. */
  Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    texts.forEach(text -> counts.merge(text, 1, Integer::sum));
    return new LinkedHashMap<>(counts);
  }
}
