package dev.llmops.eval.assertj;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.internal.ShortText;
import dev.llmops.eval.report.Baseline;
import dev.llmops.eval.report.BaselineFile;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.EvalCollector;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.report.Gate;
import dev.llmops.eval.report.GateResult;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a whole run. What is asserted of scores, time and cost is a {@link Gate}: it
 * holds when it is proved, and fails with the verdict, the numbers and the cases to look at.
 */
public final class EvalReportAssert extends AbstractEvalAssert<EvalReportAssert, EvalReport> {

  private static final int MAX_CASES = 5;
  private static final int MAX_REASON = 200;

  private @Nullable EvalReport checked;

  EvalReportAssert(@Nullable EvalReport actual, Failures failures) {
    super(actual, EvalReportAssert.class, failures);
  }

  /**
   * Every case was answered and judged: no task failed and no evaluator did. A run without cases
   * fails here. What was skipped is no error; a gate about it says so.
   */
  public EvalReportAssert hasNoErrors() {
    return collected(
        () -> {
          isNotNull();
          List<String> errors = new ArrayList<>();
          String first = null;
          for (CaseRun run : actual.runs()) {
            String error = error(run);
            if (error != null) {
              errors.add(error);
              first = first == null ? run.caseId() : first;
            }
          }
          if (actual.runs().isEmpty()) {
            throw failure("%s", actual.name() + ": no case was run; look at the dataset");
          }
          if (!errors.isEmpty()) {
            StringBuilder text =
                new StringBuilder(actual.name())
                    .append(": ")
                    .append(errors.size())
                    .append(" of ")
                    .append(actual.runs().size())
                    .append(" runs have errors, but none must");
            for (int i = 0; i < Math.min(errors.size(), MAX_CASES); i++) {
              CaseText.line(text, i == 0 ? "look at" : "", errors.get(i));
            }
            throw failure("%s", reproducible(text.toString(), first));
          }
        });
  }

  /** Every case was run as often as asked: no budget, interruption or early decision ended it. */
  public EvalReportAssert isComplete() {
    return collected(
        () -> {
          isNotNull();
          if (actual.ending().kind() != EvalReport.Ending.Kind.COMPLETE) {
            throw failure(
                "%s",
                actual.name()
                    + ": must be complete, but ended early ("
                    + actual.ending().kind()
                    + "): "
                    + actual.ending().reason());
          }
        });
  }

  /** About how many cases pass; for an evaluator whose scores are 0 or 1. */
  public MetricAssert passRateOf(String evaluator) {
    return new MetricAssert(this, Gate.passRate(evaluator), 0.95, false);
  }

  /**
   * About how many cases pass.
   *
   * @param threshold the score from which a case passes, 0 to 1
   */
  public MetricAssert passRateOf(String evaluator, double threshold) {
    return new MetricAssert(this, Gate.passRate(evaluator, threshold), 0.95, false);
  }

  /** About the mean score. */
  public MetricAssert meanOf(String evaluator) {
    return new MetricAssert(this, Gate.mean(evaluator), 0.95, false);
  }

  /**
   * Proved for the mean of every evaluator of the run: not worse than the baseline by more than the
   * margin.
   *
   * @param baseline null where there is none yet, which never holds
   * @param margin the loss that would still be accepted, 0 to 1 exclusive
   */
  public EvalReportAssert isNotWorseThan(@Nullable Baseline baseline, double margin) {
    return gates(each -> Gate.mean(each).notWorseThan(baseline, margin));
  }

  /**
   * The same for a baseline in a file; {@code -Dllmops.baseline=update} writes the file instead.
   */
  public EvalReportAssert isNotWorseThan(BaselineFile baseline, double margin) {
    return collected(
        () -> {
          if (!updated(baseline)) {
            isNotWorseThan(loaded(baseline), margin);
          }
        });
  }

  /**
   * For the mean of every evaluator of the run: no alarm about a loss against the baseline. Alarms
   * are adjusted for their number.
   *
   * @param baseline null where there is none yet, which never holds
   * @param drop the least loss that should not slip through, 0 to 1 exclusive
   */
  public EvalReportAssert hasNoRegressionAgainst(@Nullable Baseline baseline, double drop) {
    return gates(each -> Gate.mean(each).noRegression(baseline, drop));
  }

  /**
   * The same for a baseline in a file; {@code -Dllmops.baseline=update} writes the file instead.
   */
  public EvalReportAssert hasNoRegressionAgainst(BaselineFile baseline, double drop) {
    return collected(
        () -> {
          if (!updated(baseline)) {
            hasNoRegressionAgainst(loaded(baseline), drop);
          }
        });
  }

