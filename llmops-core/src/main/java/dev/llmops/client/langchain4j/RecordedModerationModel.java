package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.input.Prompt;
import dev.langchain4j.model.moderation.Moderation;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.moderation.ModerationRequest;
import dev.langchain4j.model.moderation.ModerationResponse;
import dev.langchain4j.model.moderation.listener.ModerationModelListener;
import dev.langchain4j.model.output.Response;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.ModelCall;
import dev.llmops.ResponseReader;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A moderation model, recorded. Each method calls the model's own of the same name. */
final class RecordedModerationModel implements ModerationModel {

  private static final String OPERATION =
      "moderation"; // ours: the conventions (2026-10) have no name for it

  private final ModerationModel model;
  private final LlmOps ops;
  private final String provider;
  private final Answers<ModerationResponse> whole;
  private final Answers<Response<Moderation>> plain;

  RecordedModerationModel(ModerationModel model, LlmOps ops, String provider) {
    this.model = model;
    this.ops = ops;
    this.provider = provider;
    this.whole =
        new Answers<>(
            ops,
            ModerationResponse::moderation,
            verdict -> ModerationResponse.builder().moderation(verdict).build());
    this.plain = new Answers<>(ops, Response::content, Response::from);
  }

  boolean isRecordedBy(LlmOps other) {
    return ops == other;
  }

  @Override
  public ModerationResponse moderate(ModerationRequest request) {
    return recorded(request, () -> model.moderate(request));
  }

  @Override
  public ModerationResponse doModerate(ModerationRequest request) {
    return recorded(request, () -> model.doModerate(request));
  }

  @Override
  public Response<Moderation> moderate(String text) {
    return recorded(() -> List.of(text), plain, () -> model.moderate(text));
  }

  @Override
  public Response<Moderation> moderate(Prompt prompt) {
    return recorded(() -> List.of(prompt.text()), plain, () -> model.moderate(prompt));
  }

  @Override
  public Response<Moderation> moderate(ChatMessage message) {
    return recorded(
        () -> List.of(ModerationModel.toText(message)), plain, () -> model.moderate(message));
  }

  @Override
  public Response<Moderation> moderate(List<ChatMessage> messages) {
    return recorded(
        () -> messages.stream().map(ModerationModel::toText).toList(),
        plain,
        () -> model.moderate(messages));
  }

  @Override
  public Response<Moderation> moderate(TextSegment segment) {
    return recorded(() -> List.of(segment.text()), plain, () -> model.moderate(segment));
  }

  @Override
  public List<ModerationModelListener> listeners() {
    return model.listeners();
  }

  @Override
  public ModelProvider provider() {
    return model.provider();
  }

  @Override
  public String modelName() {
    return model.modelName();
  }

  @Override
  public String toString() {
    return "recorded " + model;
  }

  private ModerationResponse recorded(
      ModerationRequest request, ModelCall<ModerationResponse, RuntimeException> issue) {
    if (request == null) {
      return issue.call(); // the model's own check should answer it
    }
    String own = request.modelName();
    return recorded(own == null ? model::modelName : () -> own, request::texts, whole, issue);
  }

  private <R> R recorded(
      Supplier<List<String>> texts, Answers<R> answers, ModelCall<R, RuntimeException> issue) {
    return recorded(model::modelName, texts, answers, issue);
  }

  private <R> R recorded(
      Supplier<@Nullable String> name,
      Supplier<List<String>> texts,
      Answers<R> answers,
      ModelCall<R, RuntimeException> issue) {
    if (!ops.isEnabled()) {
      return issue.call();
    }
    return ops.call(
        new SimpleQuestion(ops, OPERATION, provider, name, null, texts, true),
        () -> Silence.below(issue),
        answers);
  }

  /**
   * Reads the verdict, as JSON; what was flagged is in the request. A replay brings the verdict
   * back, and the flagged text with it.
   */
  private record Answers<R>(
      LlmOps ops, Function<R, Moderation> moderation, Function<Moderation, R> answer)
      implements ResponseReader<R>, CallCodec<R> {

    @Override
    public LlmResponse read(R result) {
      if (!ops.capturesContent()) {
        return LlmResponse.EMPTY;
      }
      boolean flagged = moderation.apply(result).flagged();
      return LlmResponse.builder()
          .outputs(
              List.of(
                  Message.of(
                      "assistant",
                      new MessagePart.Other(
                          "moderation",
                          JsonText.of(Json.object().put("flagged", flagged).toString())))))
          .build();
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
    public JsonText encode(R result) {
      Moderation verdict = moderation.apply(result);
      return JsonText.of(
          Json.object()
              .put("flagged", verdict.flagged())
              .put("text", verdict.flaggedText())
              .toString());
    }

    @Override
    public R decode(JsonText stored) {
      try {
        JsonNode json = Json.parsed(stored.text());
        JsonNode flagged = json.required("flagged");
        if (!flagged.isBoolean()) { // any other reads as false
          throw new IllegalArgumentException("flagged must be true or false");
        }
        return answer.apply(
            flagged.booleanValue()
                ? Moderation.flagged(json.path("text").asText(""))
                : Moderation.notFlagged());
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(
            "stored answer must be the JSON of a LangChain4j moderation, but it could not be read: "
                + e.getClass().getSimpleName());
      }
    }
  }
}
