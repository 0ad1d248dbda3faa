package dev.llmops.client.langchain4j;

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
    this.whole = new Answers<>(ops, ModerationResponse::moderation);
    this.plain = new Answers<>(ops, Response::content);
  }

  boolean isRecordedBy(LlmOps other) {
    return ops == other;
  }

  @Override
  public ModerationResponse moderate(ModerationRequest request) {
    return recorded(request.modelName(), request::texts, whole, () -> model.moderate(request));
  }

  @Override
  public ModerationResponse doModerate(ModerationRequest request) {
    return recorded(request.modelName(), request::texts, whole, () -> model.doModerate(request));
  }

  @Override
  public Response<Moderation> moderate(String text) {
    return recorded(null, () -> List.of(text), plain, () -> model.moderate(text));
  }

  @Override
  public Response<Moderation> moderate(Prompt prompt) {
    return recorded(null, () -> List.of(prompt.text()), plain, () -> model.moderate(prompt));
  }

  @Override
  public Response<Moderation> moderate(ChatMessage message) {
    return recorded(
        null, () -> List.of(ModerationModel.toText(message)), plain, () -> model.moderate(message));
  }

  @Override
  public Response<Moderation> moderate(List<ChatMessage> messages) {
    return recorded(
        null,
        () -> messages.stream().map(ModerationModel::toText).toList(),
        plain,
        () -> model.moderate(messages));
  }

  @Override
  public Response<Moderation> moderate(TextSegment segment) {
    return recorded(null, () -> List.of(segment.text()), plain, () -> model.moderate(segment));
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

  private <R> R recorded(
      @Nullable String name,
      Supplier<List<String>> texts,
      Answers<R> answers,
      ModelCall<R, RuntimeException> issue) {
    if (!ops.isEnabled()) {
      return issue.call();
    }
    return ops.call(
        new SimpleQuestion(
            ops, OPERATION, provider, name == null ? model.modelName() : name, null, texts, true),
        () -> Silence.below(issue),
        answers);
  }

  /** The verdict, as JSON; what was flagged is in the request. */
  private record Answers<R>(LlmOps ops, Function<R, Moderation> moderation)
      implements ResponseReader<R> {

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
  }
}
