package dev.llmops.eval.report;

import dev.llmops.eval.stats.GateDecision;
import dev.llmops.eval.stats.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A comment on a pull request: short, and harmless whatever the model wrote. Texts of others are
 * code spans, in which neither GitHub nor GitLab sees markup, mentions, references or links; those
 * inside our own sentences are escaped.
 */
final class MarkdownReport {

  /** GitHub takes 65,536 characters. */
  private static final int MAX_CHARS = 60_000;

  private static final int MAX_GATES = 20;
  private static final int MAX_METRICS = 40;
  private static final int MAX_CASES = 10;
  private static final int MAX_TEXT = 160;
  private static final int MAX_EXPLANATION = 600;
  private static final String NO_JOIN = "\u200b"; // seen by no reader, and no reference goes on

  private final EvalReport report;
  private final Standing standing;
  private final List<Comparison> comparisons;
  private final Triage triage;

  MarkdownReport(
      EvalReport report, Standing standing, List<Comparison> comparisons, Triage triage) {
    this.report = report;
    this.standing = standing;
    this.comparisons = comparisons;
    this.triage = triage;
  }

  String text() {
    List<Worst> worst = Worst.of(report, standing, comparisons, MAX_CASES);
    StringBuilder text = new StringBuilder();
    for (String part : List.of(head(), gates(), toDo(worst), metrics(), worst(worst), reasons())) {
      if (text.length() + part.length() <= MAX_CHARS) {
        text.append(part);
      }
    }
    return text.toString();
  }

  private String head() {
    String sign =
        switch (Overall.of(report)) {
          case PASS -> "✅ Passed";
          case FAIL -> "❌ Failed";
          case UNDECIDED -> Overall.blocks(report) ? "⚠️ Undecided" : "⚠️ Undecided, not blocking";
          case NONE -> "ℹ️ Not checked by a gate";
        };
    String ending =
        report.ending().kind() == EvalReport.Ending.Kind.COMPLETE
            ? ""
            : " · **" + prose("not complete: " + report.ending().reason(), MAX_TEXT) + "**";
    return "### "
        + sign
        + ": "
        + code(report.name())
        + "\n\n"
        + Shown.size(report, standing)
        + " · dataset "
        + code(report.dataset().name())
        + " "
        + code(Shown.line(report.dataset().version(), 12))
        + ending
        + "\n\n";
  }

  private String gates() {
    if (report.gates().isEmpty()) {
      return "";
    }
    List<GateResult> sorted = new ArrayList<>(report.gates());
    sorted.sort(
        Comparator.comparingInt(
            gate ->
                gate.verdict() == Verdict.FAIL ? 0 : gate.verdict() == Verdict.UNDECIDED ? 1 : 2));
    StringBuilder text =
        new StringBuilder(
            "| | Gate | Measured | Cases | Power | Why |\n|---|---|---|--:|--:|---|\n");
    for (GateResult gate : sorted.subList(0, Math.min(MAX_GATES, sorted.size()))) {
      GateDecision decision = gate.decision();
      text.append("| ")
          .append(
              switch (gate.verdict()) {
                case PASS -> "✅ PASS";
                case FAIL -> "❌ FAIL";
                case UNDECIDED -> gate.blocks() ? "⚠️ UNDECIDED" : "⚠️ UNDECIDED (warns)";
              })
          .append(" | ")
          .append(prose(gate.gate(), MAX_TEXT))
          .append(" | ")
          .append(Shown.measured(gate))
          .append(" | ")
          .append(decision == null ? "–" : decision.n())
          .append(" | ")
          .append(
              decision == null || decision.power() == null
                  ? "–"
                  : Shown.score(decision.power().power(), true))
          .append(" | ")
          .append(gate.verdict() == Verdict.PASS ? "" : prose(gate.explanation(), MAX_EXPLANATION))
          .append(" |\n");
    }
    return text.append(more(sorted.size() - MAX_GATES, "gates")).append('\n').toString();
  }

  private String toDo(List<Worst> worst) {
    List<String> steps = new ArrayList<>();
    int missing = 0;
    for (GateResult gate : report.gates()) {
      GateDecision decision = gate.decision();
      Integer more = decision == null ? null : decision.casesMissing();
      if (gate.verdict() == Verdict.UNDECIDED && more != null) {
        missing = Math.max(missing, more);
      }
    }
    if (report.gates().stream().anyMatch(gate -> gate.blocks() && gate.decision() == null)) {
      steps.add("A gate could not be measured: mend what its line names, then run again.");
    }
    if (missing > 0) {
      steps.add("About " + missing + " more cases are needed for a verdict.");
    }
    if (Overall.of(report) == Overall.FAIL) {
      steps.add(
          comparisons.stream().anyMatch(each -> !each.lost().isEmpty())
              ? "Look at the lost cases first. Where the change is meant, write the baseline anew"
                  + " and commit it."
              : "Look at the worst cases first.");
    }
    if (!worst.isEmpty() && Overall.of(report) != Overall.PASS) {
      String command = triage.command(worst.get(0).caseId());
      if (command != null) {
        steps.add("One case alone: " + code(command));
      }
    }
    if (steps.isEmpty()) {
      return "";
    }
    return "**What to do**\n\n- " + String.join("\n- ", steps) + "\n\n";
  }

