package dev.llmops.otel;

import dev.llmops.CallError;
import dev.llmops.CallObserver.StepObservation;
import dev.llmops.LlmContext;
import dev.llmops.LlmStep;
import dev.llmops.StepRequest;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One step while it runs. */
final class StepSpan implements StepObservation {

  /** What the durations of steps are measured under. */
  record Key(
      StepRequest.Kind kind,
      String name,
      @Nullable String toolType,
      @Nullable String agent,
      @Nullable String provider,
      @Nullable String model,
      @Nullable String errorType) {}

  private final OtelCallObserver observer;
  private final Span span;
  private final Context context;
  private final @Nullable AgentScope outer;
  private final @Nullable AgentScope own;

  /**
   * A step.
   *
   * @param span the invalid span when only metrics are wanted
   * @param context with the span, and the agent if it is one
   * @param outer the agent that the step runs in
   * @param own what an agent counts for itself, null for other steps
   */
  StepSpan(
      OtelCallObserver observer,
      Span span,
      Context context,
      @Nullable AgentScope outer,
      @Nullable AgentScope own) {
    this.observer = observer;
    this.span = span;
    this.context = context;
    this.outer = outer;
    this.own = own;
  }

  static String operationOf(StepRequest.Kind kind) {
    return switch (kind) {
      case TOOL -> GenAiAttributes.EXECUTE_TOOL;
      case AGENT -> GenAiAttributes.INVOKE_AGENT;
      case WORKFLOW -> GenAiAttributes.INVOKE_WORKFLOW;
      case RETRIEVAL -> GenAiAttributes.RETRIEVAL;
    };
  }

  /** A search goes to a server; an agent does when it has a provider; the rest runs here. */
  static SpanKind spanKindOf(StepRequest request) {
    boolean remote =
        request.kind() == StepRequest.Kind.RETRIEVAL
            || (request.kind() == StepRequest.Kind.AGENT && request.provider() != null);
    return remote ? SpanKind.CLIENT : SpanKind.INTERNAL;
  }

  static void start(
      StepRequest request,
      @Nullable AgentScope outer,
      SemConvDialect dialect,
      AttributeSetter out) {
    out.set(GenAiAttributes.OPERATION_NAME, operationOf(request.kind()));
    CallAttributes.put(out, nameKeyOf(request.kind()), request.name());
    switch (request.kind()) {
      case TOOL -> {
        CallAttributes.put(out, GenAiAttributes.TOOL_TYPE, request.toolType());
        CallAttributes.put(out, GenAiAttributes.TOOL_DESCRIPTION, request.description());
        CallAttributes.put(out, GenAiAttributes.TOOL_CALL_ID, request.id());
        CallAttributes.put(out, GenAiAttributes.AGENT_NAME, outer == null ? null : outer.name);
      }
      case AGENT -> {
        CallAttributes.put(out, GenAiAttributes.AGENT_ID, request.id());
        CallAttributes.put(out, GenAiAttributes.AGENT_VERSION, request.version());
        CallAttributes.put(out, GenAiAttributes.AGENT_DESCRIPTION, request.description());
        provider(request, dialect, out);
      }
      case WORKFLOW -> {}
      case RETRIEVAL -> {
        provider(request, dialect, out);
        Long topK = request.topK();
        if (topK != null) {
          out.set(GenAiAttributes.RETRIEVAL_TOP_K, topK);
        }
      }
    }
  }

  @Override
  public @Nullable String traceId() {
    SpanContext named = span.getSpanContext();
    return named.isValid() ? named.getTraceId() : null;
  }

  /** None that is not sampled: nobody would find it, and what refers to it would be sampled. */
  @Override
  public @Nullable String spanId() {
    SpanContext named = span.getSpanContext();
    return named.isSampled() ? named.getSpanId() : null;
  }

  @Override
  public LlmContext.@Nullable Scope makeCurrent() {
    if (own == null && !span.getSpanContext().isValid()) {
      return null;
    }
    Scope scope = context.makeCurrent();
    return scope::close;
  }

  @Override
  public void onEnd(LlmStep step) {
    try {
      measure(step);
      if (span.isRecording()) {
        describe(step);
      }
    } finally {
      observer.ended(span.isRecording());
      span.end(
          CallSpan.epochNanos(step.timing().start()) + step.timing().total().toNanos(),
          TimeUnit.NANOSECONDS);
    }
  }

  void measure(LlmStep step) {
    Attributes labels = observer.labelsOf(keyOf(step));
    Duration total = step.timing().total();
    Instruments instruments = observer.instruments;
    switch (step.request().kind()) {
      case TOOL -> instruments.tool(total, labels, context);
      case AGENT -> {
        instruments.agent(total, labels, context);
        if (own != null) {
          instruments.agentCalls(
              own.inferenceCalls.get(),
              own.toolCalls.get(),
              observer.labelsOf(agentKey(own.name)),
              context);
        }
      }
      case WORKFLOW -> instruments.workflow(total, labels, context);
      case RETRIEVAL -> instruments.retrieval(total, labels, context);
    }
  }

