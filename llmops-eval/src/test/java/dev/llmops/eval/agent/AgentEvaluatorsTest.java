package dev.llmops.eval.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.JsonText;
import dev.llmops.ToolDefinition;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.agent.AgentEvaluators.Arguments;
import dev.llmops.eval.agent.AgentEvaluators.Matching;
import dev.llmops.eval.agent.AgentEvaluators.Trajectory;
import dev.llmops.eval.text.TextEvaluators;
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

  private static ToolCall call(String name, String arguments) {
    return new ToolCall(name, arguments == null ? null : JsonText.of(arguments));
  }
}
