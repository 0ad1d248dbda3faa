package dev.llmops.otel;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import dev.llmops.LlmCall;
import dev.llmops.server.Gpu;
import dev.llmops.server.ServerFacts;
import dev.llmops.server.ServerKind;
import dev.llmops.server.ServerLoad;
import dev.llmops.server.ServerPhase;
import dev.llmops.server.ServerSnapshot;
import dev.llmops.server.ServerTiming;
import dev.llmops.server.TimeBreakdown;
import io.opentelemetry.api.common.AttributeKey;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every name for the server behind a call and its GPUs. {@code hw.*} is of semantic-conventions
 * core (384d66161, in development); inference servers have no convention yet
 * (semantic-conventions-genai, issue 87), so that all else is ours, under {@code llmops.server.}.
 * Times are in seconds, shares from 0 to 1.
 */
final class ServerAttributes {

  private static final String PREFIX = "llmops.server.";

  // of semantic-conventions core
  static final AttributeKey<String> HW_ID = stringKey("hw.id");
  static final AttributeKey<String> HW_MODEL = stringKey("hw.model");
  static final AttributeKey<String> HW_TYPE = stringKey("hw.type");
  static final String HW_GPU_UTILIZATION = "hw.gpu.utilization";
  static final String HW_GPU_MEMORY_USAGE = "hw.gpu.memory.usage";
  static final String HW_GPU_MEMORY_LIMIT = "hw.gpu.memory.limit";
  static final String HW_POWER = "hw.power";
  static final String HW_TEMPERATURE = "hw.temperature";

  // ours, of a server
  static final AttributeKey<String> KIND = stringKey(PREFIX + "kind");
  static final AttributeKey<String> VERSION = stringKey(PREFIX + "version");
  static final AttributeKey<String> MATCH = stringKey(PREFIX + "match");
  static final AttributeKey<String> UNKNOWN_REASON = stringKey(PREFIX + "unknown_reason");
  static final AttributeKey<String> EXPLANATION = stringKey(PREFIX + "explanation");
  static final AttributeKey<String> TIMING_SOURCE = stringKey(PREFIX + "timing.source");
  static final AttributeKey<Boolean> TIMING_CONSISTENT = booleanKey(PREFIX + "timing.consistent");
  static final AttributeKey<Double> TIMING_TOTAL = doubleKey(PREFIX + "timing.total");
  static final AttributeKey<Double> TIMING_UNTIL_ANSWER = doubleKey(PREFIX + "timing.until_answer");
  static final AttributeKey<Double> TIMING_NETWORK = doubleKey(PREFIX + "timing.network");
  static final AttributeKey<Double> TIMING_UNATTRIBUTED = doubleKey(PREFIX + "timing.unattributed");
  static final AttributeKey<Double> TIMING_BACK_OFF = doubleKey(PREFIX + "timing.back_off");
  static final AttributeKey<Double> TIMING_CONSUMER = doubleKey(PREFIX + "timing.consumer");

  static final String RUNNING = PREFIX + "requests.running";
  static final String WAITING = PREFIX + "requests.waiting";
  static final String KV_CACHE = PREFIX + "kv_cache.utilization";
  static final String PREFIX_HITS = PREFIX + "prefix_cache.hit_rate";
  static final String PREEMPTIONS = PREFIX + "preemptions.rate";
  static final String PROMPT_TOKENS = PREFIX + "prompt_tokens.rate";
  static final String GENERATION_TOKENS = PREFIX + "generation_tokens.rate";
  static final String GPU_TENSOR = PREFIX + "gpu.tensor_activity";
  static final String GPU_DRAM = PREFIX + "gpu.dram_activity";
  static final String QUEUE_DURATION = PREFIX + "queue.duration";
  static final String PREFILL_DURATION = PREFIX + "prefill.duration";
  static final String DECODE_DURATION = PREFIX + "decode.duration";

  private static final Map<ServerPhase, AttributeKey<Double>> PHASES =
      new EnumMap<>(ServerPhase.class);
  private static final Moment START = new Moment("start.");
  private static final Moment END = new Moment("end.");

  static {
    for (ServerPhase phase : ServerPhase.values()) {
      PHASES.put(phase, doubleKey(PREFIX + "timing." + phase.name().toLowerCase(Locale.ROOT)));
    }
  }

