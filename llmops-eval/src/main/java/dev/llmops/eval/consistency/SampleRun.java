package dev.llmops.eval.consistency;

import dev.llmops.Cost;
import dev.llmops.eval.EvalCase;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Sampler} got.
 *
 * @param input what was asked
 * @param outputs the answers that came in time, in the order of the calls
 * @param failures the exception classes of calls that failed
 * @param calls how many calls were begun, those that were interrupted included
 * @param asked how many samples were asked for
 * @param stoppedBy {@code time}, {@code cost} or {@code interrupted} where fewer calls were made or
 *     awaited than asked for, else absent
 * @param cost of all calls, absent unless every one told its own, in one currency
 * @param time that it took
 */
public record SampleRun(
    String input,
    List<String> outputs,
    List<String> failures,
    int calls,
    int asked,
    @Nullable String stoppedBy,
    @Nullable Cost cost,
    Duration time) {

  /** Copies the lists. */
  public SampleRun {
    Objects.requireNonNull(input, "input must not be null");
    outputs = List.copyOf(outputs);
    failures = List.copyOf(failures);
    Objects.requireNonNull(time, "time must not be null");
  }

  /** Whether every call that was asked for answered. */
  public boolean isComplete() {
    return outputs.size() == asked;
  }

  /**
   * A case with the first answer as output and the others as samples; without answers, a case
   * without an output, of which evaluators are Skipped.
   */
  public EvalCase toCase() {
    EvalCase.Builder builder = EvalCase.builder().input(input);
    if (!outputs.isEmpty()) {
      builder.output(outputs.get(0));
      outputs.subList(1, outputs.size()).forEach(builder::sample);
    }
    return builder.build();
  }
}
