package dev.llmops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the application says about the calls that it is about to make: conversation, user, session,
 * prompt, tags. Immutable; the current one belongs to the thread and is captured when a call
 * starts.
 *
 * <pre>{@code
 * try (var scope = LlmContext.extend().user("u-7").conversation("c-1").open()) {
 *   assistant.answer(question); // every call in here knows its user and conversation
 * }
 * }</pre>
 *
 * <p>Another thread does not see it unless the work is wrapped ({@link #wrap(Executor)}), or a
 * {@link ContextCarrier} carries it; an executor that nobody wrapped loses it.
 */
public final class LlmContext {

  /** Nothing said. */
  public static final LlmContext EMPTY = new LlmContext(new Builder());

  private static final ThreadLocal<@Nullable LlmContext> CURRENT = new ThreadLocal<>();
  private static final ThreadLocal<@Nullable OnThread> ON_THREAD = new ThreadLocal<>();
  private static final @Nullable ContextCarrier CARRIER = findCarrier();

  private final @Nullable String conversationId;
  private final @Nullable String userId;
  private final @Nullable String sessionId;
  private final @Nullable Prompt prompt;
  private final Map<String, String> tags;
  private final @Nullable String caseId;
  private final @Nullable Integer iteration;
  private final Origin origin;
  private final @Nullable CallRef parent;
  private final @Nullable Consumer<CallRef> onCall;
  private final List<CallSink> sinks;
  private final @Nullable CallInterceptor interceptor;
  private final boolean suppressed;

  private LlmContext(Builder builder) {
    conversationId = builder.conversationId;
    userId = builder.userId;
    sessionId = builder.sessionId;
    prompt = builder.prompt;
    tags = Checks.copy(builder.tags, "tags");
    caseId = builder.caseId;
    iteration = builder.iteration;
    origin = builder.origin;
    parent = builder.parent;
    onCall = builder.onCall;
    sinks = List.copyOf(builder.sinks);
    interceptor = builder.interceptor;
    suppressed = builder.suppressed;
  }

  /** The context of this thread; {@link #EMPTY} when nothing was said. */
  @SuppressWarnings("ReferenceEquality") // which of the two was opened later is told by identity
  public static LlmContext current() {
    LlmContext current = CURRENT.get();
    ContextCarrier carrier = CARRIER;
    if (carrier != null) {
      LlmContext carried = carrier.current();
      if (carried != null) {
        OnThread latest = ON_THREAD.get();
        return latest != null && latest.context == current && latest.carried == carried
            ? latest.context
            : carried;
      }
    }
    return current == null ? EMPTY : current;
  }

  /** A builder that starts from the current context. */
  public static Builder extend() {
    return current().toBuilder();
  }

  /** A builder that starts from nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Tells the reference of every call that starts on this thread until the scope is closed. The
   * callback runs on the calling thread before the request is issued; what it throws is counted.
   */
  public static Scope onCall(Consumer<CallRef> callback) {
    return extend().onCall(callback).open();
  }

  /** A builder that starts from this context. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.conversationId = conversationId;
    builder.userId = userId;
    builder.sessionId = sessionId;
    builder.prompt = prompt;
    builder.tags = tags.isEmpty() ? null : new LinkedHashMap<>(tags);
    builder.caseId = caseId;
    builder.iteration = iteration;
    builder.origin = origin;
    builder.parent = parent;
    builder.onCall = onCall;
    builder.sinks = sinks;
    builder.interceptor = interceptor;
    builder.suppressed = suppressed;
    return builder;
  }

  /** Makes this the current context of this thread until the scope is closed, on this thread. */
  public Scope open() {
    LlmContext before = CURRENT.get();
    ContextCarrier carrier = CARRIER;
    Scope carried = carrier == null ? null : carrier.attach(this);
    CURRENT.set(this);
    return new OpenScope(before, carried);
  }

  /**
   * Like {@link #open()}, but no {@link ContextCarrier} is asked to carry it: for what sets and
   * restores threads' values in an order of its own, as Reactor's context propagation does. A
   * carrier's scopes must be closed in reverse order, and one that is not leaves its context on the
   * thread for good.
   */
  public Scope openOnThread() {
    LlmContext before = CURRENT.get();
    OnThread beforeOnThread = ON_THREAD.get();
    ContextCarrier carrier = CARRIER;
    CURRENT.set(this);
    ON_THREAD.set(new OnThread(this, carrier == null ? null : carrier.current()));
    return () -> {
      restore(CURRENT, before);
      restore(ON_THREAD, beforeOnThread);
    };
  }

  /** The task, run in this context wherever it runs. */
  public Runnable wrap(Runnable task) {
    Objects.requireNonNull(task, "task must not be null");
    return () -> {
      try (Scope scope = open()) {
        task.run();
      }
    };
  }

  /** The task, run in this context wherever it runs. */
  public <T> Callable<T> wrap(Callable<T> task) {
    Objects.requireNonNull(task, "task must not be null");
    return () -> {
      try (Scope scope = open()) {
        return task.call();
      }
    };
  }

  /** An executor that runs each task in the context that was current when it was submitted. */
  public static Executor wrap(Executor executor) {
    Objects.requireNonNull(executor, "executor must not be null");
    return task -> executor.execute(current().wrap(task));
  }

  /** The conversation, absent when not told. */
  public @Nullable String conversationId() {
    return conversationId;
  }

  /** The user, absent when not told. */
  public @Nullable String userId() {
    return userId;
  }

  /** The application's session, absent when not told. */
  public @Nullable String sessionId() {
    return sessionId;
  }

  /** The prompt template, absent when not told. */
  public @Nullable Prompt prompt() {
    return prompt;
  }

  /** The application's own labels; empty when there are none. */
  public Map<String, String> tags() {
    return tags;
  }

  /** The case of a dataset that is being run, absent outside of a run. */
  public @Nullable String caseId() {
    return caseId;
  }

  /** Which repetition of the case it is, from 0, absent outside of a run. */
  public @Nullable Integer iteration() {
    return iteration;
  }

  /** Whose calls these are. */
  public Origin origin() {
    return origin;
  }

  /** The step that is running, absent outside of one. */
  public @Nullable CallRef parent() {
    return parent;
  }

  /** Whether calls are left to an outer recording; see {@link Builder#suppressed}. */
  public boolean suppressed() {
    return suppressed;
  }

  @Nullable Consumer<CallRef> onCall() {
    return onCall;
  }

  List<CallSink> sinks() {
    return sinks;
  }

  @Nullable CallInterceptor interceptor() {
    return interceptor;
  }

  /** What a record keeps: a record that lives on must not keep alive who listened to it. */
  LlmContext withoutListeners() {
    if (onCall == null && sinks.isEmpty() && interceptor == null && !suppressed) {
      return this;
    }
    Builder builder = toBuilder();
    builder.onCall = null;
    builder.sinks = List.of();
    builder.interceptor = null;
    builder.suppressed = false;
    return builder.build();
  }

  LlmContext withParent(CallRef step) {
    Builder builder = toBuilder();
    builder.parent = step;
    builder.suppressed = false; // the body is the application's again, and so are its calls
    return builder.build();
  }

  /** Equal in what it says; callbacks, sinks, interceptors and suppression do not count. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LlmContext that
        && Objects.equals(conversationId, that.conversationId)
        && Objects.equals(userId, that.userId)
        && Objects.equals(sessionId, that.sessionId)
        && Objects.equals(prompt, that.prompt)
        && tags.equals(that.tags)
        && Objects.equals(caseId, that.caseId)
        && Objects.equals(iteration, that.iteration)
        && origin == that.origin
        && Objects.equals(parent, that.parent);
  }

  @Override
  public int hashCode() {
    return Objects.hash(conversationId, userId, sessionId, caseId, iteration, parent);
  }

  /** Who and where; never the variables of the prompt. */
  @Override
  public String toString() {
    return "LlmContext[conversation="
        + conversationId
        + ", user="
        + userId
        + ", session="
        + sessionId
        + ", origin="
        + origin
        + "]";
  }

  private static @Nullable ContextCarrier findCarrier() {
    try {
      return ServiceLoader.load(ContextCarrier.class, LlmContext.class.getClassLoader())
          .findFirst()
          .orElse(null);
    } catch (ServiceConfigurationError
        | LinkageError e) { // a broken carrier must not stop the user
      org.slf4j.LoggerFactory.getLogger(LlmContext.class)
          .warn(
              "a ContextCarrier could not be loaded ({}); contexts stay on their thread",
              e.getClass().getName());
      return null;
    }
  }

  private static <T> void restore(ThreadLocal<@Nullable T> holder, @Nullable T before) {
    if (before == null) {
      holder.remove();
    } else {
      holder.set(before);
    }
  }

  /** A context that was opened for this thread alone, and what was carried then. */
  private record OnThread(LlmContext context, @Nullable LlmContext carried) {}

  /** An opened context; close it on the thread that opened it, in reverse order. */
  public interface Scope extends AutoCloseable {
    /** Restores what was current before. Never throws. */
    @Override
    void close();
  }

  private static final class OpenScope implements Scope {
    private final @Nullable LlmContext before;
    private final @Nullable Scope carried;

    OpenScope(@Nullable LlmContext before, @Nullable Scope carried) {
      this.before = before;
      this.carried = carried;
    }

    @Override
    public void close() {
      restore(CURRENT, before);
      if (carried != null) {
        carried.close();
      }
    }
  }

  /** Collects a context; null unsets a field. Not thread-safe. */
  public static final class Builder {
    private @Nullable String conversationId;
    private @Nullable String userId;
    private @Nullable String sessionId;
    private @Nullable Prompt prompt;
    private @Nullable Map<String, String> tags;
    private @Nullable String caseId;
    private @Nullable Integer iteration;
    private Origin origin = Origin.APPLICATION;
    private @Nullable CallRef parent;
    private @Nullable Consumer<CallRef> onCall;
    private List<CallSink> sinks = List.of();
    private @Nullable CallInterceptor interceptor;
    private boolean suppressed;

    private Builder() {}

    /** See {@link LlmContext#conversationId()}. */
    public Builder conversation(@Nullable String conversationId) {
      this.conversationId = conversationId;
      return this;
    }

    /** See {@link LlmContext#userId()}. */
    public Builder user(@Nullable String userId) {
      this.userId = userId;
      return this;
    }

    /** See {@link LlmContext#sessionId()}. */
    public Builder session(@Nullable String sessionId) {
      this.sessionId = sessionId;
      return this;
    }

    /** See {@link LlmContext#prompt()}. */
    public Builder prompt(@Nullable Prompt prompt) {
      this.prompt = prompt;
      return this;
    }

    /** Sets one of {@link LlmContext#tags()}. */
    public Builder tag(String key, String value) {
      if (tags == null) {
        tags = new LinkedHashMap<>();
      }
      tags.put(Checks.notBlank(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /** See {@link LlmContext#caseId()} and {@link LlmContext#iteration()}; iteration from 0. */
    public Builder evalCase(@Nullable String caseId, @Nullable Integer iteration) {
      if (iteration != null) {
        Checks.notNegative(iteration, "iteration");
      }
      this.caseId = caseId;
      this.iteration = iteration;
      return this;
    }

    /** See {@link LlmContext#origin()}. */
    public Builder origin(Origin origin) {
      this.origin = Objects.requireNonNull(origin, "origin must not be null");
      return this;
    }

    /** See {@link LlmContext#onCall(Consumer)}. */
    public Builder onCall(@Nullable Consumer<CallRef> onCall) {
      this.onCall = onCall;
      return this;
    }

    /**
     * Adds a sink for the records made in this context alone, by whichever {@link LlmOps}: how a
     * test or a run sees the calls of an application that is already wired. Gets each call or step
     * that started in this context, and each score given in it, on the thread that ended it; must
     * not block.
     */
    public Builder sink(CallSink sink) {
      Objects.requireNonNull(sink, "sink must not be null");
      List<CallSink> all = new ArrayList<>(sinks);
      all.add(sink);
      sinks = all;
      return this;
    }

    /**
     * Intercepts the calls of this context, whichever {@link LlmOps} records them, in place of what
     * intercepted them so far; null for nothing. Asked after the interceptors that are wired there,
     * so that guardrails act as they do in production. It reaches no call of an {@code LlmOps} that
     * is off.
     */
    public Builder interceptor(@Nullable CallInterceptor interceptor) {
      this.interceptor = interceptor;
      return this;
    }

    /**
     * Leaves the calls of this context unrecorded, by whichever {@link LlmOps}: for an adapter that
     * records a call itself, while it issues it through a client that may be recorded as well. No
     * interceptor sees such a call either. Steps are recorded, and the calls made in their bodies
     * are again. Open it no longer than the call is being issued.
     */
    public Builder suppressed(boolean suppressed) {
      this.suppressed = suppressed;
      return this;
    }

    /** Places the calls under a step that runs elsewhere; usually {@link LlmOps#step} does it. */
    public Builder parent(@Nullable CallRef parent) {
      this.parent = parent;
      return this;
    }

    /** The context as it stands. */
    public LlmContext build() {
      return new LlmContext(this);
    }

    /** Builds the context and makes it current; see {@link LlmContext#open()}. */
    public Scope open() {
      return build().open();
    }
  }
}
