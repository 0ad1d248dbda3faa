package dev.llmops.client.langchain4j;

import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.llmops.LlmOps;

/** A streaming chat model, recorded, of LangChain4j 1.13 and newer. */
final class RecordedStreamingChatModelWithOptions extends RecordedStreamingChatModel {

  RecordedStreamingChatModelWithOptions(StreamingChatModel model, LlmOps ops, String provider) {
    super(model, ops, provider);
  }

  @Override
  public void chat(
      ChatRequest request, ChatRequestOptions options, StreamingChatResponseHandler handler) {
    recorded(request, handler, recorded -> model.chat(request, options, recorded));
  }
}
