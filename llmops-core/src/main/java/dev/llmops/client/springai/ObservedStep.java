package dev.llmops.client.springai;

import dev.llmops.CallRef;
import dev.llmops.LlmContext;
import dev.llmops.OpenStep;
import dev.llmops.StepResult;
import io.micrometer.observation.Observation;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A step while it runs. */
final class ObservedStep<C extends Observation.Context> extends Observed {

  private final OpenStep step;
  private final Function<C, @Nullable Throwable> failure;
  private final Function<C, StepResult> result;

  /**
   * @param result reads what the step gave back from its own context
   */
  ObservedStep(OpenStep step, Function<C, StepResult> result) {
    this(step, Observation.Context::getError, result);
  }

  /**
   * @param failure why the step failed, null if it did not
   */
  ObservedStep(
      OpenStep step, Function<C, @Nullable Throwable> failure, Function<C, StepResult> result) {
    this.step = step;
    this.failure = failure;
    this.result = result;
  }

  @Override
  CallRef ref() {
    return step.ref();
  }

  @Override
  LlmContext.Scope makeCurrent() {
    return step.makeCurrent();
  }

  @Override
  LlmContext.Scope childContext() {
    return step.makeCurrent();
  }

  @Override
  @SuppressWarnings("unchecked") // the context that the step was started with
  void stop(Observation.Context context) {
    Throwable error = failure.apply((C) context);
    if (error != null) {
      step.fail(error);
      return;
    }
    StepResult told = StepResult.NONE;
    try {
      told = result.apply((C) context);
    } finally {
      step.complete(told);
    }
  }
}
