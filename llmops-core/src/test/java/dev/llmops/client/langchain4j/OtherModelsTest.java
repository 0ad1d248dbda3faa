package dev.llmops.client.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiModerationModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.llmops.CallObserver;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.Outcome;
import dev.llmops.Pricing;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What the contract asks of chat models, for those that do not chat. */
class OtherModelsTest {

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "embeddings",
              server -> {
                EmbeddingModel model =
                    OpenAiEmbeddingModel.builder()
                        .baseUrl(server.baseUrl())
                        .apiKey("test")
                        .modelName("text-embedding-3-small")
                        .maxRetries(0)
                        .build();
                return ops ->
                    String.valueOf(
                        LangChain4jInstrumentation.wrap(model, ops)
                            .embed("A text")
                            .content()
                            .vectorAsList());
              }),
          new Kind(
              "moderation",
              server -> {
                ModerationModel model =
                    OpenAiModerationModel.builder()
                        .baseUrl(server.baseUrl())
                        .apiKey("test")
                        .modelName("omni-moderation-latest")
                        .maxRetries(0)
                        .build();
                return ops ->
                    LangChain4jInstrumentation.wrap(model, ops).moderate("A text").toString();
              }),
          new Kind(
              "rerank",
              server -> { // no provider's, so one that asks the server for another kind of answer
                EmbeddingModel embeddings =
                    OpenAiEmbeddingModel.builder()
                        .baseUrl(server.baseUrl())
                        .apiKey("test")
                        .modelName("text-embedding-3-small")
                        .maxRetries(0)
                        .build();
                ScoringModel model =
                    (segments, query) ->
                        Response.from(
                            segments.stream()
                                .map(it -> (double) embeddings.embed(it).content().dimension())
                                .toList());
                return ops ->
                    LangChain4jInstrumentation.wrap(model, ops).score("A text", "q").toString();
              }));

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withoutContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void answersAsTheBareModelDoes(Kind kind) {
    Function<LlmOps, String> asking = kind.asking().apply(server);

    assertThat(asking.apply(ops)).isEqualTo(asking.apply(LlmOps.noop()));

    assertThat(records.onlyCall().outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(records.onlyCall().request().operation()).isEqualTo(kind.operation());
    assertThat(records.onlyCall().problems()).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void throwsWhatTheBareModelThrows(Kind kind) {
    Function<LlmOps, String> asking = kind.asking().apply(server);
    server.enqueue(Fixture.ERROR_401);
    Throwable bare = catchThrowable(() -> asking.apply(LlmOps.noop()));
    server.enqueue(Fixture.ERROR_401);

    Throwable recorded = catchThrowable(() -> asking.apply(ops));

    assertThat(recorded).hasSameClassAs(bare).hasMessage(bare.getMessage());
    assertThat(records.onlyCall().outcome()).isInstanceOf(Outcome.Failed.class);
    assertThat(records.onlyCall().error().httpStatus()).isEqualTo(401);
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void survivesAnObserverThatThrows(Kind kind) {
    Function<LlmOps, String> asking = kind.asking().apply(server);
    CallObserver broken =
        new CallObserver() {
          @Override
          public @Nullable CallObservation onStart(
              LlmRequest request, LlmContext context, Instant start) {
            throw new StackOverflowError("on purpose");
          }
        };
    LlmOps unlucky = LlmOps.builder().pricing(Pricing.NONE).observer(broken).sink(records).build();

    assertThat(asking.apply(unlucky)).isEqualTo(asking.apply(LlmOps.noop()));

    assertThat(records.calls()).hasSize(1);
    assertThat(unlucky.stats().swallowed()).hasSize(1);
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void recordsNothingWhileSwitchedOff(Kind kind) {
    Function<LlmOps, String> asking = kind.asking().apply(server);
    ops.setEnabled(false);

    assertThat(asking.apply(ops)).isEqualTo(asking.apply(LlmOps.noop()));

    assertThat(records.all()).isEmpty();
  }

  /** A kind of model; asks the same of it, wrapped for whatever is given. */
  private record Kind(
      String operation, Function<FakeModelServer, Function<LlmOps, String>> asking) {
    @Override
    public String toString() {
      return operation;
    }
  }
}
