package dev.llmops.eval.consistency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an answer says, apart from the letter it chose or the format it came in. */
final class Canonical {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Enough for an answer in a format; more is no longer one. */
  private static final int MAX_JSON_CHARS = 100_000;

  private static final Pattern OPTION =
      Pattern.compile("^\\s{0,20}[(\\[（]?([A-Za-z]|\\d{1,2})[)\\].:：）、]\\s{0,20}(\\S.*)$");

  private static final Pattern CHOICE =
      Pattern.compile(
          "^\\W{0,20}(?:(?:the )?(?:correct )?(?:answer|option|choice)(?: is)?|答案(?:是|为)?|选)?"
              + "\\W{0,10}([A-Za-z]|\\d{1,2})(?:$|[)\\].:：）、,。]|\\*\\*)",
          Pattern.CASE_INSENSITIVE);

  private Canonical() {}

  /**
   * The text of the option that was chosen, where the question lists options ({@code A) Paris});
   * else the answer. So {@code B} means the same in two orders of the options only if it names the
   * same text.
   */
  static String choice(@Nullable String question, String answer) {
    Map<String, String> options = question == null ? Map.of() : options(question);
    if (options.size() < 2) {
      return answer;
    }
    String head = answer.strip();
    head = head.substring(0, Math.min(200, head.length()));
    Matcher matcher = CHOICE.matcher(head);
    if (matcher.find()) {
      String option = options.get(matcher.group(1).toUpperCase(Locale.ROOT));
      if (option != null) {
        return option;
      }
    }
    String form = " " + AnswerForm.NORMALISED.of(answer) + " ";
    List<String> named = new ArrayList<>();
    for (String option : options.values()) {
      if (form.contains(" " + AnswerForm.NORMALISED.of(option) + " ")) {
        named.add(option);
      }
    }
    return named.size() == 1 ? named.get(0) : answer;
  }

  /**
   * The answer without its wrapping: a code fence, or a JSON text, or a JSON object or array with
   * one scalar in it ({@code {"answer": "Paris"}}).
   */
  static String unwrapped(String answer) {
    String text = answer.strip();
    if (text.startsWith("```") && text.endsWith("```") && text.length() >= 6) {
      int line = text.indexOf('\n');
      text = text.substring(line < 0 ? 3 : Math.min(line, text.length() - 3), text.length() - 3);
      text = text.strip();
    }
    if (text.isEmpty() || text.length() > MAX_JSON_CHARS || "{[\"".indexOf(text.charAt(0)) < 0) {
      return text;
    }
    try {
      JsonNode json = JSON.readTree(text);
      while (json.isContainerNode() && json.size() == 1) {
        json = json.iterator().next();
      }
      return json.isValueNode() && !json.isNull() ? json.asText() : text;
    } catch (JsonProcessingException e) {
      return text;
    }
  }

  private static Map<String, String> options(String question) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String line : (Iterable<String>) question.lines()::iterator) {
      Matcher matcher = OPTION.matcher(line);
      if (matcher.matches()) {
        options.put(matcher.group(1).toUpperCase(Locale.ROOT), matcher.group(2).strip());
      }
    }
    return options;
  }
}
