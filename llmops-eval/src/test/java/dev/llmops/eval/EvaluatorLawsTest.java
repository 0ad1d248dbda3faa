package dev.llmops.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.JsonText;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws that hold for whole families, on cases drawn with a fixed seed. */
class EvaluatorLawsTest {

  /** Words of one script each; emoji are signs, not letters. */
  private static final Map<String, List<String>> SCRIPTS =
      Map.of(
          "English", List.of("the", "cat", "sat", "on", "42", "mats", "isn't", "over-night"),
          "Chinese", List.of("你好", "世界", "北京", "四十二", "，", "今天", "天气"),
          "Thai", List.of("สวัสดี", "ภาษา", "ไทย", "น้ำ", "ที่"),
          "Arabic", List.of("مرحبا", "بالعالم", "اللغة", "٤٢", "العربية"),
          "emoji", List.of("👍🏽", "👨‍👩‍👧", "🇫🇷", "❤️", "🙂"),
          "mixed", List.of("Tokyo", "東京", "ok", "👍", "مرحبا", "ไทย", "straße", "ΟΔΟΣ"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "squad_exact_match",
        "squad_f1",
        "token_recall",
        "rouge_1",
        "rouge_2",
        "rouge_l",
        "rouge_lsum",
        "bleu",
        "chrf",
        "chrf_plus_plus",
        "ter",
        "levenshtein",
        "jaro_winkler",
        "jaccard",
        "exact_match",
        "normalized_exact_match",
        "contains_any",
        "contains_all",
        "starts_with",
        "ends_with"
      })
  void aTextIsEqualToItself(String name) {
    Evaluator evaluator = Evaluators.byName(name);
    Random random = new Random(1);
    SCRIPTS.forEach(
        (script, words) -> {
          int scored = 0;
          for (int i = 0; i < 100; i++) {
            String text = text(random, words);
            EvalResult result = evaluator.evaluate(EvalCase.of(text, text));
            if (result instanceof Scored full) {
              scored++;
              assertThat(full.score()).as(script + ": " + text).isCloseTo(1, within(1e-12));
            } else {
              // a text too short for the measure, such as one word for rouge_2
              assertThat(result).as(script + ": " + text).isInstanceOf(Skipped.class);
            }
          }
          assertThat(scored).as(script).isGreaterThan(70);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exact_match",
        "normalized_exact_match",
        "squad_exact_match",
        "squad_f1",
        "rouge_1",
        "rouge_2",
        "rouge_l",
        "levenshtein",
        "jaccard"
      })
  void outputAndReferenceMayChangePlaces(String name) {
    Evaluator evaluator = Evaluators.byName(name);
    Random random = new Random(2);
    int compared = 0;
    for (List<String> words : SCRIPTS.values()) {
      for (int i = 0; i < 100; i++) {
        String one = text(random, words);
        String other = text(random, words);

        EvalResult there = evaluator.evaluate(EvalCase.of(one, other));
        EvalResult back = evaluator.evaluate(EvalCase.of(other, one));

        // a reference of signs alone defines nothing, an output of signs alone is wrong
        if (there instanceof Scored scored && back instanceof Scored turned) {
          compared++;
          assertThat(turned.raw()).as(one + " / " + other).isCloseTo(scored.raw(), within(1e-12));
        }
      }
    }
    assertThat(compared).isGreaterThan(300);
  }

  @Test
  void anotherReferenceNeverMakesTheBestWorse() {
    Random random = new Random(3);
    for (String name :
        List.of(
            "squad_f1", "token_recall", "rouge_1", "rouge_l", "chrf", "levenshtein", "jaccard")) {
      Evaluator evaluator = Evaluators.byName(name);
      for (List<String> words : SCRIPTS.values()) {
        for (int i = 0; i < 50; i++) {
          String output = text(random, words);
          String first = text(random, words);
          String second = text(random, words);
          if (evaluator.evaluate(EvalCase.of(output, first)) instanceof Scored alone
              && evaluator.evaluate(EvalCase.of(output, first, second)) instanceof Scored both) {
            assertThat(both.score()).as(name).isGreaterThanOrEqualTo(alone.score() - 1e-12);
          }
        }
      }
    }
  }

  @Test
  void jsonIsEqualToItselfInAnyOrderOfMembersAndUnorderedItems() {
    Evaluator strict = Evaluators.byName("json_equal");
    Evaluator unordered = Evaluators.byName("json_equal", Map.of("unordered", "/**"));
    Random random = new Random(4);
    for (int i = 0; i < 300; i++) {
      JsonNode value = json(random, 4);
      String same = value.toString();
      String members = shuffled(value, random, false).toString();
      String items = shuffled(value, random, true).toString();

      assertThat(score(strict, EvalCase.of(members, same))).as(same).isEqualTo(1);
      assertThat(score(unordered, EvalCase.of(items, same))).as(same).isEqualTo(1);
      assertThat(score(unordered, EvalCase.of("[" + same + ",0]", same))).as(same).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "precision_at_k",
        "recall_at_k",
        "hit_at_k",
        "reciprocal_rank",
        "average_precision",
        "ndcg"
      })
  void aRankingIsNeverWorseWhenARelevantOneMovesUp(String name) {
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      List<String> ranking = permutation(random, 12);
      Map<String, Double> gains = new LinkedHashMap<>();
      ranking.stream()
          .filter(id -> random.nextInt(3) == 0)
          .forEach(id -> gains.put(id, 1.0 + random.nextInt(3)));
      gains.put("never found", 1.0);
      Evaluator evaluator =
          name.endsWith("_at_k")
              ? Evaluators.byName(name, Map.of("k", Integer.toString(1 + random.nextInt(12))))
              : Evaluators.byName(name);
      double before = score(evaluator, ranked(ranking, gains));
      List<String> better = new ArrayList<>(ranking);
      for (int at = 1; at < better.size(); at++) {
        double gain = gains.getOrDefault(better.get(at), 0.0);
        if (gain > gains.getOrDefault(better.get(at - 1), 0.0)) {
          Collections.swap(better, at, at - 1);
        }
      }
      List<String> best = new ArrayList<>(ranking);
      best.sort((a, b) -> Double.compare(gains.getOrDefault(b, 0.0), gains.getOrDefault(a, 0.0)));

      double moved = score(evaluator, ranked(better, gains));

      assertThat(moved).isGreaterThanOrEqualTo(before - 1e-12).isLessThanOrEqualTo(1);
      assertThat(score(evaluator, ranked(best, gains))).isGreaterThanOrEqualTo(moved - 1e-12);
    }
  }

