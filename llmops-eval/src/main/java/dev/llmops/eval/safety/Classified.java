package dev.llmops.eval.safety;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.safety.SafetyEvaluators.Language;
import dev.llmops.eval.safety.SafetyEvaluators.Part;
import dev.llmops.eval.safety.SafetyEvaluators.TextFeatures;
import dev.llmops.eval.semantic.EmbeddingException;
import dev.llmops.eval.semantic.Embeddings;
import dev.llmops.eval.semantic.InProcessEmbeddings;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Toxicity and hate: a probability, a label, and the words to look at. */
final class Classified {

  private static final int WINDOW = 8;
  private static final int LONGEST_LOOK = 2_000;
  private static final int KEPT = 64;

  /** A language's share of the letters below which it is not read in that language. */
  private static final double SHARE = 0.15;

  private static final String ELSE = "; or use features=words, which needs none";

  private Classified() {}

  private static final class Models {
    static final LinearModel TOXIC_EN = LinearModel.load("toxicity-en.model");
    static final LinearModel TOXIC_ZH = LinearModel.load("toxicity-zh.model");
    static final LinearModel HATE_EN = LinearModel.load("hate-en.model");
  }

  /**
   * With the embeddings that they belong to; a few texts are kept, as toxicity and hate ask both.
   */
  private static final class Heads {
    static final EmbeddingHead TOXIC_EN = EmbeddingHead.load("toxicity-en.head");
    static final EmbeddingHead TOXIC_ZH = EmbeddingHead.load("toxicity-zh.head");
    static final EmbeddingHead HATE_EN = EmbeddingHead.load("hate-en.head");
    static final Embeddings ENGLISH = InProcessEmbeddings.miniLm().cached(KEPT);
    static final Embeddings CHINESE = InProcessEmbeddings.bgeSmallZh().cached(KEPT);
  }

  static Evaluator toxicity(
      Part part, Language language, @Nullable Double threshold, TextFeatures features) {
    EvaluatorSpec spec =
        spec(
            "toxicity",
            part,
            threshold,
            features,
            "language",
            language == Language.AUTO ? null : language);
    return Evaluators.of(
        spec,
        evalCase -> {
          String text = part.of(evalCase);
          Skipped tooLong = SafetyEvaluators.tooLong(spec, text.length());
          if (tooLong != null) {
            return tooLong;
          }
          Words words = Words.of(text);
          Letters letters = Letters.of(text);
          boolean english =
              language == Language.EN || (language == Language.AUTO && letters.isLatin());
          boolean chinese =
              language == Language.ZH || (language == Language.AUTO && letters.isIdeographic());
          String skip = words.count == 0 ? "the text has no words" : null;
          if (skip == null && !english && !chinese) {
            skip = "the text is neither English nor Chinese; use a model through classifier(..)";
          }
          if (skip != null) {
            return new Skipped(spec, skip);
          }
          Verdict verdict = new Verdict(spec, "toxic", threshold);
          if (features == TextFeatures.WORDS) {
            if (english) {
              verdict.consider(Models.TOXIC_EN, words);
            }
            if (chinese) {
              verdict.consider(Models.TOXIC_ZH, words);
            }
            return verdict.result(words);
          }
          String why = english ? Heads.ENGLISH.whyNot(List.of(text)) : null;
          if (why == null && chinese) {
            why = Heads.CHINESE.whyNot(List.of(text));
          }
          if (why != null) {
            return new Skipped(spec, why + ELSE);
          }
          try {
            if (english) {
              verdict.consider(Models.TOXIC_EN, words, Heads.TOXIC_EN, Heads.ENGLISH, text);
            }
            if (chinese) {
              verdict.consider(Models.TOXIC_ZH, words, Heads.TOXIC_ZH, Heads.CHINESE, text);
            }
          } catch (EmbeddingException e) {
            return new Errored(spec, e.type(), String.valueOf(e.getMessage()), Spend.NONE);
          }
          return verdict.result(words);
        });
  }

  static Evaluator hate(Part part, @Nullable Double threshold, TextFeatures features) {
    EvaluatorSpec spec = spec("hate", part, threshold, features, "", null);
    return Evaluators.of(
        spec,
        evalCase -> {
          String text = part.of(evalCase);
          Skipped tooLong = SafetyEvaluators.tooLong(spec, text.length());
          if (tooLong != null) {
            return tooLong;
          }
          Words words = Words.of(text);
          if (words.count == 0) {
            return new Skipped(spec, "the text has no words");
          }
          if (!Letters.of(text).isLatin()) {
            return new Skipped(spec, "hate reads English only, and the text is not");
          }
          Verdict verdict = new Verdict(spec, "hate", threshold);
          if (features == TextFeatures.WORDS) {
            verdict.consider(Models.HATE_EN, words);
            return verdict.result(words);
          }
          String why = Heads.ENGLISH.whyNot(List.of(text));
          if (why != null) {
            return new Skipped(spec, why + ELSE);
          }
          try {
            verdict.consider(Models.HATE_EN, words, Heads.HATE_EN, Heads.ENGLISH, text);
          } catch (EmbeddingException e) {
            return new Errored(spec, e.type(), String.valueOf(e.getMessage()), Spend.NONE);
          }
          return verdict.result(words);
        });
  }

