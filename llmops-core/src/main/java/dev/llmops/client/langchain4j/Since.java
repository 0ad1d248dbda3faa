package dev.llmops.client.langchain4j;

import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;

/**
 * What the LangChain4j of the application has that older ones do not. A class whose methods name a
 * type that is missing cannot be introspected, which Spring does with each bean, so what needs such
 * a type is in classes of its own, chosen by this.
 */
final class Since {

  /** {@link ChatRequestOptions}: 1.13. */
  static final boolean CHAT_OPTIONS = chatOptions();

  /** {@link EmbeddingRequest}: 1.18. */
  static final boolean EMBEDDING_REQUESTS = embeddingRequests();

  private Since() {}

  private static boolean chatOptions() {
    try {
      var unused = ChatRequestOptions.class;
      return true;
    } catch (NoClassDefFoundError e) {
      return false;
    }
  }

  private static boolean embeddingRequests() {
    try {
      var unused = EmbeddingRequest.class;
      return true;
    } catch (NoClassDefFoundError e) {
      return false;
    }
  }
}
