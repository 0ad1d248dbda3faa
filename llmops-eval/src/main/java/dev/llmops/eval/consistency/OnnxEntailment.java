package dev.llmops.eval.consistency;

import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.safety.OnnxTextClassifier;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Entailment by a local model; apart from {@link Entailment}, which must load without ONNX. */
final class OnnxEntailment implements Entailment {

  private static final Cleaner CLEANER = Cleaner.create();

  private final String model;
  private final int maxInputChars;
  private final OnnxTextClassifier classifier;
  private final String entailment;
  private final String neutral;
  private final String contradiction;

  OnnxEntailment(String model, int maxInputChars, OnnxTextClassifier classifier) {
    if (maxInputChars < 1) {
      throw new IllegalArgumentException(
          "maxInputChars must be at least 1, but was " + maxInputChars);
    }
    this.model = model;
    this.maxInputChars = maxInputChars;
    this.classifier = classifier;
    this.entailment = label(classifier.labels(), "entailment");
    this.neutral = label(classifier.labels(), "neutral");
    this.contradiction = label(classifier.labels(), "contradiction");
  }

  /** Opens the folder's model, and closes it when nobody holds the entailment any more. */
  static OnnxEntailment open(Path folder, int maxInputChars) {
    OnnxTextClassifier classifier = OnnxTextClassifier.open(folder);
    try {
      Path name = folder.toAbsolutePath().normalize().getFileName();
      OnnxEntailment opened =
          new OnnxEntailment(name == null ? "onnx" : name.toString(), maxInputChars, classifier);
      var unused = CLEANER.register(opened, classifier::close);
      return opened;
    } catch (IllegalArgumentException e) {
      classifier.close();
      throw e;
    }
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public int maxInputChars() {
    return maxInputChars;
  }

  @Override
  public Judgements judge(List<Pair> pairs) {
    try {
      List<Judgement> judgements = new ArrayList<>(pairs.size());
      for (Pair pair : pairs) {
        judgements.add(judgement(classifier.classify(pair.premise(), pair.hypothesis())));
      }
      return new Judgements(judgements, Spend.NONE);
    } finally {
      // the cleaner must not close the model under a call that runs
      Reference.reachabilityFence(this);
    }
  }

  /** Divided by their sum, which is not 1 where the model gives each label a sigmoid. */
  private Judgement judgement(Map<String, Double> probabilities) {
    double yes = probabilities.getOrDefault(entailment, 0.0);
    double open = probabilities.getOrDefault(neutral, 0.0);
    double no = probabilities.getOrDefault(contradiction, 0.0);
    double sum = yes + open + no;
    return new Judgement(yes / sum, open / sum, no / sum);
  }

  /** The one label that begins so, whatever its case: {@code ENTAILMENT}, {@code contradictory}. */
  private static String label(List<String> labels, String name) {
    String stem = name.substring(0, Math.min(9, name.length()));
    List<String> found =
        labels.stream().filter(each -> each.toLowerCase(Locale.ROOT).startsWith(stem)).toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "labels of the model must name entailment, neutral and contradiction, but were "
              + labels
              + "; correct id2label in its config.json, or take a model of three-way inference");
    }
    return found.get(0);
  }
}
