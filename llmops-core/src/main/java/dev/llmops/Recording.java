package dev.llmops;

import dev.llmops.CallInterceptor.Decision;
import dev.llmops.CallObserver.CallObservation;
import dev.llmops.server.ServerFacts;
import dev.llmops.server.ServerTiming;
import dev.llmops.server.ServerWatch;
import dev.llmops.server.TimeBreakdown;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One call while it runs: the only mutable thing, reachable only from the user's own stream, future
 * or {@link OpenCall}. Ends exactly once, from any thread.
 */
final class Recording implements OpenCall {

  private static final Cleaner CLEANER = Cleaner.create();
  private static final long ABSENT = -1;
  private static final int MAX_PROBLEMS = 8;
  private static final int MAX_STORED_CHUNKS = 100_000;
  private static final ThreadLocal<@Nullable Expected> EXPECTED = new ThreadLocal<>();

  private final LlmOps ops;
  private final LlmRequest request;
  private final LlmContext context;
  private final CallRef ref;
  private final Instant start;
  private final @Nullable CallObservation observation;
  private final boolean chunkTimes;
  private final @Nullable ServerWatch server;

  private @Nullable Decision decision;
  private @Nullable List<CallInterceptor.Tap> taps;

  // guarded by this
  private boolean ended;
  private long startNanos;
  private @Nullable Chunks chunks;
  private @Nullable Integer attempts;
  private @Nullable Duration backOff;
  private @Nullable List<String> problems;
  private Cleaner.@Nullable Cleanable abandoned;

  Recording(LlmOps ops, LlmRequest request, LlmContext context) {
    this.ops = ops;
    this.request = request;
    this.context = context;
    this.start = ops.now();
    CallObservation observed = null;
    String traceId = null;
    String spanId = null;
    boolean times = false;
    CallObserver observer = ops.observer();
    if (observer != null) {
      try {
        observed = observer.onStart(request, context, start);
        if (observed != null) {
          traceId = observed.traceId();
          spanId = observed.spanId();
          times = observed.wantsChunks();
        }
      } catch (Throwable t) {
        ops.guard().swallow("observer " + LlmOps.nameOf(observer), t);
      }
    }
    this.observation = observed;
    this.server = ops.watch(request);
    this.chunkTimes = times;
    this.ref = CallRef.next(start.toEpochMilli(), traceId, spanId);
    this.startNanos = ops.nanoTime();
  }

  /** Asks these interceptors, then the context's; called once, before the request is issued. */
  void intercept(List<CallInterceptor> wired, boolean replayable, @Nullable Object source) {
    AttemptView attempt = new AttemptView(request, context, replayable, source);
    for (CallInterceptor interceptor : wired) {
      if (decides(interceptor, attempt)) {
        return;
      }
    }
    CallInterceptor ofContext = context.interceptor();
    if (ofContext != null) {
      boolean unused = decides(ofContext, attempt);
    }
  }

  private boolean decides(CallInterceptor interceptor, AttemptView attempt) {
    Decision decided;
    try {
      decided = interceptor.before(attempt);
    } catch (Throwable t) {
      ops.guard().swallow("interceptor " + LlmOps.nameOf(interceptor), t);
      return false;
    }
    if (decided instanceof Decision.Proceed proceed) {
      if (proceed.tap() != null) {
        if (taps == null) {
          taps = new ArrayList<>(1);
        }
        taps.add(proceed.tap());
      }
    } else if (decided != null) {
      decision =
          decided instanceof Decision.Answer && !attempt.replayable()
              ? Decision.refuse(
                  new IllegalStateException(
                      "interceptor "
                          + LlmOps.nameOf(interceptor)
                          + " answered a call from its store, but the reader of this call has no"
                          + " CallCodec to bring the answer back; use a wrapped client, or a"
                          + " reader whose codec() is given"))
              : decided;
      return true;
    }
    return false;
  }

  @Override
  public CallRef ref() {
    return ref;
  }

  @Override
  public boolean capturesContent() {
    return ops.capturesContent();
  }

  @Override
  public @Nullable EncodedResponse replay() {
    return decision instanceof Decision.Answer answer ? answer.response() : null;
  }

  @Override
  public <T, E extends Exception> T issue(ModelCall<T, E> issue) throws E {
    return issue(issue, CallError::of);
  }

  @Override
  public <T, E extends Exception> T issue(
      ModelCall<T, E> issue, Function<Throwable, CallError> reader) throws E {
    RuntimeException refusal = refused();
    if (refusal != null) {
      throw refusal;
    }
    LlmContext.Scope scope = enter();
    T result;
    try {
      result = issue.call();
    } catch (Throwable t) {
      exit(scope);
      fail(t, reader);
      throw t;
    }
    exit(scope);
    return result;
  }

