package dev.llmops.otel;

import dev.llmops.CallObserver;
import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmStep;
import dev.llmops.StepRequest;
import dev.llmops.server.ServerMonitor;
import dev.llmops.server.ServerSnapshot;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Shows calls, steps and scores as OpenTelemetry spans, metrics and events under the GenAI semantic
 * conventions: {@code LlmOps.builder().observer(OtelCallObserver.create(openTelemetry))}.
 *
 * <p>Works over any {@link OpenTelemetry}: the Java agent's, Spring Boot's, one of your own, or an
 * {@link OtlpExport}, which it closes when the {@link dev.llmops.LlmOps} is closed; any other it
 * never closes. Needs API 1.49 or newer and uses what a newer one can do. A call that is not
 * sampled costs its metrics and little more.
 *
 * <p>No content leaves by default. {@link Builder#content} allows it in code; where code says
 * nothing, {@code OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT} ({@code NO_CONTENT}, {@code
 * SPAN_ONLY}, {@code EVENT_ONLY}, {@code SPAN_AND_EVENT}) and {@code
 * OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT} are read once, when it is built.
 *
 * <p>A span starts when {@link dev.llmops.LlmOps} is about to issue the request, as a child of the
 * context that is current then, and ends when the answer is complete. It is current only while the
 * request is issued. A failed call has the status ERROR and {@code error.type}; a cancelled one,
 * which is no failure of the model, has {@code llmops.cancelled.reason} and no status. Thread-safe.
 */
public final class OtelCallObserver implements CallObserver {

  private static final String SCOPE = "dev.llmops";
  private static final String NO_SDK =
      "spans and metrics go nowhere: this OpenTelemetry has no SDK; pass the one that your agent or"
          + " framework set up, or OtlpExport.start().openTelemetry()";

  final SemConvDialect dialect;
  final Instruments instruments;
  final Events events;
  final ContentAttributes content;
  final TagLabels tags;
  final boolean contentOnSpan;
  final boolean contentOnEvent;
  final boolean emitsEvent;
  final boolean chunkTimes;

  private final @Nullable OtlpExport export;
  private final @Nullable ServerGauges gauges;
  private final @Nullable Tracer tracer;
  private final SamplerFacts sampler;
  private final boolean measures;
  private final ContentPolicy policy;
  private final int maxMetricSeries;
  private final BoundedCache<CallTarget.Key, CallTarget> targets;
  private final BoundedCache<CallSeries.Key, CallSeries> series;
  private final BoundedCache<StepSpan.Key, Attributes> stepLabels;
  private final CallSeries overflowSeries = CallSeries.overflow();
  private final Map<StepRequest.Kind, Attributes> overflowSteps =
      new EnumMap<>(StepRequest.Kind.class);

  // most applications call one model: saves a key a call. Racy on purpose, all it holds is final
  private @Nullable CallTarget lastTarget;

  private final LongAdder started = new LongAdder();
  private final LongAdder recorded = new LongAdder();
  private final LongAdder unsampled = new LongAdder();
  private final LongAdder scoresSent = new LongAdder();
  private final LongAdder scoresLost = new LongAdder();

  private OtelCallObserver(Builder builder) {
    OpenTelemetry openTelemetry = builder.openTelemetry;
    export = builder.export;
    dialect = builder.dialect;
    Tracer given =
        openTelemetry
            .tracerBuilder(SCOPE)
            .setInstrumentationVersion(version())
            .setSchemaUrl(dialect.schemaUrl())
            .build();
    boolean traces = given.getClass() != TracerProvider.noop().get(SCOPE).getClass();
    tracer = traces && builder.spans ? given : null;
    sampler = SamplerFacts.of(openTelemetry);
    MeterProvider meters =
        builder.meters == null ? openTelemetry.getMeterProvider() : builder.meters;
    Meter meter =
        meters
            .meterBuilder(SCOPE)
            .setInstrumentationVersion(version())
            .setSchemaUrl(dialect.schemaUrl())
            .build();
    measures = meter.getClass() != MeterProvider.noop().get(SCOPE).getClass();
    instruments = new Instruments(meter, dialect);
    Supplier<List<ServerSnapshot>> snapshots = builder.snapshots;
    gauges = snapshots == null || !measures ? null : new ServerGauges(meter, snapshots);
    Logger logger =
        openTelemetry
            .getLogsBridge()
            .loggerBuilder(SCOPE)
            .setInstrumentationVersion(version())
            .setSchemaUrl(dialect.schemaUrl())
            .build();
    boolean logs = logger.getClass() != LoggerProvider.noop().get(SCOPE).getClass();
    events = new Events(logs ? logger : null, dialect);
    ContentSettings settings =
        ContentSettings.of(
            builder.policy, builder.placement, builder.emitEvent, builder.environment);
    policy = settings.policy();
    contentOnSpan = policy.capturesAny() && settings.placement().onSpan();
    contentOnEvent = policy.capturesAny() && settings.placement().onEvent();
    emitsEvent = settings.event();
    content = new ContentAttributes(builder.toolDetails);
    tags = new TagLabels(List.copyOf(builder.metricTags));
    chunkTimes = builder.chunkTimes && measures;
    maxMetricSeries = builder.maxMetricSeries;
    targets = new BoundedCache<>(maxMetricSeries);
    series = new BoundedCache<>(maxMetricSeries);
    stepLabels = new BoundedCache<>(maxMetricSeries);
    for (StepRequest.Kind kind : StepRequest.Kind.values()) {
      overflowSteps.put(kind, StepSpan.overflow(kind));
    }
  }

  /**
   * An observer with the defaults: newest names, no content, every metric but that of each chunk.
   */
  public static OtelCallObserver create(OpenTelemetry openTelemetry) {
    return builder(openTelemetry).build();
  }

  /**
   * An observer with the defaults over an export of our own: what became of the telemetry is in
   * {@link dev.llmops.LlmOps#stats()}, and closing the {@code LlmOps} flushes and closes the
   * export.
   */
  public static OtelCallObserver create(OtlpExport export) {
    return builder(export).build();
  }

  /** A builder with the defaults of {@link #create(OpenTelemetry)}. */
  public static Builder builder(OpenTelemetry openTelemetry) {
    return new Builder(openTelemetry, null);
  }

  /** A builder with the defaults of {@link #create(OtlpExport)}. */
  public static Builder builder(OtlpExport export) {
    return new Builder(export.openTelemetry(), export);
  }

  @Override
  public @Nullable CallObservation onStart(LlmRequest request, LlmContext context, Instant start) {
    Tracer spans = tracer;
    if (spans == null && !measures) {
      return null;
    }
    started.increment();
    Context parent = parentOf(context);
    countCall(parent);
    CallTarget target = targetOf(request);
    if (spans == null || sampler.drops(parent)) {
      return new CallSpan(this, target, Span.getInvalid(), parent);
    }
    Span span =
        spans
            .spanBuilder(target.spanName)
            .setParent(parent)
            .setSpanKind(SpanKind.CLIENT)
            .setAllAttributes(target.startAttributes)
            .setStartTimestamp(CallSpan.epochNanos(start), TimeUnit.NANOSECONDS)
            .startSpan();
    return new CallSpan(this, target, span, parent.with(span));
  }

  @Override
  public @Nullable StepObservation onStep(StepRequest request, LlmContext context, Instant start) {
    Tracer spans = tracer;
    if (spans == null && !measures) {
      return null;
    }
    started.increment();
    Context parent = parentOf(context);
    AgentScope outer = outerOf(request, parent);
    AgentScope own = ownOf(request);
    Context inside = own == null ? parent : parent.with(AgentScope.KEY, own);
    if (spans == null || sampler.drops(parent)) {
      return new StepSpan(this, Span.getInvalid(), inside, outer, own);
    }
    SpanBuilder builder =
        spans
            .spanBuilder(
                StepSpan.operationOf(request.kind()) + " " + CallTarget.cut(request.name()))
            .setParent(parent)
            .setSpanKind(StepSpan.spanKindOf(request))
            .setStartTimestamp(CallSpan.epochNanos(start), TimeUnit.NANOSECONDS);
    StepSpan.start(request, outer, dialect, builder::setAttribute);
    Span span = builder.startSpan();
    return new StepSpan(this, span, inside.with(span), outer, own);
  }

  /**
   * Like {@link #onStart(LlmRequest, LlmContext, Instant)}, for a call that has a span already: one
   * that another instrumentation made and will end. None is made here.
   *
   * @param foreign that span
   */
  public ForeignSpan onStart(Span foreign, LlmRequest request, LlmContext context, Instant start) {
    started.increment();
    Context inside = Context.current().with(foreign);
    countCall(inside);
    return new ForeignSpan(
        this, foreign, new CallSpan(this, targetOf(request), Span.getInvalid(), inside), null);
  }

  /**
   * Like {@link #onStep(StepRequest, LlmContext, Instant)}, for a step that has a span already.
   *
   * @param foreign that span
   */
  public ForeignSpan onStep(Span foreign, StepRequest request, LlmContext context, Instant start) {
    started.increment();
    Context inside = Context.current().with(foreign);
    AgentScope outer = outerOf(request, inside);
    AgentScope own = ownOf(request);
    if (own != null) {
      inside = inside.with(AgentScope.KEY, own);
    }
    return new ForeignSpan(
        this, foreign, null, new StepSpan(this, Span.getInvalid(), inside, outer, own));
  }

  @Override
  public void onScore(CallScore score) {
    Instant time = score.time();
    CallScore seen = policy.apply(score);
    if (events.evaluation(seen, CallSpan.epochNanos(time == null ? Instant.now() : time))) {
      scoresSent.increment();
    } else {
      scoresLost.increment();
    }
  }

  @Override
  public ContentPolicy content() {
    return policy;
  }

  /**
   * What became of the telemetry. Over an {@link OtlpExport}: {@code accepted} are the spans and
   * log events that ended, {@code delivered} those that the collector took, {@code dropped} those
   * that found no room or no time, {@code failed} those that were sent in vain. Over any other
   * OpenTelemetry: {@code accepted} are the calls, steps and scores that came, {@code delivered}
   * the spans that ended recorded and the events of scores, {@code dropped} the spans that were not
   * sampled and the scores that had no log pipeline to go to; whether a backend got them only its
   * exporter knows.
   */
  @Override
  public ComponentStats stats() {
    OtlpExport own = export;
    if (own == null) {
      return new ComponentStats(
          "OtelCallObserver",
          started.sum() + scoresSent.sum() + scoresLost.sum(),
          recorded.sum() + scoresSent.sum(),
          unsampled.sum() + scoresLost.sum(),
          0,
          note());
    }
    ExportStats stats = own.stats();
    String note = note();
    return new ComponentStats(
        "OtelCallObserver over OTLP",
        stats.spans().ended() + stats.logs().ended(),
        stats.spans().exported() + stats.logs().exported(),
        stats.spans().dropped() + stats.logs().dropped(),
        stats.spans().failed() + stats.logs().failed(),
        own.explain().strip() + (note == null ? "" : " Also: " + note));
  }

  /** Flushes and closes the {@link OtlpExport} that this was made over; any other is left alone. */
  @Override
  public void close(Duration deadline) {
    OtlpExport own = export;
    if (own != null) {
      boolean unused = own.close(deadline); // what came of it is in stats()
    }
    ServerGauges observed = gauges;
    if (observed != null) {
      observed.close(); // after the export's last collection
    }
  }

  private @Nullable String note() {
    List<String> notes = new ArrayList<>();
    if (tracer == null && !measures) {
      notes.add(NO_SDK);
    } else if (tracer == null) {
      notes.add("no spans, metrics only");
    } else if (!measures) {
      notes.add("no metrics: this OpenTelemetry has no meter provider");
    }
    if (unsampled.sum() > 0) {
      notes.add(
          unsampled.sum() + " spans were not sampled (OTEL_TRACES_SAMPLER); metrics have them all");
    }
    if (scoresLost.sum() > 0) {
      notes.add(
          scoresLost.sum()
              + " scores went nowhere: they are log events, and this OpenTelemetry exports no logs"
              + " (OTEL_LOGS_EXPORTER)");
    }
    if (emitsEvent && !events.hasLogs() && tracer != null) {
      notes.add(
          "no events of calls: they are log events, and this OpenTelemetry exports no logs"
              + " (OTEL_LOGS_EXPORTER)");
    }
    long folded = series.refused() + stepLabels.refused();
    if (folded > 0) {
      notes.add(
          folded
              + " calls or steps were measured under "
              + GenAiAttributes.METRIC_OVERFLOW.getKey()
              + "=true: more than "
              + maxMetricSeries
              + " combinations of labels (maxMetricSeries)");
    }
    return notes.isEmpty() ? null : String.join("; ", notes);
  }

  CallSeries seriesOf(CallTarget target, LlmCall call) {
    List<@Nullable String> values = tags.valuesOf(call);
    CallSeries last = target.lastSeries;
    if (last != null && last.key.isOf(target, call, values)) {
      return last;
    }
    CallSeries found =
        series.get(CallSeries.Key.of(target, call, values), key -> new CallSeries(key, tags));
    if (found == null) {
      return overflowSeries;
    }
    target.lastSeries = found;
    return found;
  }

  Attributes labelsOf(StepSpan.Key key) {
    Attributes found = stepLabels.get(key, StepSpan::labels);
    return found == null ? Objects.requireNonNull(overflowSteps.get(key.kind())) : found;
  }

  /** The call as the policy lets it be seen; the call itself when no content may be. */
  LlmCall seen(LlmCall call) {
    return policy.capturesAny() ? policy.apply(call) : call;
  }

  /** See {@link #seen(LlmCall)}. */
  LlmStep seen(LlmStep step) {
    return policy.capturesAny() ? policy.apply(step) : step;
  }

  boolean keepsErrorMessages() {
    return policy.capturesErrorMessages();
  }

  void ended(boolean sampled) {
    if (sampled) {
      recorded.increment();
    } else if (tracer != null) {
      unsampled.increment();
    }
  }

  /**
   * What a span is a child of: what is current, or, on a thread to which OpenTelemetry's context
   * was not carried, the step around it that the application's context still knows.
   */
  private static Context parentOf(LlmContext context) {
    Context current = Context.current();
    CallRef step = context.parent();
    if (step == null || Span.fromContext(current).getSpanContext().isValid()) {
      return current;
    }
    SpanContext known = Events.remote(step);
    return known == null ? current : current.with(Span.wrap(known));
  }

  private static void countCall(Context parent) {
    AgentScope agent = AgentScope.in(parent);
    if (agent != null) {
      agent.inferenceCalls.incrementAndGet();
    }
  }

  private static @Nullable AgentScope outerOf(StepRequest request, Context parent) {
    AgentScope outer = AgentScope.in(parent);
    if (outer != null && request.kind() == StepRequest.Kind.TOOL) {
      outer.toolCalls.incrementAndGet();
    }
    return outer;
  }

  private static @Nullable AgentScope ownOf(StepRequest request) {
    return request.kind() == StepRequest.Kind.AGENT
        ? new AgentScope(CallTarget.cut(request.name()))
        : null;
  }

  private CallTarget targetOf(LlmRequest request) {
    CallTarget last = lastTarget;
    if (last != null && last.key.isOf(request)) {
      return last;
    }
    CallTarget.Key key = CallTarget.Key.of(request);
    CallTarget found = targets.get(key, each -> new CallTarget(each, dialect));
    if (found == null) {
      return new CallTarget(key, dialect);
    }
    lastTarget = found;
    return found;
  }

  private static String version() {
    String version = OtelCallObserver.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0-SNAPSHOT" : version;
  }

  /** Settings of an {@link OtelCallObserver}; all are optional. Not thread-safe. */
  public static final class Builder {
    private static final int DEFAULT_MAX_METRIC_SERIES = 1_000;
    private static final int MAX_METRIC_SERIES = 100_000;

    private final OpenTelemetry openTelemetry;
    private final @Nullable OtlpExport export;
    private final Set<String> metricTags = new LinkedHashSet<>();
    private SemConvDialect dialect = SemConvDialect.LATEST;
    private @Nullable ContentPolicy policy;
    private @Nullable ContentPlacement placement;
    private @Nullable Boolean emitEvent;
    private boolean toolDetails;
    private boolean chunkTimes;
    private boolean spans = true;
    private int maxMetricSeries = DEFAULT_MAX_METRIC_SERIES;
    private @Nullable MeterProvider meters;
    private @Nullable Supplier<List<ServerSnapshot>> snapshots;
    private UnaryOperator<@Nullable String> environment = ContentSettings::environment;

    private Builder(OpenTelemetry openTelemetry, @Nullable OtlpExport export) {
      this.openTelemetry = Objects.requireNonNull(openTelemetry, "openTelemetry must not be null");
      this.export = export;
    }

    /** Which names are emitted; {@link SemConvDialect#LATEST} unless said. */
    public Builder dialect(SemConvDialect dialect) {
      this.dialect = Objects.requireNonNull(dialect, "dialect must not be null");
      return this;
    }

    /**
     * What content may leave, redacted and cut as the policy says; where to is {@link
     * #contentPlacement}. Wins over {@code OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT},
     * also when it is {@link ContentPolicy#none()}. Embeddings never carry content. One attribute
     * holds at most 262,144 characters: of more messages the latest are kept.
     */
    public Builder content(ContentPolicy policy) {
      this.policy = Objects.requireNonNull(policy, "policy must not be null");
      return this;
    }

    /** Where content goes; the span unless said here or by the environment. */
    public Builder contentPlacement(ContentPlacement placement) {
      this.placement = Objects.requireNonNull(placement, "placement must not be null");
      return this;
    }

    /**
     * Whether each sampled call, embeddings apart, also becomes the event {@code
     * gen_ai.client.inference.operation.details}. Unless said here or by {@code
     * OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT}: when content goes to events.
     */
    public Builder emitEvent(boolean emitEvent) {
      this.emitEvent = emitEvent;
      return this;
    }

    /**
     * Whether captured tool definitions carry descriptions and parameter schemas beside type and
     * name. Off unless said, as the convention recommends: they are large, and each call parses
     * them.
     */
    public Builder toolDetails(boolean toolDetails) {
      this.toolDetails = toolDetails;
      return this;
    }

    /**
     * Whether {@code gen_ai.client.operation.time_per_output_chunk} is measured: a clock reading
     * and a histogram record a chunk. Off unless said.
     */
    public Builder chunkTimes(boolean chunkTimes) {
      this.chunkTimes = chunkTimes;
      return this;
    }

    /**
     * Whether there are spans; on unless said. Off for an SDK that only has a meter provider: it
     * would make real spans and throw them away.
     */
    public Builder spans(boolean spans) {
      this.spans = spans;
      return this;
    }

    /**
     * Measures with these meters in place of the OpenTelemetry's own: for an application whose
     * spans and metrics go different ways. Never closed.
     */
    public Builder meterProvider(MeterProvider meters) {
      this.meters = Objects.requireNonNull(meters, "meters must not be null");
      return this;
    }

    /**
     * Tags that become metric labels, {@code llmops.tag.<name>}; none unless listed. Spans have all
     * tags. Each value is a series of its own in every metric of calls.
     */
    public Builder metricTags(String... names) {
      for (String name : names) {
        if (name.isBlank()) {
          throw new IllegalArgumentException("metricTags must not contain a blank name");
        }
        metricTags.add(name);
      }
      return this;
    }

    /**
     * How many combinations of labels calls are measured under, and steps apart from them; 1 to
     * 100,000, 1,000 unless said. Names come from servers and users, so they have to be bounded:
     * what is new beyond it is measured under {@code otel.metric.overflow=true}, and counted in
     * {@link #stats()}.
     */
    public Builder maxMetricSeries(int maxMetricSeries) {
      if (maxMetricSeries < 1 || maxMetricSeries > MAX_METRIC_SERIES) {
        throw new IllegalArgumentException(
            "maxMetricSeries must be between 1 and "
                + MAX_METRIC_SERIES
                + ", but was "
                + maxMetricSeries);
      }
      this.maxMetricSeries = maxMetricSeries;
      return this;
    }

    /**
     * Observes the servers of this monitor and their GPUs as gauges whenever metrics are collected:
     * requests running and waiting, KV cache and throughput under {@code llmops.server.}, GPUs
     * under {@code hw.}. None unless said. Give the same monitor to {@link
     * dev.llmops.LlmOps.Builder#servers}: a server is asked while calls go to it.
     */
    public Builder servers(ServerMonitor monitor) {
      Objects.requireNonNull(monitor, "monitor must not be null");
      return snapshots(monitor::snapshots);
    }

    Builder snapshots(Supplier<List<ServerSnapshot>> snapshots) {
      this.snapshots = snapshots;
      return this;
    }

    Builder environment(UnaryOperator<@Nullable String> environment) {
      this.environment = environment;
      return this;
    }

    /** The observer as it stands. */
    public OtelCallObserver build() {
      return new OtelCallObserver(this);
    }
  }
}
