package dev.llmops.eval.assertj;

import dev.llmops.eval.report.Baseline;
import dev.llmops.eval.report.BaselineFile;
import dev.llmops.eval.report.Gate;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about one metric of a run; each leads back to the report's. Nothing is asserted before
 * one of the methods that do not begin with {@code with} or {@code warn}. Immutable.
 */
public final class MetricAssert {

  private final EvalReportAssert report;
  private final Gate.Subject subject;
  private final double confidence;
  private final boolean warn;

  MetricAssert(EvalReportAssert report, Gate.Subject subject, double confidence, boolean warn) {
    this.report = report;
    this.subject = subject;
    this.confidence = confidence;
    this.warn = warn;
  }

  /** With another confidence, 0.5 to 1 exclusive; 0.95 unless said. */
  public MetricAssert withConfidence(double newConfidence) {
    return new MetricAssert(report, subject, newConfidence, warn);
  }

  /** Too few cases for a verdict do not fail. */
  public MetricAssert warnWhenUndecided() {
    return new MetricAssert(report, subject, confidence, true);
  }

  /** Proved to be at least this, 0 to 1 exclusive. */
  public EvalReportAssert isAtLeast(double value) {
    return check(subject.atLeast(value));
  }

  /** See {@link Gate.Subject#notWorseThan}. */
  public EvalReportAssert isNotWorseThan(@Nullable Baseline baseline, double margin) {
    return check(subject.notWorseThan(baseline, margin));
  }

  /**
   * The same for a baseline in a file; {@code -Dllmops.baseline=update} writes the file instead.
   */
  public EvalReportAssert isNotWorseThan(BaselineFile baseline, double margin) {
    return report.collected(
        () -> {
          if (!report.updated(baseline)) {
            isNotWorseThan(report.loaded(baseline), margin);
          }
        });
  }

  /** See {@link Gate.Subject#noRegression}. */
  public EvalReportAssert hasNoRegressionAgainst(@Nullable Baseline baseline, double drop) {
    return check(subject.noRegression(baseline, drop));
  }

  /**
   * The same for a baseline in a file; {@code -Dllmops.baseline=update} writes the file instead.
   */
  public EvalReportAssert hasNoRegressionAgainst(BaselineFile baseline, double drop) {
    return report.collected(
        () -> {
          if (!report.updated(baseline)) {
            hasNoRegressionAgainst(report.loaded(baseline), drop);
          }
        });
  }

  private EvalReportAssert check(Gate gate) {
    Gate confident = gate.withConfidence(confidence);
    return report.passes(warn ? confident.warnWhenUndecided() : confident);
  }
}
