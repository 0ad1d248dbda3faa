package dev.llmops.client.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Puts a stream's text together, and waits for its end. */
class Collected implements StreamingChatResponseHandler {

  final StringBuilder text = new StringBuilder();
  final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

  @Override
  public void onPartialResponse(String part) {
    text.append(part);
  }

  @Override
  public void onCompleteResponse(ChatResponse response) {
    end.complete(response);
  }

  @Override
  public void onError(Throwable error) {
    end.completeExceptionally(error);
  }

  /** The whole text, or what the handler was told instead. */
  String text() throws Exception {
    try {
      var unused = end.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
    return text.toString();
  }
}