  private String metrics() {
    List<MetricSummary> metrics = report.metrics();
    if (metrics.isEmpty()) {
      return "";
    }
    boolean compared = !comparisons.isEmpty();
    StringBuilder text =
        new StringBuilder("| Metric | Mean | 95 % interval |")
            .append(compared ? " Change | Lost | Gained |" : "")
            .append(" Not scored |\n|---|--:|:-:|")
            .append(compared ? "--:|--:|--:|" : "")
            .append("--:|\n");
    for (int i = 0; i < Math.min(MAX_METRICS, metrics.size()); i++) {
      MetricSummary metric = metrics.get(i);
      text.append("| ")
          .append(code(metric.by().name()))
          .append(" | ")
          .append(Shown.score(metric.meanScore(), metric.binary()))
          .append(" | ")
          .append(Shown.interval(metric.interval(), metric.binary()))
          .append(" |");
      if (compared) {
        Comparison comparison = comparisons.get(i);
        text.append(
            comparison.why() != null
                ? " – | – | – |"
                : " "
                    + Shown.points(comparison.now() - comparison.before())
                    + " | "
                    + comparison.lost().size()
                    + " | "
                    + comparison.gained().size()
                    + " |");
      }
      text.append(' ').append(metric.skipped() + metric.errored()).append(" |\n");
    }
    return text.append(more(metrics.size() - MAX_METRICS, "metrics")).append('\n').toString();
  }

  private String worst(List<Worst> worst) {
    if (worst.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder("<details><summary>Cases to look at</summary>\n\n")
            .append("| Case | Metric | Before | Now | Reason |\n|---|---|--:|--:|---|\n");
    for (Worst each : worst) {
      text.append("| ")
          .append(code(each.caseId()))
          .append(" | ")
          .append(code(each.metric()))
          .append(" | ")
          .append(each.before() == null ? "" : Shown.score(each.before(), false))
          .append(" | ")
          .append(Shown.score(each.score(), false))
          .append(" | ")
          .append(code(each.reason()))
          .append(" |\n");
    }
    return text.append("\n</details>\n\n").toString();
  }

  private String reasons() {
    List<Triage.Reason> reasons = triage.reasons();
    if (reasons.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder("<details><summary>Reasons that came again</summary>\n\n")
            .append("| Cases | Metric | Reason |\n|--:|---|---|\n");
    for (Triage.Reason each : reasons.subList(0, Math.min(MAX_CASES, reasons.size()))) {
      text.append("| ")
          .append(each.cases())
          .append(" | ")
          .append(code(each.metric()))
          .append(" | ")
          .append(code(each.reason()))
          .append(" |\n");
    }
    return text.append("\n</details>\n").toString();
  }

  private static String more(int left, String what) {
    return left > 0 ? "\n… and " + left + " more " + what + "\n" : "";
  }

  /** A code span; its backticks and bars become look-alikes, which no parser can end it with. */
  static String code(String text) {
    String line = Shown.line(text, MAX_TEXT).replace('`', 'ˋ').replace('|', '¦');
    // a span may not end in a backslash in tables of some parsers, nor be empty
    return line.isEmpty() ? "" : "`" + line.replace('\\', '⧵') + "`";
  }

  /** Plain words inside our sentences. */
  static String prose(String text, int max) {
    StringBuilder safe = new StringBuilder();
    String line = Objects.requireNonNull(Shown.line(text, max));
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      switch (c) {
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '&' -> safe.append("&amp;").append(NO_JOIN);
        case '|' -> safe.append('¦');
        case '\\', '`', '*', '[', ']', '(', ')' -> safe.append('\\').append(c);
        case '_' -> {
          // an underscore inside a word marks nothing, and names are easier to copy
          boolean inside =
              i > 0
                  && i + 1 < line.length()
                  && Character.isLetterOrDigit(line.charAt(i - 1))
                  && Character.isLetterOrDigit(line.charAt(i + 1));
          safe.append(inside ? "_" : "\\_");
        }
        // mentions, issues, labels, milestones, snippets, merge requests
        case '@', '#', '~', '%', '$', '!', '^' -> {
          boolean goesOn = i + 1 < line.length() && !Character.isWhitespace(line.charAt(i + 1));
          safe.append(c == '~' || c == '!' || c == '#' ? "\\" : "").append(c);
          safe.append(goesOn ? NO_JOIN : "");
        }
        case ':' ->
            safe.append(c)
                .append(i + 1 < line.length() && line.charAt(i + 1) != ' ' ? NO_JOIN : "");
        case '-' -> safe.append(i > 1 && line.startsWith("GH", i - 2) ? NO_JOIN : "").append(c);
        case '.' -> {
          boolean web = i >= 3 && line.regionMatches(true, i - 3, "www", 0, 3);
          safe.append(web ? NO_JOIN : "").append(c);
        }
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }
}
