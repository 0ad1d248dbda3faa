package dev.llmops.eval.safety;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Scale;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Orders in a prompt against its owner's, and orders in a document at all. */
final class Injection {

  /** From so many sentences on an input may be a pasted document. */
  private static final int FEWEST_SENTENCES = 4;

  private static final int LONGEST_QUOTE = 160;

  private static final double FLAGGED = 0.5;

  private Injection() {}

  private static final class Models {
    static final LinearModel DIRECT = LinearModel.load("injection.model");
    static final LinearModel HIDDEN = LinearModel.load("hidden-injection.model");
  }

  /**
   * A risk and where it was found, in words only when asked for: that takes longer than to find.
   */
  record Finding(double risk, Supplier<String> where) {}

  static Evaluator evaluator(@Nullable Double threshold) {
    if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be between 0.0 and 1.0, but was " + threshold);
    }
    Map<String, @Nullable Object> settings = new HashMap<>();
    settings.put("threshold", threshold);
    EvaluatorSpec spec =
        SafetyEvaluators.withSettings(EvaluatorSpec.free("prompt_injection", Scale.RISK), settings);
    double flaggedFrom = threshold == null ? FLAGGED : threshold;
    return Evaluators.of(spec, evalCase -> evaluate(spec, flaggedFrom, evalCase));
  }

  private static EvalResult evaluate(EvaluatorSpec spec, double flaggedFrom, EvalCase evalCase) {
    Finding worst = null;
    String input = evalCase.input();
    List<EvalCase.Document> context = evalCase.context();
    long chars = input == null ? 0 : input.length();
    for (EvalCase.Document each : context) {
      chars += each.text().length();
    }
    Skipped tooLong = SafetyEvaluators.tooLong(spec, chars);
    if (tooLong != null) {
      return tooLong;
    }
    if (input != null) {
      worst = ofInput(input);
    }
    for (int i = 0; i < context.size(); i++) {
      Finding found = ofDocument(context.get(i).text(), "document " + (i + 1));
      worst = worst == null || (found != null && found.risk() > worst.risk()) ? found : worst;
    }
    if (worst == null) {
      return new Skipped(
          spec,
          "prompt_injection needs words in an input (EvalCase.Builder.input(..)) or in a context"
              + " document (EvalCase.Builder.document(..))");
    }
    boolean flagged = worst.risk() >= flaggedFrom;
    String reason =
        String.format(Locale.ROOT, "risk %.3f, flagged from %.2f on", worst.risk(), flaggedFrom);
    return new Scored(
        spec,
        spec.scale().score(worst.risk()),
        worst.risk(),
        flagged ? reason + "; look at " + worst.where().get() : reason,
        flagged ? "injection" : "not_injection",
        Spend.NONE);
  }

  /** Null where the input has no words. */
  static @Nullable Finding ofInput(String input) {
    Words words = Words.of(input);
    if (words.count == 0) {
      return null;
    }
    Finding direct =
        new Finding(
            risk(Models.DIRECT, Models.DIRECT.margin(words)),
            () -> "the input: \"" + Classified.worstPart(Models.DIRECT, words) + "\"");
    Documents.Worst hidden = Documents.worst(Models.HIDDEN, input);
    if (hidden.count() < FEWEST_SENTENCES) {
      return direct;
    }
    if (2 * hidden.suspicious() > hidden.count()) {
      return direct; // orders throughout: a prompt, not a document
    }
    double risk = risk(Models.HIDDEN, hidden.margin());
    if (hidden.index() == 0 || hidden.index() == hidden.count() - 1) {
      // "Summarise this:" and a text, or a text and "What is this about?", is how people ask
      risk = Math.min(risk, FLAGGED - 0.01) * 0.9;
    }
    return risk > direct.risk()
        ? new Finding(risk, () -> "the input: " + quote(input, hidden))
        : direct;
  }

  private static @Nullable Finding ofDocument(String text, String name) {
    Documents.Worst worst = Documents.worst(Models.HIDDEN, text);
    if (worst.index() < 0) {
      return null;
    }
    return new Finding(risk(Models.HIDDEN, worst.margin()), () -> name + ": " + quote(text, worst));
  }

  private static String quote(String text, Documents.Worst worst) {
    String sentence = text.substring(worst.start(), worst.end()).strip();
    return '"'
        + (sentence.length() > LONGEST_QUOTE
            ? sentence.substring(0, LONGEST_QUOTE) + "…"
            : sentence)
        + '"';
  }

  /** The probability, bent so that the model's frozen threshold is 0.5. */
  private static double risk(LinearModel model, double margin) {
    double p = model.probability(margin);
    double t = model.threshold;
    return p < t ? FLAGGED * p / t : FLAGGED + (1 - FLAGGED) * (p - t) / (1 - t);
  }
}
