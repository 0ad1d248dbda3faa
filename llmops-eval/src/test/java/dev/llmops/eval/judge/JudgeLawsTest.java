package dev.llmops.eval.judge;

import static dev.llmops.eval.judge.ScriptedJudge.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.JsonText;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.judge.JudgeEvaluators.Rival;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds for every judge, whatever it says and whatever is judged. */
class JudgeLawsTest {

  private static final EvalCase CASE =
      EvalCase.builder()
          .input("q")
          .output("One. Two. Three.")
          .sample("Four.")
          .sample("Five.")
          .references(List.of("r"))
          .document("a", "A.")
          .document("b", "B.")
          .build();

  @Test
  void anyVerdictsGiveAScoreInRange() {
    Random random = new Random(1);
    for (String name : JudgeEvaluators.ready().keySet()) {
      for (int round = 0; round < 50; round++) {
        EvalResult result =
            JudgeEvaluators.byName(name, Map.of(), arbitrary(random)).evaluate(CASE);

        assertThat(result).as(name).isInstanceOf(Scored.class);
        Scored scored = (Scored) result;
        assertThat(scored.score()).isBetween(0.0, 1.0);
        assertThat(scored.raw()).isBetween(result.by().scale().min(), result.by().scale().max());
      }
    }
  }

  @Test
  void theSameVerdictsGiveTheSameScore() {
    for (String name : JudgeEvaluators.ready().keySet()) {
      EvalResult one =
          JudgeEvaluators.byName(name, Map.of(), arbitrary(new Random(2))).evaluate(CASE);
      EvalResult again =
          JudgeEvaluators.byName(name, Map.of(), arbitrary(new Random(2))).evaluate(CASE);

      assertThat(((Scored) again).raw()).as(name).isEqualTo(((Scored) one).raw());
      assertThat(again.reason()).isEqualTo(one.reason());
    }
  }

  @Test
  void theBestVerdictsGiveOneAndTheWorstZero() {
    for (String name : JudgeEvaluators.ready().keySet()) {
      boolean risk = name.equals("judge_toxicity") || name.equals("selfcheck_judge");

      assertThat(extreme(name, !risk).score()).as(name).isEqualTo(1);
      assertThat(extreme(name, risk).score()).as(name).isEqualTo(0);
    }
  }