  private ServerAttributes() {}

  /** What a finished call knows of its server. */
  static void describe(LlmCall call, AttributeSetter out) {
    ServerFacts facts = call.server();
    ServerTiming timing = call.serverTiming();
    if (facts != null) {
      facts(facts, out);
    }
    if (timing != null) {
      timing(call, timing, out);
    }
    if (timing != null || (facts != null && facts.start().isKnown())) {
      CallAttributes.put(out, EXPLANATION, call.explain());
    }
  }

  static @Nullable String nameOf(@Nullable ServerKind kind) {
    return kind == null ? null : CallSeries.nameOf(kind);
  }

  private static void facts(ServerFacts facts, AttributeSetter out) {
    ServerSnapshot known = facts.end().isKnown() ? facts.end() : facts.start();
    CallAttributes.put(out, MATCH, CallSeries.nameOf(known.match()));
    CallAttributes.put(out, UNKNOWN_REASON, known.reason());
    CallAttributes.put(out, KIND, nameOf(known.info().kind()));
    CallAttributes.put(out, VERSION, known.info().version());
    START.put(facts.start(), facts.startAge(), out);
    END.put(facts.end(), facts.endAge(), out);
  }

  private static void timing(LlmCall call, ServerTiming timing, AttributeSetter out) {
    TimeBreakdown time = call.timeBreakdown();
    CallAttributes.put(out, TIMING_SOURCE, timing.source());
    out.set(TIMING_CONSISTENT, time.isConsistent());
    timing.phases().forEach((phase, took) -> put(out, PHASES.get(phase), took));
    put(out, TIMING_TOTAL, timing.total());
    put(out, TIMING_UNTIL_ANSWER, timing.untilAnswer());
    put(out, TIMING_NETWORK, time.get(TimeBreakdown.Kind.NETWORK));
    put(out, TIMING_UNATTRIBUTED, time.get(TimeBreakdown.Kind.UNATTRIBUTED));
    put(out, TIMING_BACK_OFF, time.get(TimeBreakdown.Kind.BACK_OFF));
    put(out, TIMING_CONSUMER, call.timing().consumer());
  }

  private static void put(
      AttributeSetter out, @Nullable AttributeKey<Double> key, @Nullable Duration took) {
    if (key != null && took != null) {
      out.set(key, Instruments.seconds(took));
    }
  }

  /** The names of what a server was doing at one moment of a call. */
  private static final class Moment {
    private final AttributeKey<Double> age;
    private final AttributeKey<Long> running;
    private final AttributeKey<Long> waiting;
    private final AttributeKey<Double> kvCache;
    private final AttributeKey<Double> gpu;
    private final AttributeKey<Double> tensor;

    Moment(String moment) {
      age = doubleKey(PREFIX + moment + "age");
      running = longKey(PREFIX + moment + "requests.running");
      waiting = longKey(PREFIX + moment + "requests.waiting");
      kvCache = doubleKey(PREFIX + moment + "kv_cache.utilization");
      gpu = doubleKey(PREFIX + moment + "gpu.utilization");
      tensor = doubleKey(PREFIX + moment + "gpu.tensor_activity");
    }

    /** Of a pool the fullest replica, of several GPUs the busiest. */
    void put(ServerSnapshot snapshot, @Nullable Duration old, AttributeSetter out) {
      ServerAttributes.put(out, age, old);
      ServerLoad load = snapshot.load();
      if (load.running() != null) {
        out.set(running, load.running());
      }
      if (load.waiting() != null) {
        out.set(waiting, load.waiting());
      }
      if (load.kvCacheUse() != null) {
        out.set(kvCache, load.kvCacheUse());
      }
      busiest(snapshot, gpu, Gpu::utilization, out);
      busiest(snapshot, tensor, Gpu::tensorActivity, out);
    }

    private static void busiest(
        ServerSnapshot snapshot,
        AttributeKey<Double> key,
        Function<Gpu, @Nullable Double> field,
        AttributeSetter out) {
      double most = -1;
      for (Gpu each : snapshot.gpus()) {
        Double value = field.apply(each);
        most = value == null ? most : Math.max(most, value);
      }
      if (most >= 0) {
        out.set(key, most);
      }
    }
  }
}
