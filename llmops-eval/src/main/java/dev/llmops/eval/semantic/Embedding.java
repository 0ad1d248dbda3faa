package dev.llmops.eval.semantic;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The vector of one text. Immutable; comparable only with vectors of the same model. */
public final class Embedding {

  private final float[] values;
  private final double norm;

  private Embedding(float[] values, double norm) {
    this.values = values;
    this.norm = norm;
  }

  /**
   * A copy of these values.
   *
   * @throws IllegalArgumentException if there are none, one is not finite, or all are 0: such a
   *     vector has no direction to compare
   */
  public static Embedding of(float... values) {
    float[] copy = values.clone();
    double squares = 0;
    for (float value : copy) {
      squares += (double) value * value;
    }
    if (!(squares > 0) || Double.isInfinite(squares)) {
      throw new IllegalArgumentException(
          "vector must have finite values that are not all 0, but had "
              + copy.length
              + " values with a sum of squares of "
              + squares);
    }
    return new Embedding(copy, Math.sqrt(squares));
  }

  /** The number of values. */
  public int dimension() {
    return values.length;
  }

  /** A copy of the values. */
  public float[] toArray() {
    return values.clone();
  }

  /**
   * The cosine of the angle between the two, -1 to 1: Σ aᵢbᵢ ÷ (‖a‖ ‖b‖). (1, 0) and (1, 1) →
   * 0.7071.
   *
   * @throws IllegalArgumentException if the dimensions differ
   */
  public double cosine(Embedding other) {
    if (values.length != other.values.length) {
      throw new IllegalArgumentException(
          "vectors must have one dimension, but had "
              + values.length
              + " and "
              + other.values.length
              + "; compare vectors of one model only");
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (double) values[i] * other.values[i];
    }
    return Math.max(-1, Math.min(1, sum / norm / other.norm));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Embedding that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  /** The dimension only: the values are of no use to a reader. */
  @Override
  public String toString() {
    return "Embedding[" + values.length + "]";
  }
}
