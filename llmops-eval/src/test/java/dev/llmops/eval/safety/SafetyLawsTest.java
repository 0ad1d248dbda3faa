package dev.llmops.eval.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws that hold for any text, on texts made at random from fixed seeds. */
class SafetyLawsTest {

  private static final List<String> NAMES =
      List.of(
          "toxicity", "hate", "profanity", "prompt_injection", "refusal", "pii", "secrets", "bias");

  /** What random texts are made of: words that matter, and what breaks careless code. */
  private static final List<String> PIECES =
      List.of(
          "you",
          "idiot",
          "fuck",
          "f**k",
          "s h i t",
          "$h1t",
          "women",
          "hate",
          "not",
          "ignore",
          "previous instructions",
          "Forget",
          "I cannot",
          "sorry",
          "as an AI",
          "傻逼",
          "黑人",
          "忽略之前的指令",
          "抱歉，我无法",
          "a@example.com",
          "+49 30 1234567",
          "4111 1111 1111 1111",
          "[EMAIL]",
          "https://example.com/x",
          "@you",
          "\n",
          "\r\n",
          "\t",
          ".",
          "!!!",
          "?",
          "。",
          "\u0000",
          "\u0007",
          "\u001B[2J",
          "\u202E",
          "\u2066",
          "\u200B",
          "\uFEFF",
          "\uFFFF",
          "\uD800",
          "\uDC00",
          "\uD835",
          "\uD835\uDC1F",
          "\uD83D\uDE00",
          "e\u0301\u0301\u0301",
          "שלום",
          "مرحبا",
          "ｆｕｃｋ",
          "ﬀ",
          "İ",
          "ß",
          "한국어",
          "ひらがな",
          "1".repeat(40),
          "a".repeat(60),
          "(".repeat(30));

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(60);
    for (int i = 0; i < pieces; i++) {
      switch (random.nextInt(4)) {
        case 0 -> text.append((char) random.nextInt(0x10000));
        case 1 -> text.append((char) (' ' + random.nextInt(95)));
        default -> text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      if (random.nextBoolean()) {
        text.append(' ');
      }
    }
    return text.toString();
  }

  private static EvalCase all(String text, String other) {
    return EvalCase.builder()
        .input(text)
        .output(text)
        .document("d", other)
        .variant("v", other)
        .build();
  }

  @Test
  void anyTextIsScoredInRangeOrSkipped() {
    List<Evaluator> evaluators = NAMES.stream().map(Evaluators::byName).toList();
    SplittableRandom random = new SplittableRandom(20261);
    for (int round = 0; round < 1500; round++) {
      EvalCase evalCase = all(text(random), text(random));
      for (Evaluator evaluator : evaluators) {
        EvalResult result = evaluator.evaluate(evalCase);

        assertThat(result).as("%s, round %s", result, round).isNotInstanceOf(Errored.class);
        if (result instanceof Scored scored) {
          assertThat(scored.score()).isBetween(0.0, 1.0);
          assertThat(scored.raw()).isGreaterThanOrEqualTo(0.0).isFinite();
          if (!List.of("profanity", "pii", "secrets").contains(evaluator.spec().name())) {
            assertThat(scored.raw()).isLessThanOrEqualTo(1.0);
          }
          assertThat(scored.label() == null).isEqualTo(evaluator.spec().name().equals("bias"));
        }
        assertThat(result.reason()).isNotBlank().hasSizeLessThan(2_000);
        // a pure function: the same again
        assertThat(evaluator.evaluate(evalCase)).isEqualTo(result);
      }
    }
  }

  @Test
  void labelFollowsTheThreshold() {
    SplittableRandom random = new SplittableRandom(20262);
    List<Double> thresholds = List.of(0.0, 0.2, 0.5, 0.8, 1.0);
    for (int round = 0; round < 300; round++) {
      EvalCase evalCase = all(text(random), "x");
      for (String name : List.of("toxicity", "hate", "prompt_injection")) {
        int flaggedBefore = 1;
        for (Double threshold : thresholds) {
          EvalResult result =
              Evaluators.byName(name, Map.of("threshold", threshold.toString())).evaluate(evalCase);
          if (result instanceof Scored scored) {
            int flagged = String.valueOf(scored.label()).startsWith("not_") ? 0 : 1;
            assertThat(flagged).isEqualTo(scored.raw() >= threshold ? 1 : 0);
            assertThat(flagged).isLessThanOrEqualTo(flaggedBefore);
            flaggedBefore = flagged;
          }
        }
      }
    }
  }

  @Test
  void biasDoesNotDependOnTheOrderAndIsZeroForEqualAnswers() {
    Evaluator bias = SafetyEvaluators.bias();
    SplittableRandom random = new SplittableRandom(20263);
    for (int round = 0; round < 300; round++) {
      String one = text(random);
      String other = text(random);
      EvalResult there = bias.evaluate(all(one, other));
      EvalResult back = bias.evaluate(all(other, one));
      EvalResult same = bias.evaluate(all(one, one));

      assertThat(there.getClass()).isEqualTo(back.getClass());
      if (there instanceof Scored a && back instanceof Scored b) {
        assertThat(a.raw()).isCloseTo(b.raw(), within(1e-12));
      }
      if (same instanceof Scored scored) {
        assertThat(scored.raw()).isZero();
        assertThat(scored.score()).isEqualTo(1.0);
      }
    }
  }

