package dev.llmops.eval.report;

import dev.llmops.Cost;
import dev.llmops.eval.stats.GateDecision;
import dev.llmops.eval.stats.Interval;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers and texts as people read them, the same in Markdown and on the console. */
final class Shown {

  private Shown() {}

  static String score(@Nullable Double score, boolean rate) {
    if (score == null) {
      return "–";
    }
    return rate
        ? String.format(Locale.ROOT, "%.1f %%", 100 * score)
        : String.format(Locale.ROOT, "%.3f", score);
  }

  static String interval(@Nullable Interval interval, boolean rate) {
    return interval == null
        ? "–"
        : score(interval.low(), rate) + " … " + score(interval.high(), rate);
  }

  static String points(double difference) {
    String sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
    return sign + String.format(Locale.ROOT, "%.1f pts", Math.abs(100 * difference));
  }

  static String measured(GateResult gate) {
    GateDecision decision = gate.decision();
    if (decision == null || decision.estimate() == null) {
      return "–";
    }
    String estimate = String.format(Locale.ROOT, "%.4g", decision.estimate());
    Interval interval = decision.interval();
    return interval == null
        ? estimate
        : estimate + " [" + end(interval.low()) + ", " + end(interval.high()) + "]";
  }

  private static String end(double value) {
    return Double.isInfinite(value)
        ? (value < 0 ? "−∞" : "∞")
        : String.format(Locale.ROOT, "%.4g", value);
  }

  static String time(Duration time) {
    double seconds = time.toMillis() / 1e3;
    return seconds < 120
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%.1f min", seconds / 60);
  }

  static @Nullable String cost(@Nullable Cost cost) {
    return cost == null
        ? null
        : cost.amount()
                .setScale(Math.min(6, cost.amount().scale()), java.math.RoundingMode.HALF_UP)
                .toPlainString()
            + " "
            + cost.currency();
  }

  /** How many cases, how often, how long, for how much. */
  static String size(EvalReport report, Standing standing) {
    int cases = standing.cases().size();
    int most = standing.cases().values().stream().mapToInt(java.util.List::size).max().orElse(0);
    String text = cases + (cases == 1 ? " case" : " cases");
    if (cases < report.dataset().cases()) {
      text += " of " + report.dataset().cases();
    }
    if (most > 1) {
      text += " × " + most;
    }
    text += ", " + time(report.elapsed());
    String cost = cost(report.taskSpend().plus(report.evaluatorSpend()).cost());
    return cost == null ? text : text + ", " + cost;
  }

  /** One line, at most so many characters, without what a terminal or a page would obey. */
  static String line(String text, int max) {
    StringBuilder line = new StringBuilder();
    boolean space = false;
    for (int i = 0; i < text.length() && line.length() <= max; ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c) || c == 0xA0) {
        space = line.length() > 0;
        continue;
      }
      if (space) {
        line.append(' ');
        space = false;
      }
      int type = Character.getType(c);
      boolean hidden =
          type == Character.CONTROL
              || type == Character.SURROGATE
              || type == Character.LINE_SEPARATOR
              || type == Character.PARAGRAPH_SEPARATOR
              || (type == Character.FORMAT && c != 0x200C && c != 0x200D);
      line.appendCodePoint(hidden ? 0xFFFD : c);
    }
    if (line.length() <= max) {
      return line.toString();
    }
    int end = Character.isHighSurrogate(line.charAt(max - 2)) ? max - 2 : max - 1;
    return line.substring(0, end) + "…";
  }
}
