package dev.llmops.samples.chat;

import java.util.List;
import java.util.stream.Collectors;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.AdvisorChain;
import org.springframework.ai.chat.client.advisor.api.BaseAdvisor;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;

/** Puts the passages that are near to the question behind the system message. */
final class RetrievalAdvisor implements BaseAdvisor {

  private static final int PASSAGES = 4;
  private static final double MIN_SIMILARITY = 0.3;

  private final VectorStore store;
  private final int order;

  RetrievalAdvisor(VectorStore store, int order) {
    this.store = store;
    this.order = order;
  }

  @Override
  public ChatClientRequest before(ChatClientRequest request, AdvisorChain chain) {
    String question = request.prompt().getUserMessage().getText();
    List<Document> found =
        store.similaritySearch(
            SearchRequest.builder()
                .query(question)
                .topK(PASSAGES)
                .similarityThreshold(MIN_SIMILARITY)
                .build());
    String passages =
        found.stream()
            .map(each -> "[" + each.getMetadata().get(Passages.SOURCE) + "]\n" + each.getText())
            .collect(Collectors.joining("\n\n"));
    return request
        .mutate()
        .prompt(
            request
                .prompt()
                .augmentSystemMessage(
                    system ->
                        new SystemMessage(
                            system.getText()
                                + "\n\n"
                                + (passages.isEmpty()
                                    ? "(no passage is near to the question)"
                                    : passages))))
        .build();
  }

  @Override
  public ChatClientResponse after(ChatClientResponse response, AdvisorChain chain) {
    return response;
  }

  @Override
  public String getName() {
    return "retrieval";
  }

  @Override
  public int getOrder() {
    return order;
  }
}