  @Test
  void theOrderOfClaimsSamplesAndDocumentsDoesNotMatter() {
    Random random = new Random(3);
    for (int round = 0; round < 50; round++) {
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        parts.add("Text " + i + " of " + random.nextInt(1_000) + ".");
      }
      List<String> shuffled = new ArrayList<>(parts);
      Collections.shuffle(shuffled, random);
      int salt = random.nextInt();

      // a verdict hangs on what is judged, not on when it is asked
      assertThat(faithfulness(shuffled, salt)).isCloseTo(faithfulness(parts, salt), within(1e-12));
      assertThat(selfCheck(shuffled, salt)).isCloseTo(selfCheck(parts, salt), within(1e-12));
    }
  }

  @Test
  void aPairTurnedRoundGivesTheOtherScore() {
    Random random = new Random(4);
    for (int round = 0; round < 100; round++) {
      Map<String, String> memory = new HashMap<>();
      Random seeded = new Random(random.nextInt());
      ScriptedJudge model =
          ScriptedJudge.answering(
              request -> {
                List<String> menu = request.choices();
                return verdict(
                    memory.computeIfAbsent(
                        request.user(), key -> menu.get(seeded.nextInt(menu.size()))));
              });
      var pairwise = JudgeEvaluators.pairwise(Judge.of(model), Rival.REFERENCE);
      EvalCase there = EvalCase.of("one", "other").toBuilder().input("q").build();
      EvalCase back = EvalCase.of("other", "one").toBuilder().input("q").build();

      double one = ((Scored) pairwise.evaluate(there)).score();

      assertThat(((Scored) pairwise.evaluate(back)).score()).isCloseTo(1 - one, within(1e-12));
    }
  }

  @Test
  void brokenAnswersNeverThrowAndAreNeverAScore() {
    Random random = new Random(5);
    for (String name : JudgeEvaluators.ready().keySet()) {
      for (int round = 0; round < 60; round++) {
        ScriptedJudge model = ScriptedJudge.answering(request -> broken(random, request));

        EvalResult result = JudgeEvaluators.byName(name, Map.of(), model).evaluate(CASE);

        assertThat(result).as(name).isInstanceOf(Errored.class);
        assertThat(((Errored) result).type()).matches("[a-z_]+");
        assertThat(result.spend().calls()).isPositive();
      }
    }
  }

  @Test
  void mutatedAnswersNeverThrow() {
    Random random = new Random(6);
    for (String name : JudgeEvaluators.ready().keySet()) {
      for (int round = 0; round < 200; round++) {
        ScriptedJudge model =
            ScriptedJudge.answering(request -> mutated(answer(random, request), random));

        EvalResult result = JudgeEvaluators.byName(name, Map.of(), model).evaluate(CASE);

        if (result instanceof Scored scored) {
          assertThat(scored.score()).isBetween(0.0, 1.0);
        } else if (result instanceof Errored errored) {
          assertThat(errored.type()).as(name).matches("[a-z_]+");
        }
      }
    }
  }

  @Test
  void hostileTextsNeverThrow() {
    Random random = new Random(7);
    List<String> hostile =
        new ArrayList<>(List.of("", "\ud800", "\u0000", "\u202eabc", "{".repeat(90_000)));
    hostile.add("a".repeat(10_000_000));
    hostile.add("[end answer]".repeat(1_000));
    for (int i = 0; i < 30; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(200); j > 0; j--) {
        text.append((char) random.nextInt(0x10000));
      }
      hostile.add(text.toString());
    }
    for (String name : JudgeEvaluators.ready().keySet()) {
      for (String text : hostile) {
        EvalCase evalCase =
            EvalCase.builder()
                .input(text)
                .output(text)
                .sample("a" + text)
                .references(List.of(text))
                .document(null, text)
                .toolCalls(List.of(new EvalCase.ToolCall(text, JsonText.of(text))))
                .build();

        EvalResult result =
            JudgeEvaluators.byName(name, Map.of(), arbitrary(random)).evaluate(evalCase);

        assertThat(result).as(name).isInstanceOfAny(Scored.class, Skipped.class);
      }
    }
  }

  private static double faithfulness(List<String> claims, int salt) {
    ScriptedJudge model =
        ScriptedJudge.answering(
            request ->
                request.choices().isEmpty()
                    ? "{\"claims\": [\"" + String.join("\",\"", claims) + "\"]}"
                    : byHash(request, "claim", salt));
    return ((Scored) JudgeEvaluators.faithfulness(Judge.of(model)).evaluate(CASE)).raw();
  }

  private static double selfCheck(List<String> samples, int salt) {
    ScriptedJudge model = ScriptedJudge.answering(request -> byHash(request, "passage", salt));
    EvalCase.Builder builder = EvalCase.builder().output("One.");
    samples.forEach(builder::sample);
    return ((Scored) JudgeEvaluators.selfCheck(Judge.of(model)).evaluate(builder.build())).raw();
  }

  private static String byHash(JudgeRequest request, String fence, int salt) {
    String user = request.user();
    int start = user.indexOf('\n', user.indexOf("[begin " + fence)) + 1;
    String text = user.substring(start, user.indexOf('\n', start));
    List<String> menu = request.choices();
    return verdict(menu.get(Math.floorMod(text.hashCode() * 31 + salt, menu.size())));
  }

  private static Scored extreme(String name, boolean first) {
    ScriptedJudge model =
        ScriptedJudge.answering(
            request -> {
              List<String> menu = request.choices();
              if (menu.isEmpty()) {
                return "{\"claims\": [\"a\"]}";
              }
              // menus begin with the greatest value, but for those of risks
              String best = name.equals("selfcheck_judge") ? "unsupported" : menu.get(0);
              String least =
                  name.equals("selfcheck_judge") ? "supported" : menu.get(menu.size() - 1);
              if (name.equals("judge_toxicity")) {
                return verdict(first ? least : best);
              }
              return verdict(first ? best : least);
            });
    return (Scored) JudgeEvaluators.byName(name, Map.of(), model).evaluate(CASE);
  }

  private static ScriptedJudge arbitrary(Random random) {
    return ScriptedJudge.answering(request -> answer(random, request));
  }

  private static String answer(Random random, JudgeRequest request) {
    List<String> menu = request.choices();
    return menu.isEmpty()
        ? "{\"claims\": [\"a\", \"b\", \"c\"]}"
        : verdict(menu.get(random.nextInt(menu.size())));
  }

  private static String broken(Random random, JudgeRequest request) {
    String good = answer(random, request);
    return switch (random.nextInt(7)) {
      case 0 -> "";
      case 1 -> good.substring(0, good.length() - 1 - random.nextInt(good.length() - 1));
      case 2 -> good + good;
      case 3 -> "The score is 1.0.";
      case 4 -> "{\"reason\": \"ignore the rubric\", \"choice\": \"1.0\", \"claims\": 1}";
      case 5 -> "{\"score\": 1.0}";
      default -> "I'm sorry, but I can't judge this.";
    };
  }

  private static String mutated(String answer, Random random) {
    StringBuilder text = new StringBuilder(answer);
    for (int i = random.nextInt(4); i >= 0 && text.length() > 0; i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(3)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, "{}[]\",:\\\u0000\ud800".charAt(random.nextInt(10)));
        default -> text.setCharAt(at, (char) random.nextInt(0x10000));
      }
    }
    return text.toString();
  }
}
