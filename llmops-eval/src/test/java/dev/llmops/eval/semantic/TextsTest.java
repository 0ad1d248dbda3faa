package dev.llmops.eval.semantic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextsTest {

  @Test
  void sentencesEndAtEndsAndLineBreaksButNotAtAbbreviations() {
    assertThat(Sentences.split("Dr. Smith met J. Doe. They left!  Why?\nNobody knows"))
        .containsExactly("Dr. Smith met J. Doe.", "They left!", "Why?", "Nobody knows");
  }

  @Test
  void chineseSentencesEndAtTheirOwnStops() {
    assertThat(Sentences.split("今天下雨。我们在家！好吗？")).containsExactly("今天下雨。", "我们在家！", "好吗？");
  }

  @Test
  void nothingHasNoSentences() {
    assertThat(Sentences.split(" \n\u200b\n")).isEmpty();
  }

  @Test
  void scriptIsThatOfMostWords() {
    assertThat(Script.of("The cat sat.")).isEqualTo(Script.LATIN);
    assertThat(Script.of("猫坐着。")).isEqualTo(Script.HAN);
    assertThat(Script.of("用 Python 写一个 HTTP server 的例子")).isEqualTo(Script.HAN);
    assertThat(Script.of("The word 猫 means cat in Chinese")).isEqualTo(Script.LATIN);
    assertThat(Script.of("これは猫です")).isEqualTo(Script.OTHER);
    assertThat(Script.of("고양이")).isEqualTo(Script.OTHER);
    assertThat(Script.of("Кошка сидит")).isEqualTo(Script.OTHER);
    assertThat(Script.of("42 / 7 = 6")).isEqualTo(Script.NONE);
  }

  @Test
  void textsWithoutLettersGoWithTheOthers() {
    assertThat(Script.ofAll(List.of("42", "四十二", "6"))).isEqualTo(Script.HAN);
    assertThat(Script.ofAll(List.of("forty-two", "四十二"))).isEqualTo(Script.MIXED);
    assertThat(Script.ofAll(List.of("42"))).isEqualTo(Script.NONE);
  }

  @Test
  void cleaningKeepsTextAndDropsWhatCarriesNone() {
    assertThat(TextChecks.clean("a\u0000b\ud800c\td😀")).isEqualTo("a b c\td😀");
    assertThat(TextChecks.isBlank(" \u00a0\u200b\u0007\ud800\n")).isTrue();
    assertThat(TextChecks.isBlank("·")).isFalse();
  }
}
