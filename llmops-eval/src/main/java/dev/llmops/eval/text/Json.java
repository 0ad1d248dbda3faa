package dev.llmops.eval.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON that a model wrote: strict (RFC 8259), one value, no member twice. Jackson's own limits
 * hold: 1000 levels, 20 million characters a text, 1000 digits a number.
 */
final class Json {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  /** A value, or why there is none. */
  record Parsed(@Nullable JsonNode value, String problem) {}

  static Evaluator valid(boolean fenced) {
    EvaluatorSpec spec =
        EvaluatorSpec.free("json_valid", Scale.UNIT, Need.OUTPUT)
            .withSettings(Map.of("fenced", Boolean.toString(fenced)));
    return Evaluators.of(
        spec,
        evalCase -> {
          String problem = check(unfenced(TextEvaluators.output(evalCase), fenced));
          return Scored.of(spec, problem == null, problem == null ? "valid JSON" : problem);
        });
  }

  /** Why this is not JSON, or null; builds no tree. */
  private static @Nullable String check(String text) {
    if (text.isBlank()) {
      return "not valid JSON: the text is empty";
    }
    try (JsonParser parser = MAPPER.createParser(text)) {
      int depth = 0;
      int values = 0;
      while (parser.nextToken() != null) {
        if (parser.currentToken().isStructStart()) {
          depth++;
        } else if (parser.currentToken().isStructEnd()) {
          depth--;
        } else if (parser.currentToken().isNumeric()) {
          // a number is only checked against the limit of its length when it is read
          parser.getNumberType();
        }
        if (depth == 0) {
          values++;
          if (values > 1) {
            return "not valid JSON: more text after the value" + place(parser);
          }
        }
      }
      return null;
    } catch (JsonProcessingException e) {
      return problem(e);
    } catch (IOException e) {
      return "not valid JSON";
    }
  }

  private static String place(JsonParser parser) {
    return " (line "
        + parser.currentTokenLocation().getLineNr()
        + ", column "
        + parser.currentTokenLocation().getColumnNr()
        + ")";
  }

  static Parsed parse(String text) {
    if (text.isBlank()) {
      return new Parsed(null, "not valid JSON: the text is empty");
    }
    try {
      return new Parsed(MAPPER.readTree(text), "");
    } catch (JsonProcessingException e) {
      return new Parsed(null, problem(e));
    }
  }

  private static String problem(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    String first = message.split("\\n| \\(start marker", 2)[0];
    return "not valid JSON: "
        + (first.length() > 200 ? first.substring(0, 200) + "…" : first)
        + (e.getLocation() == null
            ? ""
            : " (line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr()
                + ")");
  }

  /** The inside of the only code fence, where the text is one; else the text. */
  static String unfenced(String text, boolean fenced) {
    return fenced ? CodeFences.onlyBlock(text) : text;
  }
}
