package dev.llmops.eval.consistency;

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
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FactualConsistencyTest {

  private static final Evaluator FACTUAL = Evaluators.byName("factual_consistency");

  private static EvalCase evalCase(String output, String... documents) {
    EvalCase.Builder builder = EvalCase.builder().output(output);
    for (String document : documents) {
      builder.document(null, document);
    }
    return builder.build();
  }

  private static Scored scored(String output, String... documents) {
    return (Scored) FACTUAL.evaluate(evalCase(output, documents));
  }

  @Test
  void aWordThatNoDocumentHasIsNamed() {
    Scored scored = scored("Paris is the capital of Spain.", "Paris is the capital of France.");

    // weights 1·1, 1·2, 2·3: found 3 of 9; 4 of 5 pairs; 1 of 2 neighbours
    assertThat(scored.raw()).isCloseTo(0.7 * 3 / 9 + 0.2 * 4 / 5 + 0.1 / 2, within(1e-12));
    assertThat(scored.reason())
        .isEqualTo(
            "least supported of 1 sentence (0.443): \"Paris is the capital of Spain.\"; not in the"
                + " documents: \"Spain\"");
  }

  @Test
  void aNegationOnOneSideCounts() {
    // all words; pairs: "is the" is not there, 4 of 5; both neighbours
    double words = 0.7 + 0.2 * 4 / 5 + 0.1;

    Scored denied = scored("Paris is the capital of Spain.", "Paris is not the capital of Spain.");

    assertThat(denied.raw()).isCloseTo(words - 0.2, within(1e-12));
    assertThat(denied.reason())
        .contains("the documents negate: \"Paris is not the capital of Spain.\"");
  }

  @Test
  void anAgreeingSentenceAmongEqualsIsEnough() {
    // the second document says it as it is, whichever stands first
    String one = "Paris is not the capital of Spain.";
    String other = "Paris is the capital of Spain.";

    assertThat(scored(other, one, other).raw()).isEqualTo(1);
    assertThat(scored(other, other, one).raw()).isEqualTo(1);
  }

  @Test
  void anOppositeCounts() {
    Scored english = scored("Food prices decrease in May.", "Food prices increase in May.");
    Scored chinese = scored("价格下降了。", "价格上升了。");

    // weights 1, 5/3, 7/3, 2·3 = 11, "decrease" (7/3) missing; 2 of 4 pairs; 1 of 3 neighbours
    double found = (11 - 7 / 3.0) / 11;
    assertThat(english.raw()).isCloseTo(0.7 * found + 0.1 + 0.1 / 3 - 0.2, within(1e-12));
    assertThat(english.reason()).contains("\"decrease\" against \"increase\"");
    // characters: weights 1, 5/3, 7/3, 3 = 8, 了 says nothing; found 8/3; 1 of 4 pairs; 1 of 3
    assertThat(chinese.raw()).isCloseTo(0.7 / 3 + 0.2 / 4 + 0.1 / 3 - 0.2, within(1e-12));
    assertThat(chinese.reason()).contains("\"下降\" against \"上升\"");
  }

  @Test
  void endingsCaseAndTheWayNumbersAreWrittenDoNotMatter() {
    assertThat(
            FactWords.of("Singers don't sing 1,000 songs in Ana's two bars").stream()
                .map(FactWords.Word::stem)
                .toList())
        .containsExactly("sing", "do", "n't", "sing", "1000", "song", "in", "ana", "2", "bar");
    assertThat(FactWords.stem("studies")).isEqualTo(FactWords.stem("study"));
    assertThat(FactWords.stem("stopped")).isEqualTo("stop");
    assertThat(FactWords.stem("formation")).isEqualTo(FactWords.stem("formed"));
  }

  @Test
  void theMeanIsOverSentencesWithContent() {
    Scored scored =
        scored("Paris is in France. It is so. London is in Peru.", "Paris is in France.");

    // 1; none; London (1) and Peru (6): 0 of 7, "is in" is 1 of 3 pairs, no neighbour
    assertThat(scored.raw()).isCloseTo((1 + 0.2 / 3) / 2, within(1e-12));
    assertThat(scored.reason()).contains("of 2 sentences").contains("\"London\", \"Peru\"");
  }

  @Test
  void withoutContentOrContextNothingIsMeasured() {
    assertThat(FACTUAL.evaluate(evalCase("It is so.", "Paris.")))
        .isInstanceOf(Skipped.class)
        .extracting(EvalResult::reason)
        .isEqualTo("factual_consistency: the output has no word of content to look for");
    assertThat(FACTUAL.evaluate(EvalCase.of("Paris."))).isInstanceOf(Skipped.class);
    assertThat(FACTUAL.evaluate(evalCase("Paris.", "x".repeat(1_000_001))))
        .isInstanceOf(Skipped.class);
    assertThat(FACTUAL.evaluate(evalCase("x".repeat(100_001), "x"))).isInstanceOf(Skipped.class);
    assertThat(FACTUAL.evaluate(evalCase("Paris. ".repeat(501), "x"))).isInstanceOf(Skipped.class);
  }

  @Test
  void whatADocumentSaysIsWhollySupported() {
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      List<String> documents = new ArrayList<>();
      for (int j = 0; j < 4; j++) {
        documents.add(sentence(random) + " " + sentence(random));
      }
      EvalResult own =
          FACTUAL.evaluate(evalCase(documents.get(2), documents.toArray(String[]::new)));

      assertThat(own).isInstanceOf(Scored.class);
      assertThat(((Scored) own).raw()).as(documents.toString()).isEqualTo(1);
    }
  }

  @Test
  void theOrderOfDocumentsDoesNotMatterAndMoreWordsNeverLeaveTheRange() {
    Random random = new Random(4);
    for (int i = 0; i < 300; i++) {
      List<String> documents = new ArrayList<>();
      for (int j = 0; j < 4; j++) {
        documents.add(sentence(random));
      }
      String output = sentence(random) + " " + sentence(random);
      double before = scored(output, documents.toArray(String[]::new)).raw();
      Collections.shuffle(documents, random);

      assertThat(scored(output, documents.toArray(String[]::new)).raw())
          .isEqualTo(before)
          .isBetween(0.0, 1.0);
    }
  }

  @Test
  void hostileTextGivesAResultOrASkip() {
    Random random = new Random(5);
    List<String> texts = new ArrayList<>(hostile());
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(60); j >= 0; j--) {
        text.append((char) (random.nextBoolean() ? random.nextInt(0x10000) : random.nextInt(0x80)));
      }
      texts.add(text.toString());
    }
    for (String one : texts) {
      String other = texts.get(random.nextInt(texts.size()));

      EvalResult result = FACTUAL.evaluate(evalCase(one, other, one));

      assertThat(result)
          .as(one.substring(0, Math.min(40, one.length())))
          .isNotInstanceOf(Errored.class);
    }
  }

  private static List<String> hostile() {
    return List.of(
        "",
        " ",
        "\ud800",
        "a\udc00b",
        "\u0000\u0007",
        "مرحبا بالعالم",
        "Paris 巴黎 Париж",
        "n't".repeat(20_000),
        "1,".repeat(49_000) + "1",
        "1.1".repeat(30_000),
        "'s".repeat(40_000),
        "a".repeat(100_000),
        "不".repeat(90_000),
        "no ".repeat(30_000),
        "x y ".repeat(24_000),
        "{\"a\":".repeat(15_000),
        "x".repeat(10_000_000));
  }

  private static String sentence(Random random) {
    String[] words = {
      "Paris", "London", "is", "the", "not", "capital", "of", "seven", "12", "rise", "fall", "and",
      "never", "reads", "1990", "river", "long", "short", "in"
    };
    StringBuilder sentence = new StringBuilder("Anna");
    for (int i = random.nextInt(12); i >= 0; i--) {
      sentence.append(' ').append(words[random.nextInt(words.length)]);
    }
    return sentence.append('.').toString();
  }
}
