package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.CallInterceptor;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.Message;
import dev.llmops.RequestParameters;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a call asks that is about texts alone: embeddings, scoring, moderation.
 *
 * @param model gives the model's name, absent where it does not tell it; may be code of others
 * @param dimensions the size of the vectors asked for, absent where none was
 * @param texts gives the texts; asked only where somebody wants them
 * @param recordsTexts whether the texts are content of the record; the conventions have no place
 *     for those of embeddings
 */
record SimpleQuestion(
    LlmOps ops,
    String operation,
    String provider,
    Supplier<@Nullable String> model,
    @Nullable Integer dimensions,
    Supplier<List<String>> texts,
    boolean recordsTexts)
    implements Supplier<LlmRequest>, CallInterceptor.HasBody {

  private static final String UNKNOWN = "unknown"; // what LangChain4j says for a name not told

  @Override
  public LlmRequest get() {
    String name = model.get();
    LlmRequest.Builder into =
        LlmRequest.builder(operation, provider).model(UNKNOWN.equals(name) ? null : name);
    if (dimensions != null) {
      into.parameters(
          RequestParameters.builder().embeddingDimensions(Long.valueOf(dimensions)).build());
    }
    if (recordsTexts && ops.capturesContent()) {
      into.messages(texts.get().stream().map(Message::user).toList());
    }
    return into.build();
  }

  @Override
  public JsonText body() {
    ObjectNode json = Json.object();
    json.put("model", model.get());
    json.put("dimensions", dimensions);
    ArrayNode input = json.putArray("input");
    texts.get().forEach(input::add);
    return JsonText.of(json.toString());
  }
}
