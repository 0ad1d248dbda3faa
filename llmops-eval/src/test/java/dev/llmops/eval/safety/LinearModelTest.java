package dev.llmops.eval.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.safety.LogisticTrainer.Example;
import dev.llmops.eval.safety.LogisticTrainer.Settings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearModelTest {

  private static final Settings WORDS_ONLY =
      new Settings(
          new Features.Options(0, 0, 1, 1, Lexicon.Language.NONE), new float[] {1, 1, 1}, 10, 1, 0);

  private static LinearModel trained() {
    return new LogisticTrainer(WORDS_ONLY)
        .train(
            List.of(
                new Example(Words.of("aaab"), true, 1, "s"),
                new Example(Words.of("zzzy"), false, 1, "s")));
  }

  @Test
  void trainerFindsTheOptimum() {
    // One feature each with value 1 and a common intercept: by symmetry w(aaab) = -w(zzzy) = v and
    // the intercept is 0. Minimise ½·2v² + 2·ln(1 + e^-v): 2v = 2/(1 + e^v), so v(1 + e^v) = 1,
    // which v = 0.40106 solves: 0.40106 · (1 + 1.49340) = 1.00000.
    LinearModel model = trained();

    assertThat(model.margin(Words.of("aaab"))).isCloseTo(0.40106, within(0.005));
    assertThat(model.margin(Words.of("zzzy"))).isCloseTo(-0.40106, within(0.005));
  }

  @Test
  void repeatedWordsAreNormalisedByTheRootOfTheirNumber() {
    // 4 times the same word: sum 4w over the root of 4; the intercept is near 0, not 0
    LinearModel model = trained();

    assertThat(model.margin(Words.of("aaab aaab aaab aaab")))
        .isCloseTo(2 * model.margin(Words.of("aaab")), within(1e-3));
  }

  @Test
  void writesAndReadsTheSame() throws IOException {
    LinearModel model = trained().calibrated(2, -1, 0.3f);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    model.write(out);
    LinearModel read = LinearModel.read(new ByteArrayInputStream(out.toByteArray()));

    assertThat(read.probability(Words.of("aaab x")))
        .isEqualTo(model.probability(Words.of("aaab x")));
    assertThat(read.threshold).isEqualTo(0.3f);
  }

  @Test
  void refusesWhatIsNoModel() {
    assertThatThrownBy(() -> LinearModel.read(new ByteArrayInputStream(new byte[100])))
        .isInstanceOf(IOException.class)
        .hasMessage("not a linear model of this version; train it again");
  }

  @Test
  void trainingTwiceGivesTheSameBytes() throws IOException {
    ByteArrayOutputStream one = new ByteArrayOutputStream();
    ByteArrayOutputStream other = new ByteArrayOutputStream();

    trained().write(one);
    trained().write(other);

    assertThat(one.toByteArray()).isEqualTo(other.toByteArray());
  }

  @Test
  void shippedModelsAreBelowTwoMegabytes() throws IOException {
    for (String name :
        List.of("toxicity-en", "toxicity-zh", "hate-en", "injection", "hidden-injection")) {
      try (java.io.InputStream in = LinearModel.class.getResourceAsStream(name + ".model")) {
        assertThat(in).as(name).isNotNull();
        assertThat(in.readAllBytes().length).as(name).isLessThan(2 << 20);
      }
    }
  }

  @Test
  void aucCountsPairs() {
    // positives .9 and .4, negatives .5 and .1: of 4 pairs the positive wins 3
    double auc =
        Quality.auc(new double[] {.9, .4, .5, .1}, new boolean[] {true, true, false, false});

    assertThat(auc).isEqualTo(0.75);
  }
}
