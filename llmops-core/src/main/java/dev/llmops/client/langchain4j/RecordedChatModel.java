package dev.llmops.client.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.llmops.LlmOps;
import dev.llmops.LlmResponse;
import dev.llmops.ModelCall;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A chat model, recorded. Each method calls the model's own of the same name. */
class RecordedChatModel implements ChatModel {

  final ChatModel model;
  private final LlmOps ops;
  private final String provider;
  private final ChatAnswers answers;
  private final Supplier<@Nullable ChatRequestParameters> defaults;
  private final boolean textOnly;

  RecordedChatModel(ChatModel model, LlmOps ops, String provider) {
    this.model = model;
    this.ops = ops;
    this.provider = provider;
    this.answers = new ChatAnswers(ops);
    this.defaults = model::defaultRequestParameters;
    this.textOnly =
        !(model instanceof RecordedChatModel)
            && Overrides.own(model, ChatModel.class, "chat", String.class);
  }

  static RecordedChatModel of(ChatModel model, LlmOps ops, String provider) {
    return Since.CHAT_OPTIONS
        ? new RecordedChatModelWithOptions(model, ops, provider)
        : new RecordedChatModel(model, ops, provider);
  }

  final boolean isRecordedBy(LlmOps other) {
    return ops == other;
  }

  @Override
  public ChatResponse chat(ChatRequest request) {
    return recorded(request, () -> model.chat(request));
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    return recorded(request, () -> model.doChat(request));
  }

  @Override
  public ChatResponse chat(ChatMessage... messages) {
    return recorded(() -> List.of(messages), null, () -> model.chat(messages));
  }

  @Override
  public ChatResponse chat(List<ChatMessage> messages) {
    return recorded(() -> messages, null, () -> model.chat(messages));
  }

  @Override
  public String chat(String text) {
    if (!ops.isEnabled() || text == null || text.isBlank()) {
      return model.chat(text); // for no text, the model's own check should answer it
    }
    if (textOnly) { // it does this in its own way, and the text is all that it shows
      return ops.call(
          question(() -> List.of(UserMessage.from(text)), null),
          () -> Silence.below(() -> model.chat(text)),
          LlmResponse::ofText);
    }
    // what LangChain4j does by default, with an answer that tells its usage
    ChatRequest request = ChatRequest.builder().messages(UserMessage.from(text)).build();
    return chat(request).aiMessage().text();
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

  final ChatResponse recorded(
      ChatRequest request, ModelCall<ChatResponse, RuntimeException> issue) {
    return request == null
        ? issue.call() // the model's own check should answer it
        : recorded(request::messages, request.parameters(), issue);
  }

  private ChatResponse recorded(
      Supplier<List<ChatMessage>> messages,
      @Nullable ChatRequestParameters parameters,
      ModelCall<ChatResponse, RuntimeException> issue) {
    return ops.isEnabled()
        ? ops.call(question(messages, parameters), () -> Silence.below(issue), answers)
        : issue.call();
  }

  private ChatQuestion question(
      Supplier<List<ChatMessage>> messages, @Nullable ChatRequestParameters parameters) {
    return new ChatQuestion(ops, provider, false, messages, parameters, defaults);
  }
}
