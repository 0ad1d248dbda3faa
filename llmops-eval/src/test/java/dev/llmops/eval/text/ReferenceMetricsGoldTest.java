package dev.llmops.eval.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.semantic.DevData;
import dev.llmops.eval.text.BleuSettings.Smoothing;
import dev.llmops.eval.text.RougeSettings.Measure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Reference mode against values that the reference implementations themselves gave, on every row of
 * the folder named by LLMOPS_EVAL_DATA. Prints, for each column, how many rows are equal.
 */
class ReferenceMetricsGoldTest {

  /** Half of the last digit given. */
  private static final double SIX_DIGITS = 0.501e-6;

  private final Map<String, int[]> equalAndRows = new LinkedHashMap<>();
  private final List<String> wrong = new ArrayList<>();

  @Test
  void sentenceMetricsEqualTheReferenceOnEveryPair() throws IOException {
    BleuSettings bleu = BleuSettings.REFERENCE;
    Map<String, Evaluator> scalars = new LinkedHashMap<>();
    scalars.put("bleu/13a", ReferenceMetrics.bleu(bleu));
    scalars.put("bleu/13a_noeff", ReferenceMetrics.bleu(bleu.withEffectiveOrder(false)));
    scalars.put("bleu/13a_lc", ReferenceMetrics.bleu(bleu.withLowercase(true)));
    scalars.put("bleu/13a_none", ReferenceMetrics.bleu(bleu.withSmoothing(Smoothing.NONE)));
    scalars.put("bleu/13a_floor0.1", ReferenceMetrics.bleu(bleu.withSmoothing(Smoothing.FLOOR)));
    scalars.put("bleu/13a_addk1", ReferenceMetrics.bleu(bleu.withSmoothing(Smoothing.ADD_K)));
    scalars.put("bleu/intl", bleuWith(MetricTokenizer.INTERNATIONAL));
    scalars.put("bleu/zh", bleuWith(MetricTokenizer.CHINESE));
    scalars.put("bleu/char", bleuWith(MetricTokenizer.CHARACTERS));
    scalars.put("bleu/none", bleuWith(MetricTokenizer.WHITESPACE));
    ChrfSettings chrf = ChrfSettings.REFERENCE;
    scalars.put("chrf/chrf", ReferenceMetrics.chrf(chrf));
    scalars.put("chrf/chrf++", ReferenceMetrics.chrfPlusPlus(chrf.withWordOrder(2)));
    scalars.put("chrf/chrf_lc", ReferenceMetrics.chrf(chrf.withLowercase(true)));
    scalars.put("chrf/chrf_eps", ReferenceMetrics.chrf(chrf.withEpsSmoothing(true)));
    scalars.put("chrf/chrf_ws_b3", ReferenceMetrics.chrf(chrf.withWhitespace(true).withBeta(3)));
    scalars.put("ter/default", ReferenceMetrics.ter(TerSettings.REFERENCE));
    scalars.put(
        "ter/norm_asian",
        ReferenceMetrics.ter(TerSettings.REFERENCE.withNormalized(true).withAsianSupport(true)));
    scalars.put("squad/em", ReferenceMetrics.squadExactMatch(AnswerNormalization.SQUAD));
    scalars.put("squad/f1", ReferenceMetrics.squadF1(AnswerNormalization.SQUAD));
    scalars.put("cmrc/em", ReferenceMetrics.squadExactMatch(AnswerNormalization.CMRC));
    scalars.put("cmrc/f1", ReferenceMetrics.squadF1(AnswerNormalization.CMRC));
    MeteorSettings meteor = MeteorSettings.REFERENCE;
    scalars.put("meteor/exact", ReferenceMetrics.meteor(meteor.withStemmer(false)));
    scalars.put("meteor/exact_stem", ReferenceMetrics.meteor(meteor));
    scalars.put(
        "meteor/char_exact",
        ReferenceMetrics.meteor(meteor.withTokenizer(MetricTokenizer.CJK).withStemmer(false)));
    scalars.put("lev/distance", ReferenceMetrics.levenshtein(LevenshteinMeasure.DISTANCE));
    scalars.put("lev/ratio", ReferenceMetrics.levenshtein(LevenshteinMeasure.RATIO));
    scalars.put("lev/norm_sim", ReferenceMetrics.levenshtein());
    scalars.put("lev/jaro", ReferenceMetrics.jaroWinkler(0, false));
    scalars.put("lev/jaro_floor", ReferenceMetrics.jaroWinkler(0, true));
    scalars.put("lev/jaro_winkler", ReferenceMetrics.jaroWinkler());
    scalars.put("token/jaccard", ReferenceMetrics.jaccard(MetricTokenizer.WORDS));
    Map<String, RougeSettings> rouges =
        Map.of(
            "rouge", RougeSettings.REFERENCE,
            "rouge_stem", RougeSettings.REFERENCE.withStemmer(true),
            "rouge_char", RougeSettings.REFERENCE.withTokenizer(MetricTokenizer.CJK));

    for (JsonNode row : DevData.rows("metric_gold_pairs.jsonl")) {
      String output = row.get("hyp").asText();
      String reference = row.get("ref").asText();
      JsonNode expected = row.get("expected");
      scalars.forEach(
          (column, evaluator) ->
              check(
                  column,
                  row,
                  raw(evaluator, output, List.of(reference)),
                  expected.at("/" + column)));
      rouges.forEach(
          (column, settings) -> {
            for (Measure measure : Measure.values()) {
              int index = List.of(Measure.PRECISION, Measure.RECALL, Measure.F1).indexOf(measure);
              RougeSettings with = settings.withMeasure(measure);
              Map.of(
                      "rouge1", ReferenceMetrics.rouge1(with),
                      "rouge2", ReferenceMetrics.rouge2(with),
                      "rougeL", ReferenceMetrics.rougeL(with),
                      "rougeLsum", ReferenceMetrics.rougeLsum(with))
                  .forEach(
                      (name, evaluator) ->
                          check(
                              column + "/" + name,
                              row,
                              raw(evaluator, output, List.of(reference)),
                              expected.get(column).get(name).get(index)));
            }
          });
      checkBleuDetail(row, output, reference, expected.at("/bleu/13a_detail"));
    }
    report("metric_gold_pairs");
  }

