package dev.llmops.eval.agent;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall.Execution;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What became of the calls that were made. */
final class ToolCallExecution {

  private static final int NAMED = 5;

  private ToolCallExecution() {}

  static Evaluator executed() {
    EvaluatorSpec spec = EvaluatorSpec.free("tool_call_executed", Scale.UNIT, Need.TOOL_CALLS);
    return Evaluators.of(
        spec,
        evalCase -> {
          List<EvalCase.ToolCall> made = AgentEvaluators.made(evalCase);
          return unknown(made)
              ? skipped(spec, made)
              : share(spec, made, call -> call.execution() != Execution.MISSING, "were run");
        });
  }

  static Evaluator failed() {
    EvaluatorSpec spec = EvaluatorSpec.free("tool_call_failed", Scale.RISK, Need.TOOL_CALLS);
    return Evaluators.of(
        spec,
        evalCase -> {
          List<EvalCase.ToolCall> made = AgentEvaluators.made(evalCase);
          if (unknown(made)) {
            return skipped(spec, made);
          }
          List<EvalCase.ToolCall> run =
              made.stream().filter(call -> call.execution() != Execution.MISSING).toList();
          return run.isEmpty()
              ? new Skipped(spec, "none of " + made.size() + " tool calls was run")
              : share(spec, run, call -> call.execution() == Execution.FAILED, "failed");
        });
  }

  private static boolean unknown(List<EvalCase.ToolCall> made) {
    return made.isEmpty() || made.stream().anyMatch(call -> call.execution() == null);
  }

  private static EvalResult skipped(EvaluatorSpec spec, List<EvalCase.ToolCall> made) {
    long unknown = made.stream().filter(call -> call.execution() == null).count();
    return new Skipped(
        spec,
        made.isEmpty()
            ? "no tool call was made"
            : "of "
                + unknown
                + " of "
                + made.size()
                + " tool calls it is not known what became of them; make the case by"
                + " AgentEvaluators.caseOf(records), or give each ToolCall its execution");
  }

  private static Scored share(
      EvaluatorSpec spec,
      List<EvalCase.ToolCall> calls,
      Predicate<EvalCase.ToolCall> counts,
      String did) {
    long hits = calls.stream().filter(counts).count();
    boolean wanted = spec.scale().equals(Scale.UNIT);
    Set<String> names = new LinkedHashSet<>();
    for (EvalCase.ToolCall call : calls) {
      if (counts.test(call) != wanted && names.size() < NAMED) {
        names.add(AgentEvaluators.shown(call.name()));
      }
    }
    return Scored.of(
        spec,
        (double) hits / calls.size(),
        hits
            + " of "
            + calls.size()
            + " tool calls "
            + did
            + (names.isEmpty() ? "" : "; look at: " + String.join(", ", names)));
  }
}
