package dev.llmops.samples.chat;

import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.util.List;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.io.Resource;

/**
 * Answers questions about this project from its docs, over HTTP. From the root of the project:
 * {@code mvn -q -Pspring-boot-chat -pl samples/spring-boot-chat -am process-classes}, then
 *
 * <pre>{@code
 * curl -H 'X-Conversation-Id: c-1' 'localhost:8080/chat?question=What+is+recorded+for+each+call'
 * curl -N 'localhost:8080/chat/stream?question=How+do+I+see+the+traces'
 * curl localhost:8080/actuator/llmops/calls
 * }</pre>
 *
 * <p>Which model answers: see {@link ModelAtStart}.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class ChatApplication {

  /** Starts the server. */
  public static void main(String[] args) {
    application().run(args);
  }

  static SpringApplication application(Class<?>... more) {
    SpringApplication application = new SpringApplication(ChatApplication.class);
    application.addPrimarySources(List.of(more));
    application.addInitializers(new ModelAtStart());
    return application;
  }

  @Bean
  VectorStore vectorStore(
      EmbeddingModel embeddings,
      ObservationRegistry observations,
      @Value("${chat.documents}") Resource[] documents)
      throws IOException {
    SimpleVectorStore store =
        SimpleVectorStore.builder(embeddings).observationRegistry(observations).build();
    store.add(Passages.of(documents)); // a request to the embedding model for each of them
    return store;
  }

  @Bean
  ChatClient chatClient(
      ChatClient.Builder builder,
      ChatMemory memory,
      VectorStore store,
      DocTools tools,
      @Value("${chat.tools}") boolean offerTools) {
    builder
        .defaultSystem(
            "You answer questions about the project from the passages of its docs below, briefly,"
                + " and name the document. If they do not answer the question, say that the docs do"
                + " not say.")
        .defaultAdvisors(
            MessageChatMemoryAdvisor.builder(memory).order(Ordered.HIGHEST_PRECEDENCE + 50).build(),
            new RetrievalAdvisor(store, Ordered.HIGHEST_PRECEDENCE + 100));
    return (offerTools ? builder.defaultTools(tools) : builder).build();
  }
}