  /**
   * Proved: at least this share of all cases is answered within the limit.
   *
   * @param share 0 to 1 exclusive, such as 0.95
   */
  public EvalReportAssert hasLatencyWithin(Duration limit, double share) {
    return passes(Gate.latency().shareWithin(limit, share));
  }

  /**
   * Proved: at least this share of all cases costs no more than the limit.
   *
   * @param currency the ISO 4217 code of the prices
   * @param share 0 to 1 exclusive, such as 0.95
   */
  public EvalReportAssert hasCostWithin(BigDecimal limit, String currency, double share) {
    return passes(Gate.cost(currency).shareWithin(limit, share));
  }

  /** No gate of these blocks; alarms among them are adjusted for their number. */
  public EvalReportAssert passes(Gate... gates) {
    return collected(
        () -> {
          isNotNull();
          EvalReport before = checked == null ? actual : checked;
          List<GateResult> results = new ArrayList<>(before.gates());
          AssertionError blocked = null;
          // told in one piece below, with the gates that were checked before
          try (EvalCollector.Scope scope = EvalCollector.NONE.open()) {
            EvalReport alone = actual.toBuilder().gates(List.of()).build();
            results.addAll(alone.check(gates).gates());
            EvalReport unused = alone.verify(gates);
          } catch (AssertionError e) {
            blocked = e;
          }
          EvalReport after = actual.toBuilder().gates(results).build();
          checked = after;
          EvalCollector.current().reported(after);
          if (blocked != null) {
            List<GateResult> blocking = results.stream().filter(GateResult::blocks).toList();
            throw failure(
                "%s",
                reproducible(
                    String.valueOf(blocked.getMessage()),
                    worst(blocking.get(blocking.size() - 1).metric())));
          }
        });
  }

  /** Writes the baseline when that is asked for; then there is nothing to compare. */
  boolean updated(BaselineFile baseline) {
    isNotNull();
    return baseline.updated(actual);
  }

  /** The baseline; a missing one is said with the command that writes it. */
  @Nullable Baseline loaded(BaselineFile file) {
    Baseline baseline = file.load();
    if (baseline == null) {
      String command = EvalCollector.current().reproduce(null);
      String text =
          actual.name()
              + ": there is no baseline ["
              + file.path()
              + "], and without one nothing is proved";
      StringBuilder told = new StringBuilder(text);
      CaseText.line(
          told,
          "write it",
          (command == null ? "mvn test -Dtest=.." : command)
              + " -D"
              + BaselineFile.PROPERTY
              + "=update");
      CaseText.line(told, "then", "look at the file, and commit it");
      throw failure("%s", told);
    }
    return baseline;
  }

  private EvalReportAssert gates(Function<String, Gate> gate) {
    return collected(
        () -> {
          isNotNull();
          if (actual.evaluators().isEmpty()) {
            throw failure("%s", actual.name() + ": the run has no evaluator to compare");
          }
          passes(
              actual.evaluators().stream().map(EvaluatorSpec::name).map(gate).toArray(Gate[]::new));
        });
  }

  private @Nullable String error(CaseRun run) {
    CaseRun.TaskError error = run.error();
    if (error != null) {
      return run.caseId()
          + "  the task failed: "
          + error.type()
          + (error.message() == null ? "" : ": " + ShortText.of(error.message(), MAX_REASON));
    }
    for (EvalResult result : run.results()) {
      if (result instanceof Errored errored) {
        return run.caseId()
            + "  "
            + errored.by().name()
            + " errored ("
            + errored.type()
            + "): "
            + ShortText.of(errored.reason(), MAX_REASON);
      }
    }
    return null;
  }

  /** The case to begin with; absent when all are fine or the gate is about no evaluator. */
  private @Nullable String worst(String metric) {
    String worst = null;
    double least = 1;
    for (CaseRun run : actual.runs()) {
      EvalResult result = run.result(metric);
      double score = result instanceof Scored scored ? scored.score() : result == null ? 1 : -1;
      if (score < least) {
        least = score;
        worst = run.caseId();
      }
    }
    return worst;
  }

  private static String reproducible(String text, @Nullable String caseId) {
    String command = EvalCollector.current().reproduce(caseId);
    if (command == null) {
      return text;
    }
    StringBuilder told = new StringBuilder(text);
    CaseText.line(told, "reproduce", command);
    return told.toString();
  }
}
