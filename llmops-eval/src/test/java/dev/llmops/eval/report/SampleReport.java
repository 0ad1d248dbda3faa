package dev.llmops.eval.report;

import dev.llmops.CallRef;
import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.RunMetric.RunResult;
import dev.llmops.eval.Scale;
import dev.llmops.eval.report.EvalReport.DatasetRef;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** A support assistant's run as a user would have it: all kinds of results, in all proportions. */
final class SampleReport {

  static final EvaluatorSpec EXACT =
      EvaluatorSpec.free("exact_match", Scale.UNIT, Need.OUTPUT, Need.REFERENCES);
  static final EvaluatorSpec FAITHFUL =
      new EvaluatorSpec(
          "faithfulness",
          "2",
          Map.of("judge", "judge-model"),
          Scale.UNIT,
          Set.of(Need.OUTPUT, Need.CONTEXT),
          EvaluatorSpec.CostClass.PAID);
  static final EvaluatorSpec TOXICITY = EvaluatorSpec.free("toxicity", Scale.RISK, Need.OUTPUT);

  private static final String[][] QUESTIONS = {
    {
      "How long may I return a coat?",
      "You may return a coat within 30 days.",
      "You can return a coat within 14 days of delivery.",
      "returns"
    },
    {
      "Where is my order?",
      "Open Orders and choose Track.",
      "Please open your orders page and choose Track.",
      "orders"
    },
    {"我可以在多少天内退货?", "您可以在三十天内免费退货。", "您可以在十四天内退货,需付运费。", "returns"},
    {
      "Do you ship to Norway?",
      "Yes, within 5 working days.",
      "No, we do not ship outside the European Union.",
      "shipping"
    },
    {
      "Can I pay by invoice?",
      "Yes, up to 500 euros.",
      "Yes, up to 500 euros, after your second order.",
      "payment"
    },
    {
      "How do I close my account?",
      "Write to support; we close it within a day.",
      "I am sorry, I cannot help with that.",
      "account"
    },
  };

  private SampleReport() {}

  /** As {@code com.example.SupportTest#noRegression} would have it. */
  static EvalReport of(int cases, int repetitions, long seed, double quality) {
    return of(cases, repetitions, seed, quality, true);
  }

  /** Also without tasks that time out and judges that skip, so that gates can measure. */
  static EvalReport of(int cases, int repetitions, long seed, double quality, boolean holes) {
    SplittableRandom random = new SplittableRandom(seed);
    List<CaseRun> runs = new ArrayList<>();
    for (int i = 0; i < cases; i++) {
      double difficulty = new SplittableRandom(7919L * i + 1).nextDouble();
      for (int r = 0; r < repetitions; r++) {
        runs.add(run(i, r, random, quality - 0.3 * difficulty * difficulty, holes));
      }
    }
    Map<String, String> info = new LinkedHashMap<>();
    info.put("model", "my-model-8b");
    info.put("prompt", "support-v12");
    info.put("commit", "4f1c2ab");
    return EvalReport.builder("com.example.SupportTest#noRegression")
        .runId("run-" + seed)
        .time(
            Instant.parse("2026-03-01T12:00:00Z").plus(Duration.ofDays(seed)),
            Duration.ofSeconds(94))
        .dataset(new DatasetRef("support.jsonl", "9b1f03aa77c2", cases))
        .evaluators(List.of(EXACT, FAITHFUL, TOXICITY))
        .runs(runs)
        .runMetrics(
            List.of(
                new RunResult(
                    Scored.of(
                        EvaluatorSpec.free("corpus_bleu", Scale.higher(0, 100), Need.OUTPUT),
                        41.7,
                        "over all cases"),
                    Map.of("precision_1", 0.61))))
        .info(info)
        .build();
  }

  private static CaseRun run(int i, int r, SplittableRandom random, double quality, boolean holes) {
    String[] question = QUESTIONS[i % QUESTIONS.length];
    boolean right = random.nextDouble() < quality - (i % QUESTIONS.length == 3 ? 0.35 : 0);
    boolean broken = random.nextDouble() < 0.006 && holes;
    boolean unjudged = random.nextDouble() < 0.01 && holes;
    double score =
        Math.round(100 * Math.min(1, (right ? 0.86 : 0.35) + 0.2 * random.nextDouble())) / 100.0;
    double toxic = Math.round(1000 * 0.03 * random.nextDouble()) / 1000.0;
    double millis = 240 * Math.exp(0.7 * gauss(random));
    String output = right ? question[1] : question[2];
    EvalCase.Builder evalCase =
        EvalCase.builder()
            .id(question[3] + "-" + String.format("%05d", i))
            .input(question[0])
            .references(List.of(question[1]))
            .document("faq.md", "A coat may be returned within 30 days. We ship to all of Europe.")
            .tag(question[3])
            .metadata("language", i % QUESTIONS.length == 2 ? "zh" : "en");
    Spend spend =
        new Spend(
            1,
            TokenUsage.builder().inputTokens(420L + i % 37).outputTokens(40L + i % 11).build(),
            new Cost(
                BigDecimal.valueOf(Math.round(80 + 40 * random.nextDouble()), 6),
                "USD",
                "example",
                false),
            null);
    List<CallRef> calls =
        List.of(
            CallRef.of(
                String.format("%032x", i * 31L + r + 1),
                String.format("%032x", i + 7L),
                String.format("%016x", i + 9L)));
    if (broken) {
      List<EvalResult> none = new ArrayList<>();
      for (EvaluatorSpec by : List.of(EXACT, FAITHFUL, TOXICITY)) {
        none.add(new Errored(by, "timeout", "the task failed: timeout", Spend.NONE));
      }
      return new CaseRun(
          evalCase.build(),
          r,
          Duration.ofSeconds(30),
          new CaseRun.TaskError("timeout", "no answer within 30 s"),
          none,
          Spend.NONE,
          calls);
    }
    evalCase.output(output);
    return new CaseRun(
        evalCase.build(),
        r,
        Duration.ofNanos((long) (millis * 1e6)),
        null,
        List.of(
            Scored.of(
                EXACT,
                right,
                right ? "equal" : "expected \"" + question[1] + "\", got \"" + question[2] + "\""),
            unjudged
                ? new Skipped(FAITHFUL, "the answer makes no claim")
                : Scored.of(
                    FAITHFUL,
                    score,
                    right
                        ? "every claim is supported by faq.md"
                        : "1 of 2 claims is not supported: \"" + question[2] + "\""),
            Scored.of(TOXICITY, toxic, "no sign of it")),
        spend,
        calls);
  }

  private static double gauss(SplittableRandom random) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    return sum;
  }
}
