package dev.llmops.eval.report;

import dev.llmops.Cost;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.stats.GateDecision;
import dev.llmops.eval.stats.Gates;
import dev.llmops.eval.stats.MultipleTests;
import dev.llmops.eval.stats.Verdict;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A question that a release must answer, with three verdicts: proved, the opposite proved, or
 * undecided. Immutable.
 *
 * <pre>{@code
 * report.verify(
 *     Gate.passRate("exact_match").atLeast(0.85),
 *     Gate.mean("faithfulness").notWorseThan(baseline, 0.03),
 *     Gate.latency().shareWithin(Duration.ofSeconds(2), 0.95));
 * }</pre>
 *
 * <p>The unit is the case: the mean of its repetitions. A run without cases, a run that left cases
 * out, a case without a score and a missing baseline never pass, and block whatever the gate does
 * about {@link #warnWhenUndecided() undecided} verdicts: they are no lack of cases. The arithmetic
 * is in {@link Gates}.
 */
public final class Gate {

  private static final double CONFIDENCE = 0.95;

  private final String words;
  private final String metric;
  private final Test test;
  private final double confidence;
  private final boolean warn;
  private final boolean alarm;

  private Gate(
      String words, String metric, Test test, double confidence, boolean warn, boolean alarm) {
    this.words = words;
    this.metric = metric;
    this.test = test;
    this.confidence = confidence;
    this.warn = warn;
    this.alarm = alarm;
  }

  /**
   * About how many cases pass, for an evaluator whose scores are 0 or 1. For another one the gate
   * is undecided and says that it needs a threshold.
   */
  public static Subject passRate(String evaluator) {
    return new Subject(evaluator, null, true);
  }

  /**
   * About how many cases pass.
   *
   * @param threshold the score from which a case passes, 0 to 1
   */
  public static Subject passRate(String evaluator, double threshold) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be between 0.0 and 1.0, but was " + threshold);
    }
    return new Subject(evaluator, threshold, true);
  }

  /** About the mean score. */
  public static Subject mean(String evaluator) {
    return new Subject(evaluator, null, false);
  }

  /** About the time that the task takes, in seconds. */
  public static Amount latency() {
    return new Amount("latency", null);
  }

  /**
   * About what the task's model calls cost a case.
   *
   * @param currency the ISO 4217 code of the prices
   */
  public static Amount cost(String currency) {
    return new Amount("cost", Objects.requireNonNull(currency, "currency must not be null"));
  }

  /** The same with another confidence, 0.5 to 1 exclusive; 0.95 unless said. */
  public Gate withConfidence(double newConfidence) {
    if (!(newConfidence > 0.5 && newConfidence < 1)) {
      throw new IllegalArgumentException(
          "confidence must be between 0.5 and 1 exclusive, but was " + newConfidence);
    }
    return new Gate(words, metric, test, newConfidence, warn, alarm);
  }

  /** The same, but too few cases for a verdict only warn. */
  public Gate warnWhenUndecided() {
    return new Gate(words, metric, test, confidence, true, alarm);
  }

  /** The verdict over this report. */
  public GateResult check(EvalReport report) {
    String unfit = unfit(report);
    Tested tested = unfit == null ? test.test(report, confidence) : Tested.nothing(unfit);
    GateDecision decision = tested.decision();
    if (decision == null) {
      return new GateResult(
          words, metric, Verdict.UNDECIDED, true, "Not measured: " + tested.why(), null);
    }
    return result(decision, decision.verdict(), tested.why() + decision.explanation());
  }

  /**
   * The verdicts over this report. Alarms about a regression are adjusted for their number (Holm
   * 1979), so that an unchanged application trips any of them in at most 5 % of the runs; gates
   * that must all be passed need no adjustment.
   */
  static List<GateResult> check(EvalReport report, List<Gate> gates) {
    List<GateResult> results = new ArrayList<>();
    List<Integer> alarms = new ArrayList<>();
    for (Gate gate : gates) {
      GateResult result = gate.check(report);
      GateDecision decision = result.decision();
      if (gate.alarm && decision != null && decision.pValue() != null) {
        alarms.add(results.size());
      }
      results.add(result);
    }
    if (alarms.size() > 1) {
      double[] adjusted =
          MultipleTests.holm(
              alarms.stream()
                  .mapToDouble(at -> Objects.requireNonNull(results.get(at).decision()).pValue())
                  .toArray());
      for (int i = 0; i < adjusted.length; i++) {
        int at = alarms.get(i);
        results.set(at, gates.get(at).adjusted(results.get(at), adjusted[i], adjusted.length));
      }
    }
    return results;
  }

  /** The gate in words. */
  @Override
  public String toString() {
    return words;
  }

  private GateResult adjusted(GateResult result, double p, int gates) {
    if (result.verdict() != Verdict.FAIL || p <= 1 - confidence) {
      return result;
    }
    return result(
        Objects.requireNonNull(result.decision()),
        Verdict.UNDECIDED,
        result.explanation()
            + String.format(
                Locale.ROOT,
                " Over %d regression gates the p value is %.3f (Holm), which is no proof.",
                gates,
                p));
  }

  private GateResult result(GateDecision decision, Verdict verdict, String explanation) {
    boolean blocks = verdict == Verdict.FAIL || (verdict == Verdict.UNDECIDED && !warn);
    return new GateResult(words, metric, verdict, blocks, explanation, decision);
  }

  /** Why no gate can say anything about this report. */
  private static @Nullable String unfit(EvalReport report) {
    if (report.runs().isEmpty()) {
      return "no case was run; look at the dataset and its filters.";
    }
    return switch (report.ending().kind()) {
      case COMPLETE -> null;
      case DECIDED ->
          "the run ended as soon as its sequential test was decided, which is the verdict; a gate"
              + " for a fixed number of cases would be wrong here.";
      case BUDGET, INTERRUPTED ->
          "the run left cases out ("
              + report.ending().reason()
              + "); run it to its end, for instance by its journal.";
    };
  }

  /** What a test found: a decision, or why there is none. */
  private record Tested(@Nullable GateDecision decision, String why) {
    static Tested nothing(String why) {
      return new Tested(null, why);
    }
  }

  private interface Test {
    Tested test(EvalReport report, double confidence);
  }

  /** What a gate about scores is about. */
  public static final class Subject {
    private final String evaluator;
    private final @Nullable Double threshold;
    private final boolean rate;

    private Subject(String evaluator, @Nullable Double threshold, boolean rate) {
      this.evaluator = Objects.requireNonNull(evaluator, "evaluator must not be null");
      this.threshold = threshold;
      this.rate = rate;
    }

    /**
     * Proved to be at least this, 0 to 1 exclusive: a rate by Clopper and Pearson's bound, graded
     * means by Gaffke's.
     */
    public Gate atLeast(double value) {
      return gate(
          "at least " + number(value),
          false,
          (report, confidence) ->
              whole(report, values -> Gates.atLeast(values(values.means()), value, confidence)));
    }

    /**
     * Proved to be not worse than the baseline by more than the margin: the proof is on the new
     * version.
     *
     * @param baseline null where there is none yet, which never passes
     * @param margin the loss that would still be accepted, 0 to 1 exclusive
     */
    public Gate notWorseThan(@Nullable Baseline baseline, double margin) {
      return gate(
          "not worse than the baseline by more than " + number(margin),
          false,
          (report, confidence) ->
              paired(
                  report,
                  baseline,
                  pairs ->
                      Gates.nonInferiority(
                          pairs.before(), pairs.now(), margin, alpha(confidence))));
    }

    /**
     * No alarm about a loss against the baseline: the proof is on the alarm. With too few cases to
     * see a loss of this size the verdict is undecided.
     *
     * @param baseline null where there is none yet, which never passes
     * @param drop the least loss that should not slip through, 0 to 1 exclusive
     */
    public Gate noRegression(@Nullable Baseline baseline, double drop) {
      return gate(
          "no loss of " + number(drop) + " against the baseline",
          true,
          (report, confidence) ->
              paired(
                  report,
                  baseline,
                  pairs ->
                      Gates.regression(
                          pairs.before(),
                          pairs.now(),
                          drop,
                          alpha(confidence),
                          pairs.sameRepetitions()
                              ? Gates.Repetitions.SAME
                              : Gates.Repetitions.DIFFERENT)));
    }

    private Gate gate(String claim, boolean alarm, Test test) {
      String about =
          (rate ? "pass rate of " : "mean of ")
              + evaluator
              + (threshold == null ? "" : " (score ≥ " + number(threshold) + ")");
      return new Gate(about + " " + claim, evaluator, test, CONFIDENCE, false, alarm);
    }

    private Tested whole(
        EvalReport report, java.util.function.Function<CaseValues, GateDecision> test) {
      CaseValues values = CaseValues.of(report, evaluator, threshold);
      String why = unmeasured(report, values);
      return why != null ? Tested.nothing(why) : new Tested(test.apply(values), "");
    }

    private Tested paired(
        EvalReport report,
        @Nullable Baseline baseline,
        java.util.function.Function<Baseline.Pairs, GateDecision> test) {
      CaseValues values = CaseValues.of(report, evaluator, threshold);
      String why = unmeasured(report, values);
      if (why != null) {
        return Tested.nothing(why);
      }
      if (baseline == null) {
        return Tested.nothing(
            "there is no baseline; write one with Baseline.of(report).save(path), look at it, and"
                + " commit it.");
      }
      Baseline.Pairs pairs = baseline.pairs(report, evaluator, threshold);
      return pairs.why() != null
          ? Tested.nothing(pairs.why())
          : new Tested(test.apply(pairs), pairs.note());
    }

    private @Nullable String unmeasured(EvalReport report, CaseValues values) {
      EvaluatorSpec spec = report.evaluator(evaluator);
      if (spec == null) {
        return "the run has no evaluator "
            + evaluator
            + "; it has "
            + (report.evaluators().isEmpty()
                ? "none"
                : String.join(", ", report.evaluators().stream().map(EvaluatorSpec::name).toList()))
            + ".";
      }
      if (!values.missing().isEmpty()) {
        return values.missing().size()
            + " of "
            + report.runs().size()
            + " runs have no score, the first of case "
            + values.missing().get(0)
            + ": "
            + values.firstReason()
            + ".";
      }
      if (rate && threshold == null && !values.isBinary()) {
        return "the scores of "
            + evaluator
            + " are graded, so a pass needs a threshold: passRate(\""
            + evaluator
            + "\", 0.8).";
      }
      return null;
    }
  }

  /** What a gate about time or money is about. */
  public static final class Amount {
    private final String what;
    private final @Nullable String currency;

    private Amount(String what, @Nullable String currency) {
      this.what = what;
      this.currency = currency;
    }

    /**
     * Proved: at least this share of all cases stays within the limit.
     *
     * @param share 0 to 1 exclusive, such as 0.95
     */
    public Gate shareWithin(Duration limit, double share) {
      if (currency != null) {
        throw new IllegalArgumentException("limit must be an amount of money for a gate on cost");
      }
      return shareWithin(limit.toNanos() / 1e9, limit.toMillis() / 1e3 + " s", share);
    }

    /**
     * Proved: at least this share of all cases costs no more than the limit.
     *
     * @param share 0 to 1 exclusive, such as 0.95
     */
    public Gate shareWithin(BigDecimal limit, double share) {
      if (currency == null) {
        throw new IllegalArgumentException("limit must be a duration for a gate on latency");
      }
      return shareWithin(limit.doubleValue(), limit.toPlainString() + " " + currency, share);
    }

    private Gate shareWithin(double limit, String words, double share) {
      return new Gate(
          what + " within " + words + " in at least " + number(100 * share) + " % of the cases",
          what,
          (report, confidence) -> {
            double[] values = new double[report.runs().size()];
            Map<String, List<Double>> byCase = new java.util.LinkedHashMap<>();
            for (CaseRun run : report.runs()) {
              Double amount = amount(run);
              if (amount == null) {
                return Tested.nothing(
                    "the "
                        + what
                        + " of case "
                        + run.caseId()
                        + " is not known"
                        + (currency == null
                            ? "; only a run with a task measures time."
                            : " in " + currency + "; give its models a price."));
              }
              byCase.computeIfAbsent(run.caseId(), unused -> new ArrayList<>()).add(amount);
            }
            int at = 0;
            for (List<Double> all : byCase.values()) {
              values[at++] = all.stream().mapToDouble(Double::doubleValue).average().orElse(0);
            }
            return new Tested(
                Gates.shareWithin(java.util.Arrays.copyOf(values, at), limit, share, confidence),
                "");
          },
          CONFIDENCE,
          false,
          false);
    }

    private @Nullable Double amount(CaseRun run) {
      if (run.error() != null) {
        return null;
      }
      if (currency == null) {
        return run.latency() == null ? null : run.latency().toNanos() / 1e9;
      }
      Cost cost = run.spend().cost();
      return cost == null || !cost.currency().equals(currency) ? null : cost.amount().doubleValue();
    }
  }

  private static double[] values(Map<String, Double> means) {
    return means.values().stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double alpha(double confidence) {
    // 1 - 0.95 is 0.050000000000000044, which nobody wants to read
    return BigDecimal.ONE.subtract(BigDecimal.valueOf(confidence)).doubleValue();
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
