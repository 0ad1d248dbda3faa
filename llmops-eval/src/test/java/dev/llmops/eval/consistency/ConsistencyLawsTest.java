package dev.llmops.eval.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.consistency.ConsistencyEvaluators.EntropyWeights;
import dev.llmops.eval.consistency.ConsistencyEvaluators.NgramMeasure;
import dev.llmops.eval.consistency.Entailment.Judgement;
import dev.llmops.eval.semantic.Embeddings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds for any samples; random ones, with fixed seeds. */
class ConsistencyLawsTest {

  private static final List<String> WORDS =
      List.of("Paris", "paris.", "Lyon", "is", "the", "capital", "猫", "3.5", "-7", "😀", "Nice!");

  /** Any function of a text will do: the laws do not depend on the model. */
  private static final Embeddings EMBEDDINGS =
      Embeddings.of(
          "random",
          10_000,
          CostClass.LOCAL_MODEL,
          texts ->
              texts.stream()
                  .map(
                      text -> {
                        Random random = new Random(text.hashCode());
                        return new float[] {
                          (float) random.nextGaussian(), (float) random.nextGaussian(), 1
                        };
                      })
                  .toList());

  private static final Entailment ENTAILMENT =
      Entailment.of(
          "random",
          10_000,
          pairs ->
              pairs.stream()
                  .map(
                      pair -> {
                        double p = new Random(pair.hashCode()).nextDouble();
                        return new Judgement(p, (1 - p) / 4, (1 - p) * 3 / 4);
                      })
                  .toList());

  /** Identical samples give their best score, in any order all give the same. */
  private static final List<Evaluator> OVER_SAMPLES =
      List.of(
          ConsistencyEvaluators.sampleAgreement(AnswerForm.EXACT),
          ConsistencyEvaluators.sampleAgreement(AnswerForm.NORMALISED),
          ConsistencyEvaluators.majorityShare(AnswerForm.NORMALISED),
          ConsistencyEvaluators.sampleSimilarity(EMBEDDINGS),
          ConsistencyEvaluators.semanticEntropy(ENTAILMENT, EntropyWeights.DISCRETE));

  /** The output is one thing and the samples another: only their order is free. */
  private static final List<Evaluator> OVER_OUTPUT_AND_SAMPLES =
      List.of(
          ConsistencyEvaluators.selfCheckNgram(1, NgramMeasure.PRESENCE),
          ConsistencyEvaluators.selfCheckNgram(2, NgramMeasure.PRESENCE),
          ConsistencyEvaluators.selfCheckEmbedding(EMBEDDINGS));

  private static final List<Evaluator> WITHOUT_IDENTITY =
      List.of(
          ConsistencyEvaluators.selfCheckNgram(1, NgramMeasure.SURPRISE),
          ConsistencyEvaluators.selfCheckNli(ENTAILMENT));

  @Test
  void scoresStayInRangeAndOrderDoesNotMatter() {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      List<String> samples = samples(random);
      List<String> shuffled = new ArrayList<>(samples);
      Collections.shuffle(shuffled, random);
      List<String> othersShuffled = new ArrayList<>(samples.subList(1, samples.size()));
      Collections.shuffle(othersShuffled, random);
      othersShuffled.add(0, samples.get(0));

      for (Evaluator evaluator : OVER_SAMPLES) {
        assertSame(evaluator, samples, shuffled);
      }
      for (Evaluator evaluator : OVER_OUTPUT_AND_SAMPLES) {
        assertSame(evaluator, samples, othersShuffled);
      }
      for (Evaluator evaluator : WITHOUT_IDENTITY) {
        assertSame(evaluator, samples, othersShuffled);
      }
    }
  }

  @Test
  void identicalSamplesAreWhollyConsistent() {
    Random random = new Random(2);
    List<Evaluator> all = new ArrayList<>(OVER_SAMPLES);
    all.addAll(OVER_OUTPUT_AND_SAMPLES);
    for (int round = 0; round < 100; round++) {
      String sample = sample(random);
      for (Evaluator evaluator : all) {
        assertThat(scored(evaluator, Collections.nCopies(2 + random.nextInt(5), sample)).score())
            .as(evaluator.spec().signature())
            .isCloseTo(1, within(1e-6));
      }
    }
  }

  @Test
  void theOrderOfDocumentsDoesNotMatter() {
    Random random = new Random(4);
    for (int round = 0; round < 200; round++) {
      List<String> documents = samples(random);
      // one word of content at least
      String output = "Paris " + sample(random);
      EvalCase.Builder one = EvalCase.builder().output(output);
      documents.forEach(each -> one.document(null, each));
      Collections.shuffle(documents, random);
      EvalCase.Builder other = EvalCase.builder().output(output);
      documents.forEach(each -> other.document(null, each));
      for (Evaluator evaluator :
          List.of(
              ConsistencyEvaluators.factualConsistency(),
              ConsistencyEvaluators.factualConsistency(ENTAILMENT))) {
        Scored first = ConsistencyEvaluatorsTest.scored(evaluator, one.build());
        Scored second = ConsistencyEvaluatorsTest.scored(evaluator, other.build());

        assertThat(first.score()).isBetween(0.0, 1.0);
        assertThat(second.raw()).isCloseTo(first.raw(), within(1e-12));
      }
    }
  }

  @Test
  void moreAgreementIsNeverLess() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      List<String> samples = samples(random);
      List<String> agreeing = new ArrayList<>(samples);
      agreeing.replaceAll(each -> each.equals(samples.get(1)) ? samples.get(0) : each);

      for (Evaluator evaluator : OVER_SAMPLES.subList(0, 3)) {
        assertThat(scored(evaluator, agreeing).score())
            .isGreaterThanOrEqualTo(scored(evaluator, samples).score() - 1e-12);
      }
    }
  }

  private static void assertSame(Evaluator evaluator, List<String> one, List<String> other) {
    Scored first = scored(evaluator, one);
    Scored second = scored(evaluator, other);

    assertThat(first.score()).isBetween(0.0, 1.0);
    assertThat(second.raw())
        .as(evaluator.spec().signature() + " of " + one)
        .isCloseTo(first.raw(), within(1e-9));
  }

  private static List<String> samples(Random random) {
    List<String> samples = new ArrayList<>();
    for (int i = 2 + random.nextInt(6); i > 0; i--) {
      samples.add(
          !samples.isEmpty() && random.nextInt(3) == 0
              ? samples.get(random.nextInt(samples.size()))
              : sample(random));
    }
    return samples;
  }

  private static String sample(Random random) {
    // one word of letters at least: an answer of signs alone has no n-gram to check
    StringBuilder sample = new StringBuilder(WORDS.get(random.nextInt(7)));
    for (int i = random.nextInt(6); i > 0; i--) {
      sample.append(random.nextInt(4) == 0 ? ". " : " ");
      sample.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return sample.toString();
  }

  private static Scored scored(Evaluator evaluator, List<String> samples) {
    EvalCase evalCase =
        ConsistencyEvaluatorsTest.samples(samples.toArray(new String[0])).toBuilder()
            .input("q")
            .build();
    return ConsistencyEvaluatorsTest.scored(evaluator, evalCase);
  }
}
