package dev.llmops.eval.stats;

import java.util.Locale;

/**
 * How a {@link SequentialRun} stands or ended.
 *
 * @param test what was run
 * @param verdict the verdict; UNDECIDED before the end, at the limit, and where a PASS was due but
 *     cases were missing
 * @param ended whether no more case is wanted
 * @param cases those that the verdict rests on
 * @param passed those of them that passed
 * @param missing cases among them that gave no result; they are not in {@code cases}
 * @param issued all cases handed out
 * @param late results beyond those the verdict rests on, kept and not used
 * @param latePassed those of them that passed
 * @param inFlight cases handed out whose result has not come
 */
public record SequentialResult(
    SequentialTest test,
    Verdict verdict,
    boolean ended,
    int cases,
    int passed,
    int missing,
    int issued,
    int late,
    int latePassed,
    int inFlight) {

  /**
   * How many cases fewer were issued than a fixed run with the same errors takes; negative when
   * more were.
   */
  public int saved() {
    return test.fixedCases() - issued;
  }

  /**
   * In words: "PASS after 66 cases, 60 passed: the rate is above 0.8 (α 0.05); 69 issued, 3 late, a
   * fixed run takes 135: 66 saved".
   */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "%s after %d cases, %d passed: %s; %d issued, %d late, a fixed run takes %d: %s",
        verdict,
        cases,
        passed,
        meaning(),
        issued,
        late,
        test.fixedCases(),
        saved() >= 0 ? saved() + " saved" : -saved() + " more");
  }

  private String meaning() {
    return switch (verdict) {
      case PASS ->
          "the rate is above "
              + Text.number(test.unacceptable())
              + " (α "
              + Text.number(test.alpha())
              + ")";
      case FAIL ->
          "the rate is below "
              + Text.number(test.acceptable())
              + " (β "
              + Text.number(test.beta())
              + ")";
      case UNDECIDED -> undecided();
    };
  }

  private String undecided() {
    if (!ended) {
      return "neither boundary is reached, and the limit is " + test.limit();
    }
    return missing > 0 && test.after(cases, passed) == Verdict.PASS
        ? "the boundary of PASS is reached, but "
            + missing
            + " more gave no result, and a run with missing cases never passes"
        : "the limit is reached before either boundary";
  }
}
