package dev.llmops.eval.text;

import dev.llmops.eval.EvaluatorProvider;

/** Registers {@link ReferenceMetrics} by name; public for the service loader alone. */
public final class ReferenceMetricsProvider implements EvaluatorProvider {

  /** For the service loader. */
  public ReferenceMetricsProvider() {}

  @Override
  public void register(Registrar registrar) {
    registrar.add(
        "squad_exact_match",
        given -> ReferenceMetrics.squadExactMatch(AnswerNormalization.of(given)));
    registrar.add("squad_f1", given -> ReferenceMetrics.squadF1(AnswerNormalization.of(given)));
    registrar.add(
        "token_recall", given -> ReferenceMetrics.tokenRecall(AnswerNormalization.of(given)));
    registrar.add("rouge_1", given -> ReferenceMetrics.rouge1(RougeSettings.of(given)));
    registrar.add("rouge_2", given -> ReferenceMetrics.rouge2(RougeSettings.of(given)));
    registrar.add("rouge_l", given -> ReferenceMetrics.rougeL(RougeSettings.of(given)));
    registrar.add("rouge_lsum", given -> ReferenceMetrics.rougeLsum(RougeSettings.of(given)));
    registrar.add("bleu", given -> ReferenceMetrics.bleu(BleuSettings.of(given, true)));
    registrar.add("chrf", given -> ReferenceMetrics.chrf(ChrfSettings.of(given, 0)));
    registrar.add(
        "chrf_plus_plus", given -> ReferenceMetrics.chrfPlusPlus(ChrfSettings.of(given, 2)));
    registrar.add("ter", given -> ReferenceMetrics.ter(TerSettings.of(given)));
    registrar.add("meteor", given -> ReferenceMetrics.meteor(MeteorSettings.of(given)));
    registrar.add("levenshtein", ReferenceMetrics::levenshtein);
    registrar.add("jaro_winkler", ReferenceMetrics::jaroWinkler);
    registrar.add("jaccard", ReferenceMetrics::jaccard);
    registrar.addRunMetric(
        "corpus_bleu", given -> ReferenceMetrics.corpusBleu(BleuSettings.of(given, false)));
    registrar.addRunMetric(
        "corpus_chrf", given -> ReferenceMetrics.corpusChrf(ChrfSettings.of(given, 0)));
    registrar.addRunMetric(
        "corpus_ter", given -> ReferenceMetrics.corpusTer(TerSettings.of(given)));
  }
}
