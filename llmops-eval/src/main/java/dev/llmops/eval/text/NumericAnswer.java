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
import dev.llmops.eval.internal.LinearText;
import dev.llmops.eval.text.Quantities.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether the final number of an answer is the expected one. */
final class NumericAnswer {

  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  /** What announces a final answer, in lower case; the last one in the text counts. */
  private static final List<String> MARKERS =
      List.of("####", "\\boxed{", "final answer", "answer is", "answer:", "\na:", "答案");

  private NumericAnswer() {}

  static Evaluator of(double absolute, double relative) {
    checkTolerance(absolute, "absolute");
    checkTolerance(relative, "relative");
    EvaluatorSpec spec =
        EvaluatorSpec.free("numeric_answer", Scale.UNIT, Need.OUTPUT, Need.REFERENCES)
            .withSettings(
                Map.of(
                    "absolute", Double.toString(absolute), "relative", Double.toString(relative)));
    return Evaluators.of(
        spec,
        evalCase ->
            evaluate(spec, evalCase, BigDecimal.valueOf(absolute), BigDecimal.valueOf(relative)));
  }

  private static void checkTolerance(double value, String name) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          name + " must be a finite number of 0 or more, but was " + value);
    }
  }

  private static EvalResult evaluate(
      EvaluatorSpec spec, EvalCase evalCase, BigDecimal absolute, BigDecimal relative) {
    String output = TextEvaluators.output(evalCase);
    if (Phrases.isTooLong(output, evalCase.references())) {
      return Phrases.tooLong(spec);
    }
    Quantity answered = last(output);
    for (String reference : evalCase.references()) {
      Quantity expected = last(reference);
      if (expected == null) {
        return new Skipped(
            spec, "reference " + Texts.quoted(reference) + " holds no number; give one");
      }
      if (answered != null && same(answered, expected, absolute, relative)) {
        return Scored.of(spec, true, "the final number is " + shown(output, answered));
      }
    }
    return Scored.of(
        spec,
        false,
        (answered == null
                ? "the answer holds no number"
                : "the final number is " + shown(output, answered))
            + ", expected "
            + Texts.quoted(evalCase.references().get(0)));
  }

  private static String shown(String text, Quantity quantity) {
    return Texts.quoted(text.substring(quantity.start(), quantity.end()));
  }

  /** The number after the last announcement of an answer, else the last number of the text. */
  static @Nullable Quantity last(String text) {
    List<Quantity> all = Quantities.of(text);
    if (all.isEmpty()) {
      return null;
    }
    int from = afterMarker(text);
    if (from >= 0) {
      int to = lineEnd(text, from);
      int equals = text.lastIndexOf('=', to - 1);
      int begin = Math.max(from, equals);
      for (Quantity each : all) {
        if (each.start() >= begin && each.start() < to) {
          return each;
        }
      }
    }
    return all.get(all.size() - 1);
  }

  private static int afterMarker(String text) {
    String lower = LinearText.lower(text);
    if (lower.length() != text.length()) {
      return -1;
    }
    int after = -1;
    for (String marker : MARKERS) {
      int at = lower.lastIndexOf(marker);
      if (at >= 0) {
        after = Math.max(after, at + marker.length());
      }
    }
    return after;
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }

  static boolean same(Quantity one, Quantity expected, BigDecimal absolute, BigDecimal relative) {
    Unit oneUnit = one.unit();
    Unit expectedUnit = expected.unit();
    BigDecimal left = one.value();
    BigDecimal right = expected.value();
    if (oneUnit != null && expectedUnit != null && !oneUnit.equals(expectedUnit)) {
      if (!oneUnit.dimension().equals(expectedUnit.dimension())) {
        return false;
      }
      left = oneUnit.toBase(left);
      right = expectedUnit.toBase(right);
    }
    return near(left, right, absolute, relative)
        || (one.percent()
            && !expected.percent()
            && near(left, right.multiply(HUNDRED), absolute, relative))
        || (!one.percent()
            && expected.percent()
            && near(left.multiply(HUNDRED), right, absolute, relative));
  }

  private static boolean near(
      BigDecimal left, BigDecimal right, BigDecimal absolute, BigDecimal relative) {
    if (left.compareTo(right) == 0) {
      return true;
    }
    BigDecimal allowed = absolute.max(relative.multiply(right.abs()));
    return left.subtract(right).abs().compareTo(allowed) <= 0;
  }
}
