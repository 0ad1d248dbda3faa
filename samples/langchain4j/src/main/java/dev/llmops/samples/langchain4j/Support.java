package dev.llmops.samples.langchain4j;

import static dev.llmops.client.langchain4j.LangChain4jInstrumentation.tools;
import static dev.llmops.client.langchain4j.LangChain4jInstrumentation.wrap;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.llmops.LlmOps;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A shop's assistant with memory, a tool and retrieval, made with LangChain4j's AI services; then
 * what was recorded, as a tree. Each argument is a question; without one, two that are built in are
 * asked. From the root of the project: {@code mvn -q -Plangchain4j -pl samples/langchain4j -am
 * process-classes}.
 */
public final class Support {

  private static final List<String> QUESTIONS =
      List.of("How long can I send a parcel back?", "Where is my order A-1001?");

  private Support() {}

  /** Asks, prints the answers and the tree, and ends. */
  public static void main(String[] args) {
    List<String> questions = args.length == 0 ? QUESTIONS : Arrays.asList(args);
    RecordTree tree = new RecordTree();
    try (LlmOps ops = LlmOps.builder().sink(tree).build()) {
      Assistant assistant = assistant(model(), ops);
      for (String question : questions) {
        System.out.println("\n> " + question);
        System.out.println(assistant.chat("customer-7", question));
      }
      System.out.println("\nWhat was recorded:");
      tree.print(System.out);
    }
  }

  /** The assistant, every part of it recorded. */
  static Assistant assistant(ChatModel model, LlmOps ops) {
    // on the calling thread: the model's own pool would keep the program alive after main
    EmbeddingModel embeddings = wrap(new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run), ops);
    InMemoryEmbeddingStore<TextSegment> handbook = new InMemoryEmbeddingStore<>();
    List<TextSegment> passages =
        Arrays.stream(handbook().split("\n\n")).map(TextSegment::from).toList();
    handbook.addAll(embeddings.embedAll(passages).content(), passages);

    Assistant built =
        AiServices.builder(Assistant.class)
            .chatModel(wrap(model, ops))
            .chatMemoryProvider(id -> MessageWindowChatMemory.withMaxMessages(20))
            .contentRetriever(
                wrap(
                    EmbeddingStoreContentRetriever.builder()
                        .embeddingModel(embeddings)
                        .embeddingStore(handbook)
                        .maxResults(2)
                        .build(),
                    ops,
                    "handbook"))
            .tools(tools(ops, new Orders()))
            .build();
    return wrap(Assistant.class, built, ops);
  }

  /** What the environment names, else the embedded one. */
  private static ChatModel model() {
    String key = setting("OPENAI_API_KEY");
    String url = setting("OPENAI_BASE_URL");
    if (key == null && url == null) {
      System.out.println(EmbeddedChatModel.DESCRIPTION);
      return new EmbeddedChatModel();
    }
    String name = setting("OPENAI_MODEL");
    return OpenAiChatModel.builder()
        .baseUrl(url == null ? "https://api.openai.com/v1" : url)
        .apiKey(key == null ? "none" : key)
        .modelName(name == null ? "gpt-5.4-mini" : name)
        .build();
  }

  private static String handbook() {
    try (InputStream in = Support.class.getResourceAsStream("/handbook.md")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable String setting(String name) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? null : value.strip();
  }
}