  @Test
  void corpusMetricsEqualTheReference() throws IOException {
    BleuSettings bleu = BleuSettings.REFERENCE.withEffectiveOrder(false);
    Map<String, RunMetric> metrics = new LinkedHashMap<>();
    metrics.put("bleu_13a", ReferenceMetrics.corpusBleu(bleu));
    metrics.put("bleu_intl", corpusBleuWith(MetricTokenizer.INTERNATIONAL));
    metrics.put("bleu_zh", corpusBleuWith(MetricTokenizer.CHINESE));
    metrics.put("bleu_char", corpusBleuWith(MetricTokenizer.CHARACTERS));
    metrics.put("bleu_none", corpusBleuWith(MetricTokenizer.WHITESPACE));
    metrics.put("chrf", ReferenceMetrics.corpusChrf(ChrfSettings.REFERENCE));
    metrics.put("chrf++", ReferenceMetrics.corpusChrf(ChrfSettings.REFERENCE.withWordOrder(2)));
    metrics.put("ter", ReferenceMetrics.corpusTer(TerSettings.REFERENCE));

    for (JsonNode row : DevData.rows("metric_gold_corpus.jsonl")) {
      List<EvalCase> cases = cases(row.get("hyps"), row.get("refs"));
      metrics.forEach(
          (column, metric) -> {
            RunMetric.RunResult result = metric.measure(cases);
            JsonNode expected = row.get("expected").get(column);
            check(column, row, raw(result.result()), expected.get("score"));
            if (column.startsWith("bleu")) {
              Map<String, Double> details = result.details();
              check(column + " bp", row, details.get("brevity_penalty"), expected.get("bp"));
              check(column + " len", row, details.get("output_length"), expected.get("sys_len"));
              check(column + " len", row, details.get("reference_length"), expected.get("ref_len"));
              for (int n = 1; n <= 4; n++) {
                check(
                    column + " precisions",
                    row,
                    details.get("precision_" + n),
                    expected.get("precisions").get(n - 1));
              }
            }
          });
    }
    report("metric_gold_corpus");
  }

  @Test
  void officialFixturesHold() throws IOException {
    for (JsonNode row : DevData.rows("metric_gold_official.jsonl")) {
      official(row, row.get("test").asText(), row.get("args"));
    }
    report("metric_gold_official");
  }

