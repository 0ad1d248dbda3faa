package dev.llmops.eval.text;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which of the lettered choices an answer takes. */
final class MultipleChoice {

  private static final int MAX_CHARS = 200_000;

  /** A letter on its own, in brackets, or with the mark of a list behind it. */
  private static final String LETTER = "[(\\[{（【*\"'\\s]*([A-Z])(?:[)\\]}）】*\"'.,:：。，;!\\s]|$)";

  /** From the clearest announcement to the least; the last of a kind counts. */
  private static final List<Pattern> ANNOUNCED =
      List.of(
          Pattern.compile("\\\\boxed\\{\\s*(?:\\\\text\\{)?\\s*([A-Z])\\s*\\}"),
          Pattern.compile(
              "(?i:(?:final|correct|right|best)\\s+(?:answer|choice|option)(?:\\s+is)?\\s*[:：]?)"
                  + "(?:\\s*(?i:option|choice))?"
                  + LETTER),
          Pattern.compile("(?i:answer(?:\\s+is)?\\s*[:：]?)(?:\\s*(?i:option|choice))?" + LETTER),
          Pattern.compile("(?:答案|正确选项|正确答案)(?:是|为|选|应该是|应为)?\\s*[:：]?(?:选项)?" + LETTER),
          Pattern.compile("(?:故选|应选|选择|选)\\s*[:：]?" + LETTER),
          Pattern.compile("(?i:(?:option|choice)\\s+)" + LETTER));

  private static final Pattern LEADING =
      Pattern.compile("^[\\s(\\[（【*\"']*([A-Z])(?:[)\\]）】*\"'.,:：、。]|\\s*$)");
  private static final Pattern ALONE =
      Pattern.compile("[(\\[（【*]+([A-Z])[)\\]）】*]+|^\\s*([A-Z])\\s*$");

  private MultipleChoice() {}

  static Evaluator of(int choices) {
    if (choices < 2 || choices > 26) {
      throw new IllegalArgumentException("choices must be between 2 and 26, but was " + choices);
    }
    char last = (char) ('A' + choices - 1);
    EvaluatorSpec spec =
        EvaluatorSpec.free("multiple_choice", Scale.UNIT, Need.OUTPUT, Need.REFERENCES)
            .withSettings(Map.of("choices", Integer.toString(choices)));
    return Evaluators.of(spec, evalCase -> evaluate(spec, evalCase, last));
  }

  private static EvalResult evaluate(EvaluatorSpec spec, EvalCase evalCase, char last) {
    String output = TextEvaluators.output(evalCase);
    if (output.length() > MAX_CHARS) {
      return new Skipped(
          spec,
          "the output has " + output.length() + " characters; at most " + MAX_CHARS + " are read");
    }
    List<String> expected = new ArrayList<>();
    for (String reference : evalCase.references()) {
      String letter = chosen(reference.strip().toUpperCase(Locale.ROOT), last);
      if (letter == null) {
        return new Skipped(
            spec,
            "reference "
                + Texts.quoted(reference)
                + " is not a letter from A to "
                + last
                + "; give the letter of the right choice");
      }
      expected.add(letter);
    }
    String chosen = chosen(Texts.nfkc(output), last);
    if (chosen == null) {
      return new Scored(
          spec, 0, 0, "no choice from A to " + last + " found", "invalid", Spend.NONE);
    }
    return Scored.of(
        spec,
        expected.contains(chosen),
        "chose " + chosen + ", right is " + String.join(" or ", expected));
  }

  private static @Nullable String chosen(String text, char last) {
    for (Pattern pattern : ANNOUNCED) {
      String letter = lastOf(pattern, text, last);
      if (letter != null) {
        return letter;
      }
    }
    Matcher leading = LEADING.matcher(text);
    if (leading.find() && leading.group(1).charAt(0) <= last) {
      return leading.group(1);
    }
    return lastOf(ALONE, text, last);
  }

  private static @Nullable String lastOf(Pattern pattern, String text, char last) {
    Matcher matcher = pattern.matcher(text);
    String found = null;
    while (matcher.find()) {
      for (int group = 1; group <= matcher.groupCount(); group++) {
        String letter = matcher.group(group);
        if (letter != null && letter.charAt(0) <= last) {
          found = letter;
        }
      }
    }
    return found;
  }
}
