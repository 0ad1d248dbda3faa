package dev.llmops.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EvaluatorsTest {

  private static final EvalCase CASE = EvalCase.of("Paris", "Paris");

  @Test
  void aMissingNeedIsSkippedAndSaysWhatToProvide() {
    Evaluator evaluator =
        Evaluators.of(
            EvaluatorSpec.free("overlap", Scale.UNIT, Need.OUTPUT, Need.CONTEXT),
            evalCase -> {
              throw new AssertionError("must not be asked");
            });

    assertThat(evaluator.evaluate(CASE))
        .isEqualTo(
            new Skipped(
                evaluator.spec(),
                "overlap needs a context document: EvalCase.Builder.document(..)"));
  }

  @Test
  void whatAFunctionThrowsIsErroredWithoutItsMessage() {
    Evaluator evaluator =
        Evaluators.of(
            EvaluatorSpec.free("bad", Scale.UNIT),
            evalCase -> {
              throw new IllegalStateException("quotes the secret answer");
            });

    EvalResult result = evaluator.evaluate(CASE);

    assertThat(result).isInstanceOf(Errored.class);
    assertThat(((Errored) result).type()).isEqualTo("java.lang.IllegalStateException");
    assertThat(result.reason()).doesNotContain("secret");
  }

  @Test
  void anOverflowingStackIsErroredToo() {
    Evaluator evaluator =
        Evaluators.of(
            EvaluatorSpec.free("deep", Scale.UNIT),
            evalCase -> {
              throw new StackOverflowError();
            });

    assertThat(evaluator.evaluate(CASE)).isInstanceOf(Errored.class);
  }

  @Test
  void aFunctionThatReturnsNothingIsErrored() {
    @SuppressWarnings("NullAway") // a careless function
    Evaluator evaluator = Evaluators.of(EvaluatorSpec.free("none", Scale.UNIT), evalCase -> null);

    assertThat(((Errored) evaluator.evaluate(CASE)).type()).isEqualTo("no_result");
  }

  @Test
  void anUnknownNameSaysWhatIsKnown() {
    assertThatThrownBy(() -> Evaluators.byName("no_such_thing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("evaluator \"no_such_thing\" is not known; near are");
  }

  @Test
  void aScaleMapsRawToGoodness() {
    assertThat(Scale.UNIT.score(0.25)).isEqualTo(0.25);
    assertThat(Scale.RISK.score(0.98)).isEqualTo(1 - 0.98);
    assertThat(Scale.higher(1, 5).score(4)).isEqualTo(0.75); // (4 − 1) ÷ (5 − 1)
    assertThat(Scale.lowerUnbounded(1).score(1)).isEqualTo(0.5); // 1 ÷ (1 + 1)
    assertThat(Scale.lowerUnbounded(1).score(0)).isEqualTo(1);
    assertThat(Scale.lowerUnbounded(1).score(3)).isEqualTo(0.25); // 1 ÷ (1 + 3)
    assertThat(Scale.UNIT.score(7)).as("outside the bounds").isEqualTo(1);
    assertThatThrownBy(
            () -> new Scale(0, Double.POSITIVE_INFINITY, Scale.Direction.LOWER_IS_BETTER, null))
        .hasMessage("half must be given for an unbounded measure and for no other, but was null");
  }

  @Test
  void settingsAreReadByTypeAndTheUnknownAreRefused() {
    EvaluatorSettings settings =
        new EvaluatorSettings(
            "bleu", Map.of("n", "3", "smooth", "Floor", "words", "a|b\\|c", "oops", "1"));

    assertThat(settings.number("n", 4, 1, 9)).isEqualTo(3);
    assertThat(settings.choice("smooth", Smooth.EXP)).isEqualTo(Smooth.FLOOR);
    assertThat(settings.list("words")).containsExactly("a", "b|c");
    assertThat(settings.decimal("k", 0.5, 0, 1)).isEqualTo(0.5);
    assertThatThrownBy(settings::checkAllKnown)
        .hasMessage("setting \"oops\" of bleu is not known; known are k, n, smooth, words");
    assertThatThrownBy(() -> settings.flag("n", true))
        .hasMessage("setting \"n\" of bleu must be true or false, but was \"3\"");
    assertThatThrownBy(() -> settings.number("n", 1, 5, 9))
        .hasMessage("setting \"n\" of bleu must be a whole number between 5 and 9, but was \"3\"");
  }

  private enum Smooth {
    EXP,
    FLOOR
  }

  @Test
  void combinesWithoutCountingTheUnmeasuredAsZero() {
    Evaluator good = constant("good", 0.9);
    Evaluator poor = constant("poor", 0.2);
    Evaluator missing =
        Evaluators.of(EvaluatorSpec.free("missing", Scale.UNIT, Need.CONTEXT), evalCase -> null);

    assertThat(score(Combined.all("both", List.of(good, poor)))).isEqualTo(0.2);
    assertThat(score(Combined.any("either", List.of(poor, good)))).isEqualTo(0.9);
    assertThat(score(Combined.not(poor))).isEqualTo(0.8);
    assertThat(score(Combined.weighted("mean", Map.of(good, 3.0, poor, 1.0))))
        .isEqualTo((3 * 0.9 + 0.2) / 4);
    assertThat(score(Combined.threshold(good, 0.9))).isEqualTo(1);
    assertThat(score(Combined.threshold(poor, 0.5))).isZero();
    assertThat(Combined.all("both", List.of(good, missing)).evaluate(CASE))
        .isInstanceOf(Skipped.class);
    assertThat(Combined.weighted("mean", Map.of(missing, 1.0)).evaluate(CASE))
        .isInstanceOf(Skipped.class);
    assertThat(score(Combined.any("either", List.of(missing, poor)))).isEqualTo(0.2);
    assertThat(Combined.any("either", List.of(missing)).evaluate(CASE).reason())
        .startsWith("missing: missing needs a context document");
  }

  @Test
  void asksTheDearOneOnlyWhenTheCheapOneIsUnsure() {
    AtomicInteger asked = new AtomicInteger();
    Evaluator dear =
        Evaluators.of(
            EvaluatorSpec.free("dear", Scale.UNIT),
            evalCase -> {
              asked.incrementAndGet();
              return Scored.of(EvaluatorSpec.free("dear", Scale.UNIT), 0.7, "looked closely");
            });

    assertThat(score(Combined.firstCheap("gate", constant("cheap", 0.05), dear, 0.1, 0.9)))
        .isEqualTo(0.05);
    assertThat(score(Combined.firstCheap("gate", constant("cheap", 0.95), dear, 0.1, 0.9)))
        .isEqualTo(0.95);
    assertThat(asked).hasValue(0);
    assertThat(score(Combined.firstCheap("gate", constant("cheap", 0.5), dear, 0.1, 0.9)))
        .isEqualTo(0.7);
    assertThat(asked).hasValue(1);
  }

  @Test
  void aSliceSkipsTheRest() {
    Evaluator onlyGerman =
        Combined.onSlice(
            constant("good", 1), "german", each -> "de".equals(each.metadata().get("language")));

    assertThat(onlyGerman.evaluate(CASE)).isInstanceOf(Skipped.class);
    assertThat(onlyGerman.evaluate(CASE.toBuilder().metadata("language", "de").build()))
        .isInstanceOf(Scored.class);
  }

  @Test
  void casesRoundTripThroughTheirBuilder() {
    EvalCase full =
        EvalCase.builder()
            .id("c-1")
            .input("q")
            .output("a")
            .sample("b")
            .variant("q2", "a2")
            .references(List.of("a"))
            .document("d-1", "text")
            .retrievedIds(List.of("d-1"))
            .relevantIds(List.of("d-1", "d-2"))
            .toolCalls(List.of())
            .metadata("slice", "x")
            .build();

    assertThat(full.toBuilder().build()).isEqualTo(full).hasSameHashCodeAs(full);
    assertThat(full.allOutputs()).containsExactly("a", "b");
    assertThat(full.relevantIds()).containsEntry("d-2", 1.0);
    assertThat(full.expectedToolCalls()).isNull();
    assertThat(full.toString()).isEqualTo("EvalCase[c-1]");
  }

  private static Evaluator constant(String name, double score) {
    EvaluatorSpec spec = EvaluatorSpec.free(name, Scale.UNIT);
    return Evaluators.of(spec, evalCase -> Scored.of(spec, score, "always"));
  }

  private static double score(Evaluator evaluator) {
    return ((Scored) evaluator.evaluate(CASE)).score();
  }
}
