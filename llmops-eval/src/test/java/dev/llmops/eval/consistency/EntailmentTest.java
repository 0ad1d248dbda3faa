package dev.llmops.eval.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.TinyOnnx;
import dev.llmops.eval.consistency.Entailment.Judgement;
import dev.llmops.eval.consistency.Entailment.Pair;
import dev.llmops.eval.safety.OnnxTextClassifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntailmentTest {

  private static final List<String> LABELS = List.of("CONTRADICTION", "Neutral", "entailment");

  @TempDir Path folder;

  /** "same" is (-1, 0, 1), "other" is (1, 0, -1). */
  private void write(List<String> labels) throws IOException {
    StringJoiner id2label = new StringJoiner(",", "{\"id2label\":{", "}}");
    for (int i = 0; i < labels.size(); i++) {
      id2label.add("\"" + i + "\":\"" + labels.get(i) + "\"");
    }
    TinyOnnx.write(
        folder,
        id2label.toString(),
        List.of("same", "other"),
        new float[] {-1, 0, 1},
        new float[] {1, 0, -1});
  }

  @Test
  void probabilitiesAreReadByTheLabelsOfTheConfig() throws IOException {
    write(LABELS);

    try (OnnxTextClassifier classifier = OnnxTextClassifier.open(folder)) {
      Entailment entailment = Entailment.of("tiny", 100, classifier);
      Judgement judged = entailment.judge(List.of(new Pair("same", "x"))).judgements().get(0);

      // logits (-1, 0, 1): e⁻¹ + 1 + e = 4.08616; e ÷ that = 0.66524, 1 ÷ that = 0.24473
      assertThat(judged.entailment()).isCloseTo(0.66524, within(1e-5));
      assertThat(judged.neutral()).isCloseTo(0.24473, within(1e-5));
      assertThat(judged.contradiction()).isCloseTo(0.09003, within(1e-5));
    }
  }

  @Test
  void anotherOrderOfLabelsIsFollowed() throws IOException {
    write(List.of("entailment", "neutral", "contradiction"));

    Judgement judged =
        Entailment.open(folder, 100).judge(List.of(new Pair("same", "x"))).judgements().get(0);

    assertThat(judged.entailment()).isCloseTo(0.09003, within(1e-5));
    assertThat(judged.contradiction()).isCloseTo(0.66524, within(1e-5));
  }

  @Test
  void labelsThatSayNothingAreRefused() throws IOException {
    write(List.of("LABEL_0", "LABEL_1", "LABEL_2"));

    assertThatThrownBy(() -> Entailment.open(folder, 100))
        .hasMessage(
            "labels of the model must name entailment, neutral and contradiction, but were"
                + " [LABEL_0, LABEL_1, LABEL_2]; correct id2label in its config.json, or take a"
                + " model of three-way inference");
  }

  @Test
  void evaluatorsAreMadeByNameOverAFolder() throws IOException {
    write(LABELS);
    Map<String, String> settings = Map.of("model", folder.toString());
    EvalCase evalCase =
        EvalCase.builder()
            .input("q")
            .output("same")
            .sample("x")
            .sample("other other")
            .document(null, "x")
            .build();

    // "same": contradiction ÷ (contradiction + entailment) = 1 ÷ (1 + e²) = 0.11920 with "x", and
    // logits (1, 0, -1) with "other other": 1 ÷ (1 + e⁻²) = 0.88080; their mean
    assertThat(raw("selfcheck_nli", settings, evalCase)).isCloseTo(0.5, within(1e-5));
    // "q x" and "q same" entail each other; "q other other" (logits 2 or 1 for contradiction)
    // nothing: meanings of 2 and 1 of three, -(2/3 ln 2/3 + 1/3 ln 1/3) ÷ ln 3 = 0.57938
    assertThat(raw("semantic_entropy", settings, evalCase)).isCloseTo(0.57938, within(1e-5));
    assertThat(raw("factual_consistency_nli", settings, evalCase)).isCloseTo(0.66524, within(1e-5));
  }

  @Test
  void whatCannotBeOpenedIsSaid() throws IOException {
    assertThatThrownBy(() -> Evaluators.byName("selfcheck_nli", Map.of("model", folder.toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no model.onnx");
    write(LABELS);
    Map<String, String> other = Map.of("model", folder.toString(), "entailment", "other");
    assertThatThrownBy(() -> Evaluators.byName("selfcheck_nli", other))
        .hasMessageStartingWith("setting \"entailment\" must be \"" + folder.getFileName() + "\"");
  }

  @Test
  void anEvaluatorIsMadeAgainFromItsSpecAndAFolder() throws IOException {
    write(LABELS);
    for (String name : List.of("selfcheck_nli", "semantic_entropy", "factual_consistency_nli")) {
      Evaluator made =
          Evaluators.byName(name, Map.of("model", folder.toString(), "max_input_chars", "300"));
      Map<String, String> settings = new java.util.TreeMap<>(made.spec().settings());
      settings.put("model", folder.toString());
      settings.put("max_input_chars", "300");

      assertThat(Evaluators.byName(name, settings).spec()).isEqualTo(made.spec());
      assertThat(made.spec().needs()).contains(Need.LOCAL_MODEL);
    }
  }

  @Test
  void factualConsistencyIsTheMeanOfTheBestParts() {
    Map<Pair, Double> entailed =
        Map.of(
            new Pair("A.", "One."), 0.9,
            new Pair("B.", "One."), 0.2,
            new Pair("A.", "Two."), 0.5,
            new Pair("B.", "Two."), 0.1);
    Entailment entailment =
        Entailment.of(
            "table",
            100,
            pairs ->
                pairs.stream()
                    .map(pair -> new Judgement(entailed.get(pair), 1 - entailed.get(pair), 0))
                    .toList());
    EvalCase evalCase =
        EvalCase.builder().output("One. Two.").document(null, "A.").document("b", "B.").build();

    Scored scored =
        (Scored) ConsistencyEvaluators.factualConsistency(entailment).evaluate(evalCase);

    assertThat(scored.raw()).isCloseTo(0.7, within(1e-12));
    assertThat(scored.reason())
        .isEqualTo(
            "least supported of 2 sentences (entailed 0.500, contradicted 0.000 by table):"
                + " \"Two.\"");
  }

  @Test
  void aLongDocumentIsTakenInPartsThatOverlapByASentence() {
    List<String> premises = new ArrayList<>();
    Entailment entailment =
        Entailment.of(
            "table",
            24,
            pairs -> {
              pairs.forEach(pair -> premises.add(pair.premise()));
              return pairs.stream().map(pair -> new Judgement(1, 0, 0)).toList();
            });
    Evaluator evaluator = ConsistencyEvaluators.factualConsistency(entailment);
    EvalCase evalCase =
        EvalCase.builder()
            .output("Five.")
            .document(null, "It is one. It is two. It is three. It is four.")
            .build();

    assertThat(evaluator.evaluate(evalCase)).isInstanceOf(Scored.class);
    assertThat(premises)
        .containsExactly(
            "It is one. It is two.", "It is two. It is three.", "It is three. It is four.");
    EvalResult long1 =
        evaluator.evaluate(evalCase.toBuilder().output("A sentence that is too long.").build());
    assertThat(long1).isInstanceOf(Skipped.class);
    EvalResult many = evaluator.evaluate(evalCase.toBuilder().output("Five. ".repeat(601)).build());
    assertThat(many.reason()).contains("1803 pairs to compare, and at most 600 are");
  }

  private static double raw(String name, Map<String, String> settings, EvalCase evalCase) {
    EvalResult result = Evaluators.byName(name, settings).evaluate(evalCase);
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return ((Scored) result).raw();
  }
}
