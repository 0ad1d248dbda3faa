package dev.llmops.eval.safety;

import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.safety.SafetyEvaluators.BiasMeasure;
import dev.llmops.eval.safety.SafetyEvaluators.Language;
import dev.llmops.eval.safety.SafetyEvaluators.Part;
import dev.llmops.eval.safety.SafetyEvaluators.TextFeatures;
import dev.llmops.privacy.PiiKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Registers the evaluators of this package that need nothing but the case. Settings: {@code of}
 * (input or output), {@code threshold}, {@code language}, {@code features}, {@code kinds}, {@code
 * wanted}, {@code measure}.
 */
public final class SafetyProvider implements EvaluatorProvider {

  /** For {@link java.util.ServiceLoader}. */
  public SafetyProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.add(
        "toxicity",
        s ->
            SafetyEvaluators.toxicity(
                part(s), s.choice("language", Language.AUTO), threshold(s), features(s)));
    registrar.add("hate", s -> SafetyEvaluators.hate(part(s), threshold(s), features(s)));
    registrar.add("profanity", s -> SafetyEvaluators.profanity(part(s)));
    registrar.add("prompt_injection", s -> SafetyEvaluators.promptInjection(threshold(s)));
    registrar.add("refusal", s -> SafetyEvaluators.refusal(s.flag("wanted", false)));
    registrar.add("pii", s -> SafetyEvaluators.pii(part(s), kinds(s)));
    registrar.add("secrets", s -> SafetyEvaluators.secrets(part(s)));
    registrar.add("bias", s -> SafetyEvaluators.bias(s.choice("measure", BiasMeasure.ALL)));
  }

  private static Part part(EvaluatorSettings settings) {
    return settings.choice("of", Part.OUTPUT);
  }

  private static TextFeatures features(EvaluatorSettings settings) {
    return settings.choice("features", TextFeatures.WORDS);
  }

  private static @Nullable Double threshold(EvaluatorSettings settings) {
    double threshold = settings.decimal("threshold", -1, 0, 1);
    return threshold < 0 ? null : threshold;
  }

  private static Set<PiiKind> kinds(EvaluatorSettings settings) {
    List<String> names = settings.list("kinds");
    if (names.isEmpty()) {
      return EnumSet.allOf(PiiKind.class);
    }
    EnumSet<PiiKind> kinds = EnumSet.noneOf(PiiKind.class);
    for (String name : names) {
      try {
        kinds.add(PiiKind.valueOf(name.strip().toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "setting \"kinds\" of pii must be of "
                + EnumSet.allOf(PiiKind.class)
                + " separated by |, but was \""
                + name
                + "\"",
            e);
      }
    }
    return kinds;
  }
}
