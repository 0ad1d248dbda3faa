package dev.llmops.eval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerCorrectnessTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "It is Paris, of course.;Paris;correct",
        "It is not Paris, it is Lyon.;Paris;incorrect",
        "It is not Paris, it is Lyon.;Lyon;correct",
        "It isn't Lyon but Paris.;Paris;correct",
        "Not only is Paris large, it is the capital.;Paris;correct",
        "It could be Paris, Lyon or Nice.;Paris;incorrect",
        "It could be Lyon or Nice. No: it is Paris.;Paris;correct",
        "I could not find any information.;Paris;incorrect",
        "On 4 July 1776.;July 4, 1776;correct",
        "On 1776-07-04.;July 4, 1776;correct",
        "On 07/04/1776.;July 4, 1776;correct",
        "On 30/11/1874.;November 30, 1874;correct",
        "On 1776年7月4日;July 4, 1776;correct",
        "On July 2nd, 1776.;July 4, 1776;incorrect",
        "There are twenty-one of them.;21;correct",
        "There are 22 of them.;21;incorrect",
        "Some 2,500,000 live there.;2.5 million;correct",
        "He was the fifth.;5;correct",
        "It opened in 19661.;1966;correct",
        "It was starredLynda Carteras Diana1.;Lynda Carter;correct",
        "King Edward VII.;Edward the Seventh;correct",
        "It was Dvorak.;Antonín Dvořák;correct",
        "It was Antonin Scalia.;Antonín Dvořák;incorrect",
        "The cell.;cells;correct",
        "The song is Not Fair.;Not Fair;correct"
      })
  void readsShortEnglishReferences(String output, String reference, String label) {
    assertThat(scored("?", output, reference).label()).isEqualTo(label);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "法国的首都是巴黎。;巴黎;correct",
        "法国的首都不是巴黎，而是里昂。;巴黎;incorrect",
        "可能是巴黎，也可能是里昂，或者尼斯。;巴黎;incorrect",
        "一共三百二十人。;320人;correct",
        "2023年5月1日;二〇二三年五月一日;correct",
        "在2023-05-01发布;2023年5月1日;correct",
        "出自《诗经》。;出自《列子》;incorrect"
      })
  void readsShortChineseReferences(String output, String reference, String label) {
    assertThat(scored("法国的首都出自哪里？", output, reference).label()).isEqualTo(label);
  }

  @Test
  void wordsOfTheQuestionWeighLess() {
    // "physical" 1 and "layer" 0.2: 0.2 ÷ 1.2 = 0.1667; mapped 0.5 × 0.1667 ÷ 0.33 = 0.2525
    assertThat(scored("which layer?", "The data link layer.", "physical layer").raw())
        .isCloseTo(0.2525, within(0.0001));
    // without the question 1 ÷ 2 = 0.5; mapped 0.5 + 0.5 × 0.17 ÷ 0.67 = 0.6269
    assertThat(scored("?", "The data link layer.", "physical layer").raw())
        .isCloseTo(0.6269, within(0.0001));
  }

  @Test
  void theBestReferenceCountsAndTheReasonNamesWhatIsMissing() {
    Scored right = scored("?", "Wilhelm Röntgen", "Marie Curie", "Wilhelm Conrad Röntgen");

    // 1 + 2.5 of 1 + 1 + 2.5: 0.7778; mapped 0.5 + 0.5 × 0.4478 ÷ 0.67 = 0.8342
    assertThat(right.raw()).isCloseTo(0.8342, within(0.0001));
    assertThat(right.reason()).isEqualTo("asserts \"Wilhelm Conrad Röntgen\"; missing: \"conrad\"");
  }

  @Test
  void aBlankReferenceOrALongTextIsSkipped() {
    assertThat(evaluate("?", "x", " ")).isInstanceOf(Skipped.class);
    assertThat(evaluate("?", "x".repeat(100_001), "x")).isInstanceOf(Skipped.class);
  }

  private static Scored scored(String input, String output, String... references) {
    return (Scored) evaluate(input, output, references);
  }

  private static EvalResult evaluate(String input, String output, String... references) {
    return TextEvaluators.answerCorrectness()
        .evaluate(
            EvalCase.builder().input(input).output(output).references(List.of(references)).build());
  }
}
