package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.JsonText;
import dev.llmops.LlmResponse;
import dev.llmops.ResponseReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads answers of embedding models, of which there are three shapes. Neither texts nor vectors are
 * recorded: the conventions have no place for them. A replay brings vectors, model and usage back.
 *
 * @param <R> the shape
 */
final class EmbeddingAnswers<R> implements ResponseReader<R>, CallCodec<R> {

  static final EmbeddingAnswers<Response<List<Embedding>>> MANY =
      new EmbeddingAnswers<>(
          response -> new Facts(response.content(), null, response.tokenUsage()),
          facts -> Response.from(facts.embeddings(), facts.usage()));

  static final EmbeddingAnswers<Response<Embedding>> ONE =
      new EmbeddingAnswers<>(
          response -> new Facts(List.of(response.content()), null, response.tokenUsage()),
          facts -> Response.from(facts.embeddings().get(0), facts.usage()));

  private final Function<R, Facts> facts;
  private final Function<Facts, R> answer;

  private EmbeddingAnswers(Function<R, Facts> facts, Function<Facts, R> answer) {
    this.facts = facts;
    this.answer = answer;
  }

  @Override
  public LlmResponse read(R result) {
    Facts told = facts.apply(result);
    return LlmResponse.builder().model(told.model()).usage(Usages.of(told.usage())).build();
  }

  @Override
  public CallError readError(Throwable error) {
    return Failures.of(error);
  }

  @Override
  public CallCodec<R> codec() {
    return this;
  }

  @Override
  public JsonText encode(R value) {
    Facts told = facts.apply(value);
    ObjectNode json = Json.object();
    json.put("model", told.model());
    json.set("usage", ChatAnswers.Codec.usage(told.usage()));
    ArrayNode vectors = json.putArray("embeddings");
    for (Embedding embedding : told.embeddings()) {
      ArrayNode vector = vectors.addArray();
      for (float number : embedding.vector()) {
        if (!Float.isFinite(number)) { // JSON has no number for it
          throw new IllegalArgumentException("a vector that is not finite cannot be stored");
        }
        vector.add(number);
      }
    }
    return JsonText.of(json.toString());
  }

  @Override
  public R decode(JsonText stored) {
    try {
      JsonNode json = Json.parsed(stored.text());
      List<Embedding> embeddings = new ArrayList<>();
      JsonNode vectors = json.required("embeddings");
      if (!vectors.isArray()) {
        throw new IllegalArgumentException("embeddings must be an array"); // else it reads as none
      }
      for (JsonNode each : vectors) {
        double[] numbers = Json.numbers(each);
        float[] vector = new float[numbers.length];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = (float) numbers[i];
        }
        embeddings.add(Embedding.from(vector));
      }
      return answer.apply(
          new Facts(
              embeddings,
              ChatAnswers.Codec.text(json, "model"),
              ChatAnswers.Codec.usage(json.path("usage"))));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "stored answer must be the JSON of LangChain4j embeddings, but it could not be read: "
              + e.getClass().getSimpleName());
    }
  }

  /** Of the answers that LangChain4j has since 1.18; in a class of its own for those before. */
  static final class Whole {
    private Whole() {}

    static final EmbeddingAnswers<EmbeddingResponse> WHOLE =
        new EmbeddingAnswers<>(
            response ->
                new Facts(response.embeddings(), response.modelName(), response.tokenUsage()),
            facts ->
                EmbeddingResponse.builder()
                    .embeddings(facts.embeddings())
                    .metadata(
                        EmbeddingResponseMetadata.builder()
                            .modelName(facts.model())
                            .tokenUsage(facts.usage())
                            .build())
                    .build());
  }

  private record Facts(
      List<Embedding> embeddings, @Nullable String model, @Nullable TokenUsage usage) {}
}
