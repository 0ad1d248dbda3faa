package dev.llmops.eval.agent;

import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.Origin;
import dev.llmops.StepRequest;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.EvalCase.ToolCall.Execution;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tool calls of one recorded run, each with what became of it. */
final class RecordedRun {

  private final List<MessagePart.ToolCall> attempts = new ArrayList<>();
  private final List<LlmStep> steps = new ArrayList<>();
  private final Set<String> answered = new HashSet<>();

  private RecordedRun() {}

  static EvalCase caseOf(List<? extends LlmRecord> records) {
    List<LlmCall> calls = new ArrayList<>();
    RecordedRun run = new RecordedRun();
    for (LlmRecord each : records) {
      if (each instanceof LlmCall call && call.origin() != Origin.JUDGE) {
        calls.add(call);
      } else if (each instanceof LlmStep step && step.request().kind() == StepRequest.Kind.TOOL) {
        run.steps.add(step);
      }
    }
    // sinks get records as they end, a tool's before that of the agent around it
    calls.sort(Comparator.comparing(each -> each.timing().start()));
    run.steps.sort(Comparator.comparing(each -> each.timing().start()));
    for (LlmCall call : calls) {
      run.read(call);
    }
    EvalCase.Builder builder = EvalCase.builder().toolCalls(run.toolCalls());
    if (!calls.isEmpty()) {
      LlmCall last = calls.get(calls.size() - 1);
      builder
          .input(EvalCase.of(calls.get(0)).input())
          .messages(last.request().messages())
          .output(EvalCase.of(last).output());
    }
    return builder.build();
  }

  private void read(LlmCall call) {
    for (Message message : call.request().messages()) {
      for (MessagePart part : message.parts()) {
        if (part instanceof MessagePart.ToolResponse response && response.id() != null) {
          answered.add(response.id());
        }
      }
    }
    if (!call.response().outputs().isEmpty()) {
      for (MessagePart part : call.response().outputs().get(0).parts()) {
        if (part instanceof MessagePart.ToolCall attempt) {
          attempts.add(attempt);
        }
      }
    }
  }

  private List<ToolCall> toolCalls() {
    @Nullable Execution[] executions = new Execution[attempts.size()];
    boolean[] used = new boolean[steps.size()];
    match(executions, used, true, RecordedRun::id, RecordedRun::id);
    match(executions, used, true, RecordedRun::nameAndArguments, RecordedRun::nameAndArguments);
    match(executions, used, false, MessagePart.ToolCall::name, step -> step.request().name());
    boolean known = !steps.isEmpty() || !answered.isEmpty();
    List<ToolCall> calls = new ArrayList<>();
    for (int i = 0; i < executions.length; i++) {
      MessagePart.ToolCall attempt = attempts.get(i);
      Execution execution = executions[i];
      if (execution == null && known) {
        boolean hasResponse = attempt.id() != null && answered.contains(attempt.id());
        execution = hasResponse ? Execution.SUCCEEDED : Execution.MISSING;
      }
      calls.add(new ToolCall(attempt.name(), attempt.arguments(), execution));
    }
    return calls;
  }

  private interface Key<T> {
    @Nullable Object of(T record);
  }

  /** Gives the attempts that have none yet the first step left of the same key. */
  private void match(
      @Nullable Execution[] executions,
      boolean[] used,
      boolean retries,
      Key<MessagePart.ToolCall> ofAttempt,
      Key<LlmStep> ofStep) {
    Map<Object, List<Integer>> open = new HashMap<>();
    for (int i = 0; i < executions.length; i++) {
      Object key = executions[i] == null ? ofAttempt.of(attempts.get(i)) : null;
      if (key != null) {
        open.computeIfAbsent(key, k -> new ArrayList<>()).add(i);
      }
    }
    Map<Object, Integer> next = new HashMap<>();
    for (int j = 0; j < used.length; j++) {
      Object key = used[j] ? null : ofStep.of(steps.get(j));
      List<Integer> attemptsOfKey = key == null ? null : open.get(key);
      if (key == null || attemptsOfKey == null) {
        continue;
      }
      int at = next.merge(key, 1, Integer::sum) - 1;
      if (at >= attemptsOfKey.size() && !retries) {
        continue;
      }
      // one step more than there are attempts runs the last of them again
      int attempt = attemptsOfKey.get(Math.min(at, attemptsOfKey.size() - 1));
      used[j] = true;
      executions[attempt] =
          steps.get(j).error() == null || executions[attempt] == Execution.SUCCEEDED
              ? Execution.SUCCEEDED
              : Execution.FAILED;
    }
  }

  private static @Nullable Object id(MessagePart.ToolCall attempt) {
    return attempt.id();
  }

  private static @Nullable Object id(LlmStep step) {
    return step.request().id();
  }

  private static Object nameAndArguments(MessagePart.ToolCall attempt) {
    return ParsedCall.of(new ToolCall(attempt.name(), attempt.arguments()));
  }

  private static Object nameAndArguments(LlmStep step) {
    String input = step.request().input();
    return ParsedCall.of(
        new ToolCall(step.request().name(), input == null ? null : JsonText.of(input)));
  }
}
