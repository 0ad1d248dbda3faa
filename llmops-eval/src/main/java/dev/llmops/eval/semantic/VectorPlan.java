package dev.llmops.eval.semantic;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluator over embeddings wants of a case: the texts to embed together, and what to make
 * of their vectors; or nothing, with the reason.
 */
public final class VectorPlan {

  private final List<String> texts;
  private final @Nullable Measure measure;
  private final String reason;

  private VectorPlan(List<String> texts, @Nullable Measure measure, String reason) {
    this.texts = List.copyOf(texts);
    this.measure = measure;
    this.reason = reason;
  }

  /** Embed these texts, in this order, then measure. */
  public static VectorPlan embed(List<String> texts, Measure measure) {
    return new VectorPlan(texts, Objects.requireNonNull(measure, "measure must not be null"), "");
  }

  /** Nothing to measure: the case is Skipped for this reason. */
  public static VectorPlan skip(String reason) {
    return new VectorPlan(List.of(), null, reason);
  }

  List<String> texts() {
    return texts;
  }

  @Nullable Measure measure() {
    return measure;
  }

  String reason() {
    return reason;
  }

  /** Makes a finding of vectors. */
  @FunctionalInterface
  public interface Measure {

    /**
     * What the vectors tell.
     *
     * @param vectors those of the plan's texts, in their order
     * @param model what made them
     */
    Finding of(List<Embedding> vectors, Embeddings model);
  }

  /**
   * A measure with its reason.
   *
   * @param raw in the range of the evaluator's scale
   * @param reason what to look at
   * @param label a verdict in a word, absent where there is none
   */
  public record Finding(double raw, String reason, @Nullable String label) {
    /** Checks for null only. */
    public Finding {
      Objects.requireNonNull(reason, "reason must not be null");
    }
  }
}