  /**
   * Ends a call that an interceptor refused, and gives what its caller is told; null if none did.
   */
  @Nullable RuntimeException refused() {
    if (!(decision instanceof Decision.Refuse refuse)) {
      return null;
    }
    attempts(0); // nothing is sent
    fail(refuse.exception(), CallError::of);
    return refuse.exception();
  }

  @Override
  public LlmContext.Scope makeCurrent() {
    LlmContext.Scope scope = observed();
    return () -> exit(scope);
  }

  @Override
  public void expectInner(BooleanSupplier inner) {
    EXPECTED.set(new Expected(new WeakReference<>(this), inner));
  }

  /** Whether the call that starts on this thread is one that an outer recording expects. */
  static boolean isExpected() {
    Expected expected = EXPECTED.get();
    if (expected == null) {
      return false;
    }
    Recording outer = expected.outer().get();
    if (outer != null && !outer.hasEnded() && !expected.inner().getAsBoolean()) {
      return false;
    }
    EXPECTED.remove();
    return outer != null && !outer.hasEnded();
  }

  /** The whole of a plain call. */
  <R, E extends Exception> R call(ModelCall<R, E> call, ResponseReader<? super R> reader) throws E {
    EncodedResponse stored = replay();
    if (stored != null) {
      return replayed(stored, reader);
    }
    R result = issue(call, reader::readError);
    complete(result, reader);
    return result;
  }

  /** Brings a stored answer back and ends the call with it; throws if it cannot be read. */
  <R> R replayed(EncodedResponse stored, ResponseReader<? super R> reader) {
    attempts(0);
    R result;
    try {
      @SuppressWarnings("unchecked") // the reader's codec is for what its client returns
      CallCodec<R> codec = (CallCodec<R>) Objects.requireNonNull(reader.codec());
      result = codec.decode(stored.requireBody());
    } catch (RuntimeException e) {
      fail(e, CallError::of);
      throw e;
    }
    complete(result, reader);
    return result;
  }

  /**
   * Brings a stored stream back, a chunk when it is asked for; ends the call and throws if a whole
   * answer was stored.
   */
  <C> Stream<C> replayed(EncodedResponse stored, ChunkReader<? super C> reader) {
    attempts(0);
    try {
      @SuppressWarnings("unchecked") // the reader's codec is for the chunks it reads
      CallCodec<C> codec = (CallCodec<C>) Objects.requireNonNull(reader.codec());
      return stored.requireChunks().stream().map(codec::decode);
    } catch (RuntimeException e) {
      fail(e, CallError::of);
      throw e;
    }
  }

  @Override
  public <C> void chunk(C chunk, ChunkReader<? super C> reader) {
    synchronized (this) {
      if (ended) {
        return;
      }
      Chunks seen = chunks;
      boolean stamp = seen == null || chunkTimes || seen.firstOutputNanos == ABSENT;
      long now = stamp ? ops.nanoTime() : 0;
      if (seen == null) {
        seen = chunks = new Chunks(new StreamRecorder(ops.capturesContent()));
      }
      seen.count++;
      if (seen.firstNanos == ABSENT) {
        seen.firstNanos = Math.max(0, now - startNanos);
        onFirstChunk();
      } else if (chunkTimes) {
        onChunk(now - seen.previousNanos);
      }
      seen.previousNanos = now;
      StreamRecorder into = seen.recorder;
      try {
        reader.read(chunk, into);
      } catch (Throwable t) {
        unreadable("chunk reader", "a chunk could not be read: ", t);
      }
      if (seen.firstOutputNanos == ABSENT && into.hasOutput()) {
        seen.firstOutputNanos = Math.max(0, now - startNanos);
      }
      if (taps != null) {
        store(chunk, reader, seen);
      }
    }
  }

  private void onFirstChunk() {
    if (observation != null) {
      try {
        observation.onFirstChunk();
      } catch (Throwable t) {
        ops.guard().swallow("observation.onFirstChunk", t);
      }
    }
  }

  private void onChunk(long sincePreviousNanos) {
    if (observation != null) {
      try {
        observation.onChunk(Math.max(0, sincePreviousNanos));
      } catch (Throwable t) {
        ops.guard().swallow("observation.onChunk", t);
      }
    }
  }

  private <C> void store(C chunk, ChunkReader<? super C> reader, Chunks into) {
    if (!wantsResponse()) {
      return;
    }
    try {
      @SuppressWarnings("unchecked") // the reader's codec is for the chunks it reads
      CallCodec<C> codec = (CallCodec<C>) reader.codec();
      if (codec != null) {
        if (into.stored == null) {
          into.stored = new ArrayList<>();
        }
        if (into.stored.size() < MAX_STORED_CHUNKS) {
          into.stored.add(codec.encode(chunk));
        }
      }
    } catch (Throwable t) {
      into.stored = null;
      unreadable("chunk codec", "a chunk could not be stored: ", t);
    }
  }

