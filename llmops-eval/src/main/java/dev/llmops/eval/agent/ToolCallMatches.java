package dev.llmops.eval.agent;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.agent.AgentEvaluators.Matching;
import dev.llmops.eval.agent.AgentEvaluators.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The calls that were made against those that were expected. */
final class ToolCallMatches {

  static final int MAX_CALLS = 200;

  private final List<ParsedCall> made;
  private final List<ParsedCall> expected;

  /** The expected call that each call made is matched with, or -1. */
  private final int[] matched;

  private ToolCallMatches(EvalCase evalCase, Matching matching) {
    made = ParsedCall.all(AgentEvaluators.made(evalCase));
    expected = ParsedCall.all(Objects.requireNonNull(evalCase.expectedToolCalls()));
    matched = greatestMatching(matching);
  }

  private interface Measure {
    EvalResult of(EvaluatorSpec spec, ToolCallMatches matches);
  }

  static Evaluator precision(Matching matching) {
    return evaluator(
        "tool_call_precision",
        Map.of(),
        matching,
        (spec, matches) ->
            matches.made.isEmpty()
                ? new Skipped(spec, "no tool call was made, so precision is not defined")
                : Scored.of(
                    spec, (double) matches.count() / matches.made.size(), matches.reason()));
  }

  static Evaluator recall(Matching matching) {
    return evaluator(
        "tool_call_recall",
        Map.of(),
        matching,
        (spec, matches) ->
            matches.expected.isEmpty()
                ? new Skipped(spec, "no tool call was expected, so recall is not defined")
                : Scored.of(
                    spec, (double) matches.count() / matches.expected.size(), matches.reason()));
  }

  static Evaluator f1(Matching matching) {
    return evaluator(
        "tool_call_f1",
        Map.of(),
        matching,
        (spec, matches) -> {
          int both = matches.made.size() + matches.expected.size();
          return both == 0
              ? new Skipped(
                  spec, "no tool call was expected and none made; trajectory_match judges that")
              : Scored.of(spec, 2.0 * matches.count() / both, matches.reason());
        });
  }

  static Evaluator trajectory(Trajectory trajectory, Matching matching) {
    return evaluator(
        "trajectory_match",
        Map.of("mode", trajectory.name().toLowerCase(Locale.ROOT)),
        matching,
        (spec, matches) -> {
          boolean allMade = matches.count() == matches.expected.size();
          boolean noOther = matches.count() == matches.made.size();
          boolean pass =
              switch (trajectory) {
                case STRICT -> matches.inOrder(matching);
                case UNORDERED -> allMade && noOther;
                case SUBSET -> noOther;
                case SUPERSET -> allMade;
              };
          boolean order = !pass && allMade && noOther;
          return Scored.of(
              spec, pass, order ? "the order differs from the expected one" : matches.reason());
        });
  }

  private static Evaluator evaluator(
      String name, Map<String, String> extra, Matching matching, Measure measure) {
    Map<String, String> settings = new TreeMap<>(extra);
    settings.put("arguments", matching.arguments().name().toLowerCase(Locale.ROOT));
    if (!matching.matchers().isEmpty()) {
      List<String> each = new ArrayList<>();
      matching
          .matchers()
          .forEach((argument, matcher) -> each.add(argument + "=" + matcher.spec().name()));
      settings.put("matchers", String.join("|", each));
    }
    EvaluatorSpec spec =
        EvaluatorSpec.free(name, Scale.UNIT, Need.TOOL_CALLS, Need.EXPECTED_TOOL_CALLS)
            .withSettings(settings);
    return Evaluators.of(
        spec,
        evalCase -> {
          int most =
              Math.max(
                  AgentEvaluators.made(evalCase).size(),
                  Objects.requireNonNull(evalCase.expectedToolCalls()).size());
          return most > MAX_CALLS
              ? new Skipped(
                  spec, most + " tool calls are too many to match; at most " + MAX_CALLS + " are")
              : measure.of(spec, new ToolCallMatches(evalCase, matching));
        });
  }

  private int count() {
    return (int) Arrays.stream(matched).filter(each -> each >= 0).count();
  }

  private boolean inOrder(Matching matching) {
    if (made.size() != expected.size()) {
      return false;
    }
    for (int i = 0; i < made.size(); i++) {
      if (!made.get(i).is(expected.get(i), matching)) {
        return false;
      }
    }
    return true;
  }

  /** Kuhn's algorithm for bipartite graphs; cubic at worst, on at most 200 calls a side. */
  private int[] greatestMatching(Matching matching) {
    boolean[][] fits = new boolean[made.size()][expected.size()];
    for (int i = 0; i < made.size(); i++) {
      for (int j = 0; j < expected.size(); j++) {
        fits[i][j] = made.get(i).is(expected.get(j), matching);
      }
    }
    int[] ofExpected = new int[expected.size()];
    Arrays.fill(ofExpected, -1);
    for (int i = 0; i < made.size(); i++) {
      augment(i, fits, ofExpected, new boolean[expected.size()]);
    }
    int[] ofMade = new int[made.size()];
    Arrays.fill(ofMade, -1);
    for (int j = 0; j < ofExpected.length; j++) {
      if (ofExpected[j] >= 0) {
        ofMade[ofExpected[j]] = j;
      }
    }
    return ofMade;
  }

  private static boolean augment(int call, boolean[][] fits, int[] ofExpected, boolean[] tried) {
    for (int j = 0; j < ofExpected.length; j++) {
      if (fits[call][j] && !tried[j]) {
        tried[j] = true;
        if (ofExpected[j] < 0 || augment(ofExpected[j], fits, ofExpected, tried)) {
          ofExpected[j] = call;
          return true;
        }
      }
    }
    return false;
  }

  private String reason() {
    List<String> missing = new ArrayList<>();
    List<String> extra = new ArrayList<>();
    boolean[] seen = new boolean[expected.size()];
    for (int i = 0; i < matched.length; i++) {
      if (matched[i] >= 0) {
        seen[matched[i]] = true;
      } else {
        extra.add(AgentEvaluators.shown(made.get(i).name()));
      }
    }
    for (int j = 0; j < seen.length; j++) {
      if (!seen[j]) {
        missing.add(AgentEvaluators.shown(expected.get(j).name()));
      }
    }
    return count()
        + " of "
        + expected.size()
        + " expected calls among "
        + made.size()
        + " made"
        + (missing.isEmpty() ? "" : "; missing: " + named(missing))
        + (extra.isEmpty() ? "" : "; extra or with other arguments: " + named(extra));
  }

  private static String named(List<String> names) {
    int shown = Math.min(5, names.size());
    return String.join(", ", names.subList(0, shown))
        + (shown < names.size() ? " and " + (names.size() - shown) + " more" : "");
  }
}
