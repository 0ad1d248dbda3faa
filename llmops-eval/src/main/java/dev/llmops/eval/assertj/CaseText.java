package dev.llmops.eval.assertj;

import dev.llmops.Message;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Scale;
import dev.llmops.eval.internal.ShortText;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person reads when an assertion about a case fails: what was asked for, what was measured,
 * why, and how to see it again. Content of strangers is put on a line and cut.
 */
final class CaseText {

  private static final int MAX_REASON = 400;
  private static final int MAX_CONTENT = 200;

  private CaseText() {}

  static String of(
      EvalCase evalCase, EvalResult result, Demand demand, @Nullable String reproduce) {
    StringBuilder text = new StringBuilder(result(result, demand, evalCase.id()));
    String input = input(evalCase);
    if (input != null) {
      line(text, "input", ShortText.of(input, MAX_CONTENT));
    }
    String output = evalCase.output();
    line(text, "output", output == null ? "none" : ShortText.of(output, MAX_CONTENT));
    if (reproduce != null) {
      line(text, "reproduce", reproduce);
    }
    return text.toString();
  }

  /** The result alone. */
  static String result(EvalResult result, Demand demand, @Nullable String caseId) {
    StringBuilder text = new StringBuilder(result.by().name());
    if (caseId != null) {
      text.append(" of case ").append(ShortText.of(caseId, MAX_CONTENT));
    }
    String why = ShortText.of(result.reason(), MAX_REASON);
    if (result instanceof Scored scored) {
      boolean graded = demand.threshold() == null && Demand.verdict(scored) == null;
      text.append(": score ").append(demand.number(scored.score()));
      text.append(graded ? " is neither a pass nor a failure" : ", but it " + demand.inWords());
      if (graded) {
        line(
            text,
            "needed",
            "a threshold, as these scores are graded: "
                + (demand.positive() ? "scoresAtLeast(0.8, ..)" : "scoresBelow(0.8, ..)"));
      }
      if (scored.raw() != scored.score()) {
        line(text, "measured", raw(scored));
      }
      line(text, "why", why.isEmpty() ? "the evaluator gave no reason" : why);
    } else {
      text.append(": nothing was measured, but it ").append(demand.inWords());
      line(
          text,
          "why",
          (result instanceof Errored errored ? "errored (" + errored.type() + "): " : "skipped: ")
              + why);
    }
    return text.toString();
  }

  static void line(StringBuilder text, String label, String what) {
    text.append("\n  ").append(label).append(" ".repeat(10 - label.length())).append(what);
  }

  private static @Nullable String input(EvalCase evalCase) {
    if (evalCase.input() != null) {
      return evalCase.input();
    }
    List<Message> messages = evalCase.messages();
    return messages.isEmpty() ? null : messages.get(messages.size() - 1).text();
  }

  private static String raw(Scored scored) {
    Scale scale = scored.by().scale();
    return number(scored.raw())
        + " on "
        + number(scale.min())
        + (Double.isInfinite(scale.max()) ? " and up" : " to " + number(scale.max()))
        + (scale.direction() == Scale.Direction.LOWER_IS_BETTER
            ? ", lower is better"
            : ", higher is better");
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value)
        .round(new java.math.MathContext(4))
        .stripTrailingZeros()
        .toPlainString();
  }
}
