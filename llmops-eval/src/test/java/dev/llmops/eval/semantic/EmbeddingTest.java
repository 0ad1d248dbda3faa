package dev.llmops.eval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EmbeddingTest {

  @Test
  void cosineIsOfTheAngle() {
    // (1,0)·(1,1) = 1; norms 1 and √2 → 1/√2
    assertThat(Embedding.of(1, 0).cosine(Embedding.of(1, 1))).isCloseTo(0.70710678, within(1e-8));
    assertThat(Embedding.of(3, 4).cosine(Embedding.of(-6, -8))).isEqualTo(-1);
    assertThat(Embedding.of(0, 2).cosine(Embedding.of(7, 0))).isEqualTo(0);
  }

  @Test
  void vectorsWithoutDirectionAreRefused() {
    assertThatThrownBy(() -> Embedding.of(0, 0))
        .hasMessage(
            "vector must have finite values that are not all 0, but had 2 values with a sum of"
                + " squares of 0.0");
    assertThatThrownBy(() -> Embedding.of()).hasMessageContaining("had 0 values");
    assertThatThrownBy(() -> Embedding.of(Float.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> Embedding.of(Float.POSITIVE_INFINITY))
        .hasMessageContaining("Infinity");
  }

  @Test
  void vectorsOfDifferentModelsDoNotCompare() {
    assertThatThrownBy(() -> Embedding.of(1).cosine(Embedding.of(1, 0)))
        .hasMessage(
            "vectors must have one dimension, but had 1 and 2; compare vectors of one model only");
  }

  @Test
  void laterChangesOfTheArrayAreNotSeen() {
    float[] values = {1, 0};
    Embedding embedding = Embedding.of(values);

    values[0] = 5;
    embedding.toArray()[1] = 9;

    assertThat(embedding).isEqualTo(Embedding.of(1, 0));
  }
}
