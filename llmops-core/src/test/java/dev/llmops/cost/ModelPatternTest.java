package dev.llmops.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPatternTest {

  @Test
  void optionalPartsAndChoicesAreSpelledOut() {
    ModelPattern pattern = ModelPattern.parse("(us.|eu.)model[-latest|-YYYYMMDD]");

    assertThat(pattern.exact())
        .containsExactlyInAnyOrder("us.model-latest", "eu.model-latest", "us.model", "eu.model");
    assertThat(pattern.dated()).containsExactlyInAnyOrder("us.model-YYYYMMDD", "eu.model-YYYYMMDD");
  }

  @Test
  void aLiteralKeepsEveryCharacter() {
    assertThat(ModelPattern.literal("odd[1m]*").exact()).containsExactly("odd[1m]*");
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-4o-2024-08-06, gpt-4o-YYYY-MM-DD",
    "claude-opus-4-5-20251101, claude-opus-4-5-YYYYMMDD",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0, us.anthropic.claude-haiku-4-5-YYYYMMDD-v1:0",
    "2024-08-06, YYYY-MM-DD",
  })
  void aDateIsFound(String model, String family) {
    assertThat(ModelPattern.withoutDate(model)).isEqualTo(family);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-4o",
    "gpt-4-0613",
    "gpt-4o-2024-13-06",
    "gpt-4o-2024-08-32",
    "gpt-4o-2024-08-061",
    "gpt-4o-12024-08-06",
    "gpt-4o-1999-08-06",
    "model-202511011",
    "model-20259901",
    "gpt-4o-2024-08-0x",
    "gpt-4o-2024-08-",
    "gpt-4o-2024",
  })
  void whatIsNoDateIsNotTakenForOne(String model) {
    assertThat(ModelPattern.withoutDate(model)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "gpt-4*; model \"gpt-4*\": * is allowed only at the end and right after",
        "*; model \"*\": * is allowed only at the end and right after",
        "ft:*x; model \"ft:*x\": * is allowed only at the end and right after",
        "a[b; model \"a[b\": [ needs choices and its ], not nested",
        "a[b[c]]; model \"a[b[c]]\": [ needs choices and its ], not nested",
        "a[]; model \"a[]\": [ needs choices and its ], not nested",
        "a]; model \"a]\": ] is allowed only after [ or (",
        "a|b; model \"a|b\": | is allowed only after [ or (",
        "m-YYYYMMDD-YYYYMMDD; model \"m-YYYYMMDD-YYYYMMDD\": only one date is allowed",
        "[a|b|c|d][a|b|c|d][a|b|c|d]; stands for more than 64 names; use more lines",
      })
  void aBadPatternSaysWhatIsAllowed(String pattern, String message) {
    assertThatThrownBy(() -> ModelPattern.parse(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
