package dev.llmops.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RubricTest {

  private static final List<String> NAMES =
      List.of(
          "answer_relevance",
          "claim_support",
          "claims",
          "coherence",
          "completeness",
          "conciseness",
          "correctness",
          "document_use",
          "entailment",
          "fluency",
          "g_eval",
          "goal_reached",
          "instruction_following",
          "pairwise",
          "selfcheck",
          "toxicity");

  /**
   * Version and hash of every text that a judge is told. Who changes a word changes the version in
   * the file, and then the line here: verdicts of other words are other verdicts.
   */
  private static final Map<String, String> PINNED = pinned();

  @Test
  void aChangedTextHasANewVersion() throws Exception {
    Map<String, String> found = new LinkedHashMap<>();
    for (String name : NAMES) {
      for (Judge.Language language : Judge.Language.values()) {
        Rubric rubric = Rubric.load(name, language);
        found.put(
            name + " " + language, rubric.version() + " " + hash(rubric.choices() + rubric.task()));
      }
    }
    for (String language : List.of("en", "zh")) {
      String frame = Rubric.resource("frame." + language + ".txt");
      String version = frame.substring(frame.indexOf('\n'), frame.indexOf("== system")).strip();
      found.put("frame " + language, version + " " + hash(frame));
    }

    assertThat(found).isEqualTo(PINNED);
  }

  @Test
  void bothLanguagesHaveTheSameMenu() {
    for (String name : NAMES) {
      Rubric english = Rubric.load(name, Judge.Language.EN);
      Rubric chinese = Rubric.load(name, Judge.Language.ZH);
      assertThat(chinese.choices())
          .as(name)
          .extracting(JudgeChoice::name, JudgeChoice::value)
          .containsExactlyElementsOf(
              english.choices().stream()
                  .map(each -> org.assertj.core.groups.Tuple.tuple(each.name(), each.value()))
                  .toList());
      assertThat(chinese.task()).containsPattern("[\\u4e00-\\u9fff]{4}");
      assertThat(english.task()).doesNotContainPattern("[\\u4e00-\\u9fff]");
    }
  }

  @Test
  void theNamesOfAMenuBeginDifferently() {
    // so that log-probabilities tell them apart at the first token
    for (String name : NAMES) {
      List<JudgeChoice> choices = Rubric.load(name, Judge.Language.EN).choices();
      assertThat(choices)
          .as(name)
          .extracting(each -> each.name().charAt(0))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void theReasonComesBeforeTheChoice() {
    for (String name : NAMES) {
      for (Judge.Language language : Judge.Language.values()) {
        Rubric rubric = Rubric.load(name, language);
        if (!rubric.choices().isEmpty()) {
          assertThat(rubric.system()).contains("{\"reason\": \"...\", \"choice\": \"...\"}");
          assertThat(rubric.schema().text().indexOf("\"reason\""))
              .isLessThan(rubric.schema().text().indexOf("\"choice\""));
        }
        assertThat(rubric.system()).doesNotContain("{task}", "{format}", "{choices}");
      }
    }
  }

  private static String hash(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
        .substring(0, 12);
  }

  private static Map<String, String> pinned() {
    Map<String, String> pinned = new LinkedHashMap<>();
    pinned.put("answer_relevance EN", "1 e53d0ad1e740");
    pinned.put("answer_relevance ZH", "1 879286b4e3bc");
    pinned.put("claim_support EN", "1 35356e2a4e91");
    pinned.put("claim_support ZH", "1 1d0d355158f4");
    pinned.put("claims EN", "1 9734b8af85e4");
    pinned.put("claims ZH", "1 3fd0f462aa07");
    pinned.put("coherence EN", "1 85bf963bdead");
    pinned.put("coherence ZH", "1 f25c94189272");
    pinned.put("completeness EN", "1 284e9e8642d3");
    pinned.put("completeness ZH", "1 d23e41f0118b");
    pinned.put("conciseness EN", "1 62d92d6aa320");
    pinned.put("conciseness ZH", "1 f3565e5e0d4b");
    pinned.put("correctness EN", "1 2e24981154f8");
    pinned.put("correctness ZH", "1 f7482a95d429");
    pinned.put("document_use EN", "1 06819d626fac");
    pinned.put("document_use ZH", "1 0af9dce6695b");
    pinned.put("entailment EN", "1 50f3d797c6a6");
    pinned.put("entailment ZH", "1 f343ae5daaec");
    pinned.put("fluency EN", "1 a28a1e4ac095");
    pinned.put("fluency ZH", "1 342c811c76ce");
    pinned.put("frame en", "1 bd757593ee9a");
    pinned.put("frame zh", "1 a263c05ce510");
    pinned.put("g_eval EN", "1 ba5f2e77fc2a");
    pinned.put("g_eval ZH", "1 b882a29d29d8");
    pinned.put("goal_reached EN", "1 abf3d2274003");
    pinned.put("goal_reached ZH", "1 2624b18b2c1a");
    pinned.put("instruction_following EN", "1 baca1a5d5d62");
    pinned.put("instruction_following ZH", "1 d93b85a62012");
    pinned.put("pairwise EN", "1 b999fbebe477");
    pinned.put("pairwise ZH", "1 3e046891125e");
    pinned.put("selfcheck EN", "1 a095707c7d57");
    pinned.put("selfcheck ZH", "1 baceeb4756ba");
    pinned.put("toxicity EN", "1 4ff8717cfc67");
    pinned.put("toxicity ZH", "1 f7aa5c52d842");
    return pinned;
  }
}