  @Test
  void questionAnsweringEqualsTheOfficialScripts() throws IOException {
    for (JsonNode row : DevData.rows("qa_em_f1_gold.jsonl")) {
      AnswerNormalization normalization =
          row.get("metric").asText().equals("squad2")
              ? AnswerNormalization.SQUAD
              : AnswerNormalization.CMRC;
      String column = row.get("metric").asText();
      String output = row.get("pred").asText();
      List<String> references = texts(row.get("gold"));
      check(
          column + " em",
          row,
          raw(ReferenceMetrics.squadExactMatch(normalization), output, references),
          row.get("em"));
      check(
          column + " f1",
          row,
          raw(ReferenceMetrics.squadF1(normalization), output, references),
          row.get("f1"));
    }
    report("qa_em_f1_gold");
  }

  @Test
  void stemsEqualNltks() throws IOException {
    for (JsonNode row : DevData.rows("porter_gold.jsonl")) {
      String stem = PorterStemmer.stem(row.get("word").asText());
      count("stem", row, stem.equals(row.get("stem").asText()), stem + ", not " + row.get("stem"));
    }
    report("porter_gold");
  }

  private void official(JsonNode row, String test, JsonNode args) {
    BleuSettings raw =
        BleuSettings.REFERENCE
            .withTokenizer(MetricTokenizer.WHITESPACE)
            .withSmoothing(Smoothing.FLOOR, 0.01);
    BleuSettings corpus = BleuSettings.REFERENCE.withEffectiveOrder(false);
    switch (test) {
      case "test_raw_bleu", "test_effective_order" ->
          near(
              row,
              raw(
                      ReferenceMetrics.corpusBleu(raw)
                          .measure(cases(args.get("hypotheses"), args.get("references")))
                          .result())
                  / 100,
              args.get("expected_bleu").asDouble(),
              1e-8);
      case "test_corpus_bleu" -> {
        JsonNode kwargs = args.get("kwargs");
        BleuSettings settings =
            kwargs.has("tokenize")
                ? corpus.withTokenizer(tokenizer(kwargs.get("tokenize").asText()))
                : corpus;
        settings =
            kwargs.path("smooth_method").asText().equals("none")
                ? settings.withSmoothing(Smoothing.NONE)
                : settings;
        near(
            row,
            raw(
                ReferenceMetrics.corpusBleu(settings)
                    .measure(cases(args.get("hypotheses"), args.get("references")))
                    .result()),
            args.get("expected_bleu").asDouble(),
            1e-6);
      }
      case "test_max_ngram_order" ->
          near(
              row,
              raw(
                  ReferenceMetrics.corpusBleu(corpus.withMaxOrder(args.get("order").asInt()))
                      .measure(cases(args.get("hyps"), args.get("refs")))
                      .result()),
              args.get("expected_bleu").asDouble(),
              0.00501);
      case "test_statistics" -> {
        Bleu.Counts counts =
            new Bleu(raw)
                .statistics(
                    args.get("hypothesis").get(0).asText(), texts(args.get("reference").get(0)));
        count(
            test,
            row,
            java.util.Arrays.equals(counts.correct(), doubles(args.at("/expected_stat/common")))
                && java.util.Arrays.equals(
                    counts.total(), doubles(args.at("/expected_stat/total"))),
            counts.toString());
      }
      case "test_offset" -> {
        String output = args.get("hypothesis").get(0).asText();
        List<String> references = texts(args.get("reference").get(0));
        near(
            row,
            raw(ReferenceMetrics.bleu(raw.withSmoothing(Smoothing.FLOOR)), output, references)
                / 100,
            args.get("expected_with_offset").asDouble(),
            1e-8);
        near(
            row,
            raw(ReferenceMetrics.bleu(raw.withSmoothing(Smoothing.FLOOR, 0)), output, references)
                / 100,
            args.get("expected_without_offset").asDouble(),
            1e-8);
      }
      case "test_scoring", "test_degenerate_statistics" -> {
        JsonNode statistics = args.get("statistics");
        BleuSettings settings =
            args.has("offset")
                ? corpus.withSmoothing(Smoothing.FLOOR, args.get("offset").asDouble())
                : corpus.withSmoothing(Smoothing.NONE);
        Bleu.Counts counts =
            new Bleu.Counts(
                doubles(statistics.get(0).get("common")),
                doubles(statistics.get(0).get("total")),
                statistics.get(1).asLong(),
                statistics.get(2).asLong());
        near(
            row,
            new Bleu(settings).score(counts).bleu() / 100,
            args.get("expected_score").asDouble(),
            1e-8);
      }
      case "test_compat_sentence_bleu", "test_api_sentence_bleu", "test_api_sentence_bleu_zero" -> {
        boolean zero = test.endsWith("zero");
        JsonNode constants = row.get("constants");
        Smoothing smoothing =
            Smoothing.valueOf(
                args.get("smooth_method")
                    .asText()
                    .replace('-', '_')
                    .toUpperCase(java.util.Locale.ROOT));
        BleuSettings settings =
            BleuSettings.REFERENCE
                .withTokenizer(tokenizer(args.get("tok").asText()))
                .withSmoothing(smoothing)
                .withLowercase(args.get("lowercase").asBoolean());
        settings =
            args.get("smooth_value").isNull()
                ? settings
                : settings.withSmoothing(smoothing, args.get("smooth_value").asDouble());
        near(
            row,
            raw(
                ReferenceMetrics.bleu(settings),
                constants.get(zero ? "SYS_0" : "SYS").asText(),
                List.of(constants.get(zero ? "REF_0" : "REF").asText())),
            args.get("expected_score").asDouble(),
            0.01);
      }
      case "test_chrf", "test_chrf_eff_order", "test_chrf_keep_whitespace" -> {
        List<EvalCase> cases = new ArrayList<>();
        for (int i = 0; i < args.get("hypotheses").size(); i++) {
          cases.add(
              EvalCase.of(
                  args.get("hypotheses").get(i).asText(), args.get("references").get(i).asText()));
        }
        ChrfSettings settings =
            ChrfSettings.REFERENCE
                .withBeta(3)
                .withEpsSmoothing(test.equals("test_chrf"))
                .withWhitespace(test.endsWith("whitespace"));
        near(
            row,
            raw(ReferenceMetrics.corpusChrf(settings).measure(cases).result()),
            args.get("expected_score").asDouble(),
            1e-4);
      }
      case "test_chrf_sentence_level" ->
          near(
              row,
              raw(
                  ReferenceMetrics.chrf(ChrfSettings.REFERENCE.withEpsSmoothing(true)),
                  args.get("hypothesis").asText(),
                  texts(args.get("references"))),
              args.get("expected_score").asDouble(),
              1e-4);
      case "test_ter" -> {
        List<EvalCase> cases = new ArrayList<>();
        for (int i = 0; i < args.get("hypotheses").size(); i++) {
          cases.add(
              EvalCase.of(
                  args.get("hypotheses").get(i).asText(), args.get("references").get(i).asText()));
        }
        near(
            row,
            raw(ReferenceMetrics.corpusTer(TerSettings.REFERENCE).measure(cases).result()) / 100,
            args.get("expected_score").asDouble(),
            1e-3);
      }
      case "test_ter_tokenizer_default",
          "test_ter_tokenizer_nopunct",
          "test_ter_tokenizer_norm",
          "test_ter_tokenizer_asian" -> {
        TerSettings settings =
            TerSettings.REFERENCE
                .withNoPunctuation(test.endsWith("nopunct"))
                .withNormalized(test.endsWith("norm") || test.endsWith("asian"))
                .withAsianSupport(test.endsWith("asian"));
        String tokens =
            String.join(" ", TercomTokenizer.tokens(args.get("input").asText(), settings));
        count(test, row, tokens.equals(args.get("expected").asText()), tokens);
      }
      case "rouge1", "rouge2", "rougeL", "rougeLsum" -> {
        Rouge.Kind kind =
            switch (test) {
              case "rouge1" -> Rouge.Kind.ONE;
              case "rouge2" -> Rouge.Kind.TWO;
              case "rougeL" -> Rouge.Kind.L;
              default -> Rouge.Kind.L_SUM;
            };
        Rouge.Score score =
            new Rouge(kind, RougeSettings.REFERENCE)
                .score(args.get("prediction").asText(), args.get("target").asText());
        check(test, row, score.precision(), args.get("precision"));
        check(test, row, score.recall(), args.get("recall"));
        check(test, row, score.f1(), args.get("fmeasure"));
      }
      default -> throw new AssertionError("unknown fixture " + test);
    }
  }

