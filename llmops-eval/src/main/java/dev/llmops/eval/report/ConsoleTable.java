package dev.llmops.eval.report;

import dev.llmops.eval.stats.GateDecision;
import java.util.ArrayList;
import java.util.List;

/** The run on a terminal: aligned by the columns that characters take there, without escapes. */
final class ConsoleTable {

  private static final int MAX_CASES = 10;
  private static final int MAX_CELL = 60;

  private final EvalReport report;
  private final Standing standing;
  private final List<Comparison> comparisons;

  ConsoleTable(EvalReport report, Standing standing, List<Comparison> comparisons) {
    this.report = report;
    this.standing = standing;
    this.comparisons = comparisons;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append(Shown.line(report.name(), 200)).append("  ");
    text.append(Overall.of(report) == Overall.NONE ? "NOT CHECKED" : Overall.of(report).name());
    text.append("  ").append(Shown.size(report, standing)).append('\n');
    if (report.ending().reason() != null) {
      text.append("not complete: ").append(Shown.line(report.ending().reason(), 200)).append('\n');
    }
    gates(text);
    metrics(text);
    worst(text);
    return text.toString();
  }

  private void gates(StringBuilder text) {
    List<List<String>> rows = new ArrayList<>();
    for (GateResult gate : report.gates()) {
      GateDecision decision = gate.decision();
      Integer missing = decision == null ? null : decision.casesMissing();
      rows.add(
          List.of(
              gate.verdict()
                  + (gate.verdict().name().equals("UNDECIDED") && !gate.blocks() ? " (warns)" : ""),
              gate.gate(),
              Shown.measured(gate),
              decision == null ? "–" : String.valueOf(decision.n()),
              decision == null || decision.power() == null
                  ? "–"
                  : Shown.score(decision.power().power(), true),
              missing == null ? "–" : String.valueOf(missing)));
    }
    table(text, List.of("Verdict", "Gate", "Measured", "Cases#", "Power#", "Needed#"), rows);
  }

  private void metrics(StringBuilder text) {
    List<String> head = new ArrayList<>(List.of("Metric", "Mean#", "95 % interval"));
    boolean compared = !comparisons.isEmpty();
    if (compared) {
      head.addAll(List.of("Change#", "Lost#", "Gained#"));
    }
    head.addAll(List.of("Skipped#", "Errors#"));
    List<List<String>> rows = new ArrayList<>();
    List<MetricSummary> metrics = report.metrics();
    for (int i = 0; i < metrics.size(); i++) {
      MetricSummary metric = metrics.get(i);
      List<String> row = new ArrayList<>();
      row.add(metric.by().name());
      row.add(Shown.score(metric.meanScore(), metric.binary()));
      row.add(Shown.interval(metric.interval(), metric.binary()));
      if (compared) {
        Comparison comparison = comparisons.get(i);
        boolean none = comparison.why() != null;
        row.add(none ? "–" : Shown.points(comparison.now() - comparison.before()));
        row.add(none ? "–" : String.valueOf(comparison.lost().size()));
        row.add(none ? "–" : String.valueOf(comparison.gained().size()));
      }
      row.add(String.valueOf(metric.skipped()));
      row.add(String.valueOf(metric.errored()));
      rows.add(row);
    }
    table(text, head, rows);
  }

  private void worst(StringBuilder text) {
    List<List<String>> rows = new ArrayList<>();
    for (Worst each : Worst.of(report, standing, comparisons, MAX_CASES)) {
      rows.add(
          List.of(
              each.caseId(),
              each.metric(),
              each.before() == null ? "" : Shown.score(each.before(), false),
              Shown.score(each.score(), false),
              each.reason()));
    }
    table(text, List.of("Look at", "Metric", "Before#", "Now#", "Reason"), rows);
  }

  /** A head that ends in # stands over numbers, flush right. */
  private static void table(StringBuilder text, List<String> head, List<List<String>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    List<List<String>> all = new ArrayList<>();
    all.add(head.stream().map(each -> each.replace("#", "")).toList());
    for (List<String> row : rows) {
      all.add(row.stream().map(cell -> cut(Shown.line(cell, 4 * MAX_CELL), MAX_CELL)).toList());
    }
    int[] widths = new int[head.size()];
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    text.append('\n');
    for (int r = 0; r < all.size(); r++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = all.get(r).get(i);
        String gap = " ".repeat(widths[i] - width(cell));
        line.append(i == 0 ? "" : "  ").append(head.get(i).endsWith("#") ? gap + cell : cell + gap);
      }
      text.append(line.toString().stripTrailing()).append('\n');
      if (r == 0) {
        int total = 2 * (widths.length - 1);
        for (int width : widths) {
          total += width;
        }
        text.append("─".repeat(total)).append('\n');
      }
    }
  }

  /** At most so many columns. */
  static String cut(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int used = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (used + width(c) > columns - 1) {
        break;
      }
      used += width(c);
      kept.appendCodePoint(c);
      i += Character.charCount(c);
    }
    return kept.append('…').toString();
  }

  /** How many columns a terminal gives this text. */
  static int width(String text) {
    return text.codePoints().map(ConsoleTable::width).sum();
  }

  /** Unicode Standard Annex 11: wide and full-width characters take two columns, marks none. */
  private static int width(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (c >= 0x1100 && c <= 0x115F)
            || (c >= 0x2E80 && c <= 0x303E)
            || (c >= 0x3041 && c <= 0x33FF)
            || (c >= 0x3400 && c <= 0x4DBF)
            || (c >= 0x4E00 && c <= 0x9FFF)
            || (c >= 0xA000 && c <= 0xA4CF)
            || (c >= 0xAC00 && c <= 0xD7A3)
            || (c >= 0xF900 && c <= 0xFAFF)
            || (c >= 0xFE30 && c <= 0xFE6F)
            || (c >= 0xFF00 && c <= 0xFF60)
            || (c >= 0xFFE0 && c <= 0xFFE6)
            || (c >= 0x1F300 && c <= 0x1F64F)
            || (c >= 0x1F680 && c <= 0x1F6FF)
            || (c >= 0x1F900 && c <= 0x1F9FF)
            || (c >= 0x20000 && c <= 0x3FFFD);
    return wide ? 2 : 1;
  }
}
