package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmResponse;
import dev.llmops.ModelCall;
import dev.llmops.ResponseReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** A scoring (reranking) model, recorded. */
final class RecordedScoringModel implements ScoringModel {

  private static final String OPERATION =
      "rerank"; // ours: the conventions (2026-10) have no name for it

  private static final Answers<Double> ONE = new Answers<>(List::of, scores -> scores.get(0));
  private static final Answers<List<Double>> ALL =
      new Answers<>(scores -> scores, scores -> scores);

  private final ScoringModel model;
  private final LlmOps ops;
  private final String provider;

  RecordedScoringModel(ScoringModel model, LlmOps ops, String provider) {
    this.model = model;
    this.ops = ops;
    this.provider = provider;
  }

  boolean isRecordedBy(LlmOps other) {
    return ops == other;
  }

  @Override
  public Response<Double> score(String text, String query) {
    return recorded(() -> List.of(query, text), ONE, () -> model.score(text, query));
  }

  @Override
  public Response<Double> score(TextSegment segment, String query) {
    return recorded(() -> List.of(query, segment.text()), ONE, () -> model.score(segment, query));
  }

  @Override
  public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
    return recorded(() -> texts(query, segments), ALL, () -> model.scoreAll(segments, query));
  }

  @Override
  public String toString() {
    return "recorded " + model;
  }

  private <T> Response<T> recorded(
      Supplier<List<String>> texts,
      Answers<T> answers,
      ModelCall<Response<T>, RuntimeException> issue) {
    if (!ops.isEnabled()) {
      return issue.call();
    }
    return ops.call(
        new SimpleQuestion(ops, OPERATION, provider, () -> null, null, texts, true),
        () -> Silence.below(issue),
        answers);
  }

  private static List<String> texts(String query, List<TextSegment> segments) {
    List<String> texts = new ArrayList<>(segments.size() + 1);
    texts.add(query);
    segments.forEach(segment -> texts.add(segment.text()));
    return texts;
  }

  /** Reads one score or several; a replay brings them back with their usage. */
  private record Answers<T>(Function<T, List<Double>> scores, Function<List<Double>, T> content)
      implements ResponseReader<Response<T>>, CallCodec<Response<T>> {

    @Override
    public LlmResponse read(Response<T> response) {
      return LlmResponse.builder().usage(Usages.of(response.tokenUsage())).build();
    }

    @Override
    public CallError readError(Throwable error) {
      return Failures.of(error);
    }

    @Override
    public CallCodec<Response<T>> codec() {
      return this;
    }

    @Override
    public JsonText encode(Response<T> response) {
      ObjectNode json = Json.object();
      json.set("usage", ChatAnswers.Codec.usage(response.tokenUsage()));
      ArrayNode into = json.putArray("scores");
      for (double score : scores.apply(response.content())) {
        if (!Double.isFinite(score)) { // JSON has no number for it
          throw new IllegalArgumentException("a score that is not finite cannot be stored");
        }
        into.add(score);
      }
      return JsonText.of(json.toString());
    }

    @Override
    public Response<T> decode(JsonText stored) {
      try {
        JsonNode json = Json.parsed(stored.text());
        List<Double> told = Arrays.stream(Json.numbers(json.required("scores"))).boxed().toList();
        return Response.from(content.apply(told), ChatAnswers.Codec.usage(json.path("usage")));
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(
            "stored answer must be the JSON of LangChain4j scores, but it could not be read: "
                + e.getClass().getSimpleName());
      }
    }
  }
}