  @Override
  public <C> Stream<C> stream(Stream<C> chunks, ChunkReader<? super C> reader, Object lifetime) {
    return RecordingStream.of(chunks, this, reader, lifetime);
  }

  @Override
  public <R extends @Nullable Object> CompletableFuture<R> future(
      CompletableFuture<R> client, FutureEnd<R> end) {
    return new RecordingFuture<>(client, end, ops.guard());
  }

  @Override
  public synchronized void cancelWhenCollected(Object lifetime) {
    if (!ended && abandoned == null) {
      abandoned = CLEANER.register(lifetime, () -> cancel(Outcome.Reason.ABANDONED));
    }
  }

  @Override
  public synchronized void attempts(int count) {
    attempts = Math.max(0, count);
  }

  @Override
  public synchronized void attempts(int count, Duration waited) {
    attempts = Math.max(0, count);
    backOff = waited;
  }

  @Override
  public long consuming() {
    if (server == null && !chunkTimes) {
      return 0;
    }
    long now = ops.nanoTime();
    return now == 0 ? 1 : now; // 0 says that nobody asks
  }

  @Override
  public void consumed(long consuming) {
    if (consuming != 0) {
      long took = Math.max(0, ops.nanoTime() - consuming);
      synchronized (this) {
        Chunks seen = chunks;
        if (seen != null) {
          seen.consumerNanos += took;
        }
      }
    }
  }

  @Override
  public void complete() {
    end(ops.nanoTime(), null, null, null, null);
  }