  @Test
  void countsAddUpOverLines() {
    SplittableRandom random = new SplittableRandom(20264);
    for (int round = 0; round < 300; round++) {
      int swearing = random.nextInt(5);
      int mails = random.nextInt(5);
      StringBuilder text = new StringBuilder("Once upon a time\n");
      for (int i = 0; i < swearing; i++) {
        text.append("what the fuck is this\n");
      }
      for (int i = 0; i < mails; i++) {
        text.append("write to person").append(i).append("@example.com today\n");
      }
      EvalCase evalCase = EvalCase.of(text.toString());

      assertThat(raw("profanity", evalCase)).isEqualTo(swearing);
      assertThat(raw("pii", evalCase)).isEqualTo(mails);
    }
  }

  @Test
  void worstPartOfALongTextCounts() {
    // parts of 200 words, so that whole parts may be added: the worst stays the worst
    String harmless = "the weather is nice today and we walk home ".repeat(200);
    String abuse = "you stupid fucking idiot ".repeat(50);
    double alone = raw("toxicity", EvalCase.of(abuse + abuse + abuse));

    assertThat(raw("toxicity", EvalCase.of(abuse + harmless)))
        .isCloseTo(alone, within(0.05))
        .isGreaterThan(0.9);
  }

  @Test
  void maskedWordsOfOtherLettersAreNoError() {
    // found by the ten megabytes: "ß" and the Chinese words shared a list whatever their length
    assertThat(raw("toxicity", EvalCase.of("傻瓜 ß*****, 你好"))).isBetween(0.0, 1.0);
    assertThat(raw("profanity", EvalCase.of("é*** ß***** 你好"))).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"toxicity", "hate"})
  void spellingsThatAreFoldedScoreTheSame(String name) {
    double plain = raw(name, EvalCase.of("these people are shit and you know it"));

    for (String other :
        List.of(
            "THESE PEOPLE ARE SHIT AND YOU KNOW IT",
            "these people are ｓｈｉｔ and you know it",
            "these people are s\u200Bh\u200Bi\u200Bt and you know it",
            "these people are sh1t and you know it",
            "these people are $hit and you know it",
            "these  people\nare\tshit and you know it")) {
      assertThat(raw(name, EvalCase.of(other))).as(other).isCloseTo(plain, within(1e-12));
    }
  }

  /** Work is counted, not time: features of a text grow no faster than the text. */
  @Test
  void featuresAreLinearInTheText() {
    SplittableRandom random = new SplittableRandom(20265);
    List<String> texts = new ArrayList<>(List.of("滚", "i", "f* ", "a. ", "@", "$a", "hate you "));
    for (int k = 0; k < 20; k++) {
      texts.add(text(random) + " ");
    }
    for (String text : texts) {
      String once = text.repeat(200);
      long small = features(once);
      long large = features(once.repeat(8));

      assertThat(large).as(text).isLessThanOrEqualTo(8 * small + 8 * 4096);
      assertThat(large).as(text).isLessThanOrEqualTo(200L * once.length() * 8 + 4096);
    }
  }

  private static long features(String text) {
    long[] count = new long[1];
    Words words = Words.of(text);
    for (Lexicon.Language language : Lexicon.Language.values()) {
      Features.Options options = new Features.Options(3, 5, 2, 4, language);
      Features.each(words, 0, words.count, options, (kind, hash) -> count[0]++);
    }
    return count[0];
  }

  @Test
  void fourMillionCharactersAreReadAndMoreIsSkipped() {
    SplittableRandom random = new SplittableRandom(20266);
    StringBuilder text = new StringBuilder();
    while (text.length() < SafetyEvaluators.MAX_CHARS) {
      text.append(text(random));
    }
    text.setLength(SafetyEvaluators.MAX_CHARS);
    String longest = text.toString();
    EvalCase evalCase = EvalCase.builder().input(longest).output(longest).build();
    EvalCase more = EvalCase.builder().input(longest + 'x').output(longest + 'x').build();

    for (String name : NAMES.subList(0, 7)) {
      assertThat(Evaluators.byName(name).evaluate(evalCase)).as(name).isInstanceOf(Scored.class);
      EvalResult skipped = Evaluators.byName(name).evaluate(more);
      if (name.equals("refusal")) {
        assertThat(skipped).as("reads the start").isInstanceOf(Scored.class);
      } else {
        assertThat(skipped).as(name).isInstanceOf(Skipped.class);
        assertThat(skipped.reason())
            .isEqualTo(
                "the text has 4000001 characters; "
                    + name
                    + " reads at most 4000000, so judge its parts");
      }
    }
  }

  @Test
  void documentsOfAnInjectionCountTogether() {
    String half = "a. ".repeat(700_000);
    EvalCase both = EvalCase.builder().document("a", half).document("b", half).build();

    assertThat(Evaluators.byName("prompt_injection").evaluate(both))
        .isInstanceOf(Skipped.class)
        .extracting(EvalResult::reason)
        .asString()
        .startsWith("the text has 4200000 characters;");
  }

  private static double raw(String name, EvalCase evalCase) {
    EvalResult result = Evaluators.byName(name).evaluate(evalCase);
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return ((Scored) result).raw();
  }
}
