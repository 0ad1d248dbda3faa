package dev.llmops.samples.quickstart;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The main job: a support assistant answers questions about this project from its docs, over HTTP,
 * with the official OpenAI client. Which model answers is {@link ModelEndpoint}'s choice.
 *
 * <p>Each argument is a question; without one, three that are built in are asked. From the root of
 * the project: {@code mvn -q -Pquickstart -pl samples/quickstart -am process-classes}, with {@code
 * -Dexec.args="'first question' 'second'"} for questions of your own.
 */
public final class Quickstart {
  /** The folder of the classpath where the build puts README.md and docs/*.md. */
  static final String DOCS = "llmops-docs";

  private static final List<String> QUESTIONS =
      List.of(
          "What does llmops record for each call to a model?",
          "How do I see the traces in a backend?",
          "What is the weather in Paris tomorrow?");

  private static final int PASSAGES = 3;

  private Quickstart() {}

  /** Asks, prints the answers as they arrive, and ends. */
  public static void main(String[] args) {
    List<String> questions = args.length == 0 ? QUESTIONS : Arrays.asList(args);
    DocIndex docs = DocIndex.of(DocCorpus.fromClasspath(DOCS), new MiniLm());
    boolean mustExit;
    try (ModelEndpoint endpoint = ModelEndpoint.choose(docs)) {
      mustExit = endpoint.keepsJvmAlive();
      System.out.println("Model: " + endpoint.model() + " at " + endpoint.baseUrl());
      System.out.println(endpoint.description());
      OpenAIClient client =
          OpenAIOkHttpClient.builder()
              .baseUrl(endpoint.baseUrl())
              .apiKey(endpoint.apiKey())
              .build();
      // here: client = OpenAiInstrumentation.wrap(client, ops)
      try {
        for (String question : questions) {
          System.out.println("\n> " + question);
          ask(client, endpoint.model(), docs, question, System.out);
        }
      } finally {
        // the client's own threads would keep the program alive for a minute
        client.close();
      }
    }
    if (mustExit) {
      System.exit(0);
    }
  }

  /** Asks one question and prints the answer while it comes. */
  static void ask(
      OpenAIClient client, String model, DocIndex docs, String question, PrintStream out) {
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder()
            .model(model)
            .addSystemMessage(instructions(docs.search(question, PASSAGES)))
            .addUserMessage(question)
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(params)) {
      chunks.stream()
          .flatMap(chunk -> chunk.choices().stream())
          .flatMap(choice -> choice.delta().content().stream())
          .forEach(
              text -> {
                out.print(text);
                out.flush();
              });
    }
    out.println();
  }

  private static String instructions(List<DocIndex.Match> matches) {
    String found =
        matches.stream()
            .map(DocIndex.Match::passage)
            .map(
                passage ->
                    "["
                        + passage.source()
                        + "]\n"
                        + passage.text()
                        + (passage.code() == null ? "" : "\n" + passage.code()))
            .collect(Collectors.joining("\n\n"));
    return "You answer questions about the project from the passages of its docs below, briefly, and"
        + " name the document. If they do not answer the question, say that the docs do not say.\n\n"
        + (found.isEmpty() ? "(no passage is near to the question)" : found);
  }
}
