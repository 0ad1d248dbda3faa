package dev.llmops.eval.agent;

import dev.llmops.ToolDefinition;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Evaluators of tool calls. All are free and thread-safe. Calls are matched one to one, by a
 * greatest matching, so that one call is never counted for two; above 200 calls on a side they are
 * {@linkplain Skipped skipped}. What is undefined is Skipped too: precision when nothing was
 * called, recall when nothing was expected.
 */
public final class AgentEvaluators {

  private AgentEvaluators() {}

  /** Which sequences of calls are right. */
  public enum Trajectory {
    /** The expected calls, all of them, in their order, and no other. */
    STRICT,
    /** The expected calls, all of them, in any order, and no other. */
    UNORDERED,
    /** Only expected calls, not necessarily all. */
    SUBSET,
    /** All expected calls, and possibly others. */
    SUPERSET
  }

  /** Which arguments two calls of one tool must share. */
  public enum Arguments {
    /** The same arguments with the same values; {@code 1} equals {@code 1.0}. */
    EXACT,
    /** The expected ones; more may be given. */
    SUBSET,
    /** None: the name is enough. */
    IGNORED
  }

  /**
   * When a call that was made is the expected one.
   *
   * @param arguments which must be the same
   * @param matchers for single arguments, by {@code tool.argument} or {@code argument}: an
   *     evaluator of the value made (as output) against the value expected (as reference), texts
   *     without their quotes, anything else as JSON; it matches if it scores 1
   */
  public record Matching(Arguments arguments, Map<String, Evaluator> matchers) {

    /** The same arguments with the same values. */
    public static final Matching EXACT = new Matching(Arguments.EXACT, Map.of());

    /** Copies. */
    public Matching {
      matchers = Collections.unmodifiableMap(new TreeMap<>(matchers));
    }
  }

  /**
   * {@code tool_call_valid}: the share of the calls that name a known tool and give it a JSON
   * object that its schema allows. 3 of 4 valid → 0.75. Schemas need {@code
   * com.networknt:json-schema-validator}, an optional dependency; without one of a tool's own any
   * object is allowed. Skipped when no call was made.
   *
   * @param tools that may be called; where empty, those of the recorded call's request
   */
  public static Evaluator toolCallValid(List<ToolDefinition> tools) {
    return ToolCallValidity.of(tools);
  }

  /** {@code tool_call_precision}: matched ÷ made. 2 of 3 made were expected → 0.667. */
  public static Evaluator toolCallPrecision(Matching matching) {
    return ToolCallMatches.precision(matching);
  }

  /** {@code tool_call_recall}: matched ÷ expected. 2 of 4 expected were made → 0.5. */
  public static Evaluator toolCallRecall(Matching matching) {
    return ToolCallMatches.recall(matching);
  }

  /**
   * {@code tool_call_f1}: 2 × matched ÷ (made + expected), the harmonic mean of precision and
   * recall. 2 matched, 3 made, 4 expected → 4 ÷ 7 = 0.571. Skipped when nothing was expected and
   * nothing made.
   */
  public static Evaluator toolCallF1(Matching matching) {
    return ToolCallMatches.f1(matching);
  }

  /**
   * {@code trajectory_match}: 1 if the calls that were made are the expected ones, else 0. Nothing
   * expected and nothing made → 1.
   */
  public static Evaluator trajectoryMatch(Trajectory trajectory, Matching matching) {
    return ToolCallMatches.trajectory(trajectory, matching);
  }

  /**
   * {@code steps}: how many tool calls were made, the fewer the better; 0 or more.
   *
   * @param half the number of calls that scores 0.5, 1 or more; gates work on the number itself
   */
  public static Evaluator steps(int half) {
    return ToolCallCounts.steps(half);
  }

  /**
   * {@code repeated_tool_calls}: the share of the calls that repeat an earlier one, name and
   * arguments, the lower the better: an agent in a loop. {@code a b a b} → 2 ÷ 4 = 0.5. Repeating a
   * call can be right (polling), and a loop with a counter in its arguments is not seen. Skipped
   * when no call was made.
   */
  public static Evaluator repeatedToolCalls() {
    return ToolCallCounts.repeated();
  }

  static List<EvalCase.ToolCall> made(EvalCase evalCase) {
    return Objects.requireNonNull(evalCase.toolCalls());
  }
}
