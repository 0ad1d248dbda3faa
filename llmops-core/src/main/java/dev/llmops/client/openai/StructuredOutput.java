package dev.llmops.client.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.openai.core.ObjectMappers;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.responses.Response;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a structured output can be parsed at all. The client parses it only when the
 * application asks for it, and llmops does not do that in its place: it would run the application's
 * own constructors. So only what is not JSON is seen here (an answer that was cut, or prose); an
 * answer that is JSON of another shape is not.
 */
final class StructuredOutput {

  private StructuredOutput() {}

  /** The parser's exception for the first text that is not JSON, absent when all are. */
  static @Nullable String problem(@Nullable Object result) {
    List<String> texts =
        result instanceof ChatCompletion chat
            ? ChatFormat.texts(chat)
            : result instanceof Response response ? ResponsesFormat.texts(response) : List.of();
    for (String text : texts) {
      try (JsonParser parser = ObjectMappers.jsonMapper().createParser(text)) {
        if (parser.nextToken() == null) {
          return "com.fasterxml.jackson.databind.exc.MismatchedInputException"; // nothing is there
        }
        parser.skipChildren();
      } catch (IOException e) {
        return e.getClass().getName();
      }
    }
    return null;
  }
}
