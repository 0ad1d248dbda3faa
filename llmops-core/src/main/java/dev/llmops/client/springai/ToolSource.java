package dev.llmops.client.springai;

import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.model.tool.internal.ToolCallReactiveContextHolder;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.ai.tool.observation.ToolCallingObservationContext;
import reactor.util.context.ContextView;

/** Tools that Spring AI runs. */
final class ToolSource implements Source {

  /** Since Spring AI 2. */
  private static final @Nullable MethodHandle CALL_ID =
      Features.getter(ToolCallingObservationContext.class, "getToolCallId", String.class);

  @Override
  public boolean supports(Observation.Context context) {
    return context instanceof ToolCallingObservationContext;
  }

  /** Spring AI 1.1 forgets it in a stream, but shows Reactor's context to the tool, as 2.0 does. */
  @Override
  public @Nullable ObservationView parentOf(Observation.Context context) {
    ObservationView parent = context.getParentObservation();
    ContextView reactor = ToolCallReactiveContextHolder.getContext();
    return parent == null && reactor.hasKey(ObservationThreadLocalAccessor.KEY)
        ? reactor.get(ObservationThreadLocalAccessor.KEY)
        : parent;
  }

  @Override
  public Observed start(Observation.Context context, LlmOps ops, @Nullable Observed parent) {
    ToolCallingObservationContext tool = (ToolCallingObservationContext) context;
    ObservedCall around = parent == null ? null : parent.call();
    if (around != null) {
      around.askedForTools();
    }
    ToolDefinition definition = tool.getToolDefinition();
    boolean content = ops.capturesContent();
    StepRequest.Builder step =
        StepRequest.tool(definition.name())
            .description(definition.description())
            .toolType("function")
            .input(content ? tool.getToolCallArguments() : null);
    if (Features.get(CALL_ID, tool) instanceof String id) {
      step.id(id);
    }
    return new ObservedStep<ToolCallingObservationContext>(
        ops.openStep(step.build()),
        ToolFailures::of,
        ended -> content ? StepResult.of(ended.getToolCallResult()) : StepResult.NONE);
  }
}
