package dev.llmops.client.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.llmops.LlmOps;

/** A chat model, recorded, of LangChain4j 1.13 and newer. */
final class RecordedChatModelWithOptions extends RecordedChatModel {

  RecordedChatModelWithOptions(ChatModel model, LlmOps ops, String provider) {
    super(model, ops, provider);
  }

  @Override
  public ChatResponse chat(ChatRequest request, ChatRequestOptions options) {
    return recorded(request, () -> model.chat(request, options));
  }
}
