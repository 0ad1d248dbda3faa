package dev.llmops.eval.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.semantic.DevData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * How well wording alone follows human judgement, on the folder named by LLMOPS_EVAL_DATA: the
 * table of the docs. Nothing was tuned on these rows. Intervals are percentiles of 200 bootstrap
 * samples with a fixed seed.
 */
class ReferenceMetricsQualityTest {

  private static final List<String> METRICS =
      List.of(
          "squad_f1",
          "token_recall",
          "rouge_1",
          "rouge_l",
          "bleu",
          "chrf",
          "ter",
          "meteor",
          "levenshtein",
          "jaro_winkler",
          "jaccard");

  @Test
  void wordingFollowsHumanJudgementInBothLanguages() throws IOException {
    Predicate<JsonNode> graded = row -> row.get("kind").asText().equals("graded");
    ToDoubleFunction<JsonNode> score = row -> row.get("score").asDouble();
    List<Rated> english = sentences("sts_en.jsonl", graded, score);
    List<Rated> chinese = sentences("sts_zh.jsonl", graded, score);
    List<Rated> answersEnglish = answers("answer_correctness_en.jsonl");
    List<Rated> answersChinese = answers("answer_correctness_zh.jsonl");

    System.out.println(
        "| metric | mode | STS EN, Spearman | STS ZH, Spearman | answers EN, AUC | answers ZH, AUC"
            + " |\n|---|---|---|---|---|---|");
    for (String metric : METRICS) {
      for (String mode : List.of("default", "reference")) {
        Evaluator evaluator = Evaluators.byName(metric, Map.of("mode", mode));
        Figure englishFigure = figure(evaluator, english, false);
        Figure chineseFigure = figure(evaluator, chinese, false);
        Figure answersFigure = figure(evaluator, answersEnglish, true);
        Figure chineseAnswersFigure = figure(evaluator, answersChinese, true);
        System.out.printf(
            "| `%s` | %s | %s | %s | %s | %s |%n",
            metric, mode, englishFigure, chineseFigure, answersFigure, chineseAnswersFigure);
        if (mode.equals("default")) {
          String name = "`" + metric + "` against people, ";
          add(name + "Spearman", englishFigure, "sts_en, graded");
          add(name + "Spearman", chineseFigure, "sts_zh, graded");
          add(name + "AUC", answersFigure, "answer_correctness_en");
          add(name + "AUC", chineseAnswersFigure, "answer_correctness_zh");
          assertThat(chineseFigure.low).as(metric).isGreaterThan(0.3);
        }
      }
    }
  }

  private static void add(String what, Figure figure, String source) {
    MeasuredRows.add("reference metrics", what, "", figure.toString(), source);
  }

  private record Rated(String output, List<String> references, double rating) {}

  private record Figure(double value, double low, double high, int n) {

    @Override
    public String toString() {
      return Double.isNaN(value)
          ? "constant (n " + n + ")"
          : String.format(Locale.ROOT, "%.3f [%.3f, %.3f] (n %d)", value, low, high, n);
    }
  }

  private static Figure figure(Evaluator evaluator, List<Rated> rows, boolean auc) {
    List<double[]> scored = new ArrayList<>();
    for (Rated row : rows) {
      EvalCase evalCase = EvalCase.builder().output(row.output).references(row.references).build();
      if (evaluator.evaluate(evalCase) instanceof Scored result) {
        scored.add(new double[] {result.score(), row.rating});
      }
    }
    int n = scored.size();
    int[] all = IntStream.range(0, n).toArray();
    double value = measure(scored, all, auc);
    Random random = new Random(42);
    double[] samples =
        IntStream.range(0, 200)
            .mapToDouble(i -> measure(scored, random.ints(n, 0, n).toArray(), auc))
            .sorted()
            .toArray();
    return new Figure(value, samples[5], samples[194], n);
  }

  /** Spearman's correlation, or the area under the ROC curve, which is the Mann-Whitney U. */
  private static double measure(List<double[]> scored, int[] sample, boolean auc) {
    double[] ranks = ranks(Arrays.stream(sample).mapToDouble(i -> scored.get(i)[0]).toArray());
    double[] ratings = Arrays.stream(sample).mapToDouble(i -> scored.get(i)[1]).toArray();
    if (auc) {
      double sum = 0;
      double positives = 0;
      for (int i = 0; i < ranks.length; i++) {
        if (ratings[i] > 0.5) {
          sum += ranks[i];
          positives++;
        }
      }
      return (sum - positives * (positives + 1) / 2) / positives / (ranks.length - positives);
    }
    return pearson(ranks, ranks(ratings));
  }

  private static double pearson(double[] one, double[] other) {
    double meanOne = Arrays.stream(one).average().orElse(0);
    double meanOther = Arrays.stream(other).average().orElse(0);
    double both = 0;
    double squaresOne = 0;
    double squaresOther = 0;
    for (int i = 0; i < one.length; i++) {
      both += (one[i] - meanOne) * (other[i] - meanOther);
      squaresOne += (one[i] - meanOne) * (one[i] - meanOne);
      squaresOther += (other[i] - meanOther) * (other[i] - meanOther);
    }
    return both / Math.sqrt(squaresOne * squaresOther);
  }

  /** Ranks from 1; equal values share the mean of theirs. */
  private static double[] ranks(double[] values) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] ranks = new double[values.length];
    for (int i = 0; i < order.length; ) {
      int end = i;
      while (end < order.length && values[order[end]] == values[order[i]]) {
        end++;
      }
      for (int k = i; k < end; k++) {
        ranks[order[k]] = (i + 1 + end) / 2.0;
      }
      i = end;
    }
    return ranks;
  }

  private static List<Rated> sentences(
      String file, Predicate<JsonNode> keep, ToDoubleFunction<JsonNode> rating) throws IOException {
    List<Rated> rows = new ArrayList<>();
    for (JsonNode row : DevData.rows(file)) {
      if (keep.test(row)) {
        rows.add(
            new Rated(
                row.get("text1").asText(),
                List.of(row.get("text2").asText()),
                rating.applyAsDouble(row)));
      }
    }
    return rows;
  }

  private static List<Rated> answers(String file) throws IOException {
    List<Rated> rows = new ArrayList<>();
    for (JsonNode row : DevData.rows(file)) {
      List<String> gold = new ArrayList<>();
      row.get("gold").forEach(each -> gold.add(each.asText()));
      rows.add(new Rated(row.get("answer").asText(), gold, row.get("label").asDouble()));
    }
    return rows;
  }
}
