package dev.llmops.eval.stats;

import java.util.Locale;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Gates with three verdicts: proved, the opposite proved, or {@link Verdict#UNDECIDED}. The unit is
 * the case: give one value a case, the mean of its repetitions. Two questions about a baseline,
 * never mixed: {@link #nonInferiority} wants a proof from the new version, {@link #regression} one
 * from the alarm.
 *
 * <p>Each keeps its error whatever the values are distributed like, which t tests do not: few cases
 * often lack the rare bad one. Values of 0 and 1 alone are decided by exact tests of rates; graded
 * ones by Gaffke's test, which on 0 and 1 is the same, or by permutation.
 *
 * <p>A missing baseline, no cases, unpaired arrays or a NaN (a case without a score) never pass:
 * the decision is UNDECIDED and says why. Values out of range are a mistake of the program and
 * throw an IllegalArgumentException, as settings out of range do. Static and thread-safe.
 */
public final class Gates {

  /** The seed of the permutations, for a verdict that is the same each time. */
  private static final long SEED = 20_261_121;

  /** Whether both versions were run equally often on each case. */
  public enum Repetitions {
    /** As often: where nothing changed, each difference could as well be the other way round. */
    SAME,
    /** Not as often, as a baseline run once against the mean of five. */
    DIFFERENT
  }

  private Gates() {}

  /**
   * Whether the true pass rate, or the true mean score, is at least the threshold. A rate of 0 and
   * 1 is decided by Clopper and Pearson's one-sided bound, a mean of graded values by Gaffke's with
   * the limits 0 and 1. At the threshold it passes, and fails, in at most 1 − confidence. 59 of 59
   * prove 0.95 at 0.95; 58 of 58 do not.
   *
   * @param values one a case, 0 to 1
   * @param threshold between 0 and 1 exclusive
   * @param confidence between 0.5 and 1 exclusive, as 0.95
   */
  public static GateDecision atLeast(double[] values, double threshold, double confidence) {
    Power.checkInside("threshold", threshold, 0, 1);
    Power.checkInside("confidence", confidence, 0.5, 1);
    String gate = "atLeast(" + Text.number(threshold) + ", confidence " + confidence + ")";
    int missing = checkScores("values", values);
    if (values.length == 0 || missing > 0) {
      return withoutVerdict(gate, threshold, values.length, missing(values.length, missing));
    }
    return Values.zeroOrOne(values)
        ? rateAtLeast(gate, values, threshold, confidence, "passed")
        : meanAtLeast(gate, values, threshold, confidence);
  }

  /**
   * Whether the true mean of a cost or a latency is at most the budget. It needs a ceiling, as a
   * time-out or the price of the most tokens allowed: without one no number of cases proves
   * anything of a mean (Bahadur and Savage 1956), and t intervals of such skewed values pass at the
   * budget 8 to 16 % of the time. Decided by Gaffke's bound with the limits 0 and the ceiling.
   * Where there is no ceiling, gate the {@link #shareWithin}.
   *
   * @param values one a case, 0 or more, in any unit
   * @param budget above 0, in the same unit
   * @param ceiling the greatest value that is possible, above the budget
   * @param confidence between 0.5 and 1 exclusive, as 0.95
   */
  public static GateDecision atMost(
      double[] values, double budget, double ceiling, double confidence) {
    Power.checkInside("confidence", confidence, 0.5, 1);
    if (!(budget > 0 && budget < ceiling && ceiling < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "budget must be above 0 and below the ceiling, which must be finite, but they were "
              + budget
              + " and "
              + ceiling
              + "; without a ceiling gate the share of cases within the budget");
    }
    String gate =
        "atMost("
            + Text.number(budget)
            + ", ceiling "
            + Text.number(ceiling)
            + ", confidence "
            + confidence
            + ")";
    int missing = checkAmounts(values);
    if (values.length == 0 || missing > 0) {
      return withoutVerdict(gate, budget, values.length, missing(values.length, missing));
    }
    int n = values.length;
    for (int i = 0; i < n; i++) {
      if (values[i] > ceiling) {
        return withoutVerdict(
            gate,
            budget,
            n,
            "case "
                + i
                + " has "
                + Text.number(values[i])
                + ", above the ceiling that the proof would rest on");
      }
    }
    double alpha = 1 - confidence;
    Proof proof = mostProof(values, budget, ceiling);
    double mean = Values.mean(values);
    Verdict verdict = proof.verdict(alpha);
    Interval interval = gaffke(values, 0, ceiling, alpha);
    // the mirror image, as power is written for means that are to be great
    Power mirrored = Power.mean(n, -budget, -mean, -ceiling, 0, Values.deviation(values), alpha);
    Double least = mirrored.detectable();
    Power power =
        new Power(
            n,
            mirrored.power(),
            mirrored.undecided(),
            least == null || -least < 0 ? null : Double.valueOf(-least),
            mirrored.cases(),
            false,
            "true mean "
                + Text.number(mean)
                + ", standard deviation of cases "
                + Text.number(Values.deviation(values)));
    return new GateDecision(
        gate,
        verdict,
        budget,
        mean,
        interval,
        proof.pass(),
        proof.method(),
        n,
        power,
        absolute(
            verdict,
            "The mean of " + cases(n) + " is " + Text.number(mean),
            interval,
            confidence,
            "at most " + Text.number(budget),
            "above " + Text.number(budget),
            power));
  }

  /**
   * Whether at least a share of all cases stays within a budget, as 95 % of calls within 2 s: the
   * gate for latencies, exact for any distribution. Clopper and Pearson's bound, as {@link
   * #atLeast}.
   *
   * @param values one a case, 0 or more, in any unit
   * @param budget above 0, in the same unit; a value equal to it is within
   * @param share between 0 and 1 exclusive
   * @param confidence between 0.5 and 1 exclusive, as 0.95
   */
  public static GateDecision shareWithin(
      double[] values, double budget, double share, double confidence) {
    Power.checkInside("share", share, 0, 1);
    Power.checkInside("confidence", confidence, 0.5, 1);
    if (!(budget > 0)) {
      throw new IllegalArgumentException("budget must be above 0, but was " + budget);
    }
    String gate =
        "shareWithin("
            + Text.number(budget)
            + ", share "
            + Text.number(share)
            + ", confidence "
            + confidence
            + ")";
    int missing = checkAmounts(values);
    if (values.length == 0 || missing > 0) {
      return withoutVerdict(gate, share, values.length, missing(values.length, missing));
    }
    double[] within = new double[values.length];
    for (int i = 0; i < within.length; i++) {
      within[i] = values[i] <= budget ? 1 : 0;
    }
    return rateAtLeast(
        gate, within, share, confidence, "stayed within the budget of " + Text.number(budget));
  }

  /**
   * Whether the candidate is not worse than the baseline by more than a margin: the proof is on the
   * new version. PASS: proved. FAIL: worse by more than the margin, proved. Passed and failed are
   * decided by the exact unconditional test of paired rates ({@code PairedRates}: the score of
   * Tango 1998, its p value the greatest over all discordances), beyond 2,000 cases by its normal
   * approximation; graded values by Gaffke's bound of the mean difference, within −1 and 1. At the
   * margin it passes in at most alpha.
   *
   * @param baseline one value a case, 0 to 1; null where there is none
   * @param candidate for the same cases in the same order
   * @param margin between 0 and 1 exclusive: the loss that would still be accepted
   * @param alpha between 0 and 0.5 exclusive, as 0.05
   */
  public static GateDecision nonInferiority(
      double @Nullable [] baseline, double[] candidate, double margin, double alpha) {
    Power.checkInside("margin", margin, 0, 1);
    Power.checkInside("alpha", alpha, 0, 0.5);
    String gate = "nonInferiority(margin " + Text.number(margin) + ", alpha " + alpha + ")";
    String why = unpaired(baseline, candidate);
    if (baseline == null || why != null) {
      return withoutVerdict(gate, -margin, candidate.length, why == null ? "" : why);
    }
    int n = candidate.length;
    double[] differences = Values.differences(baseline, candidate);
    double mean = Values.mean(differences);
    Proof proof = notWorseProof(baseline, candidate, margin);
    Interval interval;
    Power power;
    String what;
    if (Values.zeroOrOne(baseline) && Values.zeroOrOne(candidate)) {
      int lost = count(differences, -1);
      int gained = count(differences, 1);
      interval = PairedRates.interval(n, lost, gained, alpha);
      power = Power.nonInferiority(n, smoothed(lost, gained, n), 0, margin, alpha);
      what = lostAndGained(n, lost, gained, mean);
    } else {
      interval = gaffke(differences, -1, 1, alpha);
      power = notWorse(n, Values.deviation(differences), margin, alpha);
      what = meanDifference(n, mean);
    }
    Verdict verdict = proof.verdict(alpha);
    String limit = Text.number(margin);
    String says =
        switch (verdict) {
          case PASS -> "It is proved that the candidate is not worse by more than " + limit;
          case FAIL -> "It is proved that the candidate is worse by more than " + limit;
          case UNDECIDED ->
              "It is proved neither that the candidate is worse by more than "
                  + limit
                  + " nor that it is not";
        };
    return new GateDecision(
        gate,
        verdict,
        -margin,
        mean,
        interval,
        proof.pass(),
        proof.method(),
        n,
        power,
        what
            + "; the difference lies within "
            + range(interval)
            + " (each end with "
            + Text.percent(1 - alpha)
            + " % confidence). "
            + says
            + " (p "
            + Text.pValue(proof.pass())
            + "). "
            + planned("An unchanged candidate", "passes", "the margin", power));
  }

  /**
   * {@link #regression(double[], double[], double, double, Repetitions)} of versions that were
   * repeated equally often.
   */
  public static GateDecision regression(
      double @Nullable [] baseline, double[] candidate, double drop, double alpha) {
    return regression(baseline, candidate, drop, alpha, Repetitions.SAME);
  }

  /**
   * Whether the candidate is worse than the baseline: the proof is on the alarm. FAIL: worse,
   * proved. PASS: no alarm, where a drop of this size would have raised one with a power of {@link
   * Power#TARGET}. UNDECIDED: no alarm, but there might have been none at such a drop either. An
   * unchanged application fails in at most alpha.
   *
   * <p>Passed and failed are decided by McNemar's exact test; graded values by the paired
   * permutation test of the mean, or, when repeated differently often, by Gaffke's bound, as the
   * permutation's error is then up to 34 %. One side of 0 and 1 alone beside a graded one counts as
   * such.
   *
   * @param baseline one value a case, 0 to 1; null where there is none
   * @param candidate for the same cases in the same order
   * @param drop the least loss of the mean that should not slip through, between 0 and 1 exclusive
   * @param alpha between 0 and 0.5 exclusive, as 0.05; adjust it, or the p values, over many
   *     metrics ({@link MultipleTests#holm})
   * @param repetitions whether both were repeated equally often
   */
  public static GateDecision regression(
      double @Nullable [] baseline,
      double[] candidate,
      double drop,
      double alpha,
      Repetitions repetitions) {
    Power.checkInside("drop", drop, 0, 1);
    Power.checkInside("alpha", alpha, 0, 0.5);
    String gate = "regression(drop " + Text.number(drop) + ", alpha " + alpha + ")";
    String why = unpaired(baseline, candidate);
    if (baseline == null || why != null) {
      return withoutVerdict(gate, -drop, candidate.length, why == null ? "" : why);
    }
    int n = candidate.length;
    double[] differences = Values.differences(baseline, candidate);
    double mean = Values.mean(differences);
    TestResult test = worseProof(baseline, candidate, repetitions);
    double p = test.pValue();
    Interval interval;
    Power power;
    String what;
    if (different(baseline, candidate, repetitions)) {
      interval = gaffke(differences, -1, 1, alpha);
      power = alarm(n, spread(differences, drop), drop, alpha);
      what = meanDifference(n, mean);
    } else if (Values.zeroOrOne(candidate)) {
      int lost = count(differences, -1);
      int gained = count(differences, 1);
      interval = PairedRates.interval(n, lost, gained, alpha);
      power = Power.regression(n, Math.max(drop, smoothed(lost, gained, n)), drop, alpha);
      what = lostAndGained(n, lost, gained, mean);
    } else {
      interval =
          n < 2
              ? new Interval(-1, 1, 1 - 2 * alpha, "no interval of one case")
              : Means.tInterval(differences, 1 - 2 * alpha);
      power = Power.permutation(n, drop, spread(differences, drop), alpha);
      what = meanDifference(n, mean);
    }
    Verdict verdict =
        p <= alpha
            ? Verdict.FAIL
            : power.power() >= Power.TARGET ? Verdict.PASS : Verdict.UNDECIDED;
    String says =
        switch (verdict) {
          case FAIL -> "It is proved that the candidate is worse";
          case PASS -> "Nothing proves that the candidate is worse";
          case UNDECIDED ->
              "Nothing proves that the candidate is worse, but these cases are too few to see a drop"
                  + " of "
                  + Text.number(drop);
        };
    return new GateDecision(
        gate,
        verdict,
        -drop,
        mean,
        interval,
        p,
        test.method(),
        n,
        power,
        what
            + ". "
            + says
            + " (p "
            + Text.pValue(p)
            + "). "
            + planned("A drop of " + Text.number(drop), "raises the alarm", "the drop", power));
  }

  /** The p values that the wanted claim and its opposite would refute. */
  record Proof(double pass, double fail, String method) {

    Verdict verdict(double alpha) {
      return pass <= alpha ? Verdict.PASS : fail <= alpha ? Verdict.FAIL : Verdict.UNDECIDED;
    }
  }

  /** What decides {@link #atLeast}. */
  static Proof leastProof(double[] values, double threshold) {
    if (Values.zeroOrOne(values)) {
      int passed = count(values, 1);
      BinomialDistribution at = BinomialDistribution.of(values.length, threshold);
      return new Proof(
          at.survivalProbability(passed - 1),
          at.cumulativeProbability(passed),
          "Clopper-Pearson (exact binomial)");
    }
    return new Proof(
        BoundedMean.pAbove(values, threshold, 0),
        BoundedMean.pBelow(values, threshold, 1),
        "Gaffke's bound of a mean");
  }

  /** What decides {@link #atMost}. */
  static Proof mostProof(double[] values, double budget, double ceiling) {
    return new Proof(
        BoundedMean.pBelow(values, budget, ceiling),
        BoundedMean.pAbove(values, budget, 0),
        "Gaffke's bound of a mean");
  }

  /** What decides {@link #nonInferiority}. */
  static Proof notWorseProof(double[] baseline, double[] candidate, double margin) {
    double[] differences = Values.differences(baseline, candidate);
    if (Values.zeroOrOne(baseline) && Values.zeroOrOne(candidate)) {
      int lost = count(differences, -1);
      int gained = count(differences, 1);
      PairedRates test = new PairedRates(differences.length, margin);
      return new Proof(
          test.pNotWorse(lost, gained),
          test.pWorse(lost, gained),
          test.exact()
              ? "exact unconditional test of paired rates"
              : "score test of paired rates, normal approximation");
    }
    return new Proof(
        BoundedMean.pAbove(differences, -margin, -1),
        BoundedMean.pBelow(differences, -margin, 1),
        "Gaffke's bound of the mean difference");
  }

  /** What decides {@link #regression}. */
  static TestResult worseProof(double[] baseline, double[] candidate, Repetitions repetitions) {
    double[] differences = Values.differences(baseline, candidate);
    if (different(baseline, candidate, repetitions)) {
      return new TestResult(
          Values.mean(differences),
          BoundedMean.pBelow(differences, 0, 1),
          "Gaffke's bound of the mean difference");
    }
    return Values.zeroOrOne(candidate)
        ? PairedTests.mcNemarExact(count(differences, -1), count(differences, 1), Alternative.LESS)
        : PairedTests.permutation(baseline, candidate, Alternative.LESS, SEED);
  }

  /** A side of 0 and 1 alone beside a graded one was not repeated as often. */
  private static boolean different(double[] baseline, double[] candidate, Repetitions repetitions) {
    return repetitions == Repetitions.DIFFERENT
        || Values.zeroOrOne(baseline) != Values.zeroOrOne(candidate);
  }

  private static GateDecision rateAtLeast(
      String gate, double[] values, double threshold, double confidence, String verb) {
    int n = values.length;
    int passed = count(values, 1);
    double alpha = 1 - confidence;
    Proof proof = leastProof(values, threshold);
    Verdict verdict = proof.verdict(alpha);
    Interval interval = new Proportion(passed, n).clopperPearson(1 - 2 * alpha);
    double rate = (double) passed / n;
    Power power = Power.atLeast(n, threshold, rate, confidence);
    return new GateDecision(
        gate,
        verdict,
        threshold,
        rate,
        interval,
        proof.pass(),
        proof.method(),
        n,
        power,
        absolute(
            verdict,
            passed + " of " + cases(n) + " " + verb + " (a rate of " + Text.number(rate) + ")",
            interval,
            confidence,
            "at least " + Text.number(threshold),
            "below " + Text.number(threshold),
            power));
  }

  private static GateDecision meanAtLeast(
      String gate, double[] values, double threshold, double confidence) {
    int n = values.length;
    double alpha = 1 - confidence;
    Proof proof = leastProof(values, threshold);
    double mean = Values.mean(values);
    Verdict verdict = proof.verdict(alpha);
    Interval interval = gaffke(values, 0, 1, alpha);
    Power mean0 = Power.mean(n, threshold, mean, 0, 1, Values.deviation(values), alpha);
    Double detectable = mean0.detectable();
    Power power = detectable != null && detectable > 1 ? withoutDetectable(mean0) : mean0;
    return new GateDecision(
        gate,
        verdict,
        threshold,
        mean,
        interval,
        proof.pass(),
        proof.method(),
        n,
        power,
        absolute(
            verdict,
            "The mean of " + cases(n) + " is " + Text.number(mean),
            interval,
            confidence,
            "at least " + Text.number(threshold),
            "below " + Text.number(threshold),
            power));
  }

  /** Each end alone with the confidence 1 − alpha, for values between two limits. */
  private static Interval gaffke(double[] values, double least, double most, double alpha) {
    return new Interval(
        BoundedMean.low(values, least, alpha),
        BoundedMean.high(values, most, alpha),
        1 - 2 * alpha,
        "Gaffke");
  }

  private static Power withoutDetectable(Power power) {
    return new Power(
        power.n(),
        power.power(),
        power.undecided(),
        null,
        power.cases(),
        power.exact(),
        power.assumptions());
  }

  /** Of Gaffke's test of a mean difference above −margin, when the true one is 0. */
  private static Power notWorse(int n, double deviation, double margin, double alpha) {
    Power power = Power.mean(n, -margin, 0, -1, 1, deviation, alpha);
    // the least margin: n m − (1 − m) = z s (n + 1) ÷ √n
    double z = Normal.quantile(1 - alpha) + Normal.quantile(Power.TARGET);
    double least = (z * deviation * (n + 1) / Math.sqrt(n) + 1) / (n + 1);
    return new Power(
        n,
        power.power(),
        power.undecided(),
        least < 1 ? Double.valueOf(least) : null,
        power.cases(),
        false,
        "true difference 0, standard deviation of the differences " + Text.number(deviation));
  }

  /** Of Gaffke's test of a mean difference below 0, when the true one is −drop. */
  private static Power alarm(int n, double deviation, double drop, double alpha) {
    Power power = Power.mean(n, 0, drop, -1, 1, deviation, alpha);
    Double least = power.detectable();
    return new Power(
        n,
        power.power(),
        power.power() >= Power.TARGET ? 0 : 1 - power.power(),
        least == null || least > 1 ? null : least,
        power.cases(),
        false,
        "true drop "
            + Text.number(drop)
            + ", standard deviation of the differences "
            + Text.number(deviation));
  }

  /** One change more than was seen, so that few cases without any do not look like certainty. */
  private static double smoothed(int lost, int gained, int n) {
    return (lost + gained + 1.0) / (n + 2.0);
  }

  /** The like for graded values. */
  private static double spread(double[] differences, double drop) {
    double greatest = drop;
    for (double each : differences) {
      greatest = Math.max(greatest, Math.abs(each));
    }
    int n = differences.length;
    return Math.sqrt((Values.variance(differences) * (n - 1) + greatest * greatest) / n);
  }

  private static int count(double[] values, double wanted) {
    int count = 0;
    for (double each : values) {
      if (each == wanted) {
        count++;
      }
    }
    return count;
  }

  private static GateDecision withoutVerdict(String gate, double limit, int n, String why) {
    return new GateDecision(
        gate,
        Verdict.UNDECIDED,
        limit,
        null,
        null,
        null,
        "none",
        n,
        null,
        "There is no verdict: " + why + ".");
  }

  private static String missing(int n, int missing) {
    return n == 0
        ? "there are no cases"
        : missing + " of " + cases(n) + " have no score, and leaving them out could hide failures";
  }

  private static @Nullable String unpaired(double @Nullable [] baseline, double[] candidate) {
    int missing = checkScores("candidate", candidate);
    if (baseline == null) {
      return "there is no baseline; record one first";
    }
    int before = checkScores("baseline", baseline);
    if (baseline.length != candidate.length) {
      return "the baseline has "
          + cases(baseline.length)
          + " and the candidate "
          + candidate.length
          + ", but they must be the same ones in the same order";
    }
    return candidate.length == 0 || missing > 0
        ? missing(candidate.length, missing)
        : before > 0 ? before + " of " + cases(before) + " of the baseline have no score" : null;
  }

  private static int checkScores(String name, double[] values) {
    int missing = 0;
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(values[i])) {
        missing++;
      } else if (!(values[i] >= 0 && values[i] <= 1)) {
        throw new IllegalArgumentException(
            name
                + "["
                + i
                + "] must be between 0.0 (worst) and 1.0 (best), or NaN for a case without a score,"
                + " but was "
                + values[i]);
      }
    }
    return missing;
  }

  private static int checkAmounts(double[] values) {
    int missing = 0;
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(values[i])) {
        missing++;
      } else if (!(values[i] >= 0 && values[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "values["
                + i
                + "] must be 0 or more and finite, or NaN for a case without a measure, but was "
                + values[i]);
      }
    }
    return missing;
  }

  private static String absolute(
      Verdict verdict,
      String what,
      Interval interval,
      double confidence,
      String wanted,
      String opposite,
      Power power) {
    String says =
        switch (verdict) {
          case PASS -> "It is proved to be " + wanted;
          case FAIL -> "It is proved to be " + opposite;
          case UNDECIDED -> "It is proved neither to be " + wanted + " nor " + opposite;
        };
    String all =
        what
            + "; the true value lies within "
            + range(interval)
            + " (each end with "
            + Text.percent(confidence)
            + " % confidence). "
            + says
            + ".";
    return verdict == Verdict.UNDECIDED
        ? all + " " + planned("If the truth is what was seen, it", "passes", "the truth", power)
        : all;
  }

  private static String planned(String who, String does, String measure, Power power) {
    Integer cases = power.cases();
    Double detectable = power.detectable();
    StringBuilder text = new StringBuilder(who + " " + does);
    text.append(" with a chance of ")
        .append(String.format(Locale.ROOT, "%.0f %%", 100 * power.power()))
        .append(power.exact() ? " (exact; " : " (about; ")
        .append(power.assumptions())
        .append(")");
    if (detectable != null) {
      text.append("; at ")
          .append(String.format(Locale.ROOT, "%.0f %%", 100 * Power.TARGET))
          .append(", ")
          .append(measure)
          .append(" would have to be ")
          .append(Text.number(detectable));
    }
    if (cases == null) {
      text.append("; no number of cases brings it to 80 %");
    } else if (cases > power.n()) {
      text.append("; 80 % takes about ")
          .append(cases)
          .append(" cases, ")
          .append(cases - power.n())
          .append(" more");
    }
    return text.append(".").toString();
  }

  private static String lostAndGained(int n, int lost, int gained, double mean) {
    return "Of "
        + cases(n)
        + " "
        + lost
        + " passed before and fail now, "
        + gained
        + " the other way round (difference "
        + Text.number(mean)
        + ")";
  }

  private static String meanDifference(int n, double mean) {
    return "The mean of " + cases(n) + " changed by " + Text.number(mean);
  }

  private static String cases(int n) {
    return n + (n == 1 ? " case" : " cases");
  }

  private static String range(Interval interval) {
    return String.format(Locale.ROOT, "%.3f to %.3f", interval.low(), interval.high());
  }
}
