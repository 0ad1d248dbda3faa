package dev.llmops.eval.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.ContentPolicy;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.ToolDefinition;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.EvalCase.ToolCall.Execution;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.agent.AgentEvaluators.Arguments;
import dev.llmops.eval.agent.AgentEvaluators.Matching;
import dev.llmops.eval.agent.AgentEvaluators.Trajectory;
import dev.llmops.eval.text.TextEvaluators;
import dev.llmops.sink.RingSink;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentEvaluatorsTest {

  private static final ToolCall PARIS = call("weather", "{\"city\": \"Paris\", \"days\": 1}");
  private static final ToolCall PARIS_AGAIN =
      call("weather", "{\"days\": 1.0, \"city\": \"Paris\"}");
  private static final ToolCall LYON = call("weather", "{\"city\": \"Lyon\"}");
  private static final ToolCall TIME = call("time", null);

  @Test
  void callsAreMatchedOneToOne() {
    // made: Paris, Paris, Lyon; expected: Paris, time, Lyon, Lyon: Paris and Lyon match once each
    EvalCase evalCase =
        made(PARIS, PARIS_AGAIN, LYON).expectedToolCalls(List.of(PARIS, TIME, LYON, LYON)).build();

    assertThat(raw(AgentEvaluators.toolCallPrecision(Matching.EXACT), evalCase))
        .isCloseTo(2.0 / 3, within(1e-12));
    assertThat(raw(AgentEvaluators.toolCallRecall(Matching.EXACT), evalCase)).isEqualTo(0.5);
    assertThat(raw(AgentEvaluators.toolCallF1(Matching.EXACT), evalCase))
        .isCloseTo(4.0 / 7, within(1e-12));
    assertThat(AgentEvaluators.toolCallF1(Matching.EXACT).evaluate(evalCase).reason())
        .isEqualTo(
            "2 of 4 expected calls among 3 made; missing: time, weather; extra or with other"
                + " arguments: weather");
  }

  @Test
  void theMatchingIsTheGreatest() {
    // by subset, {"a":1,"b":2} fits both expected calls, {"a":1} only the second: both must match
    ToolCall both = call("f", "{\"a\":1,\"b\":2}");
    ToolCall one = call("f", "{\"a\":1}");
    Matching subset = new Matching(Arguments.SUBSET, Map.of());

    EvalCase evalCase = made(both, one).expectedToolCalls(List.of(one, both)).build();

    assertThat(raw(AgentEvaluators.toolCallRecall(subset), evalCase)).isEqualTo(1);
  }

  @Test
  void theOrderOfCallsDoesNotChangeF1() {
    List<ToolCall> calls = new ArrayList<>(List.of(PARIS, LYON, TIME, PARIS_AGAIN, LYON));
    EvalCase evalCase =
        made(calls.toArray(ToolCall[]::new)).expectedToolCalls(List.of(LYON, PARIS, TIME)).build();
    double f1 = raw(AgentEvaluators.toolCallF1(Matching.EXACT), evalCase);

    Collections.reverse(calls);

    assertThat(
            raw(
                AgentEvaluators.toolCallF1(Matching.EXACT),
                evalCase.toBuilder().toolCalls(calls).build()))
        .isEqualTo(f1);
  }

  @Test
  void trajectoriesAreJudgedByMode() {
    List<ToolCall> expected = List.of(PARIS, LYON);

    assertThat(modes(expected, PARIS, LYON)).containsExactly(1.0, 1.0, 1.0, 1.0);
    assertThat(modes(expected, LYON, PARIS)).containsExactly(0.0, 1.0, 1.0, 1.0);
    assertThat(modes(expected, PARIS)).containsExactly(0.0, 0.0, 1.0, 0.0);
    assertThat(modes(expected, PARIS, TIME, LYON)).containsExactly(0.0, 0.0, 0.0, 1.0);
    assertThat(modes(List.of())).containsExactly(1.0, 1.0, 1.0, 1.0);
    assertThat(
            AgentEvaluators.trajectoryMatch(Trajectory.STRICT, Matching.EXACT)
                .evaluate(made(LYON, PARIS).expectedToolCalls(expected).build())
                .reason())
        .isEqualTo("the order differs from the expected one");
  }

  @Test
  void singleArgumentsMayHaveAMatcherOfTheirOwn() {
    EvalCase evalCase =
        made(call("weather", "{\"city\": \" paris\"}"))
            .expectedToolCalls(List.of(call("weather", "{\"city\": \"Paris\"}")))
            .build();
    Matching matching =
        new Matching(
            Arguments.EXACT, Map.of("weather.city", TextEvaluators.normalizedExactMatch()));

    assertThat(raw(AgentEvaluators.toolCallF1(Matching.EXACT), evalCase)).isZero();
    assertThat(raw(AgentEvaluators.toolCallF1(matching), evalCase)).isEqualTo(1);
    assertThat(
            raw(
                Evaluators.byName(
                    "tool_call_f1", Map.of("matchers", "city=normalized_exact_match")),
                evalCase))
        .isEqualTo(1);
  }

  @Test
  void whatIsUndefinedIsSkipped() {
    EvalCase nothing = made().expectedToolCalls(List.of()).build();

    assertThat(AgentEvaluators.toolCallPrecision(Matching.EXACT).evaluate(nothing))
        .isInstanceOf(Skipped.class);
    assertThat(AgentEvaluators.toolCallRecall(Matching.EXACT).evaluate(nothing))
        .isInstanceOf(Skipped.class);
    assertThat(AgentEvaluators.toolCallF1(Matching.EXACT).evaluate(nothing))
        .isInstanceOf(Skipped.class);
    assertThat(AgentEvaluators.repeatedToolCalls().evaluate(nothing)).isInstanceOf(Skipped.class);
    assertThat(AgentEvaluators.steps(10).evaluate(EvalCase.builder().build()).reason())
        .isEqualTo("steps needs the tool calls that were made: EvalCase.Builder.toolCalls(..)");
  }

  @Test
  void callsAreHeldAgainstTheSchemasOfTheTools() {
    Evaluator evaluator =
        AgentEvaluators.toolCallValid(
            List.of(
                ToolDefinition.function(
                    "weather",
                    null,
                    JsonText.of(
                        "{\"type\":\"object\",\"required\":[\"city\"],"
                            + "\"properties\":{\"city\":{\"type\":\"string\"}}}")),
                ToolDefinition.function("time", null, null)));

    EvalCase evalCase =
        made(PARIS, TIME, call("weather", "{\"city\": 1}"), call("weather", "{"), call("rm", "{}"))
            .build();

    assertThat(raw(evaluator, evalCase)).isEqualTo(0.4);
    assertThat(evaluator.evaluate(evalCase).reason())
        .startsWith("2 of 5 tool calls are valid; weather: /city: integer found, string expected")
        .endsWith("rm is not among the tools");
    assertThat(Evaluators.byName("tool_call_valid", evaluator.spec().settings()).spec())
        .isEqualTo(evaluator.spec());
  }

  @Test
  void loopsAndStepsAreCounted() {
    EvalCase loop = made(PARIS, LYON, PARIS, LYON).build();

    assertThat(raw(AgentEvaluators.repeatedToolCalls(), loop)).isEqualTo(0.5);
    assertThat(raw(AgentEvaluators.repeatedToolCalls(), made(PARIS, LYON).build())).isZero();
    assertThat(AgentEvaluators.steps(4).evaluate(loop))
        .isInstanceOfSatisfying(
            Scored.class,
            scored -> {
              assertThat(scored.raw()).isEqualTo(4);
              assertThat(scored.score()).isEqualTo(0.5);
            });
  }

  @Test
  void manyCallsAndBrokenArgumentsAreBounded() {
    ToolCall bomb = call("f", "[".repeat(5_000_000));
    ToolCall[] many = Collections.nCopies(200, LYON).toArray(ToolCall[]::new);

    assertThat(
            raw(
                AgentEvaluators.toolCallF1(Matching.EXACT),
                made(bomb).expectedToolCalls(List.of(bomb)).build()))
        .isZero();
    assertThat(
            raw(
                AgentEvaluators.toolCallF1(Matching.EXACT),
                made(many).expectedToolCalls(List.of(many)).build()))
        .isEqualTo(1);
    assertThat(
            AgentEvaluators.toolCallF1(Matching.EXACT)
                .evaluate(made(many).expectedToolCalls(Collections.nCopies(201, LYON)).build()))
        .isInstanceOf(Skipped.class);
  }

  private static List<Double> modes(List<ToolCall> expected, ToolCall... made) {
    EvalCase evalCase = made(made).expectedToolCalls(expected).build();
    List<Double> scores = new ArrayList<>();
    for (Trajectory each : Trajectory.values()) {
      scores.add(raw(AgentEvaluators.trajectoryMatch(each, Matching.EXACT), evalCase));
    }
    return scores;
  }

  private static double raw(Evaluator evaluator, EvalCase evalCase) {
    EvalResult result = evaluator.evaluate(evalCase);
    assertThat(result).isInstanceOf(Scored.class);
    return ((Scored) result).raw();
  }

  private static EvalCase.Builder made(ToolCall... calls) {
    return EvalCase.builder().toolCalls(List.of(calls));
  }

  @Test
  void aRoundThatComesAgainIsALoop() {
    ToolCall a = call("a", null);
    ToolCall b = call("b", null);
    ToolCall c = call("c", null);
    Evaluator loop = AgentEvaluators.toolCallLoop(Arguments.EXACT, 2);

    // a b comes three times in a row: twice more than once, 2 ÷ (2 + 2) = 0.5
    assertThat(raw(loop, made(c, a, b, a, b, a, b, c).build())).isEqualTo(2);
    assertThat(((Scored) loop.evaluate(made(a, b, a, b, a, b).build())).score()).isEqualTo(0.5);
    assertThat(loop.evaluate(made(c, a, b, a, b, a, b, c).build()).reason())
        .isEqualTo("from call 2 on, a round of 2 calls that begins with a comes 3 times in a row");
    assertThat(raw(loop, made(a, a, a).build())).isEqualTo(2);
    assertThat(raw(loop, made(a, b, a, c).build())).isZero();
    assertThat(loop.evaluate(made().build())).isInstanceOf(Skipped.class);
  }

  @Test
  void aLoopWithACounterIsSeenByItsNames() {
    EvalCase counting =
        made(call("page", "{\"n\":1}"), call("page", "{\"n\":2}"), call("page", "{\"n\":3}"))
            .build();

    assertThat(raw(AgentEvaluators.toolCallLoop(Arguments.EXACT, 2), counting)).isZero();
    assertThat(raw(AgentEvaluators.toolCallLoop(Arguments.IGNORED, 2), counting)).isEqualTo(2);
  }

  @Test
  void callsThatWereNotRunOrFailedAreCounted() {
    EvalCase evalCase =
        made(
                new ToolCall("a", null, Execution.SUCCEEDED),
                new ToolCall("b", null, Execution.FAILED),
                new ToolCall("c", null, Execution.MISSING))
            .build();

    assertThat(raw(AgentEvaluators.toolCallExecuted(), evalCase)).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(AgentEvaluators.toolCallExecuted().evaluate(evalCase).reason())
        .isEqualTo("2 of 3 tool calls were run; look at: c");
    assertThat(raw(AgentEvaluators.toolCallFailed(), evalCase)).isEqualTo(0.5);
    assertThat(((Scored) AgentEvaluators.toolCallFailed().evaluate(evalCase)).score())
        .isEqualTo(0.5);
    assertThat(AgentEvaluators.toolCallFailed().evaluate(evalCase).reason())
        .isEqualTo("1 of 2 tool calls failed; look at: b");
  }

  @Test
  void anUnknownFateIsSkipped() {
    assertThat(AgentEvaluators.toolCallExecuted().evaluate(made(PARIS, TIME).build()).reason())
        .isEqualTo(
            "of 2 of 2 tool calls it is not known what became of them; make the case by"
                + " AgentEvaluators.caseOf(records), or give each ToolCall its execution");
    assertThat(
            AgentEvaluators.toolCallFailed()
                .evaluate(made(new ToolCall("a", null, Execution.MISSING)).build())
                .reason())
        .isEqualTo("none of 1 tool calls was run");
  }

  @Test
  void aRecordedRunBecomesOneCase() {
    RingSink ring = RingSink.builder().content(ContentPolicy.full()).build();
    LlmOps ops = LlmOps.builder().sink(ring).build();
    MessagePart.ToolCall first = asked("1", "weather", "{\"city\":\"Paris\"}");
    MessagePart.ToolCall second = asked("2", "time", null);
    MessagePart.ToolCall third = asked(null, "weather", "{\"city\":\"Lyon\"}");
    MessagePart.ToolCall never = asked("4", "delete", "{}");
    ops.agent(
        "guide",
        () -> {
          answer(ops, Message.of("assistant", first, second));
          ops.step(
              StepRequest.tool("weather").id("1").build(), () -> "sunny", text -> StepResult.NONE);
          assertThatThrownBy(
                  () ->
                      ops.step(
                          StepRequest.tool("time").id("2").build(),
                          () -> {
                            throw new IllegalStateException("no clock");
                          },
                          text -> StepResult.NONE))
              .isInstanceOf(IllegalStateException.class);
          answer(ops, Message.of("assistant", third, never));
          ops.tool("weather", "{ \"city\": \"Lyon\" }", () -> "rain");
          return answer(ops, Message.assistant("Paris is sunny."));
        });

    EvalCase evalCase = AgentEvaluators.caseOf(ring.records());

    assertThat(evalCase.input()).isEqualTo("Where is it sunny?");
    assertThat(evalCase.output()).isEqualTo("Paris is sunny.");
    assertThat(evalCase.toolCalls())
        .extracting(ToolCall::name, ToolCall::execution)
        .containsExactly(
            tuple("weather", Execution.SUCCEEDED),
            tuple("time", Execution.FAILED),
            tuple("weather", Execution.SUCCEEDED),
            tuple("delete", Execution.MISSING));
    assertThat(raw(AgentEvaluators.toolCallExecuted(), evalCase)).isEqualTo(0.75);
    assertThat(raw(AgentEvaluators.toolCallFailed(), evalCase)).isCloseTo(1.0 / 3, within(1e-12));
  }

  @Test
  void aSecondTryThatWorksIsASuccess() {
    RingSink ring = RingSink.builder().content(ContentPolicy.full()).build();
    LlmOps ops = LlmOps.builder().sink(ring).build();
    answer(ops, Message.of("assistant", asked("1", "time", null)));
    StepRequest step = StepRequest.tool("time").id("1").build();
    assertThatThrownBy(
        () ->
            ops.step(
                step,
                () -> {
                  throw new IllegalStateException("busy");
                },
                text -> StepResult.NONE));
    ops.step(step, () -> "12:00", text -> StepResult.NONE);

    assertThat(AgentEvaluators.caseOf(ring.records()).toolCalls())
        .extracting(ToolCall::execution)
        .containsExactly(Execution.SUCCEEDED);
  }

  @Test
  void aResponseInALaterRequestIsEvidenceWhereNoStepWasRecorded() {
    RingSink ring = RingSink.builder().content(ContentPolicy.full()).build();
    LlmOps ops = LlmOps.builder().sink(ring).build();
    answer(ops, Message.of("assistant", asked("1", "weather", null), asked("2", "time", null)));

    List<ToolCall> alone = AgentEvaluators.caseOf(ring.records()).toolCalls();
    answer(ops, Message.assistant("sunny"), Message.tool("1", "sunny"));
    List<ToolCall> answered = AgentEvaluators.caseOf(ring.records()).toolCalls();

    assertThat(alone).extracting(ToolCall::execution).containsExactly(null, null);
    assertThat(answered)
        .extracting(ToolCall::execution)
        .containsExactly(Execution.SUCCEEDED, Execution.MISSING);
  }

  private static String answer(LlmOps ops, Message output, Message... before) {
    List<Message> messages = new ArrayList<>(List.of(Message.user("Where is it sunny?")));
    messages.addAll(List.of(before));
    LlmRequest request = LlmRequest.chat("local", "m").toBuilder().messages(messages).build();
    return ops.call(
        request, () -> "done", text -> LlmResponse.builder().outputs(List.of(output)).build());
  }

  private static MessagePart.ToolCall asked(String id, String name, String arguments) {
    return new MessagePart.ToolCall(id, name, arguments == null ? null : JsonText.of(arguments));
  }

  private static ToolCall call(String name, String arguments) {
    return new ToolCall(name, arguments == null ? null : JsonText.of(arguments));
  }
}
