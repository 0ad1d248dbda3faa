package dev.llmops.eval.text;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.text.TextEvaluators.Matching;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Equality, and phrases at the start, at the end or anywhere. */
final class Phrases {

  private enum Where {
    ANYWHERE,
    START,
    END
  }

  private Phrases() {}

  static Evaluator exactMatch() {
    EvaluatorSpec spec =
        EvaluatorSpec.free("exact_match", Scale.UNIT, Need.OUTPUT, Need.REFERENCES);
    return Evaluators.of(
        spec, evalCase -> equality(spec, evalCase, false, evalCase.references()::contains));
  }

  static Evaluator normalizedExactMatch() {
    EvaluatorSpec spec =
        EvaluatorSpec.free("normalized_exact_match", Scale.UNIT, Need.OUTPUT, Need.REFERENCES);
    return Evaluators.of(
        spec,
        evalCase ->
            equality(
                spec,
                evalCase,
                true,
                output -> {
                  String normal = normalized(output);
                  return evalCase.references().stream()
                      .anyMatch(each -> normalized(each).equals(normal));
                }));
  }

  private static EvalResult equality(
      EvaluatorSpec spec,
      EvalCase evalCase,
      boolean capped,
      java.util.function.Predicate<String> equal) {
    String output = TextEvaluators.output(evalCase);
    if (capped && isTooLong(output, evalCase.references())) {
      return tooLong(spec);
    }
    boolean pass = equal.test(output);
    return Scored.of(
        spec,
        pass,
        pass
            ? "equals a reference"
            : "got "
                + Texts.quoted(output)
                + ", expected "
                + Texts.quoted(evalCase.references().get(0))
                + (evalCase.references().size() > 1
                    ? " or " + (evalCase.references().size() - 1) + " more"
                    : ""));
  }

  static Evaluator containsAny(List<String> phrases, Matching matching) {
    return phrases("contains_any", phrases, matching, Where.ANYWHERE, false);
  }

  static Evaluator containsAll(List<String> phrases, Matching matching) {
    return phrases("contains_all", phrases, matching, Where.ANYWHERE, true);
  }

  static Evaluator startsWith(List<String> phrases, Matching matching) {
    return phrases("starts_with", phrases, matching, Where.START, false);
  }

  static Evaluator endsWith(List<String> phrases, Matching matching) {
    return phrases("ends_with", phrases, matching, Where.END, false);
  }

  private static Evaluator phrases(
      String name, List<String> phrases, Matching matching, Where where, boolean all) {
    List<String> given = List.copyOf(phrases);
    Map<String, String> settings = new TreeMap<>();
    settings.put("matching", matching.name().toLowerCase(Locale.ROOT));
    if (!given.isEmpty()) {
      settings.put("phrases", TextEvaluators.joined(given));
    }
    EvaluatorSpec spec =
        (given.isEmpty()
                ? EvaluatorSpec.free(name, Scale.UNIT, Need.OUTPUT, Need.REFERENCES)
                : EvaluatorSpec.free(name, Scale.UNIT, Need.OUTPUT))
            .withSettings(settings);
    return Evaluators.of(
        spec,
        evalCase -> {
          List<String> wanted = given.isEmpty() ? evalCase.references() : given;
          String output = TextEvaluators.output(evalCase);
          if (matching != Matching.EXACT && isTooLong(output, wanted)) {
            return tooLong(spec);
          }
          return found(spec, output, wanted, matching, where, all);
        });
  }

  private static EvalResult found(
      EvaluatorSpec spec,
      String output,
      List<String> wanted,
      Matching matching,
      Where where,
      boolean all) {
    String text = matching == Matching.EXACT ? output : Texts.folded(output);
    List<String> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String each : wanted) {
      String phrase = matching == Matching.EXACT ? each : Texts.folded(each);
      if (phrase.isEmpty()) {
        return new Skipped(spec, "a phrase is empty, and every text contains it; remove it");
      }
      (holds(text, phrase, matching, where) ? found : missing).add(Texts.quoted(each));
    }
    boolean pass = all ? missing.isEmpty() : !found.isEmpty();
    String reason =
        (found.isEmpty() ? "" : "found: " + String.join(", ", found))
            + (found.isEmpty() || missing.isEmpty() ? "" : "; ")
            + (missing.isEmpty() ? "" : "missing: " + String.join(", ", missing));
    return Scored.of(spec, pass, reason);
  }

  private static boolean holds(String text, String phrase, Matching matching, Where where) {
    boolean words = matching == Matching.WORDS;
    return switch (where) {
      case START -> text.startsWith(phrase) && !(words && Texts.insideWord(text, phrase.length()));
      case END ->
          text.endsWith(phrase)
              && !(words && Texts.insideWord(text, text.length() - phrase.length()));
      case ANYWHERE ->
          Texts.find(
                  text,
                  phrase,
                  at ->
                      !words
                          || !(Texts.insideWord(text, at)
                              || Texts.insideWord(text, at + phrase.length())))
              >= 0;
    };
  }

  static boolean isTooLong(String output, List<String> others) {
    long chars = output.length();
    for (String each : others) {
      chars += each.length();
    }
    return chars > Texts.MAX_CHARS;
  }

  static Skipped tooLong(EvaluatorSpec spec) {
    return new Skipped(
        spec,
        "output and references have more than "
            + Texts.MAX_CHARS
            + " characters, which "
            + spec.name()
            + " does not read");
  }

  /** Folded, without the punctuation that only surrounds words. */
  static String normalized(String text) {
    String folded = Texts.folded(text);
    StringBuilder out = new StringBuilder(folded.length());
    int start = 0;
    while (start < folded.length()) {
      int end = folded.indexOf(' ', start);
      end = end < 0 ? folded.length() : end;
      int from = start;
      int to = end;
      while (from < to && surrounds(folded.charAt(from), true)) {
        from++;
      }
      while (to > from && surrounds(folded.charAt(to - 1), false)) {
        to--;
      }
      if (from < to) {
        out.append(out.length() == 0 ? "" : " ").append(folded, from, to);
      }
      start = end + 1;
    }
    return out.toString();
  }

  private static boolean surrounds(char c, boolean leading) {
    // "#" of "C#", "%" of "5%", "-" of "-5" and "." of ".5" mean something
    return switch (Character.getType(c)) {
      case Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION ->
          true;
      case Character.OTHER_PUNCTUATION -> c == '.' ? !leading : "#%&@/\\‰".indexOf(c) < 0;
      default -> c == '`' || c == '_';
    };
  }
}