  private void checkBleuDetail(JsonNode row, String output, String reference, JsonNode expected) {
    Bleu bleu = new Bleu(BleuSettings.REFERENCE);
    Bleu.Counts counts = bleu.statistics(output, List.of(reference));
    Bleu.Score score = bleu.score(counts);
    check("bleu/detail bp", row, score.brevityPenalty(), expected.get("bp"));
    check("bleu/detail len", row, (double) counts.outputLength(), expected.get("sys_len"));
    check("bleu/detail len", row, (double) counts.referenceLength(), expected.get("ref_len"));
    for (int n = 0; n < 4; n++) {
      check(
          "bleu/detail precisions", row, score.precisions()[n], expected.get("precisions").get(n));
      check("bleu/detail counts", row, counts.correct()[n], expected.get("counts").get(n));
      check("bleu/detail totals", row, counts.total()[n], expected.get("totals").get(n));
    }
  }

  private static Evaluator bleuWith(MetricTokenizer tokenizer) {
    return ReferenceMetrics.bleu(BleuSettings.REFERENCE.withTokenizer(tokenizer));
  }

  private static RunMetric corpusBleuWith(MetricTokenizer tokenizer) {
    return ReferenceMetrics.corpusBleu(
        BleuSettings.REFERENCE.withEffectiveOrder(false).withTokenizer(tokenizer));
  }

