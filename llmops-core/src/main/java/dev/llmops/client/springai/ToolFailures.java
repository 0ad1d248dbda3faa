package dev.llmops.client.springai;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.tool.execution.ToolExecutionExceptionProcessor;
import org.springframework.ai.tool.observation.ToolCallingObservationContext;

/**
 * Tells the step of a tool that the tool threw. Spring AI makes a text for the model of the
 * exception, and its observation ends as that of a tool that went well.
 */
public final class ToolFailures {

  private static final Object KEY = ToolFailures.class;
  private static final Guarded GUARDED = new Guarded();

  private ToolFailures() {}

  /**
   * A processor that does what the given one does, after it has told the observation that is
   * current on its thread. It is for {@code
   * ToolCallingManager.builder().toolExecutionExceptionProcessor(..)}.
   *
   * @param processor what makes a text of the exception, or throws it
   * @param registry asked at each exception: the one that the {@code ToolCallingManager} has; null
   *     while there is none
   */
  public static ToolExecutionExceptionProcessor told(
      ToolExecutionExceptionProcessor processor,
      Supplier<? extends @Nullable ObservationRegistry> registry) {
    Objects.requireNonNull(processor, "processor must not be null");
    Objects.requireNonNull(registry, "registry must not be null");
    return exception -> {
      try {
        tell(registry.get(), exception);
      } catch (Throwable t) {
        GUARDED.swallow("failure of a tool", t);
      }
      return processor.process(exception);
    };
  }

  /** What the tool of this observation threw, null if nothing. */
  static @Nullable Throwable of(ToolCallingObservationContext context) {
    Throwable error = context.getError();
    return error == null ? context.get(KEY) : error;
  }

  private static void tell(@Nullable ObservationRegistry registry, Throwable exception) {
    Observation current = registry == null ? null : registry.getCurrentObservation();
    if (current != null && current.getContext() instanceof ToolCallingObservationContext tool) {
      Throwable cause = exception.getCause(); // what the tool threw
      tool.put(KEY, cause == null ? exception : cause);
    }
  }
}