  /** What an ended step says of itself, those of its start as well. */
  void describeAll(LlmStep step, AttributeSetter out) {
    start(step.request(), outer, observer.dialect, out);
    attributes(observer.seen(step), out);
  }

  private void describe(LlmStep step) {
    LlmStep seen = observer.seen(step);
    attributes(seen, span::setAttribute);
    if (seen.error() != null) {
      CallSpan.fail(span, observer.keepsErrorMessages() ? seen.error().message() : null);
    }
  }

  private void attributes(LlmStep seen, AttributeSetter out) {
    LlmContext said = seen.context();
    if (seen.request().kind() != StepRequest.Kind.RETRIEVAL) {
      CallAttributes.put(out, GenAiAttributes.CONVERSATION_ID, said.conversationId());
    }
    CallAttributes.put(out, GenAiAttributes.USER_ID, said.userId());
    CallAttributes.put(out, GenAiAttributes.SESSION_ID, said.sessionId());
    CallAttributes.context(said, out);
    CallAttributes.put(out, GenAiAttributes.PROBLEMS, seen.problems());
    observer.tags.put(out, said.tags());
    if (observer.contentOnSpan) {
      observer.content.onSpan(seen, out);
    }
    CallError error = seen.error();
    if (error != null) {
      CallAttributes.put(out, GenAiAttributes.ERROR_TYPE, error.type());
    }
  }

  private Key keyOf(LlmStep step) {
    StepRequest request = step.request();
    StepRequest.Kind kind = request.kind();
    CallError error = step.error();
    return new Key(
        kind,
        kind == StepRequest.Kind.RETRIEVAL ? "" : CallTarget.cut(request.name()),
        kind == StepRequest.Kind.TOOL ? CallTarget.cutOrNull(request.toolType()) : null,
        kind == StepRequest.Kind.TOOL && outer != null ? outer.name : null,
        kind == StepRequest.Kind.RETRIEVAL ? CallTarget.cutOrNull(request.provider()) : null,
        kind == StepRequest.Kind.RETRIEVAL || kind == StepRequest.Kind.AGENT
            ? CallTarget.cutOrNull(request.model())
            : null,
        error == null ? null : CallTarget.cut(error.type()));
  }

  private static Key agentKey(String name) {
    return new Key(StepRequest.Kind.AGENT, name, null, null, null, null, null);
  }

  static Attributes labels(Key key) {
    AttributesBuilder builder = Attributes.builder();
    if (key.kind() == StepRequest.Kind.RETRIEVAL) {
      // the convention has no label for the data source on this metric
      builder.put(GenAiAttributes.OPERATION_NAME, GenAiAttributes.RETRIEVAL);
    } else {
      builder.put(nameKeyOf(key.kind()), key.name());
    }
    put(builder, GenAiAttributes.TOOL_TYPE, key.toolType());
    put(builder, GenAiAttributes.AGENT_NAME, key.agent());
    put(builder, GenAiAttributes.PROVIDER_NAME, key.provider());
    put(builder, GenAiAttributes.REQUEST_MODEL, key.model());
    put(builder, GenAiAttributes.ERROR_TYPE, key.errorType());
    return builder.build();
  }

  /** What steps of a kind are measured under when there are too many names. */
  static Attributes overflow(StepRequest.Kind kind) {
    Key other = new Key(kind, GenAiAttributes.OTHER, null, null, null, null, null);
    return labels(other).toBuilder().put(GenAiAttributes.METRIC_OVERFLOW, true).build();
  }

  private static AttributeKey<String> nameKeyOf(StepRequest.Kind kind) {
    return switch (kind) {
      case TOOL -> GenAiAttributes.TOOL_NAME;
      case AGENT -> GenAiAttributes.AGENT_NAME;
      case WORKFLOW -> GenAiAttributes.WORKFLOW_NAME;
      case RETRIEVAL -> GenAiAttributes.DATA_SOURCE_ID;
    };
  }

  private static void provider(StepRequest request, SemConvDialect dialect, AttributeSetter out) {
    String provider = request.provider();
    CallAttributes.put(out, GenAiAttributes.PROVIDER_NAME, provider);
    if (dialect == SemConvDialect.V1_41 && provider != null) {
      CallAttributes.put(out, GenAiAttributes.V1_41_SYSTEM, CallTarget.systemOf(provider));
    }
    CallAttributes.put(out, GenAiAttributes.REQUEST_MODEL, request.model());
  }

  private static void put(
      AttributesBuilder builder, AttributeKey<String> key, @Nullable String value) {
    if (value != null) {
      builder.put(key, value);
    }
  }
}