  @Test
  void theBestRankingScoresFull() {
    Random random = new Random(6);
    for (int i = 0; i < 100; i++) {
      List<String> ranking = permutation(random, 10);
      Map<String, Double> gains = new LinkedHashMap<>();
      for (int at = 0; at < 1 + random.nextInt(10); at++) {
        gains.put(ranking.get(at), (double) (10 - at));
      }
      for (String name : List.of("ndcg", "average_precision", "reciprocal_rank", "recall_at_k")) {
        assertThat(score(Evaluators.byName(name), ranked(ranking, gains)))
            .as(name)
            .isCloseTo(1, within(1e-12));
      }
    }
  }

  @Test
  void toolCallsMadeAndExpectedAreTwoSidesOfOneMatching() {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      List<ToolCall> one = calls(random);
      List<ToolCall> other = calls(random);
      List<ToolCall> mixed = new ArrayList<>(one);
      Collections.shuffle(mixed, random);
      EvalCase there = called(one, other);
      EvalCase back = called(other, one);

      assertThat(toolScore("tool_call_precision", there))
          .isEqualTo(toolScore("tool_call_recall", back));
      assertThat(toolScore("tool_call_f1", there)).isEqualTo(toolScore("tool_call_f1", back));
      assertThat(toolScore("tool_call_f1", called(mixed, other)))
          .isEqualTo(toolScore("tool_call_f1", there));
      assertThat(toolScore("tool_call_f1", called(mixed, one))).isEqualTo(1);
      assertThat(trajectory("strict", called(one, one))).isEqualTo(1);
      assertThat(trajectory("unordered", called(mixed, one))).isEqualTo(1);
      // strict ⇒ unordered ⇔ subset and superset
      assertThat(trajectory("unordered", there))
          .isGreaterThanOrEqualTo(trajectory("strict", there))
          .isEqualTo(Math.min(trajectory("subset", there), trajectory("superset", there)));
    }
  }

  static List<String> runMetrics() {
    return List.copyOf(RunMetrics.names());
  }

  @ParameterizedTest
  @MethodSource("runMetrics")
  void aRunsMeasureIsInRangeAndKnowsNoOrder(String name) {
    RunMetric metric = RunMetrics.byName(name);
    Random random = new Random(8);
    for (int i = 0; i < 30; i++) {
      List<EvalCase> run = new ArrayList<>();
      for (int n = 2 + random.nextInt(30); n > 0; n--) {
        List<String> ranking = permutation(random, 12);
        run.add(
            EvalCase.builder()
                .output(Integer.toString(random.nextInt(3)).replace("2", "0.5"))
                .references(List.of(Integer.toString(random.nextInt(2))))
                .retrievedIds(ranking)
                .relevantIds(ranking.subList(0, random.nextInt(4)))
                .build());
      }
      EvalResult before = metric.measure(run).result();
      Collections.shuffle(run, random);
      EvalResult after = metric.measure(run).result();

      assertThat(after).hasSameClassAs(before);
      if (before instanceof Scored scored) {
        assertThat(scored.raw())
            .isBetween(metric.spec().scale().min(), metric.spec().scale().max());
        assertThat(((Scored) after).raw()).isCloseTo(scored.raw(), within(1e-12));
      }
    }
  }

  private static double score(Evaluator evaluator, EvalCase evalCase) {
    EvalResult result = evaluator.evaluate(evalCase);
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return ((Scored) result).score();
  }

  private static double toolScore(String name, EvalCase evalCase) {
    return score(Evaluators.byName(name), evalCase);
  }

  private static double trajectory(String mode, EvalCase evalCase) {
    return score(Evaluators.byName("trajectory_match", Map.of("mode", mode)), evalCase);
  }

  private static String text(Random random, List<String> words) {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(12); i > 0; i--) {
      text.append(words.get(random.nextInt(words.size())));
      text.append(random.nextInt(3) == 0 ? "" : " ");
    }
    return text.toString().strip();
  }

  private static JsonNode json(Random random, int depth) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0:
        return nodes.numberNode(random.nextInt(3));
      case 1:
        return nodes.textNode("a~/ \"b".substring(0, random.nextInt(6)));
      case 2:
        return nodes.booleanNode(random.nextBoolean());
      case 3:
        return nodes.nullNode();
      case 4:
        ArrayNode array = nodes.arrayNode();
        for (int i = random.nextInt(5); i > 0; i--) {
          array.add(json(random, depth - 1));
        }
        return array;
      default:
        ObjectNode object = nodes.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
          object.set("k/~" + random.nextInt(9), json(random, depth - 1));
        }
        return object;
    }
  }

  private static JsonNode shuffled(JsonNode value, Random random, boolean items) {
    if (value.isArray()) {
      List<JsonNode> parts = new ArrayList<>();
      value.forEach(each -> parts.add(shuffled(each, random, items)));
      if (items) {
        Collections.shuffle(parts, random);
      }
      return JsonNodeFactory.instance.arrayNode().addAll(parts);
    }
    if (value.isObject()) {
      List<String> names = new ArrayList<>();
      value.fieldNames().forEachRemaining(names::add);
      Collections.shuffle(names, random);
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      names.forEach(name -> object.set(name, shuffled(value.get(name), random, items)));
      return object;
    }
    return value;
  }

  private static List<String> permutation(Random random, int n) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      ids.add("d" + i);
    }
    Collections.shuffle(ids, random);
    return ids;
  }

  private static EvalCase ranked(List<String> ranking, Map<String, Double> gains) {
    return EvalCase.builder().retrievedIds(ranking).relevantIds(gains).build();
  }

  private static List<ToolCall> calls(Random random) {
    List<ToolCall> calls = new ArrayList<>();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      String arguments = "{\"n\":" + random.nextInt(2) + "}";
      calls.add(new ToolCall("t" + random.nextInt(2), JsonText.of(arguments)));
    }
    return calls;
  }

  private static EvalCase called(List<ToolCall> made, List<ToolCall> expected) {
    return EvalCase.builder().toolCalls(made).expectedToolCalls(expected).build();
  }
}
