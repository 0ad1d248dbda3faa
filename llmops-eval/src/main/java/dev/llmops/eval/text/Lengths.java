package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.text.TextEvaluators.LengthUnit;
import java.util.Locale;
import java.util.Map;

/** How long an answer is. */
final class Lengths {

  private Lengths() {}

  static Evaluator of(LengthUnit unit, int min, int max) {
    if (min < 0 || max < min) {
      throw new IllegalArgumentException(
          "bounds must satisfy 0 <= min <= max, but were " + min + " and " + max);
    }
    String name = unit.name().toLowerCase(Locale.ROOT);
    EvaluatorSpec spec =
        EvaluatorSpec.free("length", Scale.UNIT, Need.OUTPUT)
            .withSettings(
                Map.of("unit", name, "min", Integer.toString(min), "max", Integer.toString(max)));
    return Evaluators.of(
        spec,
        evalCase -> {
          String output = TextEvaluators.output(evalCase);
          int count =
              switch (unit) {
                case CHARACTERS -> output.codePointCount(0, output.length());
                case WORDS -> words(output);
                case LINES -> (int) output.lines().count();
              };
          return Scored.of(
              spec,
              min <= count && count <= max,
              count
                  + " "
                  + name
                  + ", allowed are "
                  + min
                  + " to "
                  + (max == Integer.MAX_VALUE ? "any number" : max));
        });
  }

  /**
   * Runs of letters and digits, joined by an apostrophe, hyphen, full stop or comma inside; each
   * Han, Hiragana or Katakana character is one.
   */
  static int words(String text) {
    int words = 0;
    boolean inWord = false;
    int index = 0;
    while (index < text.length()) {
      int point = text.codePointAt(index);
      int next = index + Character.charCount(point);
      if (Texts.isCjk(point)) {
        words++;
        inWord = false;
      } else if (Texts.isWordPart(point)) {
        words += inWord ? 0 : 1;
        inWord = true;
      } else {
        boolean joins =
            "'’-.,".indexOf(point) >= 0
                && next < text.length()
                && Texts.isWordPart(text.codePointAt(next));
        inWord = inWord && joins;
      }
      index = next;
    }
    return words;
  }
}
