package dev.llmops.otel;

import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.MessagePart.Modality;
import dev.llmops.Outcome;
import dev.llmops.TokenUsage;
import dev.llmops.TokenUsage.ModalityUsage;
import dev.llmops.server.ServerTiming;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The instruments, with the buckets that the convention advises, and the rules of counting tokens:
 *
 * <ul>
 *   <li>Cached, cache-writing and reasoning tokens are parts of the totals and have counters of
 *       their own; they are never added to a total.
 *   <li>Of one call, the counts of all modalities add up to its total: what the provider did not
 *       attribute is {@code unknown}, and so is everything when its parts contradict the total.
 *   <li>A failed call without a count adds 0 of {@code unknown}, as the convention says, so that
 *       its series exists. A completed or cancelled one without a count adds nothing.
 * </ul>
 */
final class Instruments {

  private static final List<Double> SECONDS =
      List.of(
          0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
  // the convention's for workflows; for agents it was not readable, and they take as long
  private static final List<Double> LONG_SECONDS =
      List.of(1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0);
  private static final List<Long> TOKENS =
      List.of(
          1L,
          4L,
          16L,
          64L,
          256L,
          1024L,
          4096L,
          16_384L,
          65_536L,
          262_144L,
          1_048_576L,
          4_194_304L,
          16_777_216L,
          67_108_864L);
  private static final List<Long> COUNTS = List.of(0L, 1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L);

  private static final double NANOS_PER_SECOND = 1e9;

  private final DoubleHistogram duration;
  private final DoubleHistogram timeToFirstChunk;
  private final DoubleHistogram timePerOutputChunk;
  private final DoubleCounter cost;
  private final @Nullable Tokens tokens;
  private final @Nullable LongHistogram tokenUsage;
  private final DoubleHistogram queueDuration;
  private final DoubleHistogram prefillDuration;
  private final DoubleHistogram decodeDuration;
  private final DoubleHistogram toolDuration;
  private final DoubleHistogram agentDuration;
  private final DoubleHistogram workflowDuration;
  private final LongHistogram agentInferenceCalls;
  private final LongHistogram agentToolCalls;

  Instruments(Meter meter, SemConvDialect dialect) {
    duration =
        seconds(
            meter, "gen_ai.client.operation.duration", "How long a GenAI operation took.", SECONDS);
    timeToFirstChunk =
        seconds(
            meter,
            "gen_ai.client.operation.time_to_first_chunk",
            "From the issue of a streaming request to its first chunk.",
            SECONDS);
    timePerOutputChunk =
        seconds(
            meter,
            "gen_ai.client.operation.time_per_output_chunk",
            "Between two chunks of a stream, one point a chunk after the first.",
            SECONDS);
    cost =
        meter
            .counterBuilder("llmops.client.cost")
            .ofDoubles()
            .setUnit("{currency}")
            .setDescription("What calls cost by the price table, a series a currency.")
            .build();
    boolean latest = dialect == SemConvDialect.LATEST;
    tokens = latest ? new Tokens(meter) : null;
    tokenUsage =
        latest
            ? null
            : tokenHistogram(
                meter, "gen_ai.client.token.usage", "Number of input and output tokens used.");
    queueDuration =
        seconds(
            meter,
            ServerAttributes.QUEUE_DURATION,
            "How long a call waited in its server's queue, as the server tells it.",
            SECONDS);
    prefillDuration =
        seconds(
            meter,
            ServerAttributes.PREFILL_DURATION,
            "How long a server read the prompt of a call, as the server tells it.",
            SECONDS);
    decodeDuration =
        seconds(
            meter,
            ServerAttributes.DECODE_DURATION,
            "How long a server wrote the answer of a call, as the server tells it.",
            SECONDS);
    toolDuration = seconds(meter, "gen_ai.execute_tool.duration", "How long a tool took.", SECONDS);
    agentDuration =
        seconds(meter, "gen_ai.invoke_agent.duration", "How long an agent took.", LONG_SECONDS);
    workflowDuration =
        seconds(
            meter,
            latest ? "gen_ai.invoke_workflow.duration" : "gen_ai.workflow.duration",
            "How long a workflow took.",
            LONG_SECONDS);
    agentInferenceCalls =
        meter
            .histogramBuilder("gen_ai.invoke_agent.inference_calls")
            .ofLongs()
            .setUnit("{inference_call}")
            .setDescription("Model calls that an agent made itself in one invocation.")
            .setExplicitBucketBoundariesAdvice(COUNTS)
            .build();
    agentToolCalls =
        meter
            .histogramBuilder("gen_ai.invoke_agent.tool_calls")
            .ofLongs()
            .setUnit("{tool_call}")
            .setDescription("Tools that an agent ran itself in one invocation.")
            .setExplicitBucketBoundariesAdvice(COUNTS)
            .build();
  }

  /** Measures one call; the context holds its span, for exemplars. */
  void call(LlmCall call, Duration total, CallTarget target, CallSeries series, Context context) {
    duration.record(seconds(total), series.labelsWithError, context);
    Duration firstChunk = call.timing().timeToFirstChunk();
    if (firstChunk != null) {
      timeToFirstChunk.record(seconds(firstChunk), series.ofFirstChunk, context);
    }
    ServerTiming timing = call.serverTiming();
    if (timing != null && timing.isConsistent()) {
      record(queueDuration, timing.queue(), series, context);
      record(prefillDuration, timing.prefill(), series, context);
      record(decodeDuration, timing.decode(), series, context);
    }
    TokenUsage usage = call.usage();
    if (tokens != null) {
      boolean failed = call.outcome() instanceof Outcome.Failed;
      tokens.count(usage, failed, target, series, context);
    } else if (tokenUsage != null) {
      Long input = usage.inputTokens();
      if (input != null) {
        tokenUsage.record(input, series.ofInput(), context);
      }
      Long output = usage.outputTokens();
      if (output != null) {
        tokenUsage.record(output, series.ofOutput(), context);
      }
    }
    Cost paid = call.cost();
    if (paid != null) {
      cost.add(paid.amount().doubleValue(), series.ofCurrency(paid.currency()), context);
    }
  }

  private static void record(
      DoubleHistogram into, @Nullable Duration took, CallSeries series, Context context) {
    if (took != null) {
      into.record(seconds(took), series.labelsWithError, context);
    }
  }

  void chunk(long nanos, Attributes labels, Context context) {
    timePerOutputChunk.record(nanos / NANOS_PER_SECOND, labels, context);
  }

  void tool(Duration total, Attributes labels, Context context) {
    toolDuration.record(seconds(total), labels, context);
  }

  void agent(Duration total, Attributes labels, Context context) {
    agentDuration.record(seconds(total), labels, context);
  }

  void agentCalls(long inferenceCalls, long toolCalls, Attributes labels, Context context) {
    agentInferenceCalls.record(inferenceCalls, labels, context);
    agentToolCalls.record(toolCalls, labels, context);
  }

  void workflow(Duration total, Attributes labels, Context context) {
    workflowDuration.record(seconds(total), labels, context);
  }

  void retrieval(Duration total, Attributes labels, Context context) {
    duration.record(seconds(total), labels, context);
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / NANOS_PER_SECOND;
  }

  private static DoubleHistogram seconds(
      Meter meter, String name, String description, List<Double> buckets) {
    return meter
        .histogramBuilder(name)
        .setUnit("s")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(buckets)
        .build();
  }

  private static LongHistogram tokenHistogram(Meter meter, String name, String description) {
    return meter
        .histogramBuilder(name)
        .ofLongs()
        .setUnit("{token}")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(TOKENS)
        .build();
  }

  /** The newest convention's counters (for totals) and histograms (for percentiles). */
  private static final class Tokens {
    private final LongCounter input;
    private final LongCounter output;
    private final LongCounter cacheRead;
    private final LongCounter cacheWrite;
    private final LongCounter reasoning;
    private final LongHistogram inputOfCall;
    private final LongHistogram outputOfCall;

    Tokens(Meter meter) {
      input =
          counter(meter, "input_tokens", "Tokens of requests, cached and cache-writing included.");
      output = counter(meter, "output_tokens", "Tokens of answers, reasoning included.");
      cacheRead =
          counter(
              meter,
              "cache_read.input_tokens",
              "Input tokens that were read from the provider's cache.");
      cacheWrite =
          counter(
              meter,
              "cache_write.input_tokens",
              "Input tokens that were written to the provider's cache.");
      reasoning =
          counter(meter, "reasoning.output_tokens", "Output tokens that were spent on reasoning.");
      inputOfCall =
          tokenHistogram(
              meter,
              "gen_ai.client.inference.operation.input_tokens",
              "Input tokens of one operation.");
      outputOfCall =
          tokenHistogram(
              meter,
              "gen_ai.client.inference.operation.output_tokens",
              "Output tokens of one operation.");
    }

    private static LongCounter counter(Meter meter, String name, String description) {
      return meter
          .counterBuilder("gen_ai.client.inference.usage." + name)
          .setUnit("{token}")
          .setDescription(description)
          .build();
    }

    void count(
        TokenUsage usage, boolean failed, CallTarget target, CallSeries series, Context context) {
      if (usage.isEmpty()) {
        if (failed) {
          input.add(0, series.of(Modality.UNKNOWN), context);
          if (!target.isEmbeddings()) {
            output.add(0, series.of(Modality.UNKNOWN), context);
          }
        }
        return;
      }
      List<ModalityUsage> parts = usage.modalities();
      Long in = usage.inputTokens();
      if (in != null) {
        inputOfCall.record(in, series.labelsWithError, context);
      }
      add(input, in, parts, ModalityUsage::inputTokens, series, context);
      Long out = usage.outputTokens();
      if (out != null) {
        outputOfCall.record(out, series.labelsWithError, context);
      }
      add(output, out, parts, ModalityUsage::outputTokens, series, context);
      add(
          cacheRead,
          usage.cachedInputTokens(),
          parts,
          ModalityUsage::cachedInputTokens,
          series,
          context);
      add(cacheWrite, usage.cacheWriteInputTokens(), series, context);
      add(reasoning, usage.reasoningTokens(), series, context);
    }

    private static void add(
        LongCounter counter,
        @Nullable Long total,
        List<ModalityUsage> parts,
        Function<ModalityUsage, @Nullable Long> count,
        CallSeries series,
        Context context) {
      if (parts.isEmpty()) {
        add(counter, total, series, context);
        return;
      }
      long attributed = 0;
      for (ModalityUsage part : parts) {
        Long tokens = count.apply(part);
        attributed += tokens == null ? 0 : tokens;
      }
      if (total != null && (attributed > total || attributed < 0)) { // a hostile sum wraps
        add(counter, total, series, context);
        return;
      }
      for (ModalityUsage part : parts) {
        Long tokens = count.apply(part);
        if (tokens != null && tokens > 0) {
          counter.add(tokens, series.of(part.modality()), context);
        }
      }
      if (total != null && total > attributed) {
        counter.add(total - attributed, series.of(Modality.UNKNOWN), context);
      }
    }

    private static void add(
        LongCounter counter, @Nullable Long total, CallSeries series, Context context) {
      if (total != null) {
        counter.add(total, series.of(Modality.UNKNOWN), context);
      }
    }
  }
}
