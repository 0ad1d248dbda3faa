package dev.llmops.eval.judge;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One question's answer.
 *
 * @param choice what was chosen
 * @param value the raw measure: the choice's value, or the mean weighted by log-probabilities
 * @param reason the judge's words
 * @param note what a reader should know about the value, absent when there is nothing
 */
record Verdict(JudgeChoice choice, double value, String reason, @Nullable String note) {

  private static final int MAX_REASON_CHARS = 2_000;

  static Verdict read(Rubric rubric, JudgeAnswer answer, boolean weighted) {
    AnswerJson json = AnswerJson.of(answer);
    JsonNode reason = json.object().get("reason");
    JsonNode chosen = json.object().get("choice");
    if (reason == null
        || !reason.isTextual()
        || chosen == null
        || !(chosen.isTextual() || chosen.isIntegralNumber())) {
      throw new JudgeException(
          "bad_shape", "the judge's JSON must have the texts \"reason\" and \"choice\"");
    }
    JudgeChoice choice = rubric.choice(chosen.asText());
    if (choice == null) {
      throw new JudgeException(
          "off_menu",
          "the judge chose what is not on the menu; allowed are "
              + String.join(", ", JudgeChoice.names(rubric.choices())));
    }
    String words = cut(reason.textValue().strip());
    if (!weighted) {
      return new Verdict(choice, choice.value(), words, null);
    }
    ChoiceWeights weights = ChoiceWeights.of(rubric, answer, json.valueStart("choice"));
    return weights == null
        ? new Verdict(choice, choice.value(), words, "no log-probabilities: not weighted")
        : new Verdict(choice, weights.mean(), words, weights.note());
  }

  static String cut(String text) {
    return text.length() <= MAX_REASON_CHARS ? text : text.substring(0, MAX_REASON_CHARS) + "…";
  }
}
