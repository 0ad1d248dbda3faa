package dev.llmops.samples.chat;

import dev.llmops.samples.quickstart.DocsAssistant;
import dev.llmops.spring.LlmTool;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** What the model may ask for. */
@Component
public class DocTools {

  private final DocsAssistant docs;

  DocTools(DocsAssistant docs) {
    this.docs = docs;
  }

  /** The places of the docs that are about a topic, a line each. */
  @LlmTool(value = "find_documents", description = "Names the documents about a topic.")
  public String findDocuments(String topic) {
    return docs.search(topic, 5).stream()
        .map(DocsAssistant.Found::source)
        .distinct()
        .collect(Collectors.joining("\n"));
  }
}
