package dev.llmops.sink;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.LlmStep;
import dev.llmops.Outcome;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line a call to SLF4J at INFO, steps and scores at DEBUG; never content. On the thread
 * that ended the call: a log that is slow slows it, so give it an appender with a queue, or wrap
 * the sink in {@link AsyncSink}.
 *
 * <pre>
 * chat openai gpt-4o-mini completed [stop] in 1.234 s, first chunk 0.210 s, tokens 12 in 34 out,
 *     cost 0.0000222 USD, trace 4bf92f3577b34da6a3ce929d0e0e4736, call 0192…   (one line)
 * </pre>
 *
 * <p>What is not known is left out. Names that come from a provider are cut at 100 characters and
 * cannot break the line.
 */
public final class LoggingSink implements CallSink {

  /** The logger that {@link #create()} writes to. */
  public static final String LOGGER = "dev.llmops.calls";

  private static final int MAX_NAME = 100;

  private final Logger log;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder logged = new LongAdder();
  private final LongAdder failed = new LongAdder();

  private LoggingSink(Logger log) {
    this.log = Objects.requireNonNull(log, "log must not be null");
  }

  /** Writes to the logger named {@link #LOGGER}. */
  public static LoggingSink create() {
    return to(LoggerFactory.getLogger(LOGGER));
  }

  /** Writes to a logger of your own. */
  public static LoggingSink to(Logger log) {
    return new LoggingSink(log);
  }

  /** See the class. What the logger throws is counted and passed on to the caller's guard. */
  @Override
  public void accept(LlmRecord record) {
    accepted.increment();
    try {
      if (record instanceof LlmCall call) {
        if (log.isInfoEnabled()) {
          log.info("{}", line(call));
          logged.increment();
        }
      } else if (log.isDebugEnabled()) {
        log.debug("{}", record instanceof LlmStep step ? line(step) : line((CallScore) record));
        logged.increment();
      }
    } catch (RuntimeException e) {
      failed.increment();
      throw e;
    }
  }

  @Override
  public ComponentStats stats() {
    // the parts before the whole: a record that arrives meanwhile must not look delivered twice
    long written = logged.sum();
    long lost = failed.sum();
    long all = accepted.sum();
    long off = Math.max(0, all - written - lost);
    return new ComponentStats(
        "LoggingSink(" + log.getName() + ")",
        all,
        written,
        off,
        lost,
        off == 0 ? null : "the logger's level leaves some out: calls are INFO, the rest is DEBUG");
  }

  static String line(LlmCall call) {
    LlmRequest request = call.request();
    StringBuilder line = new StringBuilder(256);
    line.append(name(request.operation())).append(' ').append(name(request.provider()));
    String model = call.response().model() != null ? call.response().model() : request.model();
    if (model != null) {
      line.append(' ').append(name(model));
    }
    Outcome outcome = call.outcome();
    if (outcome instanceof Outcome.Completed completed) {
      line.append(" completed");
      if (!completed.response().finishReasons().isEmpty()) {
        line.append(" [")
            .append(name(String.join(",", completed.response().finishReasons())))
            .append(']');
      }
    } else if (outcome instanceof Outcome.Failed failure) {
      line.append(" failed").append(reason(failure.error()));
    } else {
      Outcome.Cancelled cancelled = (Outcome.Cancelled) outcome;
      line.append(" cancelled [")
          .append(cancelled.reason().name().toLowerCase(Locale.ROOT))
          .append(']');
    }
    times(line, call.timing());
    tokens(line, call.usage());
    Cost cost = call.cost();
    if (cost != null) {
      line.append(", cost ")
          .append(cost.estimated() ? "about " : "")
          .append(amount(cost.amount()))
          .append(' ')
          .append(name(cost.currency()));
    }
    if (call.attempts() != null && call.attempts() != 1) {
      line.append(", attempts ").append(call.attempts());
    }
    if (!call.problems().isEmpty()) {
      line.append(", problems ").append(call.problems().size());
    }
    return ids(line, "call", call.ref()).toString();
  }

  private static String line(LlmStep step) {
    StringBuilder line = new StringBuilder(160);
    line.append(step.request().kind().name().toLowerCase(Locale.ROOT))
        .append(' ')
        .append(name(step.request().name()))
        .append(step.error() == null ? " completed" : " failed" + reason(step.error()));
    times(line, step.timing());
    return ids(line, "step", step.ref()).toString();
  }

  private static String line(CallScore score) {
    StringBuilder line = new StringBuilder(120);
    line.append("score ").append(name(score.name()));
    if (score.value() != null) {
      line.append(' ').append(score.value());
    }
    if (score.label() != null) {
      line.append(" [").append(name(score.label())).append(']');
    }
    if (score.errorType() != null) {
      line.append(" error [").append(name(score.errorType())).append(']');
    }
    line.append(" by ").append(name(score.source()));
    CallRef ref = score.ref();
    return ref == null ? line.append(", by key").toString() : ids(line, "call", ref).toString();
  }

  private static String reason(@Nullable CallError error) {
    if (error == null) {
      return "";
    }
    return " ["
        + name(error.type())
        + (error.httpStatus() == null ? "" : ", HTTP " + error.httpStatus())
        + "]";
  }

  private static void times(StringBuilder line, Timing timing) {
    seconds(line.append(" in "), timing.total());
    Duration first = timing.timeToFirstChunk();
    if (first != null) {
      seconds(line.append(", first chunk "), first);
    }
  }

  private static void tokens(StringBuilder line, TokenUsage usage) {
    if (usage.inputTokens() == null && usage.outputTokens() == null) {
      return;
    }
    line.append(", tokens");
    if (usage.inputTokens() != null) {
      line.append(' ').append(usage.inputTokens()).append(" in");
    }
    if (usage.outputTokens() != null) {
      line.append(' ').append(usage.outputTokens()).append(" out");
    }
  }

  private static StringBuilder ids(StringBuilder line, String what, CallRef ref) {
    if (ref.traceId() != null) {
      line.append(", trace ").append(name(ref.traceId()));
    }
    return line.append(", ").append(what).append(' ').append(ref.id());
  }

  /** By hand: a format takes longer than all else in the line. */
  private static void seconds(StringBuilder line, Duration duration) {
    long millis = duration.toMillis();
    long fraction = millis % 1000;
    line.append(millis / 1000)
        .append(fraction < 10 ? ".00" : fraction < 100 ? ".0" : ".")
        .append(fraction)
        .append(" s");
  }

  private static String amount(BigDecimal amount) {
    // plain where that is short: 1E+999999999 written out would be a gigabyte
    return Math.abs((long) amount.scale()) <= 20 && amount.precision() <= 40
        ? amount.toPlainString()
        : Checks.printable(amount.toString(), MAX_NAME);
  }

  private static String name(String name) {
    return Checks.printable(name, MAX_NAME);
  }
}
