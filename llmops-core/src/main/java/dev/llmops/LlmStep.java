package dev.llmops;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One finished step around model calls: a tool, an agent, a workflow or a retrieval. Immutable.
 *
 * @param ref names the step
 * @param parent the step it ran in, absent outside of one
 * @param context what the application said about itself when the step began
 * @param request what it was about to do
 * @param result what it gave back; {@link StepResult#NONE} when it failed or nothing was told
 * @param error why it failed, absent when it did not
 * @param timing when and how long
 * @param weight how many steps this one stands for after sampling, 1 or more
 * @param problems what could not be read or was left out, without content
 */
public record LlmStep(
    CallRef ref,
    @Nullable CallRef parent,
    LlmContext context,
    StepRequest request,
    StepResult result,
    @Nullable CallError error,
    Timing timing,
    double weight,
    List<String> problems)
    implements LlmRecord {

  /** Checks the ranges and copies the problems. */
  public LlmStep {
    Objects.requireNonNull(ref, "ref must not be null");
    Objects.requireNonNull(context, "context must not be null");
    Objects.requireNonNull(request, "request must not be null");
    Objects.requireNonNull(result, "result must not be null");
    Objects.requireNonNull(timing, "timing must not be null");
    if (!(weight >= 1) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "weight must be a finite number of at least 1, but was " + weight);
    }
    problems = Checks.copy(problems, "problems");
  }

  /** The same step standing for more or fewer steps. */
  public LlmStep withWeight(double newWeight) {
    return newWeight == weight
        ? this
        : new LlmStep(ref, parent, context, request, result, error, timing, newWeight, problems);
  }
}
