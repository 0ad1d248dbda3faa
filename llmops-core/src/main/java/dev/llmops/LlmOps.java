package dev.llmops;

import dev.llmops.CallObserver.CallObservation;
import dev.llmops.CallObserver.StepObservation;
import dev.llmops.cost.PriceTable;
import dev.llmops.server.ServerMonitor;
import dev.llmops.server.ServerWatch;
import dev.llmops.sink.AsyncSink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records calls of language models: wrap a call with {@link #call}, {@link #callAsync}, {@link
 * #stream}, {@link #publisher} or {@link #open}, or wrap a whole client with an adapter from {@code
 * dev.llmops.client}.
 *
 * <p>The call itself is untouched: same result, same exception, same thread, same laziness.
 * Everything that llmops does around it is guarded; what goes wrong there is counted, said once in
 * the log, and shown by {@link #stats()} and {@link #explain()}.
 *
 * <p>Thread-safe. One instance serves an application; close it at the end, so that what is queued
 * is written.
 */
public final class LlmOps implements AutoCloseable {

  private static final LlmOps NOOP = new LlmOps(new Builder().pricing(Pricing.NONE), true);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final int MAX_UNPRICED_MODELS = 20;

  private final boolean noop;
  private volatile boolean enabled;
  private final @Nullable String disabledBy;
  private final Guard guard = new Guard();
  private final List<CallObserver> observers;
  private final @Nullable CallObserver observer;
  private final CallSink[] sinks;
  private final List<CallInterceptor> interceptors;
  private final List<Supplier<@Nullable String>> notes;
  private final Pricing pricing;
  private final @Nullable ServerMonitor servers;
  private final InstantSource clock;
  private final LongSupplier ticker;

  @SuppressWarnings("ThreadLocalUsage") // a call of another instance is not a call of this one
  private final ThreadLocal<@Nullable CallRef> lastCall = new ThreadLocal<>();

  private final AtomicBoolean closed = new AtomicBoolean();

  private final LongAdder started = new LongAdder();
  private final LongAdder completed = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder steps = new LongAdder();
  private final LongAdder scores = new LongAdder();
  private final LongAdder withoutUsage = new LongAdder();
  private final LongAdder unpriced = new LongAdder();
  private final Set<String> unpricedModels = Collections.synchronizedSet(new LinkedHashSet<>());

  private LlmOps(Builder builder, boolean noop) {
    this.noop = noop;
    this.disabledBy = noop ? null : disabledBy();
    this.enabled = !noop && builder.enabled && disabledBy == null;
    this.observers = List.copyOf(builder.observers);
    this.observer =
        observers.isEmpty()
            ? null
            : observers.size() == 1 ? observers.get(0) : new CompositeObserver(observers, guard);
    this.sinks = new CallSink[builder.sinks.size()];
    for (int i = 0; i < sinks.length; i++) {
      CallSink sink = builder.sinks.get(i);
      sinks[i] = sink.blocks() ? AsyncSink.of(sink) : sink;
    }
    this.interceptors = List.copyOf(builder.interceptors);
    this.notes = List.copyOf(builder.notes);
    this.pricing = builder.pricing == null ? PriceTable.bundled() : builder.pricing;
    this.servers = builder.servers;
    this.clock = builder.clock;
    this.ticker = builder.ticker;
  }

  /** A builder with nothing wired. */
  public static Builder builder() {
    return new Builder();
  }

  /** Records nothing, costs nothing, and can be used wherever an {@code LlmOps} is asked for. */
  public static LlmOps noop() {
    return NOOP;
  }

  /**
   * Makes the call and records it.
   *
   * @param request what is asked; a prebuilt one costs nothing
   * @param call the user's own call
   * @param reader reads the result for the record
   * @return what the call returned, the same object
   * @throws E what the call threw, the same object; or what an interceptor refused it with
   */
  public <R, E extends Exception> R call(
      LlmRequest request, ModelCall<R, E> call, ResponseReader<? super R> reader) throws E {
    Recording recording = enabled ? begin(request, null, false, reader, null) : null;
    return recording == null ? call.call() : recording.call(call, reader);
  }

  /**
   * Like {@link #call(LlmRequest, ModelCall, ResponseReader)}; the request is made in the guard.
   */
  public <R, E extends Exception> R call(
      Supplier<LlmRequest> request, ModelCall<R, E> call, ResponseReader<? super R> reader)
      throws E {
    Recording recording = enabled ? begin(null, request, false, reader, null) : null;
    return recording == null ? call.call() : recording.call(call, reader);
  }

  /**
   * Makes the call and records it when its future completes, before the returned future does.
   *
   * @return a future that behaves as the client's: cancelling, completing and timing it out reach
   *     the client's future; failed when an interceptor refused the call
   */
  public <R> CompletableFuture<R> callAsync(
      LlmRequest request, Supplier<CompletableFuture<R>> call, ResponseReader<? super R> reader) {
    Recording recording = enabled ? begin(request, null, false, reader, null) : null;
    return recording == null ? call.get() : async(recording, call, reader);
  }

  /** Like the other {@code callAsync}; the request is made inside the guard. */
  public <R> CompletableFuture<R> callAsync(
      Supplier<LlmRequest> request,
      Supplier<CompletableFuture<R>> call,
      ResponseReader<? super R> reader) {
    Recording recording = enabled ? begin(null, request, false, reader, null) : null;
    return recording == null ? call.get() : async(recording, call, reader);
  }

  /**
   * Makes a call that answers in chunks and records it as the chunks are consumed. Close the
   * stream: one that is neither read to its end nor closed is ended only when it is collected.
   *
   * @return a stream of the same chunks, as lazy as the client's; closing it closes the client's
   * @throws E what the call threw
   */
  public <C, E extends Exception> Stream<C> stream(
      LlmRequest request, ModelCall<Stream<C>, E> call, ChunkReader<? super C> reader) throws E {
    Recording recording = enabled ? begin(request, null, true, null, reader) : null;
    return recording == null ? call.call() : stream(recording, call, reader);
  }

  /** Like the other {@code stream}; the request is made inside the guard. */
  public <C, E extends Exception> Stream<C> stream(
      Supplier<LlmRequest> request, ModelCall<Stream<C>, E> call, ChunkReader<? super C> reader)
      throws E {
    Recording recording = enabled ? begin(null, request, true, null, reader) : null;
    return recording == null ? call.call() : stream(recording, call, reader);
  }

  /**
   * A reactive stream of chunks: each subscription issues and records one call. Where an
   * interceptor refuses the call, its subscriber is told, by {@code onSubscribe} and then {@code
   * onError}.
   *
   * @param call gives the client's publisher; asked once a subscription
   */
  public <C> Flow.Publisher<C> publisher(
      LlmRequest request,
      Supplier<? extends Flow.Publisher<C>> call,
      ChunkReader<? super C> reader) {
    return new RecordingPublisher<>(
        () -> enabled ? begin(request, null, true, null, reader) : null, call, reader);
  }

  /**
   * Opens a call whose chunks and end its caller reports: for callbacks and event loops, and for
   * calls with more than one checked exception.
   *
   * @param request what is asked
   */
  public OpenCall open(LlmRequest request) {
    return open(request, false);
  }

  /**
   * Like {@link #open(LlmRequest)}.
   *
   * @param replayable whether the caller can decode {@link OpenCall#replay()}
   */
  public OpenCall open(LlmRequest request, boolean replayable) {
    Recording recording = enabled ? begin(request, null, request.stream(), replayable) : null;
    return recording == null ? NoopCall.INSTANCE : recording;
  }

  /** Like {@link #open(LlmRequest, boolean)}; the request is made inside the guard. */
  public OpenCall open(Supplier<LlmRequest> request, boolean streaming, boolean replayable) {
    Recording recording = enabled ? begin(null, request, streaming, replayable) : null;
    return recording == null ? NoopCall.INSTANCE : recording;
  }

  /**
   * Like {@link #open(Supplier, boolean, boolean)}, where it takes time to tell.
   *
   * @param replayable asked inside the guard, and only where there is an interceptor
   */
  public OpenCall open(
      Supplier<LlmRequest> request, boolean streaming, BooleanSupplier replayable) {
    boolean canReplay = false;
    if (enabled && hasInterceptors()) {
      try {
        canReplay = replayable.getAsBoolean();
      } catch (Throwable t) {
        guard.swallow("replayable", t);
      }
    }
    return open(request, streaming, canReplay);
  }

  /**
   * Runs a step and records it with its place among other steps and calls: calls made in the body
   * name it as their parent.
   *
   * @param step what it is about to do
   * @param body the user's own code
   * @param reader tells what the body's result says
   * @return what the body returned, the same object
   * @throws E what the body threw, the same object
   */
  public <T extends @Nullable Object, E extends Exception> T step(
      StepRequest step, ModelCall<T, E> body, StepReader<? super T> reader) throws E {
    StepRecording recording = enabled ? beginStep(step) : null;
    return recording == null ? body.call() : recording.run(body, reader);
  }

  /** Runs a step whose body gives a future; the step ends when the future completes. */
  public <T> CompletableFuture<T> stepAsync(
      StepRequest step, Supplier<CompletableFuture<T>> body, StepReader<? super T> reader) {
    StepRecording recording = enabled ? beginStep(step) : null;
    return recording == null ? body.get() : recording.runAsync(body, reader);
  }

  /**
   * Opens a step whose end its caller reports; see {@link OpenStep}.
   *
   * @param step what it is about to do
   */
  public OpenStep openStep(StepRequest step) {
    StepRecording recording = enabled ? beginStep(step) : null;
    return recording == null ? NoopStep.INSTANCE : recording;
  }

  /**
   * Runs a tool. The result's text is recorded where content may go.
   *
   * @param name the tool's name
   * @param arguments its arguments as JSON or text, or null
   */
  public <T extends @Nullable Object, E extends Exception> T tool(
      String name, @Nullable String arguments, ModelCall<T, E> body) throws E {
    return step(StepRequest.tool(name).input(arguments).build(), body, LlmOps::textOf);
  }

  /**
   * Runs an agent.
   *
   * @param name the agent's name
   */
  public <T extends @Nullable Object, E extends Exception> T agent(
      String name, ModelCall<T, E> body) throws E {
    return step(StepRequest.agent(name).build(), body, LlmOps::textOf);
  }

  /**
   * Runs a workflow.
   *
   * @param name the workflow's name
   */
  public <T extends @Nullable Object, E extends Exception> T workflow(
      String name, ModelCall<T, E> body) throws E {
    return step(StepRequest.workflow(name).build(), body, LlmOps::textOf);
  }

  /**
   * Retrieves documents.
   *
   * @param dataSource the id of what is searched
   * @param query what is searched for
   * @param reader tells which documents the result holds
   */
  public <T extends @Nullable Object, E extends Exception> T retrieval(
      String dataSource, @Nullable String query, ModelCall<T, E> body, StepReader<? super T> reader)
      throws E {
    return step(StepRequest.retrieval(dataSource).input(query).build(), body, reader);
  }

  /**
   * Judges a call or step.
   *
   * @param ref from {@link #lastCall()}, {@link LlmContext#onCall} or a record
   * @param name what is judged, low cardinality
   * @param value the goodness, 0.0 (worst) to 1.0 (best)
   * @throws IllegalArgumentException if the value is out of range or the name blank
   */
  public void score(CallRef ref, String name, double value) {
    score(CallScore.of(ref, name).value(value).build());
  }

  /** Judges a call or step; see {@link CallScore}. */
  public void score(CallScore score) {
    Objects.requireNonNull(score, "score must not be null");
    if (!enabled) {
      return;
    }
    CallScore timed = score.time() == null ? score.toBuilder().time(now()).build() : score;
    scores.increment();
    CallObserver watching = observer;
    if (watching != null) {
      try {
        watching.onScore(timed);
      } catch (Throwable t) {
        guard.swallow("observer " + nameOf(watching), t);
      }
    }
    deliver(timed, LlmContext.current());
  }

  /** The last call that started on this thread, absent when none did. */
  public @Nullable CallRef lastCall() {
    return lastCall.get();
  }

  /** Whether any consumer wants content now; adapters leave messages out otherwise. */
  public boolean capturesContent() {
    if (!enabled) {
      return false;
    }
    try {
      CallObserver watching = observer;
      if (watching != null && watching.content().capturesAny()) {
        return true;
      }
      for (CallSink sink : sinks) {
        if (sink.content().capturesAny()) {
          return true;
        }
      }
      for (CallInterceptor interceptor : interceptors) {
        if (interceptor.needsContent()) {
          return true;
        }
      }
      LlmContext context = LlmContext.current();
      List<CallSink> listening = context.sinks();
      for (int i = 0; i < listening.size(); i++) { // no iterator: asked at each call
        if (listening.get(i).content().capturesAny()) {
          return true;
        }
      }
      CallInterceptor ofContext = context.interceptor();
      if (ofContext != null && ofContext.needsContent()) {
        return true;
      }
    } catch (Throwable t) {
      guard.swallow("content policy", t);
    }
    return false;
  }

  /** Whether calls are recorded now. */
  public boolean isEnabled() {
    return enabled;
  }

  /** Whether this is {@link #noop()}, which can never be switched on. */
  public boolean isNoop() {
    return noop;
  }

  /**
   * Switches recording on or off for calls that start from now on. {@code LLMOPS_ENABLED=false} in
   * the environment wins over switching it on.
   */
  public void setEnabled(boolean on) {
    enabled = on && !noop && disabledBy == null;
  }

  /** What was seen so far. */
  public OpsStats stats() {
    List<ComponentStats> observerStats = new ArrayList<>();
    for (CallObserver each : observers) {
      observerStats.add(statsOf(nameOf(each), each::stats));
    }
    List<ComponentStats> sinkStats = new ArrayList<>();
    for (CallSink each : sinks) {
      sinkStats.add(statsOf(nameOf(each), each::stats));
    }
    List<String> models;
    synchronized (unpricedModels) {
      models = List.copyOf(unpricedModels);
    }
    // ends before starts: a call that ends meanwhile must not make more ends than starts
    long ok = completed.sum();
    long bad = failed.sum();
    long left = cancelled.sum();
    return new OpsStats(
        enabled,
        started.sum(),
        ok,
        bad,
        left,
        steps.sum(),
        scores.sum(),
        withoutUsage.sum(),
        unpriced.sum(),
        models,
        guard.counts(),
        observerStats,
        sinkStats);
  }

  /**
   * What is wired, what was seen, what was dropped, and why nothing may be arriving, in plain words
   * for a person. Never contains content.
   */
  public String explain() {
    return Explanation.of(this, stats(), notes(), disabledBy);
  }

  /** Writes what is queued and releases everything, within 5 seconds. */
  @Override
  public void close() {
    close(CLOSE_DEADLINE);
  }

  /**
   * Writes what is queued and releases everything, within the deadline; idempotent. Calls that end
   * later are still counted, but reach no sink.
   */
  public void close(Duration deadline) {
    if (noop || !closed.compareAndSet(false, true)) {
      return;
    }
    long end = System.nanoTime() + nanosOf(deadline);
    for (CallSink sink : sinks) {
      closeGuarded("sink " + nameOf(sink), end, sink::close);
    }
    for (CallObserver each : observers) {
      closeGuarded("observer " + nameOf(each), end, each::close);
    }
    ServerMonitor monitor = servers;
    if (monitor != null) {
      closeGuarded("server monitor", end, deadlineLeft -> monitor.close());
    }
  }

  Guard guard() {
    return guard;
  }

  @Nullable CallObserver observer() {
    return observer;
  }

  boolean hasInterceptors() {
    return !interceptors.isEmpty() || LlmContext.current().interceptor() != null;
  }

  Instant now() {
    return clock.instant();
  }

  long nanoTime() {
    return ticker.getAsLong();
  }

  @Nullable ServerWatch watch(LlmRequest request) {
    ServerMonitor monitor = servers;
    if (monitor == null) {
      return null;
    }
    try {
      return monitor.watch(request);
    } catch (Throwable t) {
      guard.swallow("server monitor", t);
      return null;
    }
  }

  @Nullable Cost price(LlmRequest request, LlmResponse response, Instant start) {
    Cost cost = null;
    try {
      cost = pricing.price(request, response, start);
    } catch (Throwable t) {
      guard.swallow("pricing " + nameOf(pricing), t);
    }
    if (cost == null && pricing != Pricing.NONE) {
      unpriced.increment();
      String model = response.model() != null ? response.model() : request.model();
      if (model != null && unpricedModels.size() < MAX_UNPRICED_MODELS) {
        unpricedModels.add(request.provider() + "/" + ContentPolicy.cut(model, 100));
      }
    }
    return cost;
  }

  void ended(LlmCall call, LlmContext context, @Nullable CallObservation observation) {
    Outcome outcome = call.outcome();
    if (outcome instanceof Outcome.Completed) {
      completed.increment();
      if (call.usage().isEmpty()) {
        withoutUsage.increment();
      }
    } else if (outcome instanceof Outcome.Failed) {
      failed.increment();
    } else {
      cancelled.increment();
    }
    if (observation != null) {
      try {
        observation.onEnd(call);
      } catch (Throwable t) {
        guard.swallow("observation.onEnd", t);
      }
    }
    deliver(call, context);
  }

  void ended(LlmStep step, LlmContext context, @Nullable StepObservation observation) {
    steps.increment();
    if (observation != null) {
      try {
        observation.onEnd(step);
      } catch (Throwable t) {
        guard.swallow("observation.onEnd", t);
      }
    }
    deliver(step, context);
  }

  static String nameOf(Object component) {
    String name = component.getClass().getSimpleName();
    return name.isEmpty() ? component.getClass().getName() : name;
  }

  static void restoreInterrupt(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Recording begin(
      @Nullable LlmRequest request,
      @Nullable Supplier<LlmRequest> supplier,
      boolean streaming,
      @Nullable ResponseReader<?> reader,
      @Nullable ChunkReader<?> chunkReader) {
    boolean replayable = false;
    if (hasInterceptors()) {
      try {
        replayable =
            reader != null
                ? reader.codec() != null
                : chunkReader != null && chunkReader.codec() != null;
      } catch (Throwable t) {
        guard.swallow("codec", t);
      }
    }
    return begin(request, supplier, streaming, replayable);
  }

  private @Nullable Recording begin(
      @Nullable LlmRequest request,
      @Nullable Supplier<LlmRequest> supplier,
      boolean streaming,
      boolean replayable) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      LlmContext context = LlmContext.current();
      if (context.suppressed() || Recording.isExpected()) {
        return null; // an outer adapter records this very call
      }
      LlmRequest asked = request != null || supplier == null ? request : supplier.get();
      if (asked == null) {
        guard.swallow("request", new NullPointerException("request must not be null"));
        return null;
      }
      Recording recording = new Recording(this, streaming ? asked.withStream() : asked, context);
      started.increment();
      lastCall.set(recording.ref());
      Consumer<CallRef> onCall = context.onCall();
      if (onCall != null) {
        try {
          onCall.accept(recording.ref());
        } catch (Throwable t) {
          guard.swallow("LlmContext.onCall", t);
        }
      }
      if (!interceptors.isEmpty() || context.interceptor() != null) {
        recording.intercept(interceptors, replayable, supplier);
      }
      return recording;
    } catch (Throwable t) {
      guard.swallow("request", t);
      return null;
    } finally {
      restoreInterrupt(interrupted);
    }
  }

  private @Nullable StepRecording beginStep(StepRequest step) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      return new StepRecording(this, step, LlmContext.current());
    } catch (Throwable t) {
      guard.swallow("step", t);
      return null;
    } finally {
      restoreInterrupt(interrupted);
    }
  }

  private <R> CompletableFuture<R> async(
      Recording recording, Supplier<CompletableFuture<R>> call, ResponseReader<? super R> reader) {
    EncodedResponse stored = recording.replay();
    if (stored != null) {
      try {
        return CompletableFuture.completedFuture(recording.replayed(stored, reader));
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    }
    RuntimeException refusal = recording.refused();
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    CompletableFuture<R> future = recording.issue(call::get, reader::readError);
    if (future == null) {
      recording.fail(new NullPointerException("the client returned no future"));
      return future;
    }
    return recording.future(
        future,
        (result, error, left) -> {
          if (left != null) {
            recording.cancel(left);
          } else if (error == null) {
            recording.complete(result, reader);
          } else if (error instanceof CancellationException) {
            recording.cancel(Outcome.Reason.CANCELLED);
          } else {
            recording.fail(unwrapped(error), reader::readError);
          }
          return result;
        });
  }

  private <C, E extends Exception> Stream<C> stream(
      Recording recording, ModelCall<Stream<C>, E> call, ChunkReader<? super C> reader) throws E {
    EncodedResponse stored = recording.replay();
    Stream<C> client;
    if (stored != null) {
      client = recording.replayed(stored, reader);
    } else {
      client = recording.issue(call, reader::readError);
      if (client == null) {
        recording.fail(new NullPointerException("the client returned no stream"));
        return client;
      }
    }
    Object lifetime = new Object();
    recording.cancelWhenCollected(lifetime);
    return recording.stream(client, reader, lifetime);
  }

  private void deliver(LlmRecord record, LlmContext context) {
    for (CallSink sink : sinks) {
      deliver(record, sink);
    }
    List<CallSink> listening = context.sinks();
    for (int i = 0; i < listening.size(); i++) {
      deliver(record, listening.get(i));
    }
  }

  private void deliver(LlmRecord record, CallSink sink) {
    try {
      sink.accept(sink.appliesContentPolicy() ? record : sink.content().apply(record));
    } catch (Throwable t) {
      guard.swallow("sink " + nameOf(sink), t);
    }
  }

  private static Throwable unwrapped(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }

  private static StepResult textOf(@Nullable Object result) {
    return result instanceof CharSequence text ? StepResult.of(text.toString()) : StepResult.NONE;
  }

  private List<String> notes() {
    List<String> lines = new ArrayList<>();
    for (Supplier<@Nullable String> note : notes) {
      try {
        String line = note.get();
        if (line != null && !line.isBlank()) {
          lines.add(line);
        }
      } catch (Throwable t) {
        guard.swallow("note", t);
      }
    }
    return lines;
  }

  private ComponentStats statsOf(String name, Supplier<ComponentStats> stats) {
    try {
      return stats.get();
    } catch (Throwable t) {
      guard.swallow("stats of " + name, t);
      return ComponentStats.of(name);
    }
  }

  /** At most a century: longer is meant as "however long it takes", and must not overflow. */
  private static long nanosOf(Duration deadline) {
    Duration century = Duration.ofDays(36_500);
    return (deadline.compareTo(century) > 0 ? century : deadline).toNanos();
  }

  private void closeGuarded(String place, long end, Consumer<Duration> close) {
    try {
      close.accept(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    } catch (Throwable t) {
      guard.swallow(place, t);
    }
  }

  private static @Nullable String disabledBy() {
    String property = System.getProperty("llmops.enabled");
    if (property != null) {
      return isOff(property) ? "the system property llmops.enabled=" + property : null;
    }
    String variable = System.getenv("LLMOPS_ENABLED");
    return variable != null && isOff(variable)
        ? "the environment variable LLMOPS_ENABLED=" + variable
        : null;
  }

  private static boolean isOff(String value) {
    String word = value.strip().toLowerCase(Locale.ROOT);
    return word.equals("false") || word.equals("off") || word.equals("0");
  }

  /** Wires an {@link LlmOps}. Not thread-safe. */
  public static final class Builder {
    private final List<CallObserver> observers = new ArrayList<>();
    private final List<CallSink> sinks = new ArrayList<>();
    private final List<CallInterceptor> interceptors = new ArrayList<>();
    private final List<Supplier<@Nullable String>> notes = new ArrayList<>();
    private @Nullable Pricing pricing;
    private @Nullable ServerMonitor servers;
    private InstantSource clock = InstantSource.system();
    private LongSupplier ticker = System::nanoTime;
    private boolean enabled = true;

    private Builder() {}

    /** Adds an observer; observers are told in this order. */
    public Builder observer(CallObserver observer) {
      observers.add(Objects.requireNonNull(observer, "observer must not be null"));
      return this;
    }

    /** Adds a sink; one that does I/O gets a queue and a thread of its own. */
    public Builder sink(CallSink sink) {
      sinks.add(Objects.requireNonNull(sink, "sink must not be null"));
      return this;
    }

    /** Adds an interceptor; interceptors are asked in this order. */
    public Builder interceptor(CallInterceptor interceptor) {
      interceptors.add(Objects.requireNonNull(interceptor, "interceptor must not be null"));
      return this;
    }

    /**
     * Adds a line to {@link LlmOps#explain()}: what whoever did the wiring found or missed.
     *
     * @param note asked at each {@code explain()}; null or blank while there is nothing to say
     */
    public Builder note(Supplier<@Nullable String> note) {
      notes.add(Objects.requireNonNull(note, "note must not be null"));
      return this;
    }

    /**
     * Where prices come from; the bundled price table unless said, {@link Pricing#NONE} for none.
     */
    public Builder pricing(Pricing pricing) {
      this.pricing = Objects.requireNonNull(pricing, "pricing must not be null");
      return this;
    }

    /**
     * Watches the inference servers behind the calls, so that {@link LlmCall#server()} tells what
     * they were doing; none unless said. Closed with this instance.
     */
    public Builder servers(ServerMonitor monitor) {
      this.servers = Objects.requireNonNull(monitor, "monitor must not be null");
      return note(monitor::explain);
    }

    /**
     * Clocks for tests.
     *
     * @param clock the wall clock, for the start of a call
     * @param nanoTicker monotonic nanoseconds, for durations; like {@link System#nanoTime()}
     */
    public Builder clocks(InstantSource clock, LongSupplier nanoTicker) {
      this.clock = Objects.requireNonNull(clock, "clock must not be null");
      this.ticker = Objects.requireNonNull(nanoTicker, "nanoTicker must not be null");
      return this;
    }

    /** Whether to record from the start; {@code LLMOPS_ENABLED=false} wins. */
    public Builder enabled(boolean enabled) {
      this.enabled = enabled;
      return this;
    }

    /** The wired instance. */
    public LlmOps build() {
      return new LlmOps(this, false);
    }
  }
}
