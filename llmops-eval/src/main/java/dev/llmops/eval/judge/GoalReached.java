package dev.llmops.eval.judge;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Shows a judge the goal, what was done and what was answered. */
final class GoalReached {

  private GoalReached() {}

  static Evaluator of(Judge judge) {
    Rubric rubric = Rubric.load("goal_reached", judge.language());
    EvaluatorSpec spec =
        JudgeEvaluators.spec(
            "goal_reached",
            JudgeEvaluators.settings(judge, rubric),
            Scale.UNIT,
            Set.of(Need.INPUT, Need.OUTPUT));
    return JudgeEvaluator.classifying(spec, judge, rubric, GoalReached::texts);
  }

  private static FencedTexts texts(EvalCase evalCase) {
    FencedTexts texts = JudgeEvaluators.texts(evalCase, Set.of(Need.INPUT, Need.REFERENCES));
    List<String> steps = steps(evalCase);
    for (int i = 0; i < steps.size(); i++) {
      texts.add("step_" + (i + 1), steps.get(i));
    }
    return texts.add("answer", String.valueOf(evalCase.output()));
  }

  /** Calls and results out of the conversation, then the calls of the last answer. */
  private static List<String> steps(EvalCase evalCase) {
    List<String> steps = new ArrayList<>();
    for (Message message : evalCase.messages()) {
      for (MessagePart part : message.parts()) {
        if (part instanceof MessagePart.ToolCall call) {
          steps.add(call(call.name(), call.arguments()));
        } else if (part instanceof MessagePart.ToolResponse response) {
          steps.add("result: " + response.response());
        }
      }
    }
    if (evalCase.toolCalls() != null) {
      evalCase.toolCalls().forEach(each -> steps.add(call(each.name(), each.arguments())));
    }
    return steps;
  }

  private static String call(String name, @Nullable JsonText arguments) {
    return "call of " + name + ": " + (arguments == null ? "{}" : arguments.text());
  }
}
