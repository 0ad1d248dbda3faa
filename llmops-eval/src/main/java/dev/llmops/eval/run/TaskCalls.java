package dev.llmops.eval.run;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.CallSink;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.EvalResult.Spend;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The model calls that a task makes, as whichever {@code LlmOps} it uses records them. */
final class TaskCalls implements CallSink {

  private static final int MAX_CALLS = 1_000;

  private final List<LlmCall> calls = new ArrayList<>();
  private Spend spend = Spend.NONE;

  @Override
  public void accept(LlmRecord record) {
    if (record instanceof LlmCall call && call.origin() != Origin.JUDGE) {
      synchronized (this) {
        spend = spend.plus(new Spend(1, call.usage(), call.cost(), call.timing().total()));
        if (calls.size() < MAX_CALLS) {
          calls.add(call);
        }
      }
    }
  }

  /** Evaluators in the process may see a call whole. */
  @Override
  public ContentPolicy content() {
    return ContentPolicy.full();
  }

  @Override
  public boolean appliesContentPolicy() {
    return true;
  }

  synchronized Spend spend() {
    return spend;
  }

  synchronized List<CallRef> refs() {
    return calls.stream().map(LlmCall::ref).toList();
  }

  /** Whether a call ended with one of these statuses. */
  synchronized boolean failedWith(Set<Integer> statuses) {
    for (LlmCall call : calls) {
      if (call.outcome() instanceof Outcome.Failed failed) {
        CallError error = failed.error();
        if (error.httpStatus() != null && statuses.contains(error.httpStatus())) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * The case with what its calls tell and it does not say itself: the call where there was exactly
   * one (of several none stands for the whole), and the tool calls that the model asked for.
   */
  synchronized EvalCase complete(EvalCase answered) {
    if (calls.isEmpty()) {
      return answered;
    }
    EvalCase.Builder builder = answered.toBuilder();
    if (answered.call() == null && calls.size() == 1) {
      builder.call(calls.get(0));
    }
    if (answered.toolCalls() == null) {
      List<ToolCall> made = new ArrayList<>();
      for (LlmCall call : calls) {
        List<ToolCall> one = EvalCase.of(call).toolCalls();
        made.addAll(one == null ? List.of() : one);
      }
      builder.toolCalls(made);
    }
    return builder.build();
  }
}
