package dev.llmops.eval.stats;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as people read them. */
final class Text {

  private Text() {}

  /** 0.95 as "95", 0.995 as "99.5". */
  static String percent(double share) {
    return plain(100 * share, 4);
  }

  /** With four significant digits, without an exponent and trailing zeros. */
  static String number(double value) {
    return plain(value, 4);
  }

  /** As "0.0312", or "below 0.0001". */
  static String pValue(double p) {
    return p < 0.0001 ? "below 0.0001" : String.format(Locale.ROOT, "%.4f", p);
  }

  private static String plain(double value, int digits) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded =
        BigDecimal.valueOf(value).round(new MathContext(digits, RoundingMode.HALF_UP));
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
