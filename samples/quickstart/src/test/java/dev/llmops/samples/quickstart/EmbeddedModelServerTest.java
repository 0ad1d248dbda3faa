package dev.llmops.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.sink.RingSink;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The embedded server as the official client sees it, over the documents in test-docs. */
class EmbeddedModelServerTest {
  private static final String GREEN_TEA = "How hot should the water for green tea be?";

  private static DocIndex docs;
  private static EmbeddedModelServer server;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    docs = DocIndex.of(DocCorpus.fromClasspath("test-docs"), new MiniLm());
    server = EmbeddedModelServer.start(docs);
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("none")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void answersWithWhatTheDocsSayAndWhereTheySayIt() {
    ChatCompletion completion = client.chat().completions().create(asking(GREEN_TEA).build());

    assertThat(text(completion))
        .startsWith("Green tea is brewed at 80 degrees for two minutes.")
        .contains("(README.md, \"Brewing\"");
    assertThat(completion.model()).isEqualTo("docs-extractive");
    assertThat(completion.choices().get(0).finishReason().asString()).isEqualTo("stop");
  }

  @Test
  void showsTheCodeThatBelongsToThePassage() {
    ChatCompletion completion =
        client.chat().completions().create(asking("How do I run the tests?").build());

    assertThat(text(completion)).startsWith("Run the tests:\n\nbrew --test");
  }

  @Test
  void answersTheLastMessageOfTheUser() {
    ChatCompletion completion =
        client
            .chat()
            .completions()
            .create(
                asking(GREEN_TEA)
                    .addAssistantMessage("80 degrees.")
                    .addUserMessage("Under which licence is it published?")
                    .build());

    assertThat(text(completion)).startsWith("Teapot is published under the Apache License 2.0.");
  }

  @Test
  void saysThatTheDocsDoNotSay() {
    ChatCompletion completion =
        client
            .chat()
            .completions()
            .create(asking("Who won the football world cup in 1998?").build());

    assertThat(text(completion)).isEqualTo(DocIndex.NOT_IN_THE_DOCS);
  }

  @Test
  void usageIsTheTokenizersCount() {
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder()
            .model("docs-extractive")
            .addSystemMessage("hello world!")
            .addUserMessage("hello world!")
            .build();

    ChatCompletion completion = client.chat().completions().create(params);

    // hello | world | ! are three tokens of bert-base-uncased, twice
    CompletionUsage usage = completion.usage().orElseThrow();
    assertThat(usage.promptTokens()).isEqualTo(6);
    assertThat(usage.completionTokens())
        .isEqualTo(docs.model().countTokens(DocIndex.NOT_IN_THE_DOCS));
    // the | doc | ##s | do | not | say | .
    assertThat(docs.model().countTokens("The docs do not say.")).isEqualTo(7);
    assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
  }

  @Test
  void streamedChunksAreTheSameAnswerInPieces() {
    String whole = text(client.chat().completions().create(asking(GREEN_TEA).build()));

    List<ChatCompletionChunk> chunks = stream(asking(GREEN_TEA).build());

    assertThat(text(chunks)).isEqualTo(whole);
    assertThat(chunks).hasSizeGreaterThan(9);
    assertThat(chunks.get(chunks.size() - 1).choices().get(0).finishReason().orElseThrow())
        .isEqualTo(ChatCompletionChunk.Choice.FinishReason.STOP);
    assertThat(chunks).extracting(ChatCompletionChunk::id).containsOnly(chunks.get(0).id());
  }

