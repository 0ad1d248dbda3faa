package dev.llmops.eval.safety;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

  private static List<String> words(String text) {
    Words words = Words.of(text);
    List<String> list = new ArrayList<>();
    for (int i = 0; i < words.count; i++) {
      list.add(words.word(i));
    }
    return list;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "idiot",
        "IDIOT",
        "ｉｄｉｏｔ",
        "id1ot",
        "i d i o t",
        "i.d.i.o.t",
        "i-d-i-o-t",
        "idiiiiot",
        "ídíot",
        "id\u200Biot",
        "і" + "diot",
        "\uD835\uDC22\uD835\uDC1D\uD835\uDC22\uD835\uDC28\uD835\uDC2D",
        "ⓘⓓⓘⓞⓣ"
      })
  void disguisesFoldToTheWord(String text) {
    assertThat(words(text)).containsExactly("idiot");
  }

  @Test
  void symbolsStandForLettersBesideLetters() {
    assertThat(words("$hit @ss a$$ sh!t")).containsExactly("shit", "ass", "ass", "shit");
  }

  @Test
  void maskedLettersAreKept() {
    assertThat(words("f**k sh*t **bold**")).containsExactly("f**k", "sh*t", "bold");
  }

  @Test
  void numbersStayNumbers() {
    assertThat(words("in 2024, mp3 and 4th: $100"))
        .containsExactly("in", "2024", "mp3", "and", "4th", "100");
  }

  @Test
  void linksAndMentionsAreMarks() {
    assertThat(words("@someone see https://example.org/x?y"))
        .containsExactly("\u0002", "see", "\u0001");
  }

  @Test
  void everyIdeographIsAWord() {
    assertThat(words("你好 AI！")).containsExactly("你", "好", "ai", "!");
  }

  @Test
  void emojiIsAWord() {
    assertThat(words("ok😀")).containsExactly("ok", "😀");
  }

  @Test
  void loneSurrogatesAndControlsAreSurvived() {
    assertThat(words("a\uD835")).containsExactly("a");
    assertThat(words("\uDC00\u0000\u001B[0m")).contains("0m");
    assertThat(words("")).isEmpty();
  }
}
