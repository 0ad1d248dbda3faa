package dev.llmops.eval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.Origin;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Gate;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenAiEmbeddingsTest {

  private static final String TWO =
      """
      {"object":"list","model":"m-1","data":[
       {"object":"embedding","index":1,"embedding":[0,2]},
       {"object":"embedding","index":0,"embedding":[3,4]}],
       "usage":{"prompt_tokens":7,"total_tokens":7}}""";

  private final FakeModelServer server = FakeModelServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void vectorsComeInTheOrderOfTheTextsWithWhatTheyCost() {
    server.enqueue(Reply.json(TWO));

    EmbeddingBatch batch = embeddings().apiKey("sk-x").build().embed(List.of("a", "b"));

    assertThat(batch.vectors()).containsExactly(Embedding.of(3, 4), Embedding.of(0, 2));
    assertThat(batch.spend().calls()).isEqualTo(1);
    assertThat(batch.spend().usage().inputTokens()).isEqualTo(7);
    assertThat(batch.spend().cost()).as("nobody knows the price of m").isNull();
    assertThat(batch.spend().time()).isPositive();
    var request = server.requests().get(0);
    assertThat(request.header("authorization")).isEqualTo("Bearer sk-x");
    assertThat(request.path()).isEqualTo("/v1/embeddings");
    assertThat(request.body())
        .isEqualTo("{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"float\"}");
  }

  @Test
  void largeBatchesAreSplitAndAddedUp() {
    Embeddings embeddings = embeddings().maxBatch(2).build();

    EmbeddingBatch batch = embeddings.embed(List.of("a", "b", "c", "d", "e"));
    EmbeddingBatch async =
        embeddings.embedAsync(List.of("a", "b", "c", "d", "e"), ForkJoinPool.commonPool()).join();

    assertThat(batch.vectors()).hasSize(5).isEqualTo(async.vectors());
    assertThat(batch.spend().calls()).isEqualTo(3);
    assertThat(server.requests()).hasSize(6);
    assertThat(embeddings.dimension()).isEqualTo(batch.vectors().get(0).dimension());
  }

  @Test
  void requestsAreRecordedAsTheJudgesWithoutTexts() {
    Records records = Records.withContent();
    server.enqueue(Reply.json(TWO));
    try (LlmOps ops = LlmOps.builder().sink(records).build()) {
      EmbeddingBatch unused = embeddings().ops(ops).build().embed(List.of("a", "b"));

      assertThat(unused.vectors()).hasSize(2);
    }

    LlmCall call = records.onlyCall();
    assertThat(call.origin()).isEqualTo(Origin.JUDGE);
    assertThat(call.request().operation()).isEqualTo("embeddings");
    assertThat(call.response().model()).isEqualTo("m-1");
    assertThat(call.usage().inputTokens()).isEqualTo(7);
    assertThat(call.request().messages()).isEmpty();
  }

  @Test
  void failuresAreRecordedUnderTheirStatus() {
    Records records = Records.withoutContent();
    server.enqueue(Reply.json("{}").status(429));
    try (LlmOps ops = LlmOps.builder().sink(records).build()) {
      Embeddings embeddings = embeddings().ops(ops).build();
      assertThatThrownBy(() -> embeddings.embed(List.of("a")))
          .isInstanceOfSatisfying(
              EmbeddingException.class, e -> assertThat(e.type()).isEqualTo("http_429"))
          .hasMessage("the endpoint answered HTTP 429");
    }

    assertThat(records.onlyCall().error()).isNotNull();
    assertThat(records.onlyCall().error().type()).isEqualTo("429");
  }

  @Test
  void badAnswersAreErrored() {
    for (String answer :
        List.of(
            "",
            "no JSON",
            "[]",
            "{\"data\":[]}",
            "{\"data\":[{\"index\":0,\"embedding\":[0,0]},{\"index\":1,\"embedding\":[1,0]}]}",
            "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[1,0]}]}",
            "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
            "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":9,\"embedding\":[1]}]}",
            "{\"data\":[{\"index\":0,\"embedding\":\"AAAA\"},{\"index\":1,\"embedding\":[1]}]}",
            "{\"data\":[{\"index\":0,\"embedding\":[1e99]},{\"index\":1,\"embedding\":[1]}]}",
            "[".repeat(100_000))) {
      server.enqueue(Reply.json(answer));

      EvalResult result =
          SemanticEvaluators.semanticSimilarity(embeddings().build())
              .evaluate(EvalCase.of("a", "b"));

      assertThat(result)
          .as(answer.substring(0, Math.min(80, answer.length())))
          .isInstanceOfSatisfying(
              Errored.class, errored -> assertThat(errored.type()).isEqualTo("bad_answer"));
    }
  }

  @Test
  void aTooLargeAnswerIsNotRead() {
    server.enqueue(Reply.json(" ".repeat(100_000) + TWO));
    Embeddings embeddings = embeddings().maxAnswerBytes(1000).build();

    assertThatThrownBy(() -> embeddings.embed(List.of("a", "b")))
        .hasMessage("the endpoint's answer is beyond 1000 bytes (maxAnswerBytes)");
  }

  @Test
  void anAnswerThatDoesNotComeIsATimeout() {
    Gate gate = Gate.closed();
    server.enqueue(Reply.json(TWO).holdBeforeHeaders(gate));
    Embeddings embeddings = embeddings().timeout(Duration.ofMillis(200)).build();

    assertThatThrownBy(() -> embeddings.embed(List.of("a", "b")))
        .isInstanceOfSatisfying(
            EmbeddingException.class, e -> assertThat(e.type()).isEqualTo("timeout"));
    gate.open();
  }

  @Test
  void aCutConnectionIsAnIoError() {
    server.enqueue(Reply.closeWithoutAnswer());
    Embeddings embeddings = embeddings().build();

    assertThatThrownBy(() -> embeddings.embedAsync(List.of("a"), ForkJoinPool.commonPool()).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            EmbeddingException.class, e -> assertThat(e.type()).isEqualTo("io"));
  }

  @Test
  void oneBadTextDoesNotFailItsBatch() {
    server.enqueue(Reply.json("{}").status(400));
    server.enqueue(Reply.json(TWO));
    server.enqueue(Reply.json("{}").status(400));

    List<EvalResult> results =
        SemanticEvaluators.semanticSimilarity(embeddings().build())
            .evaluateAll(List.of(EvalCase.of("a", "b"), EvalCase.of("c", "d")));

    assertThat(results.get(0)).isInstanceOf(EvalResult.Scored.class);
    assertThat(results.get(1)).isInstanceOf(Errored.class);
  }

  @Test
  void keysAndUsersStandNowhere() {
    OpenAiEmbeddings embeddings = embeddings().apiKey("sk-secret").build();

    assertThat(embeddings.toString() + embeddings.settings()).doesNotContain("sk-secret");
    assertThat(embeddings.settings())
        .isEqualTo(
            Map.of(
                "embeddings", "endpoint",
                "base_url", server.baseUrl(),
                "embedding_model", "m"));
    assertThatThrownBy(() -> OpenAiEmbeddings.builder().baseUrl(URI.create("https://u:p@host/v1")))
        .hasMessage("baseUrl must not carry a user or a query: they would stand in reports");
    assertThatThrownBy(() -> OpenAiEmbeddings.builder().apiKey("sk-secret\n"))
        .hasMessage(
            "apiKey must be visible ASCII characters without spaces; check for a line break");
  }

  private OpenAiEmbeddings.Builder embeddings() {
    return OpenAiEmbeddings.builder().baseUrl(URI.create(server.baseUrl())).model("m");
  }
}