  private static MetricTokenizer tokenizer(String label) {
    for (MetricTokenizer each : MetricTokenizer.values()) {
      if (each.label().equals(label)) {
        return each;
      }
    }
    throw new AssertionError(label);
  }

  private static Double raw(Evaluator evaluator, String output, List<String> references) {
    EvalCase evalCase = EvalCase.builder().output(output).references(references).build();
    return raw(evaluator.evaluate(evalCase));
  }

  private static Double raw(EvalResult result) {
    if (result instanceof EvalResult.Errored) {
      throw new AssertionError(result.by().name() + ": " + result.reason());
    }
    return result instanceof Scored scored ? scored.raw() : null;
  }

  private void check(String column, JsonNode row, Double actual, JsonNode expected) {
    boolean equal =
        actual == null
            ? expected.isNull()
            : expected.isNumber() && Math.abs(actual - expected.asDouble()) <= SIX_DIGITS;
    count(column, row, equal, actual + ", not " + expected);
  }

  private void near(JsonNode row, double actual, double expected, double tolerance) {
    count(
        row.get("test").asText(),
        row,
        Math.abs(actual - expected) <= tolerance,
        actual + ", not " + expected);
  }

  private void count(String column, JsonNode row, boolean equal, String what) {
    int[] counts = equalAndRows.computeIfAbsent(column, each -> new int[2]);
    counts[1]++;
    if (equal) {
      counts[0]++;
    } else {
      wrong.add(row.get("id").asText() + " " + column + ": " + what);
    }
  }

  private void report(String name) {
    StringBuilder table = new StringBuilder(name + ": equal values of all");
    equalAndRows.forEach(
        (column, counts) ->
            table.append(String.format("%n  %-28s %d/%d", column, counts[0], counts[1])));
    System.out.println(table);
    long equal = equalAndRows.values().stream().mapToLong(counts -> counts[0]).sum();
    long all = equalAndRows.values().stream().mapToLong(counts -> counts[1]).sum();
    MeasuredRows.addEqual("reference metrics", "values equal to 6 digits", equal, all, name);
    assertThat(wrong).isEmpty();
  }

  private static List<EvalCase> cases(JsonNode outputs, JsonNode streams) {
    List<EvalCase> cases = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      List<String> references = new ArrayList<>();
      for (JsonNode stream : streams) {
        references.add(stream.get(i).asText());
      }
      cases.add(EvalCase.builder().output(outputs.get(i).asText()).references(references).build());
    }
    return cases;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private static double[] doubles(JsonNode array) {
    double[] doubles = new double[array.size()];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = array.get(i).asDouble();
    }
    return doubles;
  }
}
