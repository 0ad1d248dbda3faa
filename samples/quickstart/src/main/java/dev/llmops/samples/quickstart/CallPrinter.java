package dev.llmops.samples.quickstart;

import dev.llmops.CallSink;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.Outcome;
import dev.llmops.TokenUsage;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints a line for each call: model, tokens, cost, first token, total and trace id. */
final class CallPrinter implements CallSink {

  private final PrintStream out;

  CallPrinter(PrintStream out) {
    this.out = out;
  }

  @Override
  public void accept(LlmRecord record) {
    if (record instanceof LlmCall call) {
      out.println("\n  " + line(call));
    }
  }

  static String line(LlmCall call) {
    TokenUsage usage = call.usage();
    String model = call.response().model();
    return (model == null ? call.request().model() : model)
        + ended(call.outcome())
        + " | "
        + number(usage.inputTokens())
        + " tokens in, "
        + number(usage.outputTokens())
        + " out | cost "
        + money(call.cost())
        + " | first token "
        + millis(call.timing().timeToFirstOutput())
        + ", total "
        + millis(call.timing().total())
        + " | trace "
        + (call.ref().traceId() == null ? "none" : call.ref().traceId());
  }

  private static String ended(Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      return " failed (" + failed.error().type() + ")";
    }
    return outcome instanceof Outcome.Cancelled ? " cancelled" : "";
  }

  private static String number(@Nullable Long count) {
    return count == null ? "?" : count.toString();
  }

  private static String money(@Nullable Cost cost) {
    if (cost == null) {
      return "unknown";
    }
    return (cost.estimated() ? "about " : "")
        + cost.amount().stripTrailingZeros().toPlainString()
        + " "
        + cost.currency();
  }

  private static String millis(@Nullable Duration time) {
    return time == null
        ? "unknown"
        : String.format(Locale.ROOT, "%.0f ms", time.toNanos() / 1_000_000.0);
  }
}
