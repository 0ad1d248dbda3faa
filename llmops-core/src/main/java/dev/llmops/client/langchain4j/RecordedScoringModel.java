package dev.llmops.client.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.llmops.CallError;
import dev.llmops.LlmOps;
import dev.llmops.LlmResponse;
import dev.llmops.ModelCall;
import dev.llmops.ResponseReader;
import java.util.ArrayList;
import java.util.List;

/** A scoring (reranking) model, recorded. */
final class RecordedScoringModel implements ScoringModel {

  private static final String OPERATION =
      "rerank"; // ours: the conventions (2026-10) have no name for it

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
    return recorded(query, List.of(), () -> model.score(text, query));
  }

  @Override
  public Response<Double> score(TextSegment segment, String query) {
    return recorded(query, List.of(segment), () -> model.score(segment, query));
  }

  @Override
  public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
    return recorded(query, segments, () -> model.scoreAll(segments, query));
  }

  @Override
  public String toString() {
    return "recorded " + model;
  }

  private <T> Response<T> recorded(
      String query, List<TextSegment> segments, ModelCall<Response<T>, RuntimeException> issue) {
    if (!ops.isEnabled()) {
      return issue.call();
    }
    return ops.call(
        new SimpleQuestion(
            ops, OPERATION, provider, null, null, () -> texts(query, segments), true),
        () -> Silence.below(issue),
        new Answers<>());
  }

  private static List<String> texts(String query, List<TextSegment> segments) {
    List<String> texts = new ArrayList<>(segments.size() + 1);
    texts.add(query);
    segments.forEach(segment -> texts.add(segment.text()));
    return texts;
  }

  private static final class Answers<T> implements ResponseReader<Response<T>> {
    @Override
    public LlmResponse read(Response<T> response) {
      return LlmResponse.builder().usage(Usages.of(response.tokenUsage())).build();
    }

    @Override
    public CallError readError(Throwable error) {
      return Failures.of(error);
    }
  }
}
