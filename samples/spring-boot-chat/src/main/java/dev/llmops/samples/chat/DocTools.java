package dev.llmops.samples.chat;

import java.util.stream.Collectors;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.stereotype.Component;

/** What the model may ask for. */
@Component
class DocTools {

  private static final int PASSAGES = 5;

  private final VectorStore store;

  DocTools(VectorStore store) {
    this.store = store;
  }

  @Tool(name = "find_documents", description = "Names the documents about a topic.")
  String findDocuments(@ToolParam(description = "a few words") String topic) {
    return store
        .similaritySearch(SearchRequest.builder().query(topic).topK(PASSAGES).build())
        .stream()
        .map(passage -> String.valueOf(passage.getMetadata().get(Passages.SOURCE)))
        .distinct()
        .collect(Collectors.joining("\n"));
  }
}
