package dev.llmops.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.TokenUsage;
import dev.llmops.eval.judge.JudgeAnswer.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChoiceWeightsTest {

  private static final Rubric WORDS =
      rubric(new JudgeChoice("correct", 1, ""), new JudgeChoice("incorrect", 0, ""));
  private static final Rubric NESTED =
      rubric(new JudgeChoice("good", 1, ""), new JudgeChoice("good_enough", 0, ""));
  private static final Rubric DIGITS =
      rubric(new JudgeChoice("1", 1, ""), new JudgeChoice("5", 5, ""));

  @Test
  void theFirstTokenOfANameIsEnough() {
    // p(cor…) 0.7, p(in…) 0.2 → 0.7/0.9; "maybe" is nobody's
    ChoiceWeights weights =
        weights(
            WORDS,
            "correct",
            List.of("{\"reason\":\"\",\"choice\":\"", "cor", "rect", "\"}"),
            1,
            Map.of("cor", 0.7, "in", 0.2, "maybe", 0.05));

    assertThat(weights).isNotNull();
    assertThat(weights.mean()).isCloseTo(0.7 / 0.9, within(1e-12));
    assertThat(weights.missing()).isCloseTo(0.1, within(1e-12));
  }

  @Test
  void quoteAndNameMayBeOneTokenAndEndMarksMayFollow() {
    ChoiceWeights weights =
        weights(
            DIGITS,
            "5",
            List.of("{\"reason\":\"\",\"choice\"", ":\"", "5\"}", "<|end|>"),
            2,
            Map.of("5\"}", 0.5, "5\"", 0.25, "1\"}", 0.25, "15\"", 0.0));

    assertThat(weights).isNotNull();
    assertThat(weights.mean()).isCloseTo(0.75 * 5 + 0.25, within(1e-12));
    assertThat(weights.missing()).isZero();
  }

  @Test
  void aTokenThatDoesNotTellTheChoicesApartGivesNoWeights() {
    assertThat(
            weights(
                NESTED,
                "good",
                List.of("{\"reason\":\"\",\"choice\":\"", "good", "\"}"),
                1,
                Map.of("good", 0.9)))
        .isNull();
  }

  @Test
  void theWholeNameInOneTokenIsNotAmbiguous() {
    ChoiceWeights weights =
        weights(
            NESTED,
            "good",
            List.of("{\"reason\":\"\",\"choice\":\"", "good\"}"),
            1,
            Map.of("good\"}", 0.6, "good_", 0.4));

    assertThat(weights).isNotNull();
    assertThat(weights.mean()).isCloseTo(0.6, within(1e-12));
  }

  @Test
  void tokensOfAnotherTextGiveNoWeights() {
    assertThat(weights(WORDS, "correct", List.of("something", " else"), 1, Map.of("cor", 1.0)))
        .isNull();
    assertThat(weights(WORDS, "correct", List.of(), 0, Map.of())).isNull();
    assertThat(
            weights(
                WORDS,
                "correct",
                List.of("{\"reason\":\"\",\"choice\":\"", "correct", "\"}"),
                1,
                Map.of()))
        .isNull();
  }

  private static Rubric rubric(JudgeChoice... choices) {
    return new Rubric("r", "1", Judge.Language.EN, List.of(choices), "task");
  }

  private static @Nullable ChoiceWeights weights(
      Rubric rubric,
      String choice,
      List<String> tokens,
      int decisive,
      Map<String, Double> alternatives) {
    String text = "{\"reason\":\"\",\"choice\":\"" + choice + "\"}";
    List<TokenLogprob> logprobs = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      List<TokenLogprob> top = new ArrayList<>();
      if (i == decisive) {
        alternatives.forEach(
            (token, p) -> top.add(new TokenLogprob(token, Math.log(p), List.of())));
      }
      logprobs.add(new TokenLogprob(tokens.get(i), 0, top));
    }
    JudgeAnswer answer = new JudgeAnswer(text, null, "stop", null, logprobs, TokenUsage.NONE, null);
    return ChoiceWeights.of(rubric, answer, AnswerJson.of(answer).valueStart("choice"));
  }
}
