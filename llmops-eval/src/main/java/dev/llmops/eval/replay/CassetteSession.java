package dev.llmops.eval.replay;

import dev.llmops.CallError;
import dev.llmops.CallInterceptor;
import dev.llmops.EncodedResponse;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cassette that is in: answers or stores the calls of its scope, and counts them. Calls may be
 * made and may end on any thread, also after the session was closed; close it on the thread that
 * opened it.
 */
public final class CassetteSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CassetteStore.class);
  private static final int MAX_PROBLEMS = 100;

  // what Responses API reports inside of an answer; the same request may well succeed later
  private static final Set<String> PASSING =
      Set.of("server_error", "rate_limit_exceeded", "vector_store_timeout", "overloaded_error");

  private final CassetteStore store;
  private final ConcurrentMap<String, Numbers> numbers = new ConcurrentHashMap<>();
  private final AtomicInteger replayed = new AtomicInteger();
  private final AtomicInteger recorded = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger notStored = new AtomicInteger();
  private final AtomicReference<@Nullable String> firstRefusal = new AtomicReference<>();
  private final List<String> problems = new ArrayList<>();
  private LlmContext.@Nullable Scope scope;

  private CassetteSession(CassetteStore store) {
    this.store = store;
  }

  static CassetteSession open(CassetteStore store) {
    CassetteSession session = new CassetteSession(store);
    boolean off = store.mode() == CassetteMode.OFF; // then one that is in already is out as well
    session.scope = LlmContext.extend().interceptor(off ? null : session.new Deck()).open();
    return session;
  }

  static CallInterceptor unscoped(CassetteStore store) {
    return new CassetteSession(store).new Deck();
  }

  /** How many calls were answered from the cassette. */
  public int replayed() {
    return replayed.get();
  }

  /** How many answers were stored. */
  public int recorded() {
    return recorded.get();
  }

  /** How many calls were refused: not stored, not readable, or not to be told apart. */
  public int refused() {
    return refused.get();
  }

  /** How many calls were sent whose answer was not stored. */
  public int notStored() {
    return notStored.get();
  }

  /**
   * Why calls were refused and answers were not stored, the first 100; without content. Empty when
   * all went well.
   */
  public List<String> problems() {
    synchronized (problems) {
      return List.copyOf(problems);
    }
  }

  /**
   * Checks that no call was refused, which an application that catches exceptions would hide.
   *
   * @throws CassetteException with the first refusal's message, if there was one
   */
  public void verify() {
    String first = firstRefusal.get();
    if (first != null) {
      String more = refused() == 1 ? "" : " (and " + (refused() - 1) + " more)";
      throw new CassetteException(first + more);
    }
  }

  /** Takes the cassette out; what was in before is in again. Never throws. */
  @Override
  public void close() {
    LlmContext.Scope open = scope;
    scope = null;
    if (open != null) {
      open.close();
      if (recorded() + notStored() > 0) {
        LOG.info(
            "cassette [{}]: stored {}, replayed {}, not stored {}",
            store.folder(),
            recorded(),
            replayed(),
            notStored());
      }
    }
  }

  private CallInterceptor.Decision decide(CallInterceptor.Attempt attempt) {
    LlmRequest asked = attempt.request();
    if (!attempt.replayable()) {
      throw new CassetteException(
          about(asked, null, 0, "cannot hold")
              + "its client has no CallCodec to bring an answer back; use a wrapped client (without"
              + " withRawResponse()), Spring AI's ChatClient with the SpringAiAdvisor, or a reader"
              + " whose codec() is given; or leave the call out of the cassette with"
              + " CassetteMode.OFF");
    }
    CallKey key = CallKey.of(attempt);
    if (key == null) {
      throw new CassetteException(
          about(asked, null, 0, "cannot tell apart")
              + "its request has no messages; give them to LlmRequest.builder(..).message(..)");
    }
    Numbers of = numbers.computeIfAbsent(key.hash(), hash -> new Numbers());
    int occurrence = of.take();
    boolean kept = false;
    try {
      Path file = store.file(key, occurrence);
      Entry entry = read(key, file);
      CallInterceptor.Decision decision =
          entry == null ? missing(asked, key, occurrence, file, of) : replay(asked, entry, file);
      kept = true;
      return decision;
    } finally {
      if (!kept) {
        of.giveBack(occurrence);
      }
    }
  }

  /** The answer to give, absent if there is none or it is to be replaced. */
  private @Nullable Entry read(CallKey key, Path file) {
    if (store.mode() != CassetteMode.REFRESH) {
      return store.read(key, file);
    }
    try {
      Entry entry = store.read(key, file);
      return entry == null || store.isStale(entry) ? null : entry;
    } catch (CassetteException e) {
      return null; // what cannot be read is as good as stale
    }
  }

  private CallInterceptor.Decision replay(LlmRequest asked, Entry entry, Path file) {
    if (asked.stream() != (entry.response().body() == null)) {
      throw Entry.bad(
          file,
          1,
          asked.stream()
              ? "must hold \"chunks\", as the call is streamed"
              : "must hold an \"answer\", as the call is not streamed");
    }
    store.use(file);
    replayed.incrementAndGet();
    return CallInterceptor.Decision.answer(entry.response());
  }

  private CallInterceptor.Decision missing(
      LlmRequest asked, CallKey key, int occurrence, Path file, Numbers of) {
    if (store.mode() == CassetteMode.REPLAY) {
      int others = store.ofSameCase(key);
      throw new CassetteException(
          about(asked, key, occurrence, "does not hold")
              + store.howToRecord()
              + (others == 0
                  ? ""
                  : " ("
                      + others
                      + (others == 1 ? " answer" : " answers")
                      + " of this case and iteration "
                      + (others == 1 ? "is" : "are")
                      + " stored: the model, a parameter, a message"
                      + " or a tool may have changed since)"));
    }
    return CallInterceptor.Decision.proceed(
        (call, response) -> {
          String problem = store(key, occurrence, file, call, response);
          if (problem != null) {
            of.giveBack(occurrence); // a retry of the application takes its place
            notStored.incrementAndGet();
            String told = about(asked, key, occurrence, "did not store the answer to") + problem;
            LOG.warn(told);
            note(told);
          }
        });
  }

  /** Stores an answer, or says why not. */
  private @Nullable String store(
      CallKey key, int occurrence, Path file, LlmCall call, @Nullable EncodedResponse response) {
    store.use(file); // what could not be replaced stays
    String reason = notToBeStored(call, response);
    if (reason != null || response == null) {
      return reason;
    }
    byte[] content;
    try {
      content =
          Entry.render(key, occurrence, call.request(), store.now(), response, store.redaction());
    } catch (RuntimeException | StackOverflowError e) { // without its message: it may quote
      return "the redactor failed with " + e.getClass().getName();
    }
    if (content.length > Json.MAX_ENTRY_BYTES) {
      return "it is larger than " + Json.MAX_ENTRY_BYTES + " bytes";
    }
    try {
      store.write(file, content);
    } catch (IOException e) {
      return "the file could not be written: " + e;
    }
    recorded.incrementAndGet();
    return null;
  }

  private static @Nullable String notToBeStored(LlmCall call, @Nullable EncodedResponse response) {
    if (call.outcome() instanceof Outcome.Cancelled cancelled) {
      return "it was left before its end ("
          + cancelled.reason().name().toLowerCase(Locale.ROOT)
          + "); read streams to their end when recording";
    }
    CallError error = call.error();
    if (response == null) {
      return error == null
          ? "the client's codec gave nothing"
          : "the call failed: "
              + error.type()
              + "; failures are not stored, so the replay is refused here unless a retry succeeds";
    }
    if (error != null && PASSING.contains(error.type())) {
      return "the answer reports a passing failure: " + error.type();
    }
    if (response.body() == null && response.chunks().size() != call.timing().chunks()) {
      return "only " + response.chunks().size() + " of its chunks were kept";
    }
    return null;
  }

  /** Names the call, never its content. */
  private String about(LlmRequest asked, @Nullable CallKey key, int occurrence, String what) {
    StringBuilder about = new StringBuilder("cassette [");
    about.append(store.folder()).append("] ").append(what).append(" this call (");
    about.append(asked.operation()).append(' ').append(asked.provider());
    if (asked.model() != null) {
      about.append(' ').append(asked.model());
    }
    if (key != null) {
      if (key.caseId() != null) {
        about.append(", case ").append(key.caseId());
      }
      if (key.iteration() != null) {
        about.append(", iteration ").append(key.iteration());
      }
      about.append(", entry ").append(key.fileName(occurrence));
    }
    return about.append("): ").toString();
  }

  private void note(String problem) {
    synchronized (problems) {
      if (problems.size() < MAX_PROBLEMS) {
        problems.add(problem);
      }
    }
  }

  /** Asked at each call. Fails closed: what it threw would let the call pass. */
  private final class Deck implements CallInterceptor {

    @Override
    public Decision before(Attempt attempt) {
      if (store.mode() == CassetteMode.OFF) {
        return Decision.proceed();
      }
      CassetteException refusal;
      try {
        return decide(attempt);
      } catch (CassetteException e) {
        refusal = e;
      } catch (Throwable t) { // without its message: it may quote content
        refusal =
            new CassetteException(
                about(attempt.request(), null, 0, "could not look up")
                    + "it failed with "
                    + t.getClass().getName());
      }
      String told = String.valueOf(refusal.getMessage());
      firstRefusal.compareAndSet(null, told);
      refused.incrementAndGet();
      note(told);
      return Decision.refuse(refusal);
    }

    @Override
    public boolean needsContent() {
      return store.mode() != CassetteMode.OFF;
    }
  }

  /** Counts equal calls; a number that stored nothing is given again, the lowest first. */
  private static final class Numbers {
    private final PriorityQueue<Integer> free = new PriorityQueue<>();
    private int next;

    synchronized int take() {
      Integer again = free.poll();
      return again == null ? next++ : again;
    }

    synchronized void giveBack(int number) {
      free.add(number);
    }
  }
}