  @Override
  public <R> void complete(R result, ResponseReader<? super R> reader) {
    long now = ops.nanoTime(); // before reading: that time is ours, not the model's
    LlmResponse response = LlmResponse.EMPTY;
    EncodedResponse stored = null;
    CallError failure = null;
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      LlmResponse read = reader.read(result);
      if (read != null) {
        response = read;
      } else {
        problem("the response reader returned null");
      }
      failure = reader.readFailure(result);
    } catch (Throwable t) {
      unreadable("response reader", "the response could not be read: ", t);
    }
    if (taps != null && wantsResponse()) {
      try {
        @SuppressWarnings("unchecked") // the reader's codec is for what its client returns
        CallCodec<R> codec = (CallCodec<R>) reader.codec();
        stored = codec == null ? null : EncodedResponse.of(codec.encode(result));
      } catch (Throwable t) {
        unreadable("response codec", "the response could not be stored: ", t);
      }
    }
    LlmOps.restoreInterrupt(interrupted);
    end(now, response, stored, failure, null);
  }

  @Override
  public void fail(Throwable error, Function<Throwable, CallError> reader) {
    long now = ops.nanoTime();
    CallError read;
    try {
      read = reader.apply(error);
    } catch (Throwable t) {
      ops.guard().swallow("error reader", t);
      read = null;
    }
    end(
        now,
        null,
        null,
        read == null ? CallError.of(error.getClass().getName(), error) : read,
        null);
  }

  @Override
  public void cancel(Outcome.Reason reason) {
    end(ops.nanoTime(), null, null, null, reason);
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  private void end(
      long now,
      @Nullable LlmResponse response,
      @Nullable EncodedResponse stored,
      @Nullable CallError error,
      Outcome.@Nullable Reason cancelled) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      LlmCall call;
      EncodedResponse storedAnswer = stored;
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
        call = finished(outcome(response, error, cancelled), now - startNanos);
        Chunks seen = chunks;
        if (storedAnswer == null
            && seen != null
            && seen.stored != null
            && call.error() == null
            && cancelled == null) {
          storedAnswer = EncodedResponse.ofChunks(seen.stored);
        }
        chunks = null;
        if (abandoned != null) {
          abandoned.clean(); // the call has ended, so this only unregisters
          abandoned = null;
        }
      }
      tellTaps(call, storedAnswer);
      ops.ended(call, context, observation);
    } catch (Throwable t) {
      ops.guard().swallow("recording", t);
    } finally {
      LlmOps.restoreInterrupt(interrupted);
    }
  }

  private Outcome outcome(
      @Nullable LlmResponse response,
      @Nullable CallError error,
      Outcome.@Nullable Reason cancelled) {
    StreamRecorder told = chunks == null ? null : chunks.recorder;
    LlmResponse partial = response;
    if (partial == null && told != null) {
      try {
        partial = told.response();
      } catch (Throwable t) {
        unreadable("stream recorder", "the chunks could not be put together: ", t);
      }
    }
    CallError failure = error == null && told != null ? told.error() : error;
    if (failure != null) {
      return new Outcome.Failed(partial, failure);
    }
    if (cancelled != null) {
      return new Outcome.Cancelled(partial, cancelled);
    }
    return new Outcome.Completed(partial == null ? LlmResponse.EMPTY : partial);
  }

  private LlmCall finished(Outcome outcome, long totalNanos) {
    Cost cost = null;
    LlmResponse response = outcome.response();
    Integer sent = attempts;
    // a stored answer cost nothing now, and what it would cost is not what was spent
    if (response != null && !response.usage().isEmpty() && (sent == null || sent > 0)) {
      cost = ops.price(request, response, start);
    }
    Timing timing = timing(totalNanos);
    fits(timing, sent, response);
    return new LlmCall(
        ref,
        context.parent(),
        context.withoutListeners(),
        request,
        outcome,
        timing,
        cost,
        sent,
        context.origin(),
        1,
        server(response, sent),
        problems == null ? List.of() : problems);
  }

  private long backOffNanos() {
    return backOff == null ? ABSENT : Math.max(0, backOff.toNanos());
  }

  private void fits(Timing timing, @Nullable Integer sent, @Nullable LlmResponse response) {
    ServerTiming told = response == null ? null : response.serverTiming();
    if (told != null) {
      String misfit = TimeBreakdown.of(timing, sent, request.stream(), told).inconsistency();
      if (misfit != null) {
        problem("inconsistent: " + misfit);
      }
    }
  }

  private @Nullable ServerFacts server(@Nullable LlmResponse response, @Nullable Integer sent) {
    if (server == null) {
      return null;
    }
    try {
      ServerFacts facts = server.end(response);
      return sent != null && sent == 0 ? null : facts; // a stored answer came from no server
    } catch (Throwable t) {
      ops.guard().swallow("server monitor", t);
      return null;
    }
  }

  private Timing timing(long totalNanos) {
    Chunks seen = chunks;
    return seen == null
        ? Timing.ofNanos(start, totalNanos, ABSENT, ABSENT, 0, ABSENT, backOffNanos())
        : Timing.ofNanos(
            start,
            totalNanos,
            seen.firstNanos,
            seen.firstOutputNanos,
            seen.count,
            server == null && !chunkTimes ? ABSENT : seen.consumerNanos,
            backOffNanos());
  }

  private void tellTaps(LlmCall call, @Nullable EncodedResponse stored) {
    if (taps != null) {
      for (CallInterceptor.Tap tap : taps) {
        try {
          tap.onEnd(call, stored);
        } catch (Throwable t) {
          ops.guard().swallow("interceptor tap " + LlmOps.nameOf(tap), t);
        }
      }
    }
  }

  private boolean wantsResponse() {
    for (CallInterceptor.Tap tap : taps == null ? List.<CallInterceptor.Tap>of() : taps) {
      if (tap.wantsResponse()) {
        return true;
      }
    }
    return false;
  }

  private LlmContext.@Nullable Scope enter() {
    LlmContext.Scope scope = observed();
    synchronized (this) {
      startNanos = ops.nanoTime(); // the last thing before the request is issued
    }
    return scope;
  }

  private LlmContext.@Nullable Scope observed() {
    boolean interrupted = Thread.currentThread().isInterrupted();
    LlmContext.Scope scope = null;
    if (observation != null) {
      try {
        scope = observation.makeCurrent();
      } catch (Throwable t) {
        ops.guard().swallow("observation.makeCurrent", t);
      }
    }
    LlmOps.restoreInterrupt(interrupted);
    return scope;
  }

  private void exit(LlmContext.@Nullable Scope scope) {
    if (scope != null) {
      try {
        scope.close();
      } catch (Throwable t) {
        ops.guard().swallow("observation scope", t);
      }
    }
  }

  private synchronized void problem(String problem) {
    if (problems == null) {
      problems = new ArrayList<>(1);
    }
    if (problems.size() < MAX_PROBLEMS && !problems.contains(problem)) {
      problems.add(problem);
    }
  }

  private void unreadable(String place, String what, Throwable t) {
    ops.guard().swallow(place, t);
    problem(what + t.getClass().getName());
  }

  /** What only a stream has; made with its first chunk, so that other calls do not pay for it. */
  private static final class Chunks {
    final StreamRecorder recorder;
    long firstNanos = ABSENT;
    long firstOutputNanos = ABSENT;
    long previousNanos;
    long consumerNanos;
    long count;
    @Nullable List<JsonText> stored;

    Chunks(StreamRecorder recorder) {
      this.recorder = recorder;
    }
  }

  /** Weak: what is expected on a thread of a pool may never come. */
  private record Expected(WeakReference<Recording> outer, BooleanSupplier inner) {}

  private record AttemptView(
      LlmRequest request, LlmContext context, boolean replayable, @Nullable Object source)
      implements CallInterceptor.Attempt {

    @Override
    public @Nullable JsonText body() {
      return source instanceof CallInterceptor.HasBody shown ? shown.body() : null;
    }
  }
}
