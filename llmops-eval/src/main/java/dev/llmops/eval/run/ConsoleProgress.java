package dev.llmops.eval.run;

import dev.llmops.eval.report.CaseRun;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells a person how a run goes on: one line that is drawn over and over in a terminal, a line
 * every ten seconds elsewhere, such as in the log of a CI job.
 */
public final class ConsoleProgress implements RunListener {

  private static final int BAR = 24;
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final long LOG_NANOS = 10_000_000_000L;

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier ticker;
  private String name = "";
  private int total;
  private int done;
  private int failed;
  private BigDecimal cost = BigDecimal.ZERO;
  private @Nullable String currency;
  private int resumed;
  private long start;
  private long drawn;
  private int width;

  ConsoleProgress(PrintWriter out, boolean terminal, LongSupplier ticker) {
    this.out = Objects.requireNonNull(out, "out must not be null");
    this.terminal = terminal;
    this.ticker = ticker;
  }

  /** On the error stream of the process; as a bar where that is a terminal. */
  public static ConsoleProgress create() {
    boolean terminal = System.console() != null && System.getenv("CI") == null;
    return new ConsoleProgress(
        new PrintWriter(System.err, true, java.nio.charset.Charset.defaultCharset()),
        terminal,
        System::nanoTime);
  }

  /** Lines to this writer, which stays open. */
  public static ConsoleProgress lines(PrintWriter out) {
    return new ConsoleProgress(out, false, System::nanoTime);
  }

  @Override
  public void onStart(String runName, int toRun, int alreadyDone) {
    name = runName;
    total = toRun;
    done = alreadyDone;
    resumed = alreadyDone;
    start = ticker.getAsLong();
    drawn = start;
    if (!terminal) {
      out.println(
          name
              + ": "
              + total
              + " to run"
              + (resumed == 0 ? "" : ", " + resumed + " of them found in the journal"));
      out.flush();
    }
  }

  @Override
  public void onCase(CaseRun run) {
    done++;
    failed += run.error() == null ? 0 : 1;
    add(run.spend().cost());
    run.results().forEach(result -> add(result.spend().cost()));
    long now = ticker.getAsLong();
    if (now - drawn >= (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
      drawn = now;
      draw(line(now));
    }
  }

  @Override
  public void onEnd(String sentence) {
    String end = name + ": " + sentence + money();
    if (terminal) {
      out.print("\r" + pad(end));
    } else {
      out.print(end);
    }
    out.println();
    out.flush();
  }

  private void draw(String line) {
    if (terminal) {
      out.print("\r" + pad(line));
    } else {
      out.println(line);
    }
    out.flush();
  }

  private String line(long now) {
    StringBuilder line = new StringBuilder(name).append(' ');
    if (terminal) {
      int filled = total == 0 ? BAR : (int) ((long) BAR * done / total);
      line.append("█".repeat(filled)).append("░".repeat(BAR - filled)).append(' ');
    }
    line.append(done).append('/').append(total);
    if (failed > 0) {
      line.append(", ").append(failed).append(" failed");
    }
    line.append(money());
    int fresh = done - resumed;
    if (fresh > 0 && done < total) {
      double seconds = (now - start) / 1e9 / fresh * (total - done);
      line.append(String.format(Locale.ROOT, ", about %.0f s left", seconds));
    }
    return line.toString();
  }

  private String money() {
    return currency == null
        ? ""
        : ", " + cost.setScale(4, RoundingMode.HALF_UP).toPlainString() + " " + currency;
  }

  private void add(dev.llmops.@Nullable Cost one) {
    if (one != null && (currency == null || currency.equals(one.currency()))) {
      currency = one.currency();
      cost = cost.add(one.amount());
    }
  }

  /** Long enough to cover what was drawn before. */
  private String pad(String line) {
    String padded = line + " ".repeat(Math.max(0, width - line.length()));
    width = line.length();
    return padded;
  }
}