  static Evaluator local(String name, OnnxTextClassifier model, String label, Part part) {
    if (!model.labels().contains(label)) {
      throw new IllegalArgumentException(
          "label must be one of " + model.labels() + ", but was \"" + label + "\"");
    }
    EvaluatorSpec spec =
        new EvaluatorSpec(
            name,
            "1",
            Map.of("label", label),
            Scale.RISK,
            Set.of(part.need(), Need.LOCAL_MODEL),
            EvaluatorSpec.CostClass.LOCAL_MODEL);
    return Evaluators.of(
        spec,
        evalCase -> {
          Map<String, Double> probabilities = model.classify(part.of(evalCase));
          double p = probabilities.getOrDefault(label, 0.0);
          String best = label;
          for (Map.Entry<String, Double> each : probabilities.entrySet()) {
            if (each.getValue() > probabilities.getOrDefault(best, 0.0)) {
              best = each.getKey();
            }
          }
          return new Scored(
              spec,
              spec.scale().score(p),
              p,
              String.format(Locale.ROOT, "%s %.3f; the likeliest label is %s", label, p, best),
              best,
              Spend.NONE);
        });
  }

  /** The probabilities alone, for {@link Bias}; null where it cannot be judged. */
  static @Nullable Double probability(Evaluator evaluator, String output) {
    EvalResult result = evaluator.evaluate(dev.llmops.eval.EvalCase.of(output));
    return result instanceof Scored scored ? scored.raw() : null;
  }

  private static EvaluatorSpec spec(
      String name,
      Part part,
      @Nullable Double threshold,
      TextFeatures features,
      String other,
      @Nullable Object value) {
    if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be between 0.0 and 1.0, but was " + threshold);
    }
    Map<String, @Nullable Object> settings = new HashMap<>();
    settings.put("of", part == Part.OUTPUT ? null : part);
    settings.put("threshold", threshold);
    settings.put(other, value);
    if (features == TextFeatures.WORDS) {
      return SafetyEvaluators.withSettings(
          EvaluatorSpec.free(name, Scale.RISK, part.need()), settings);
    }
    settings.put("features", features);
    EvaluatorSpec spec =
        new EvaluatorSpec(
            name,
            "1",
            Map.of(),
            Scale.RISK,
            Set.of(part.need(), Need.EMBEDDINGS),
            EvaluatorSpec.CostClass.LOCAL_MODEL);
    return SafetyEvaluators.withSettings(spec, settings);
  }

  /** The words of the part of the text that weighs most, as they were read. */
  static String worstPart(LinearModel model, Words words) {
    int limit = Math.min(words.count, LONGEST_LOOK);
    int best = 0;
    double worst = Double.NEGATIVE_INFINITY;
    for (int from = 0; from == 0 || from + WINDOW <= limit; from += WINDOW / 2) {
      double margin = model.margin(words, from, Math.min(limit, from + WINDOW));
      if (margin > worst) {
        worst = margin;
        best = from;
      }
    }
    StringBuilder part = new StringBuilder();
    for (int i = best; i < Math.min(limit, best + WINDOW); i++) {
      if (i > best && !(words.isIdeograph(i) && words.isIdeograph(i - 1))) {
        part.append(' ');
      }
      String word = words.word(i);
      part.append(word.charAt(0) < ' ' ? "…" : word);
    }
    return part.toString();
  }

  /** The letters of a text by script. */
  private record Letters(int latin, int ideographs, int others) {

    static Letters of(String text) {
      int latin = 0;
      int ideographs = 0;
      int others = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
          latin++;
        } else if (c >= 0x80) {
          if ((c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF)) {
            ideographs++;
          } else if ((c >= 0xFF21 && c <= 0xFF5A) || c == 0xD835 || c < 0x250) {
            latin++;
          } else if (Character.isLetter(c)) {
            others++;
          }
        }
      }
      return new Letters(latin, ideographs, others);
    }

    boolean isLatin() {
      // a text of marks and digits only is read as English, which finds nothing in it
      int all = latin + 4 * ideographs + others;
      return all == 0 || (latin > SHARE * all && latin > others);
    }

    boolean isIdeographic() {
      // kana and hangul are among the others: Japanese and Korean are not read as Chinese
      return ideographs > others && 4 * ideographs > SHARE * (latin + 4 * ideographs + others);
    }
  }

  private static final class Verdict {
    private final EvaluatorSpec spec;
    private final String name;
    private final @Nullable Double threshold;
    private double probability = -1;
    private double limit;
    private boolean flagged;
    private @Nullable LinearModel worst;

    Verdict(EvaluatorSpec spec, String name, @Nullable Double threshold) {
      this.spec = spec;
      this.name = name;
      this.threshold = threshold;
    }

    void consider(LinearModel model, Words words) {
      consider(model, model.probability(words), model.threshold);
    }

    void consider(
        LinearModel model, Words words, EmbeddingHead head, Embeddings embeddings, String text) {
      float[] vector = embeddings.embed(List.of(text)).vectors().get(0).toArray();
      double margin = head.margin(model.margin(words), vector);
      consider(model, head.probability(margin), head.threshold);
    }

    private void consider(LinearModel model, double p, double frozen) {
      double at = threshold == null ? frozen : threshold;
      flagged |= p >= at;
      if (p > probability) {
        probability = p;
        limit = at;
        worst = model;
      }
    }

    EvalResult result(Words words) {
      String reason =
          String.format(
              Locale.ROOT, "%s %.3f, flagged from %.3f on", spec.name(), probability, limit);
      if (flagged && worst != null) {
        reason += "; look at \"" + worstPart(worst, words) + "\"";
      }
      return new Scored(
          spec,
          spec.scale().score(probability),
          probability,
          reason,
          flagged ? name : "not_" + name,
          Spend.NONE);
    }
  }
}
