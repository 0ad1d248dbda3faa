package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationView;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns the observations of Spring AI into records: chat and embedding models become calls; chat
 * clients, advisors, tools and vector-store queries become steps around them. Register it with the
 * {@code ObservationRegistry} that the models are built with.
 *
 * <p>A streamed answer is recorded with its first token and its chunks, and as cancelled with what
 * had arrived, where it passes a {@link SpringAiAdvisor}. Of a stream that is asked for at the
 * {@code ChatModel} itself, Spring AI tells only the whole and the end.
 *
 * <p>Nothing that goes wrong here reaches the application: it is counted and shown by {@link
 * #note()}. One exception is meant: a call that an interceptor refuses does not happen, and its
 * caller gets the interceptor's exception. One that an interceptor answers from a store does not
 * happen either; the answer can only be returned by a {@link SpringAiAdvisor}. Register this
 * handler before others, so that they are not told of a call that does not happen.
 *
 * <p>Thread-safe. Compiled against Spring AI 1.1 and Micrometer 1.15; runs on 2.0 and 1.17.
 */
public final class SpringAiObservationHandler implements ObservationHandler<Observation.Context> {

  private static final int MAX_DEPTH = 64;

  private final Supplier<@Nullable LlmOps> ops;
  private final List<Source> sources;
  private final Guarded guarded = new Guarded();

  private SpringAiObservationHandler(Supplier<@Nullable LlmOps> ops, ModelServers servers) {
    this.ops = ops;
    this.sources = sources(servers);
  }

  /** A handler that records with these ops. */
  public static SpringAiObservationHandler create(LlmOps ops) {
    Objects.requireNonNull(ops, "ops must not be null");
    return new SpringAiObservationHandler(() -> ops, ModelServers.UNKNOWN);
  }

  /**
   * A handler that is made before the ops are.
   *
   * @param ops asked at each observation, so it must be quick; null while there are none
   */
  public static SpringAiObservationHandler create(Supplier<@Nullable LlmOps> ops) {
    return create(ops, Map.of());
  }

  /**
   * Like {@link #create(Supplier)}, told where models are served, which Spring AI's observations do
   * not tell: calls then have their server's address, and facts of it where a {@code ServerMonitor}
   * watches it.
   *
   * @param servers URLs such as {@code http://gpu-1:8000} by Spring AI's name of the provider, such
   *     as {@code openai}, which all models of the provider must share
   * @throws IllegalArgumentException if a URL has no host, or a scheme other than http and https
   */
  public static SpringAiObservationHandler create(
      Supplier<@Nullable LlmOps> ops, Map<String, URI> servers) {
    return new SpringAiObservationHandler(
        Objects.requireNonNull(ops, "ops must not be null"), ModelServers.of(servers));
  }

  /**
   * Whether it is one of the observations that become records, or an advisor of Spring AI's own.
   */
  @Override
  public boolean supportsContext(Observation.Context context) {
    return sourceOf(context) != null;
  }

  /**
   * Starts the record.
   *
   * @throws RuntimeException the exception with which a {@code CallInterceptor} refused the call;
   *     or one that takes a stored answer to the {@link SpringAiAdvisor}; no other
   */
  @Override
  public void onStart(Observation.Context context) {
    RuntimeException refusal = null;
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      refusal = start(context);
    } catch (Throwable t) {
      guarded.swallow("start", t);
    }
    restore(interrupted);
    if (refusal != null) {
      throw refusal;
    }
  }

  @Override
  public void onStop(Observation.Context context) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      Observed observed = context.get(this);
      if (observed != null) {
        observed.stop(context);
      }
    } catch (Throwable t) {
      guarded.swallow("stop", t);
    }
    restore(interrupted);
  }

  @Override
  public void onScopeOpened(Observation.Context context) {
    try {
      Observed observed = context.get(this);
      if (observed != null) {
        observed.openScope();
      }
    } catch (Throwable t) {
      guarded.swallow("scope", t);
    }
  }

  @Override
  public void onScopeClosed(Observation.Context context) {
    try {
      Observed observed = context.get(this);
      if (observed != null) {
        observed.closeScope();
      }
    } catch (Throwable t) {
      guarded.swallow("scope", t);
    }
  }

  /**
   * Makes the span of an observation current on this thread, if it has one, until the scope is
   * closed on the same thread; for handlers that want to know it.
   */
  public LlmContext.Scope makeCurrent(Observation.Context context) {
    try {
      Observed observed = context.get(this);
      if (observed != null) {
        return observed.makeCurrent();
      }
    } catch (Throwable t) {
      guarded.swallow("scope", t);
    }
    return () -> {};
  }

  /** What could not be read, in plain words and without content; absent while all could be. */
  public @Nullable String note() {
    return guarded.note();
  }

  private @Nullable RuntimeException start(Observation.Context context) {
    LlmOps found = ops.get();
    if (found == null || !found.isEnabled()) {
      StreamTap.recordingIsOff();
      return null;
    }
    Source source = sourceOf(context);
    if (source == null) {
      return null;
    }
    ObservationView around = source.parentOf(context);
    Observed parent = nearest(around);
    LlmContext outside = StreamTap.outside();
    Observed observed;
    try (LlmContext.Scope scope = scope(parent, around, outside)) {
      observed = source.start(context, found, parent);
    }
    if (observed == null) {
      return null;
    }
    observed.startedIn(outside);
    context.put(this, observed);
    return observed.refusal();
  }

  private @Nullable Source sourceOf(Observation.Context context) {
    try {
      for (int i = 0; i < sources.size(); i++) {
        if (sources.get(i).supports(context)) {
          return sources.get(i);
        }
      }
    } catch (Throwable t) {
      guarded.swallow("context", t);
    }
    return null;
  }

  /** What an observation starts in, null where that is current. */
  @SuppressWarnings("ReferenceEquality") // the very one that is current
  private LlmContext.@Nullable Scope scope(
      @Nullable Observed parent, @Nullable ObservationView around, LlmContext outside) {
    LlmContext.Scope scope =
        parent == null ? null : parent.childScope(isFurtherOut(outside, around));
    return scope == null && outside != LlmContext.current() ? outside.open() : scope;
  }

  /**
   * Whether a context is one that an observation around was started in: in a stream, Reactor's
   * automatic propagation puts what the request came with on top of what is inside of it. Another
   * context is the application's own, opened inside.
   */
  private boolean isFurtherOut(LlmContext context, @Nullable ObservationView around) {
    ObservationView each = around;
    for (int depth = 0; each != null && depth < MAX_DEPTH; depth++) {
      Observed observed = each.getContextView().get(this);
      if (observed != null && observed.isStartedIn(context)) {
        return true;
      }
      each = each.getContextView().getParentObservation();
    }
    return false;
  }

  private @Nullable Observed nearest(@Nullable ObservationView around) {
    ObservationView parent = around;
    for (int depth = 0; parent != null && depth < MAX_DEPTH; depth++) {
      Observed observed = parent.getContextView().get(this);
      if (observed != null) {
        return observed;
      }
      parent = parent.getContextView().getParentObservation();
    }
    return null;
  }

  /** Of Spring AI's modules an application has those it needs; the others must not be linked. */
  private static List<Source> sources(ModelServers servers) {
    List<Source> found = new ArrayList<>();
    if (Features.isPresent("org.springframework.ai.chat.observation.ChatModelObservationContext")) {
      found.add(new ChatSource(servers));
    }
    if (Features.isPresent(
        "org.springframework.ai.tool.observation.ToolCallingObservationContext")) {
      found.add(new ToolSource());
    }
    if (Features.isPresent(
        "org.springframework.ai.chat.client.observation.ChatClientObservationContext")) {
      found.add(new AdvisorSource());
      found.add(new ChatClientSource());
    }
    if (Features.isPresent(
        "org.springframework.ai.embedding.observation.EmbeddingModelObservationContext")) {
      found.add(new EmbeddingSource(servers));
    }
    if (Features.isPresent(
        "org.springframework.ai.vectorstore.observation.VectorStoreObservationContext")) {
      found.add(new VectorStoreSource());
    }
    return List.copyOf(found);
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
