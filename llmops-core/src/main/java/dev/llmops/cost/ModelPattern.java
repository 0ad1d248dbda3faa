package dev.llmops.cost;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which model names a price is for. A name is always matched as a whole: what may vary is spelled
 * out, so that a price never reaches a model that merely begins with the same letters.
 *
 * <ul>
 *   <li>{@code gpt-4o}: this name only;
 *   <li>{@code (us.|eu.)model}: one of the choices;
 *   <li>{@code model[-latest|-001]}: one of the choices, or none;
 *   <li>{@code YYYY-MM-DD} and {@code YYYYMMDD}: any date of this form, once in a name;
 *   <li>{@code ft:gpt-4o-2024-08-06:*}: anything of one character or more, only at the end and
 *       right after {@code :}, {@code /} or {@code @}.
 * </ul>
 */
final class ModelPattern {

  static final String DASHED_DATE = "YYYY-MM-DD";
  static final String PLAIN_DATE = "YYYYMMDD";

  private static final int MAX_NAMES = 64;
  private static final String BEFORE_WILDCARD = ":/@";

  private final String text;
  private final List<String> exact = new ArrayList<>();
  private final List<String> dated = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();

  private ModelPattern(String text) {
    this.text = text;
  }

  /** The name itself, whatever characters it has. */
  static ModelPattern literal(String name) {
    ModelPattern pattern = new ModelPattern(name);
    pattern.exact.add(name);
    return pattern;
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if it is not of the form above
   */
  static ModelPattern parse(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("model must not be blank");
    }
    ModelPattern pattern = new ModelPattern(text);
    for (String name : expand(text)) {
      pattern.add(name);
    }
    return pattern;
  }

  /** The pattern as it was written. */
  String text() {
    return text;
  }

  /** The names without a variable part. */
  List<String> exact() {
    return exact;
  }

  /** The names with a date in them, the date as its form. */
  List<String> dated() {
    return dated;
  }

  /** What comes before a final wildcard. */
  List<String> prefixes() {
    return prefixes;
  }

  /** The name with its first date replaced by the date's form, or null when it has none. */
  static @Nullable String withoutDate(String model) {
    int length = model.length();
    int at = 0;
    while (at < length) {
      if (!isDigit(model.charAt(at))) {
        at++;
        continue;
      }
      int end = at;
      while (end < length && isDigit(model.charAt(end))) {
        end++;
      }
      if (end - at == 8 && isDate(model, at, at + 4, at + 6)) {
        return model.substring(0, at) + PLAIN_DATE + model.substring(end);
      }
      if (end - at == 4
          && at + 10 <= length
          && model.charAt(at + 4) == '-'
          && model.charAt(at + 7) == '-'
          && (at + 10 == length || !isDigit(model.charAt(at + 10)))
          && isDate(model, at, at + 5, at + 8)) {
        return model.substring(0, at) + DASHED_DATE + model.substring(at + 10);
      }
      at = end;
    }
    return null;
  }

  private void add(String name) {
    int star = name.indexOf('*');
    if (star >= 0) {
      if (star != name.length() - 1
          || star == 0
          || BEFORE_WILDCARD.indexOf(name.charAt(star - 1)) < 0) {
        throw new IllegalArgumentException(
            "model \""
                + text
                + "\": * is allowed only at the end and right after \":\", \"/\" or \"@\";"
                + " list the names, or use [-YYYY-MM-DD] for dated versions");
      }
      prefixes.add(name.substring(0, star));
      return;
    }
    int dates = count(name, DASHED_DATE) + count(name, PLAIN_DATE);
    if (dates > 1) {
      throw new IllegalArgumentException("model \"" + text + "\": only one date is allowed");
    }
    (dates == 1 ? dated : exact).add(name);
  }

  private static List<String> expand(String text) {
    List<String> names = new ArrayList<>(List.of(""));
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      List<String> choices = new ArrayList<>();
      int end;
      if (c == '[' || c == '(') {
        char closing = c == '[' ? ']' : ')';
        end = text.indexOf(closing, at) + 1;
        String inner = end == 0 ? "[" : text.substring(at + 1, end - 1);
        if (inner.isEmpty() || inner.indexOf('[') >= 0 || inner.indexOf('(') >= 0) {
          throw new IllegalArgumentException(
              "model \""
                  + text
                  + "\": "
                  + c
                  + " needs choices and its "
                  + closing
                  + ", not nested");
        }
        choices.addAll(List.of(inner.split("\\|", -1)));
        if (c == '[') {
          choices.add("");
        }
      } else if (c == ']' || c == ')' || c == '|') {
        throw new IllegalArgumentException(
            "model \"" + text + "\": " + c + " is allowed only after [ or (");
      } else {
        end = at;
        while (end < text.length() && "[](|)".indexOf(text.charAt(end)) < 0) {
          end++;
        }
        choices.add(text.substring(at, end));
      }
      List<String> longer = new ArrayList<>();
      for (String name : names) {
        for (String choice : choices) {
          longer.add(name + choice);
        }
      }
      if (longer.size() > MAX_NAMES) {
        throw new IllegalArgumentException(
            "model \"" + text + "\" stands for more than " + MAX_NAMES + " names; use more lines");
      }
      names = longer;
      at = end;
    }
    return names;
  }

  private static boolean isDate(String s, int year, int month, int day) {
    int m = twoDigits(s, month);
    int d = twoDigits(s, day);
    return s.startsWith("20", year) && m >= 1 && m <= 12 && d >= 1 && d <= 31;
  }

  private static int twoDigits(String s, int at) {
    char tens = s.charAt(at);
    char ones = s.charAt(at + 1);
    return isDigit(tens) && isDigit(ones) ? (tens - '0') * 10 + (ones - '0') : -1;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static int count(String s, String part) {
    int n = 0;
    for (int at = s.indexOf(part); at >= 0; at = s.indexOf(part, at + 1)) {
      n++;
    }
    return n;
  }
}
