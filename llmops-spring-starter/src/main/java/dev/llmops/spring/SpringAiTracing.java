package dev.llmops.spring;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationView;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelSpan;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Stands in Micrometer's group of tracing handlers, of which the first that supports an observation
 * is told of it: so an observation of Spring AI has our span or theirs, and never both. Theirs is
 * made by the tracing handler that would have been told without this one.
 */
final class SpringAiTracing extends SpringAiObservations
    implements TracingObservationHandler<Observation.Context> {

  private static final Logger log = LoggerFactory.getLogger(SpringAiTracing.class);
  private static final int MAX_DEPTH = 64;

  /** Under which an observation keeps whose span it has. */
  private static final Object OURS = SpringAiTracing.class;

  private final SpringAiSpans choice;
  private final Kept<Tracer> tracer;
  private final Kept<List<TracingObservationHandler<Observation.Context>>> others;
  private final Kept<LlmOps> ops;

  private SpringAiTracing(
      Kept<LlmOps> ops,
      LlmOpsProperties.SpringAi settings,
      ObjectProvider<Tracer> tracers,
      ObjectProvider<TracingObservationHandler<Observation.Context>> others,
      ConfigurableListableBeanFactory beans) {
    super(ops, settings, beans);
    this.ops = ops;
    this.choice = settings.spans();
    this.tracer = new Kept<>(tracers::getIfUnique);
    this.others = new Kept<>(() -> others.orderedStream().toList());
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // handlers are told of what they support
  static SpringAiTracing create(
      Kept<LlmOps> ops, LlmOpsProperties.SpringAi settings, ConfigurableListableBeanFactory beans) {
    return new SpringAiTracing(
        ops,
        settings,
        beans.getBeanProvider(Tracer.class),
        (ObjectProvider) beans.getBeanProvider(TracingObservationHandler.class),
        beans);
  }

  @Override
  public Tracer getTracer() {
    Tracer found = tracer.get();
    return found == null ? Tracer.NOOP : found;
  }

  @Override
  public void onStart(Observation.Context context) {
    Tracer.SpanInScope scope = scopeOf(unseenByMicrometer());
    try {
      start(context);
    } finally {
      close(scope);
    }
  }

  private void start(Observation.Context context) {
    TracingObservationHandler<Observation.Context> theirs = theirs(context);
    if (choice == SpringAiSpans.THEIRS) {
      if (theirs == null) {
        super.onStart(context);
      } else {
        startUnder(theirs, context);
      }
      return;
    }
    boolean ours = false;
    Tracer.SpanInScope scope = scopeOf(parentOf(context));
    try {
      super.onStart(context);
      ours = takeOver(context);
    } finally {
      close(scope);
    }
    if (!ours && theirs != null) {
      theirs.onStart(context);
    }
  }

  @Override
  public void onError(Observation.Context context) {
    TracingObservationHandler<Observation.Context> theirs = theirsOf(context);
    if (theirs != null) {
      theirs.onError(context);
    }
  }

  @Override
  public void onEvent(Observation.Event event, Observation.Context context) {
    TracingObservationHandler<Observation.Context> theirs = theirsOf(context);
    if (theirs != null) {
      theirs.onEvent(event, context);
    }
  }

  @Override
  public void onScopeOpened(Observation.Context context) {
    TracingObservationHandler<Observation.Context> theirs = theirsOf(context);
    if (theirs != null) {
      theirs.onScopeOpened(context);
    }
    super.onScopeOpened(context);
    if (hasOurs(context)) {
      TracingObservationHandler.super.onScopeOpened(context); // so that Micrometer sees it too
    }
  }

  @Override
  public void onScopeClosed(Observation.Context context) {
    if (hasOurs(context)) {
      TracingObservationHandler.super.onScopeClosed(context);
    }
    super.onScopeClosed(context);
    TracingObservationHandler<Observation.Context> theirs = theirsOf(context);
    if (theirs != null) {
      theirs.onScopeClosed(context);
    }
  }

  @Override
  public void onScopeReset(Observation.Context context) {
    TracingObservationHandler<Observation.Context> theirs = theirsOf(context);
    if (theirs != null) {
      theirs.onScopeReset(context);
    } else if (hasOurs(context)) {
      TracingObservationHandler.super.onScopeReset(context);
    }
  }

  @Override
  public void onStop(Observation.Context context) {
    super.onStop(context); // first: what we know must come while their span is open
    TracingObservationHandler<Observation.Context> theirs = theirsOf(context);
    if (theirs == null) {
      return;
    }
    SpansOfSpringAi.Shared shared = context.get(SpansOfSpringAi.Shared.class);
    if (shared == null) {
      theirs.onStop(context);
    } else if (!shared.stopped(namesIn(context), () -> theirs.onStop(context))) {
      // what waits for the record must not keep alive what tells that it was abandoned
      context.remove(handler());
    }
  }

  private void startUnder(
      TracingObservationHandler<Observation.Context> theirs, Observation.Context context) {
    theirs.onStart(context);
    SpansOfSpringAi.Shared shared = new SpansOfSpringAi.Shared();
    Tracer.SpanInScope scope = scopeOf(spanOf(context));
    try (LlmContext.Scope starting = SpansOfSpringAi.starting(shared)) {
      super.onStart(context);
    } catch (RuntimeException refused) { // by an interceptor: the observation will not go on
      context.setError(refused);
      theirs.onError(context);
      if (!shared.stopped(Set.of(), () -> theirs.onStop(context))) {
        log.debug("a call that did not reach the model has not ended yet; its span ends with it");
      }
      throw refused;
    } finally {
      close(scope);
    }
    if (shared.isRecorded()) {
      context.put(SpansOfSpringAi.Shared.class, shared);
    }
  }

  private static Set<String> namesIn(Observation.Context context) {
    Set<String> names = new HashSet<>();
    for (KeyValue each : context.getAllKeyValues()) {
      names.add(each.getKey());
    }
    return names;
  }

  @Override
  String spans() {
    return choice == SpringAiSpans.OURS
        ? "spans are ours where llmops makes them, else Micrometer's (llmops.spring-ai.spans=ours)"
        : "spans are Micrometer's, with what they lack added (llmops.spring-ai.spans=theirs)";
  }

  /**
   * Whether the observation has our span, or needs none because what is around it has. Handlers
   * that look for a span of the observation find ours.
   */
  private boolean takeOver(Observation.Context context) {
    try {
      LlmOps found = ops.get();
      if (found == null || !found.isEnabled()) {
        return false;
      }
      // OpenTelemetry's own: Micrometer's tracer takes the span that it made last for the current
      String around = io.opentelemetry.api.trace.Span.current().getSpanContext().getSpanId();
      io.opentelemetry.api.trace.Span inside;
      try (LlmContext.Scope scope = handler().makeCurrent(context)) {
        inside = io.opentelemetry.api.trace.Span.current();
      }
      boolean made =
          inside.getSpanContext().isValid() && !inside.getSpanContext().getSpanId().equals(around);
      if (!made && !(isUnrecorded(context) && isInsideOurs(context))) {
        return false;
      }
      Span span = made ? OtelSpan.fromOtel(inside) : parentOf(context);
      if (span != null) {
        getTracingContext(context).setSpan(span);
      }
      context.put(OURS, Boolean.TRUE);
      return true;
    } catch (RuntimeException | LinkageError e) {
      log.warn("could not tell whose span an observation has; it is Micrometer's", e);
      return false;
    }
  }

  private static boolean hasOurs(Observation.Context context) {
    return context.containsKey(OURS) && spanOf(context) != null;
  }

  private boolean isUnrecorded(Observation.Context context) {
    return context.get(handler()) == null;
  }

  private static boolean isInsideOurs(Observation.Context context) {
    ObservationView parent = context.getParentObservation();
    for (int depth = 0; parent != null && depth < MAX_DEPTH; depth++) {
      if (parent.getContextView().containsKey(OURS)) {
        return true;
      }
      parent = parent.getContextView().getParentObservation();
    }
    return false;
  }

  private @Nullable TracingObservationHandler<Observation.Context> theirsOf(
      Observation.Context context) {
    return context.containsKey(OURS) ? null : theirs(context);
  }

  /** The handler that would be told if this one were not there. */
  private @Nullable TracingObservationHandler<Observation.Context> theirs(
      Observation.Context context) {
    List<TracingObservationHandler<Observation.Context>> all = others.get();
    for (int i = 0; all != null && i < all.size(); i++) {
      if (all.get(i) != this && all.get(i).supportsContext(context)) {
        return all.get(i);
      }
    }
    return null;
  }

  /**
   * The span that is current, unless it is one further out than the parent's: in a stream,
   * Reactor's automatic propagation puts the request's on top of those inside of it.
   */
  private @Nullable Span parentOf(Observation.Context context) {
    try {
      Span current = getParentSpan(context);
      Span parent = null;
      ObservationView around = context.getParentObservation();
      for (int depth = 0; around != null && depth < MAX_DEPTH; depth++) {
        Span span = spanOf(around.getContextView());
        if (span != null && current != null && isSame(span, current)) {
          return parent == null ? current : parent;
        }
        parent = parent == null ? span : parent;
        around = around.getContextView().getParentObservation();
      }
      return current == null ? parent : current;
    } catch (RuntimeException e) {
      return null;
    }
  }

  /**
   * The current span, where Micrometer takes one around it for the current: its tracer keeps its
   * own account, and does not see what is made with OpenTelemetry alone, as our steps are.
   */
  private @Nullable Span unseenByMicrometer() {
    try {
      io.opentelemetry.api.trace.Span current = io.opentelemetry.api.trace.Span.current();
      String id = current.getSpanContext().getSpanId();
      Span seen = current.getSpanContext().isValid() ? getTracer().currentSpan() : null;
      if (seen == null || seen.context().spanId().equals(id)) {
        return null;
      }
      // made where it is current, Micrometer would find that it need not make it current
      try (Scope outside = Context.root().makeCurrent()) {
        return OtelSpan.fromOtel(current);
      }
    } catch (RuntimeException | LinkageError e) {
      return null;
    }
  }

  private static boolean isSame(Span one, Span other) {
    return Objects.equals(one.context().spanId(), other.context().spanId());
  }

  private static @Nullable Span spanOf(Observation.ContextView context) {
    TracingContext tracing = context.get(TracingContext.class);
    return tracing == null ? null : tracing.getSpan();
  }

  private Tracer.@Nullable SpanInScope scopeOf(@Nullable Span span) {
    return span == null ? null : getTracer().withSpan(span);
  }

  private static void close(Tracer.@Nullable SpanInScope scope) {
    if (scope != null) {
      scope.close();
    }
  }
}
