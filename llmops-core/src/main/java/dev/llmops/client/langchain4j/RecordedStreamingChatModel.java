package dev.llmops.client.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.llmops.EncodedResponse;
import dev.llmops.LlmOps;
import dev.llmops.OpenCall;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A streaming chat model, recorded. Each method calls the model's own of the same name. */
class RecordedStreamingChatModel implements StreamingChatModel {

  final StreamingChatModel model;
  private final LlmOps ops;
  private final String provider;
  private final Supplier<@Nullable ChatRequestParameters> defaults;

  RecordedStreamingChatModel(StreamingChatModel model, LlmOps ops, String provider) {
    this.model = model;
    this.ops = ops;
    this.provider = provider;
    this.defaults = model::defaultRequestParameters;
  }

  static RecordedStreamingChatModel of(StreamingChatModel model, LlmOps ops, String provider) {
    return Since.CHAT_OPTIONS
        ? new RecordedStreamingChatModelWithOptions(model, ops, provider)
        : new RecordedStreamingChatModel(model, ops, provider);
  }

  final boolean isRecordedBy(LlmOps other) {
    return ops == other;
  }

  @Override
  public void chat(ChatRequest request, StreamingChatResponseHandler handler) {
    recorded(request, handler, recorded -> model.chat(request, recorded));
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    recorded(request, handler, recorded -> model.doChat(request, recorded));
  }

  @Override
  public void chat(String text, StreamingChatResponseHandler handler) {
    if (text == null || text.isBlank()) {
      model.chat(text, handler); // the model's own check should answer it
      return;
    }
    recorded(
        () -> List.of(UserMessage.from(text)),
        null,
        handler,
        recorded -> model.chat(text, recorded));
  }

  @Override
  public void chat(List<ChatMessage> messages, StreamingChatResponseHandler handler) {
    recorded(() -> messages, null, handler, recorded -> model.chat(messages, recorded));
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return model.defaultRequestParameters();
  }

  @Override
  public List<ChatModelListener> listeners() {
    return model.listeners();
  }

  @Override
  public ModelProvider provider() {
    return model.provider();
  }

  @Override
  public Set<Capability> supportedCapabilities() {
    return model.supportedCapabilities();
  }

  @Override
  public String toString() {
    return "recorded " + model;
  }

  final void recorded(
      ChatRequest request,
      StreamingChatResponseHandler handler,
      Consumer<StreamingChatResponseHandler> issue) {
    if (request == null) {
      issue.accept(handler); // the model's own check should answer it
    } else {
      recorded(request::messages, request.parameters(), handler, issue);
    }
  }

  private void recorded(
      Supplier<List<ChatMessage>> messages,
      @Nullable ChatRequestParameters parameters,
      StreamingChatResponseHandler handler,
      Consumer<StreamingChatResponseHandler> issue) {
    if (!ops.isEnabled() || handler == null) {
      issue.accept(handler);
      return;
    }
    OpenCall call =
        ops.open(new ChatQuestion(ops, provider, true, messages, parameters, defaults), true, true);
    RecordedHandler recorded = new RecordedHandler(handler, call);
    EncodedResponse stored = call.replay();
    if (stored != null) {
      recorded.replay(stored);
      return;
    }
    call.cancelWhenCollected(recorded);
    boolean[] issued = new boolean[1];
    try {
      boolean unused =
          call.issue(
              () -> {
                issued[0] = true;
                return Silence.below(
                    () -> {
                      try {
                        issue.accept(recorded);
                      } catch (Throwable t) {
                        recorded.stopped();
                        throw t;
                      }
                      return true;
                    });
              },
              Failures::of);
    } catch (RuntimeException e) {
      if (issued[0]) {
        throw e;
      }
      handler.onError(e); // an interceptor refused: errors of a stream go to its handler
    }
  }
}