  @Test
  void streamBringsUsageOnlyWhenAskedForIt() {
    List<ChatCompletionChunk> without = stream(asking(GREEN_TEA).build());
    List<ChatCompletionChunk> with =
        stream(
            asking(GREEN_TEA)
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

    assertThat(without).allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
    ChatCompletionChunk last = with.get(with.size() - 1);
    assertThat(last.choices()).isEmpty();
    assertThat(last.usage().orElseThrow().promptTokens())
        .isEqualTo(docs.model().countTokens(GREEN_TEA));
    assertThat(last.usage().orElseThrow().completionTokens())
        .isEqualTo(docs.model().countTokens(text(with)));
    assertThat(with.subList(0, with.size() - 1))
        .allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
  }

  @Test
  void anAnswerIsCutAtTheTokensAskedFor() {
    ChatCompletion completion =
        client.chat().completions().create(asking(GREEN_TEA).maxCompletionTokens(5).build());

    // green | tea | is | brew | ##ed, by the vocabulary of bert-base-uncased
    assertThat(text(completion)).isEqualTo("Green tea is brewed");
    assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(5);
    assertThat(completion.choices().get(0).finishReason().asString()).isEqualTo("length");
  }

  @Test
  void embeddingsAreUnitVectorsWithTheirTokens() {
    CreateEmbeddingResponse response =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model(MiniLm.ID)
                    .inputOfArrayOfStrings(List.of("hello world!", "hello"))
                    .build());

    assertThat(response.data()).hasSize(2);
    assertThat(response.data().get(0).embedding()).hasSize(384);
    assertThat(
            response.data().get(1).embedding().stream()
                .mapToDouble(value -> (double) value * value)
                .sum())
        .isCloseTo(1.0, within(1e-4));
    assertThat(response.usage().promptTokens()).isEqualTo(4);
  }

  @Test
  void modelsSayPlainlyWhatTheyAre() throws Exception {
    JsonNode models = new ObjectMapper().readTree(send("GET", "/models", "").body());

    assertThat(models.path("data").path(0).path("id").asText()).isEqualTo("docs-extractive");
    assertThat(models.path("data").path(0).path("description").asText())
        .startsWith("Not a language model:")
        .contains("OPENAI_API_KEY", "Ollama", "LLMOPS_GGUF");
    assertThat(client.models().retrieve("docs-extractive").id()).isEqualTo("docs-extractive");
  }

  @Test
  void theFingerprintSaysHowTheAnswerWasMade() throws Exception {
    HttpResponse<String> response =
        send(
            "POST",
            "/chat/completions",
            "{\"model\":\"docs-extractive\",\"messages\":[{\"role\":\"user\",\"content\":\"tea\"}]}");

    assertThat(new ObjectMapper().readTree(response.body()).path("system_fingerprint").asText())
        .isEqualTo("sentences-of-the-docs-picked-by-all-minilm-l6-v2-q");
  }

