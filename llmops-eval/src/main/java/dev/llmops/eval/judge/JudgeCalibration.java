package dev.llmops.eval.judge;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.stats.ConfusionMatrix;
import dev.llmops.eval.stats.ConfusionMatrix.Weighting;
import dev.llmops.eval.stats.Interval;
import dev.llmops.eval.stats.Proportion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a judge agrees with people who labelled the same cases. What the judge could not say
 * (Skipped, Errored) is counted apart: an agreement over the easy cases alone is not the judge's.
 *
 * @param n cases with a verdict
 * @param unmeasured cases without one, by {@code skipped} or the type of the error; empty when all
 *     have one
 * @param agreement verdicts that are the person's, of n
 * @param kappa Cohen's κ, absent when undefined
 * @param quadraticKappa κ with the squared steps between choices as weights, by the order of the
 *     menu; absent when undefined
 * @param confusion people's labels against the judge's
 * @param worstMisses where judge and person are furthest apart, worst first; at most 20
 */
public record JudgeCalibration(
    int n,
    Map<String, Integer> unmeasured,
    Proportion agreement,
    @Nullable Double kappa,
    @Nullable Double quadraticKappa,
    ConfusionMatrix confusion,
    List<Miss> worstMisses) {

  private static final int MAX_MISSES = 20;

  /** Copies. */
  public JudgeCalibration {
    unmeasured = java.util.Collections.unmodifiableMap(new TreeMap<>(unmeasured));
    worstMisses = List.copyOf(worstMisses);
  }

  /**
   * A case that a person and the judge saw.
   *
   * @param caseId names it
   * @param human the person's choice, one of the menu's names
   * @param judged what the judge found, with the choice as its label
   */
  public record Labelled(String caseId, String human, EvalResult judged) {
    /** Checks for null only. */
    public Labelled {
      Objects.requireNonNull(caseId, "caseId must not be null");
      Objects.requireNonNull(human, "human must not be null");
      Objects.requireNonNull(judged, "judged must not be null");
    }
  }

  /**
   * A case on which they differ.
   *
   * @param caseId names it
   * @param human the person's choice
   * @param judge the judge's
   * @param distance between the two choices' values, as a share of the menu's range, 0 to 1
   * @param reason the judge's; content
   */
  public record Miss(String caseId, String human, String judge, double distance, String reason) {}

  /**
   * Over these cases.
   *
   * @param menu the choices, in the order of their values
   * @throws IllegalArgumentException if a label is not on the menu
   */
  public static JudgeCalibration of(List<JudgeChoice> menu, List<Labelled> cases) {
    Map<String, Double> values = new TreeMap<>();
    JudgeChoice.menu(menu).forEach(each -> values.put(each.name(), each.value()));
    double range =
        values.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow()
            - values.values().stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    Map<String, Integer> unmeasured = new TreeMap<>();
    List<String> people = new ArrayList<>();
    List<String> judges = new ArrayList<>();
    List<Miss> misses = new ArrayList<>();
    for (Labelled each : cases) {
      double human = value(values, each.human(), each.caseId());
      if (!(each.judged() instanceof EvalResult.Scored scored) || scored.label() == null) {
        unmeasured.merge(
            each.judged() instanceof EvalResult.Errored errored
                ? errored.type()
                : each.judged() instanceof EvalResult.Skipped ? "skipped" : "no_label",
            1,
            Integer::sum);
        continue;
      }
      double judge = value(values, scored.label(), each.caseId());
      people.add(each.human());
      judges.add(scored.label());
      if (!each.human().equals(scored.label())) {
        misses.add(
            new Miss(
                each.caseId(),
                each.human(),
                scored.label(),
                Math.abs(human - judge) / range,
                scored.reason()));
      }
    }
    misses.sort(Comparator.comparingDouble(Miss::distance).reversed().thenComparing(Miss::caseId));
    ConfusionMatrix confusion = ConfusionMatrix.of(people, judges, JudgeChoice.names(menu));
    return new JudgeCalibration(
        people.size(),
        unmeasured,
        confusion.agreement(),
        confusion.kappa(),
        confusion.kappa(Weighting.QUADRATIC),
        confusion,
        misses.subList(0, Math.min(MAX_MISSES, misses.size())));
  }

  /** In a few lines, without content. */
  public String summary() {
    Interval interval = agreement.wilson95();
    return String.format(
            Locale.ROOT,
            "n %d, not measured %s%nagreement %s [%.3f, %.3f], kappa %s, quadratic kappa %s%n",
            n,
            unmeasured.isEmpty() ? "0" : unmeasured.toString(),
            rounded(agreement.value()),
            interval.low(),
            interval.high(),
            rounded(kappa),
            rounded(quadraticKappa))
        + confusion;
  }

  private static String rounded(@Nullable Double value) {
    return value == null ? "undefined" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static double value(Map<String, Double> values, String label, String caseId) {
    Double value = values.get(label);
    if (value == null) {
      throw new IllegalArgumentException(
          "case "
              + caseId
              + ": label \""
              + label
              + "\" is not on the menu; allowed are "
              + values.keySet());
    }
    return value;
  }
}
