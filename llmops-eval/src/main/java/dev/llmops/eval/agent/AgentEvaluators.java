package dev.llmops.eval.agent;

import dev.llmops.LlmRecord;
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

  private static final int MAX_SHOWN = 80;

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

  /**
   * {@code tool_call_loop}: how many times more than once the agent went the same round without a
   * break, the lower the better; rounds of up to 20 calls are seen. {@code a b a b a b c} → 2, as
   * {@code a b} comes three times; all different → 0. Rightful polling is a round too. Skipped when
   * no call was made.
   *
   * @param arguments {@link Arguments#EXACT}, or {@link Arguments#IGNORED} where the names alone
   *     make a round, which also finds loops with a counter in their arguments
   * @param half the number that scores 0.5, 1 or more; gates work on the number itself
   */
  public static Evaluator toolCallLoop(Arguments arguments, int half) {
    return ToolCallCounts.loop(arguments, half);
  }

  /**
   * {@code tool_call_executed}: of the calls that the model made, the share that was run, whether
   * or not it failed then. 2 of 3 → 0.667. Skipped when none was made, or when it is not known of
   * one what became of it.
   */
  public static Evaluator toolCallExecuted() {
    return ToolCallExecution.executed();
  }

  /**
   * {@code tool_call_failed}: of the calls that were run, the share that failed, the lower the
   * better. 1 of 2 → 0.5. Skipped as {@link #toolCallExecuted()} is, and when none was run.
   */
  public static Evaluator toolCallFailed() {
    return ToolCallExecution.failed();
  }

  /**
   * One case from what was recorded of one run of an agent: all tool calls of its model calls in
   * order, each with what became of it; the first question as input, the last answer as output.
   * Judges' calls are left out. The records must hold content, else no tool call is seen.
   *
   * <p>A tool step answers the call whose id it has, else one with its name and arguments, else the
   * first one left of its name. Where no step of a tool was recorded, a tool's response in a later
   * request is evidence that the call was run. Where nothing of either kind was, what became of the
   * calls is not known.
   */
  public static EvalCase caseOf(List<? extends LlmRecord> records) {
    return RecordedRun.caseOf(records);
  }

  /** A tool's name for a reason: the model wrote it, and it may be of any length. */
  static String shown(String name) {
    return name.length() <= MAX_SHOWN ? name : name.substring(0, MAX_SHOWN) + "…";
  }

  static List<EvalCase.ToolCall> made(EvalCase evalCase) {
    return Objects.requireNonNull(evalCase.toolCalls());
  }
}
