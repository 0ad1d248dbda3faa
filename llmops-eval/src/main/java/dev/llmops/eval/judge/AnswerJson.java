package dev.llmops.eval.judge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The JSON object in a judge's answer: the whole answer, or the only one amid prose. Two objects
 * are no answer: nobody can tell which one is meant.
 *
 * @param object what was read
 * @param text the object's own text
 * @param start where it begins in the answer, in characters
 */
record AnswerJson(ObjectNode object, String text, int start) {

  static final int MAX_CHARS = 100_000;

  /** Each failed attempt reads the rest at most once: bounds the work on hostile answers. */
  private static final int MAX_ATTEMPTS = 100;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(20)
                          .maxStringLength(MAX_CHARS)
                          .build())
                  .build())
          .build();

  private static final Pattern REFUSAL =
      Pattern.compile(
          "^\\W{0,5}(?:(?:i['’]?m|i am) (?:very |so )?sorry|sorry,|i (?:cannot|can['’]?t|won['’]?t|"
              + "am unable|['’]m unable|am not able)|i['’]m (?:unable|not able)|as an ai\\b|"
              + "抱歉|很抱歉|对不起|我(?:不能|无法|没办法)|作为(?:一个|一名)?(?:ai|人工智能))",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  /**
   * Finds it.
   *
   * @throws JudgeException if there is none, or more than one, or the answer is no answer
   */
  static AnswerJson of(JudgeAnswer answer) {
    String refusal = answer.refusal();
    if (refusal != null && !refusal.isBlank()) {
      throw new JudgeException("refused", "the judge refused to judge this case");
    }
    String finish = answer.finishReason();
    if ("content_filter".equals(finish)) {
      throw new JudgeException(
          "content_filter", "the judge's server filtered the answer; judge this case by hand");
    }
    if ("length".equals(finish) || "max_tokens".equals(finish)) {
      throw new JudgeException(
          "truncated", "the judge ran out of tokens; raise the server's limit of output tokens");
    }
    String text = answer.text();
    if (text.isBlank()) {
      throw new JudgeException("empty_answer", "the judge answered nothing");
    }
    if (text.length() > MAX_CHARS) {
      throw new JudgeException(
          "not_json",
          "the judge answered " + text.length() + " characters, more than " + MAX_CHARS);
    }
    return find(text);
  }

  private static AnswerJson find(String text) {
    AnswerJson found = null;
    int attempts = 0;
    int at = text.indexOf('{');
    while (at >= 0 && attempts++ < MAX_ATTEMPTS) {
      AnswerJson here = read(text, at);
      if (here != null && found != null) {
        throw new JudgeException(
            "several_json", "the judge answered more than one JSON object; one is the verdict");
      }
      if (here != null) {
        found = here;
        at = text.indexOf('{', at + here.text.length());
      } else if (text.substring(0, at).isBlank()) {
        break; // meant as JSON and is not: an object inside of it is not the answer
      } else {
        at = text.indexOf('{', at + 1);
      }
    }
    if (found == null || at >= 0) {
      if (REFUSAL.matcher(text).find()) {
        throw new JudgeException("refused", "the judge refused to judge this case");
      }
      throw new JudgeException(
          "not_json", "the judge answered " + text.length() + " characters without a JSON object");
    }
    return found;
  }

  private static @Nullable AnswerJson read(String text, int start) {
    String rest = text.substring(start);
    try (JsonParser parser = MAPPER.createParser(rest)) {
      JsonNode node = MAPPER.readTree(parser);
      if (!(node instanceof ObjectNode object)) {
        return null;
      }
      int end = (int) parser.currentLocation().getCharOffset();
      return new AnswerJson(object, rest.substring(0, end), start);
    } catch (IOException e) {
      return null;
    }
  }

  /** Where the value of a field of the object begins in the answer: its quote, if it has one. */
  int valueStart(String field) {
    try (JsonParser parser = MAPPER.createParser(text)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (depth == 1
            && token == JsonToken.FIELD_NAME
            && parser.currentName().equals(field)) {
          JsonToken unused = parser.nextToken();
          return start + (int) parser.currentTokenLocation().getCharOffset();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("was read a moment ago", e);
    }
    throw new IllegalStateException("field " + field + " was there a moment ago");
  }
}
