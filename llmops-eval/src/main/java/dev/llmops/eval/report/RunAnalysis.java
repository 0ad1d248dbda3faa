package dev.llmops.eval.report;

import dev.llmops.eval.stats.JudgeCorrectedRate;
import dev.llmops.eval.stats.RepeatedCase;
import dev.llmops.eval.stats.RepeatedSuite;
import dev.llmops.eval.stats.SelfComparison;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What repetitions and a few human labels tell about a run. A case passes at a score of at least
 * the threshold. Runs without a score are an error here: nothing is left out silently.
 */
public final class RunAnalysis {

  private final EvalReport report;
  private final String evaluator;
  private final Map<String, List<Boolean>> passed = new LinkedHashMap<>();

  private RunAnalysis(EvalReport report, String evaluator, double threshold) {
    this.report = report;
    this.evaluator = evaluator;
    CaseValues values = CaseValues.of(report, evaluator, threshold);
    if (report.evaluator(evaluator) == null || !values.missing().isEmpty()) {
      throw new IllegalArgumentException(
          report.evaluator(evaluator) == null
              ? "evaluator \"" + evaluator + "\" is not in the report"
              : values.missing().size()
                  + " runs have no score of "
                  + evaluator
                  + ", the first of case "
                  + values.missing().get(0)
                  + "; run them again");
    }
    String[] ids = values.means().keySet().toArray(String[]::new);
    double[][] rows = values.rows();
    for (int i = 0; i < ids.length; i++) {
      List<Boolean> ofCase = new ArrayList<>(rows[i].length);
      for (double score : rows[i]) {
        ofCase.add(score == 1);
      }
      passed.put(ids[i], ofCase);
    }
  }

  /**
   * Of one evaluator's scores.
   *
   * @param threshold the score from which a run passes, 0 to 1
   * @throws IllegalArgumentException if it was not asked, or a run has no score of it
   */
  public static RunAnalysis of(EvalReport report, String evaluator, double threshold) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be between 0.0 and 1.0, but was " + threshold);
    }
    return new RunAnalysis(report, evaluator, threshold);
  }

  /** Pass rate, pass@k, pass^k and flakiness over the repetitions of each case. */
  public RepeatedSuite repetitions() {
    List<RepeatedCase> cases = new ArrayList<>();
    passed.values().forEach(all -> cases.add(repeated(all)));
    return new RepeatedSuite(cases);
  }

  /** Each case's own, by its id: which ones answer now so, now otherwise. */
  public Map<String, RepeatedCase> byCase() {
    Map<String, RepeatedCase> cases = new LinkedHashMap<>();
    passed.forEach((id, all) -> cases.put(id, repeated(all)));
    return cases;
  }

  /**
   * A/A: the application against itself, its first repetition against its second. Tells the
   * discordance that a plan rests on, and how often a gate would cry wolf.
   *
   * @throws IllegalArgumentException if a case was not repeated at least twice
   */
  public SelfComparison selfComparison() {
    boolean[] first = new boolean[passed.size()];
    boolean[] second = new boolean[passed.size()];
    int at = 0;
    for (Map.Entry<String, List<Boolean>> each : passed.entrySet()) {
      if (each.getValue().size() < 2) {
        throw new IllegalArgumentException(
            "case "
                + each.getKey()
                + " was run once; an A/A run needs EvalRun.repetitions(2) or more");
      }
      first[at] = each.getValue().get(0);
      second[at++] = each.getValue().get(1);
    }
    return SelfComparison.of(first, second);
  }

  /**
   * The pass rate that people would find, from a judge's verdicts on all cases and people's on 50
   * to 100 of them. Of a repeated case the first repetition counts.
   *
   * @param labels whether people passed a case, by its id; pick the cases at random
   * @param level of the interval, as 0.95
   * @throws IllegalArgumentException for a label of a case that is not in the report, fewer than
   *     two labels, or fewer than two cases without
   */
  public JudgeCorrectedRate judgeCorrected(Map<String, Boolean> labels, double level) {
    for (String id : labels.keySet()) {
      if (!passed.containsKey(id)) {
        throw new IllegalArgumentException(
            "label of case " + id + " is of no case in the report of " + report.name());
      }
    }
    boolean[] people = new boolean[labels.size()];
    double[] judge = new double[labels.size()];
    double[] others = new double[passed.size() - labels.size()];
    int labelled = 0;
    int rest = 0;
    for (Map.Entry<String, List<Boolean>> each : passed.entrySet()) {
      double verdict = each.getValue().get(0) ? 1 : 0;
      Boolean label = labels.get(each.getKey());
      if (label == null) {
        others[rest++] = verdict;
      } else {
        people[labelled] = label;
        judge[labelled++] = verdict;
      }
    }
    return JudgeCorrectedRate.of(people, judge, others, level);
  }

  /** What is analysed. */
  @Override
  public String toString() {
    return "RunAnalysis[" + report.name() + ", " + evaluator + "]";
  }

  private static RepeatedCase repeated(List<Boolean> all) {
    return new RepeatedCase(all.size(), (int) all.stream().filter(pass -> pass).count());
  }
}