  @Test
  void anotherModelIsNotFound() {
    assertThatThrownBy(
            () -> client.chat().completions().create(asking(GREEN_TEA).model("gpt-4o").build()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("model must be one of docs-extractive, but was another one");
  }

  @Test
  void aPromptBeyondTheLimitIsRefused() {
    assertThatThrownBy(
            () -> client.chat().completions().createStreaming(asking("word ".repeat(8193)).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("messages must be at most 8192 tokens long, but were 8193");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {"model": secret | body must be JSON, but could not be read at line 1 column 11
          [] | body must be a JSON object
          ^^ | body must be a JSON object
          {"model":"docs-extractive"} | messages must be an array of at least one message, but was absent
          {"model":"docs-extractive","messages":[]} | messages must be an array of at least one message, but was empty
          {"model":"docs-extractive","messages":[{"role":"pilot","content":"x"}]} | messages[0].role must be system, developer, user, assistant or tool on this server
          {"model":"docs-extractive","messages":[{"role":"user","content":7}]} | messages[0].content must be a text or an array of text parts, but was a number
          {"model":"docs-extractive","messages":[{"role":"user","content":[{"type":"image_url"}]}]} | messages[0].content must hold text parts only on this server
          {"model":"docs-extractive","messages":[{"role":"user","content":"x"}],"max_tokens":0} | max_tokens must be an integer between 1 and 2147483647
          {"model":"docs-extractive","messages":[{"role":"user","content":"x"}],"n":2} | n must be 1, but was 2
          {"model":"docs-extractive","messages":[{"role":"user","content":"x"}],"temperature":3} | temperature must be between 0.0 and 2.0
          {"model":"docs-extractive","messages":[{"role":"user","content":"x"}],"functions":[{}]} | functions is not supported by this server; leave it out
          {"model":"docs-extractive","messages":[{"role":"user","content":"x"}],"tools":[{}]} | tools[0] must be of type function and have a name
          {"model":"docs-extractive","messages":[{"role":"user","content":"x"}],"tools":{}} | tools must be an array of at most 128 functions
          {"model":"docs-extractive","messages":[{"role":"user","content":"x"}],"tool_choice":"required"} | tool_choice must be "auto", "none", "required" or one of tools
          {"model":"docs-extractive","messages":[{"role":"tool","content":"x"}]} | messages[0].tool_call_id must be the id of a call that was asked for
          {"model":"docs-extractive","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}]} | messages[0].tool_calls must each have an id and a function with name and arguments
          {"model":"docs-extractive","messages":[{"role":"user","content":"x"}],"tool_choice":"required","tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"n":{"type":"integer"}},"required":["n"]}}}]} | tool_choice must be "auto" or "none", or a tool with at most one required parameter, a text: this server fills it with the question
          """)
  void aBadRequestIsAnsweredInOpenAiShape(String body, String message) throws Exception {
    HttpResponse<String> response = send("POST", "/chat/completions", body);

    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = new ObjectMapper().readTree(response.body()).path("error");
    assertThat(error.path("message").asText()).isEqualTo(message);
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.has("param")).isTrue();
    assertThat(error.has("code")).isTrue();
  }

  @Test
  void otherPathsMethodsAndSizesAreRefused() throws Exception {
    assertThat(send("POST", "/responses", "{}").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/chat/completions", "").statusCode()).isEqualTo(405);
    assertThat(send("POST", "/chat/completions", " ".repeat((1 << 20) + 1)).statusCode())
        .isEqualTo(413);
  }

  @Test
  void listensOnLoopbackOnly() {
    assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
    assertThat(server.address().getPort()).isPositive();
  }

  @Test
  void theAssistantPrintsTheAnswerAndEachCallIsRecorded() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    RingSink ring = RingSink.create();
    LlmOps ops = LlmOps.builder().sink(ring).sink(new CallPrinter(out)).build();
    try (ModelEndpoint endpoint =
        ModelEndpoint.choose(Map.of(), URI.create("http://127.0.0.1:1/v1"), () -> docs)) {
      OpenAIClient own =
          OpenAIOkHttpClient.builder()
              .baseUrl(endpoint.baseUrl())
              .apiKey(endpoint.apiKey())
              .build();
      String answer =
          Quickstart.ask(
              OpenAiInstrumentation.wrap(own, ops), ops, endpoint.model(), docs, GREEN_TEA, out);
      own.close();

      assertThat(endpoint.description()).startsWith("Not a language model:");
      assertThat(answer).contains("80 degrees");
      LlmCall call = ring.calls().get(0);
      assertThat(call.response().text()).isEqualTo(answer.strip());
      assertThat(call.usage().totalTokens()).isPositive();
      assertThat(call.cost()).as("nobody knows a price of this model").isNull();
      assertThat(call.timing().timeToFirstOutput()).isNotNull();
      assertThat(ring.steps().get(0).result().documents()).isNotEmpty();
      assertThat(printed.toString(StandardCharsets.UTF_8))
          .contains("80 degrees")
          .contains(
              "docs-extractive | "
                  + call.usage().inputTokens()
                  + " tokens in, "
                  + call.usage().outputTokens()
                  + " out | cost unknown | first token ")
          .contains("| trace none");
    }
  }

  private static ChatCompletionCreateParams.Builder asking(String question) {
    return ChatCompletionCreateParams.builder().model("docs-extractive").addUserMessage(question);
  }

  private static List<ChatCompletionChunk> stream(ChatCompletionCreateParams params) {
    try (StreamResponse<ChatCompletionChunk> response =
        client.chat().completions().createStreaming(params)) {
      return response.stream().toList();
    }
  }

  private static String text(ChatCompletion completion) {
    return completion.choices().get(0).message().content().orElseThrow();
  }

  private static String text(List<ChatCompletionChunk> chunks) {
    return chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .flatMap(choice -> choice.delta().content().stream())
        .collect(Collectors.joining());
  }

  private static HttpResponse<String> send(String method, String path, String body)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
