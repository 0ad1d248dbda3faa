package dev.llmops.samples.quickstart;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import dev.llmops.LlmOps;
import dev.llmops.StepResult;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.otel.OtelCallObserver;
import dev.llmops.otel.OtlpExport;
import dev.llmops.sink.JsonlSink;
import java.io.PrintStream;
import java.nio.file.Path;
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
          "What is recorded for each call?",
          "How do I see the traces in a backend?",
          "What is the weather in Paris tomorrow?");

  private static final int PASSAGES = 3;
  private static final Path CALLS = Path.of("calls.jsonl");

  private Quickstart() {}

  /** Asks, prints the answers as they arrive, and ends. */
  public static void main(String[] args) {
    List<String> questions = args.length == 0 ? QUESTIONS : Arrays.asList(args);
    DocIndex docs = DocIndex.of(DocCorpus.fromClasspath(DOCS), new MiniLm());
    boolean mustExit;
    LlmOps ops =
        LlmOps.builder()
            .observer(OtelCallObserver.create(telemetry()))
            .sink(JsonlSink.at(CALLS))
            .sink(new CallPrinter(System.out))
            .build();
    try (ModelEndpoint endpoint = ModelEndpoint.choose(docs)) {
      mustExit = endpoint.keepsJvmAlive();
      System.out.println("Model: " + endpoint.model() + " at " + endpoint.baseUrl());
      System.out.println(endpoint.description());
      OpenAIClient bare =
          OpenAIOkHttpClient.builder()
              .baseUrl(endpoint.baseUrl())
              .apiKey(endpoint.apiKey())
              .build();
      OpenAIClient client = OpenAiInstrumentation.wrap(bare, ops);
      try {
        for (String question : questions) {
          System.out.println("\n> " + question);
          ops.workflow(
              "answer", () -> ask(client, ops, endpoint.model(), docs, question, System.out));
        }
      } finally {
        // the client's own threads would keep the program alive for a minute
        client.close();
      }
    } finally {
      ops.close();
    }
    System.out.println("\n" + ops.explain());
    System.out.println("Every call is a line of " + CALLS.toAbsolutePath().normalize());
    if (mustExit) {
      System.exit(0);
    }
  }

  /**
   * Traces and metrics go where {@code OTEL_EXPORTER_OTLP_ENDPOINT} says; without one they stay
   * here, and only the trace ids are shown.
   */
  private static OtlpExport telemetry() {
    OtlpExport.Builder export = OtlpExport.builder().serviceName("llmops-quickstart");
    boolean hasBackend =
        System.getenv().keySet().stream().anyMatch(name -> name.startsWith("OTEL_EXPORTER_OTLP"));
    if (!hasBackend) {
      for (String signal : List.of("traces", "metrics", "logs")) {
        export.property("otel." + signal + ".exporter", "none");
      }
    }
    return export.start();
  }

  /** Asks one question, prints the answer while it comes, and gives it back. */
  static String ask(
      OpenAIClient client,
      LlmOps ops,
      String model,
      DocIndex docs,
      String question,
      PrintStream out) {
    List<DocIndex.Match> found =
        ops.retrieval(
            "llmops-docs", question, () -> docs.search(question, PASSAGES), Quickstart::documents);
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder()
            .model(model)
            .addSystemMessage(instructions(found))
            .addUserMessage(question)
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    StringBuilder answer = new StringBuilder();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(params)) {
      chunks.stream()
          .flatMap(chunk -> chunk.choices().stream())
          .flatMap(choice -> choice.delta().content().stream())
          .forEach(
              text -> {
                answer.append(text);
                out.print(text);
                out.flush();
              });
    }
    out.println();
    return answer.toString();
  }

  private static StepResult documents(List<DocIndex.Match> matches) {
    return StepResult.of(
        matches.stream()
            .map(match -> new StepResult.Document(match.passage().source(), null, null))
            .toList());
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
                        + (passage.code() == null ? "" : "\n```\n" + passage.code() + "\n```"))
            .collect(Collectors.joining("\n\n"));
    return "You answer questions about the project from the passages of its docs below, briefly, and"
        + " name the document. If they do not answer the question, say that the docs do not say.\n\n"
        + (found.isEmpty() ? "(no passage is near to the question)" : found);
  }
}
