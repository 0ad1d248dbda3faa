package dev.llmops.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.ObjectMappers;
import com.openai.core.Sleeper;
import com.openai.core.Timeout;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIInvalidDataException;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.moderations.Moderation;
import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseUsage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every fixture and every fault, seen through the real OpenAI client. */
@SuppressWarnings("deprecation") // fields that old and other servers still send
@org.junit.jupiter.api.Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class FakeModelServerTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** 1 and 1.0 are the same number: the client holds times as doubles. */
  private static final Comparator<JsonNode> NUMBERS_BY_VALUE =
      (a, b) ->
          a.isNumber() && b.isNumber()
              ? a.decimalValue().compareTo(b.decimalValue())
              : a.equals(b) ? 0 : 1;

  private final FakeModelServer server = FakeModelServer.start();
  private final NoWait retryWaits = new NoWait();
  private final OpenAIClient client = client(0);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Nested
  class Chat {
    @Test
    void basicAnswerHasTextUsageAndReason() {
      ChatCompletion chat = chat(Fixture.CHAT_BASIC);

      assertThat(chat.id()).isEqualTo("chatcmpl-fake-basic");
      assertThat(chat.model()).isEqualTo("gpt-4o-mini-2024-07-18");
      assertThat(chat.choices()).hasSize(1);
      assertThat(content(chat, 0))
          .isEqualTo("A lighthouse warns ships of rocks and shallow water.");
      assertThat(reason(chat, 0)).isEqualTo("stop");
      assertUsage(chat.usage().orElseThrow(), 17, 11);
    }

    @Test
    void tokenDetailsAreRead() {
      CompletionUsage usage = chat(Fixture.CHAT_TOKEN_DETAILS).usage().orElseThrow();

      assertUsage(usage, 2310, 412);
      CompletionUsage.PromptTokensDetails in = usage.promptTokensDetails().orElseThrow();
      assertThat(in.cachedTokens()).contains(1920L);
      assertThat(in.audioTokens()).contains(140L);
      CompletionUsage.CompletionTokensDetails out = usage.completionTokensDetails().orElseThrow();
      assertThat(out.reasoningTokens()).contains(256L);
      assertThat(out.audioTokens()).contains(96L);
    }

    @Test
    void serviceTierAndFingerprintAreRead() {
      ChatCompletion chat = chat(Fixture.CHAT_SERVICE_TIER);

      assertThat(chat.serviceTier().orElseThrow().asString()).isEqualTo("priority");
      assertThat(chat.systemFingerprint()).contains("fp_priority01");
    }

    @Test
    void twoChoicesKeepTheirIndex() {
      ChatCompletion chat = chat(Fixture.CHAT_TWO_CHOICES);

      assertThat(chat.choices()).extracting(ChatCompletion.Choice::index).containsExactly(0L, 1L);
      assertThat(content(chat, 0)).isEqualTo("Call it Beacon.");
      assertThat(content(chat, 1)).isEqualTo("Call it Harbour.");
    }

    @Test
    void toolCallsAreRead() {
      ChatCompletion one = chat(Fixture.CHAT_TOOL_CALL);
      ChatCompletion two = chat(Fixture.CHAT_PARALLEL_TOOL_CALLS);

      assertThat(reason(one, 0)).isEqualTo("tool_calls");
      assertThat(one.choices().get(0).message().content()).isEmpty();
      assertThat(toolCalls(one))
          .containsExactly("call_tide01 get_tide {\"harbour\":\"Brest\",\"day\":\"2026-11-21\"}");
      assertThat(toolCalls(two))
          .containsExactly(
              "call_tide01 get_tide {\"harbour\":\"Brest\"}",
              "call_wind02 get_wind {\"harbour\":\"Vigo\",\"unit\":\"kn\"}");
    }

    @Test
    void refusalComesWithoutContent() {
      ChatCompletion chat = chat(Fixture.CHAT_REFUSAL);

      assertThat(chat.choices().get(0).message().refusal()).contains("I can't help with that.");
      assertThat(chat.choices().get(0).message().content()).isEmpty();
      assertThat(reason(chat, 0)).isEqualTo("stop");
    }

    @Test
    void structuredOutputIsJson() throws IOException {
      JsonNode content = MAPPER.readTree(content(chat(Fixture.CHAT_STRUCTURED_OUTPUT), 0));

      assertThat(content.get("name").asText()).isEqualTo("Eddystone");
      assertThat(content.get("height_m").asInt()).isEqualTo(49);
    }

    @Test
    void otherFinishReasonsAreRead() {
      assertThat(reason(chat(Fixture.CHAT_LENGTH), 0)).isEqualTo("length");
      assertThat(reason(chat(Fixture.CHAT_CONTENT_FILTER), 0)).isEqualTo("content_filter");
    }

    @Test
    void missingPartsAreMissing() {
      ChatCompletion noReason = chat(Fixture.CHAT_NO_FINISH_REASON);
      ChatCompletion noUsage = chat(Fixture.CHAT_NO_USAGE);

      assertThat(noReason.choices().get(0)._finishReason().isMissing()).isTrue();
      assertUsage(noReason.usage().orElseThrow(), 12, 8);
      assertThat(noUsage.usage()).isEmpty();
      assertThat(content(noUsage, 0)).isEqualTo("Nobody counted these tokens.");
    }

    @Test
    void unknownFieldsAreKeptByTheClient() {
      ChatCompletion chat = chat(Fixture.CHAT_UNKNOWN_FIELDS);

      assertThat(content(chat, 0)).isEqualTo("The known part of the answer.");
      assertThat(chat._additionalProperties().get("provider").convert(String.class))
          .isEqualTo("Example Cloud");
      assertThat(
              chat.choices()
                  .get(0)
                  .message()
                  ._additionalProperties()
                  .get("reasoning_content")
                  .convert(String.class))
          .isEqualTo("The part that only some servers send.");
    }

    @Test
    void llamaCppTimingsAgreeWithItsUsage() {
      ChatCompletion chat = chat(Fixture.CHAT_LLAMA_CPP);

      JsonNode timings = chat._additionalProperties().get("timings").convert(JsonNode.class);
      assertUsage(chat.usage().orElseThrow(), 24, 8);
      // llama.cpp: all input tokens = cache_n + prompt_n
      assertThat(timings.get("cache_n").asInt() + timings.get("prompt_n").asInt()).isEqualTo(24);
      assertThat(timings.get("predicted_n").asInt()).isEqualTo(8);
    }
  }

  @Nested
  class ChatStreams {
    @Test
    void usageComesInALastChunkWithoutChoices() {
      List<ChatCompletionChunk> chunks = chatStream(Fixture.CHAT_STREAM_USAGE);

      ChatCompletionChunk last = chunks.get(chunks.size() - 1);
      assertThat(text(chunks, 0)).isEqualTo("The tide turns at six.");
      assertThat(last.choices()).isEmpty();
      assertUsage(last.usage().orElseThrow(), 19, 6);
      assertThat(chunks.subList(0, chunks.size() - 1))
          .allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
    }

    @Test
    void usageMayNeverCome() {
      List<ChatCompletionChunk> chunks = chatStream(Fixture.CHAT_STREAM_NO_USAGE);

      assertThat(text(chunks, 0)).isEqualTo("The tide turns at six.");
      assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
    }

    @Test
    void toolCallsComeInPieces() {
      StringBuilder tide = new StringBuilder();
      StringBuilder wind = new StringBuilder();

      for (ChatCompletionChunk chunk : chatStream(Fixture.CHAT_STREAM_TOOL_CALLS)) {
        for (ChatCompletionChunk.Choice choice : chunk.choices()) {
          for (var call : choice.delta().toolCalls().orElse(List.of())) {
            var function = call.function().orElseThrow();
            StringBuilder into = call.index() == 0 ? tide : wind;
            function.name().ifPresent(name -> into.append(name).append(' '));
            into.append(function.arguments().orElse(""));
          }
        }
      }

      assertThat(tide).hasToString("get_tide {\"harbour\":\"Brest\"}");
      assertThat(wind).hasToString("get_wind {\"harbour\":\"Vigo\",\"unit\":\"kn\"}");
    }

    @Test
    void choicesTakeTurns() {
      List<ChatCompletionChunk> chunks = chatStream(Fixture.CHAT_STREAM_TWO_CHOICES);

      assertThat(text(chunks, 0)).isEqualTo("Beacon Light");
      assertThat(text(chunks, 1)).isEqualTo("Harbour Watch House");
      assertThat(chunks.stream().flatMap(chunk -> chunk.choices().stream()))
          .filteredOn(choice -> choice.finishReason().isPresent())
          .extracting(choice -> choice.index() + " " + choice.finishReason().get().asString())
          .containsExactly("0 stop", "1 length");
    }

    @Test
    void refusalComesInPieces() {
      StringBuilder refusal = new StringBuilder();

      for (ChatCompletionChunk chunk : chatStream(Fixture.CHAT_STREAM_REFUSAL)) {
        chunk.choices().get(0).delta().refusal().ifPresent(refusal::append);
      }

      assertThat(refusal).hasToString("I can't help with that.");
    }

    @Test
    void llamaCppTimingsAreOnTheLastChunkWithAndWithoutUsage() {
      List<ChatCompletionChunk> without = chatStream(Fixture.CHAT_STREAM_LLAMA_CPP);
      List<ChatCompletionChunk> with = chatStream(Fixture.CHAT_STREAM_LLAMA_CPP_USAGE);

      assertThat(text(without, 0)).isEqualTo("The keeper lit the lamp at dusk.");
      ChatCompletionChunk finish = without.get(without.size() - 1);
      assertThat(finish.choices().get(0).finishReason()).isPresent();
      assertThat(finish._additionalProperties()).containsKey("timings");
      assertThat(finish.usage()).isEmpty();
      ChatCompletionChunk last = with.get(with.size() - 1);
      assertThat(last.choices()).isEmpty();
      assertThat(last._additionalProperties()).containsKey("timings");
      assertUsage(last.usage().orElseThrow(), 24, 8);
    }

    @Test
    void errorMidWayIsAnSseExceptionAfterTheFirstPieces() {
      server.enqueue(Fixture.CHAT_STREAM_ERROR);
      List<ChatCompletionChunk> chunks = new ArrayList<>();

      Throwable thrown = catchThrowable(() -> readChat(chunks));

      assertThat(thrown).isInstanceOf(SseException.class);
      assertThat(text(chunks, 0)).isEqualTo("The tide");
    }
  }

  @Nested
  class Responses {
    @Test
    void basicAnswerHasTextAndUsage() {
      Response response = response(Fixture.RESPONSES_BASIC);

      assertThat(response.status()).contains(ResponseStatus.COMPLETED);
      assertThat(outputText(response)).isEqualTo("The lamp is lit at dusk.");
      assertUsage(response.usage().orElseThrow(), 21, 7);
    }

    @Test
    void reasoningHasASummaryAndTokens() {
      Response response = response(Fixture.RESPONSES_REASONING);

      assertThat(response.output().get(0).asReasoning().summary().get(0).text())
          .isEqualTo("**Working out the tide**\n\nHigh water moves by about fifty minutes a day.");
      assertThat(outputText(response)).isEqualTo("High water is at 07:10.");
      ResponseUsage usage = response.usage().orElseThrow();
      assertUsage(usage, 38, 152);
      assertThat(usage.outputTokensDetails().reasoningTokens()).isEqualTo(128);
    }

    @Test
    void toolCallIsRead() {
      ResponseFunctionToolCall call =
          response(Fixture.RESPONSES_TOOL_CALL).output().get(0).asFunctionCall();

      assertThat(call.callId()).isEqualTo("call_tide01");
      assertThat(call.name()).isEqualTo("get_tide");
      assertThat(call.arguments()).isEqualTo("{\"harbour\":\"Brest\"}");
    }

    @Test
    void cachedTokensAreReadAndWritten() {
      ResponseUsage usage = response(Fixture.RESPONSES_CACHED_TOKENS).usage().orElseThrow();

      assertUsage(usage, 2100, 14);
      assertThat(usage.inputTokensDetails().cachedTokens()).isEqualTo(1792);
      assertThat(usage.inputTokensDetails().cacheWriteTokens()).isEqualTo(256);
    }

    @Test
    void cacheWriteTokensAreMissingInOlderAnswers() {
      ResponseUsage usage = response(Fixture.RESPONSES_BASIC).usage().orElseThrow();

      // the typed accessor throws for what the recorded answers of 2026-04 do not have
      assertThat(usage.inputTokensDetails()._cacheWriteTokens().isMissing()).isTrue();
      assertThatThrownBy(() -> usage.inputTokensDetails().cacheWriteTokens())
          .isInstanceOf(OpenAIInvalidDataException.class);
    }

    @Test
    void incompleteSaysWhy() {
      Response response = response(Fixture.RESPONSES_INCOMPLETE);

      assertThat(response.status()).contains(ResponseStatus.INCOMPLETE);
      assertThat(response.incompleteDetails().orElseThrow().reason().orElseThrow().asString())
          .isEqualTo("max_output_tokens");
      assertUsage(response.usage().orElseThrow(), 23, 16);
    }

    @Test
    void failedHasAnErrorAndNoUsage() {
      Response response = response(Fixture.RESPONSES_FAILED);

      assertThat(response.status()).contains(ResponseStatus.FAILED);
      assertThat(response.error().orElseThrow().code().asString()).isEqualTo("server_error");
      assertThat(response.usage()).isEmpty();
    }

    @Test
    void refusalIsAPartOfTheMessage() {
      Response response = response(Fixture.RESPONSES_REFUSAL);

      assertThat(response.output().get(0).asMessage().content().get(0).asRefusal().refusal())
          .isEqualTo("I can't help with that.");
    }

    @Test
    void streamDeltasAddUpToTheCompletedText() {
      for (Fixture fixture :
          List.of(Fixture.RESPONSES_STREAM_BASIC, Fixture.RESPONSES_STREAM_REASONING)) {
        List<ResponseStreamEvent> events = responseStream(fixture);

        Response completed = last(events).asCompleted().response();
        assertThat(deltas(events)).isEqualTo(outputText(completed));
        assertThat(completed.usage()).isPresent();
      }
    }

    @Test
    void streamedReasoningSummaryAddsUp() {
      List<ResponseStreamEvent> events = responseStream(Fixture.RESPONSES_STREAM_REASONING);

      StringBuilder summary = new StringBuilder();
      events.forEach(
          event -> event.reasoningSummaryTextDelta().ifPresent(d -> summary.append(d.delta())));
      Response completed = last(events).asCompleted().response();
      assertThat(summary)
          .hasToString(completed.output().get(0).asReasoning().summary().get(0).text());
      assertThat(completed.usage().orElseThrow().outputTokensDetails().reasoningTokens())
          .isEqualTo(128);
    }

    @Test
    void streamedToolCallAddsUp() {
      List<ResponseStreamEvent> events = responseStream(Fixture.RESPONSES_STREAM_TOOL_CALL);

      StringBuilder arguments = new StringBuilder();
      events.forEach(
          event -> event.functionCallArgumentsDelta().ifPresent(d -> arguments.append(d.delta())));
      assertThat(arguments).hasToString("{\"harbour\":\"Brest\"}");
      assertThat(last(events).asCompleted().response().output().get(0).asFunctionCall().name())
          .isEqualTo("get_tide");
    }

    @Test
    void streamMayEndFailedOrIncomplete() {
      List<ResponseStreamEvent> failed = responseStream(Fixture.RESPONSES_STREAM_FAILED);
      List<ResponseStreamEvent> incomplete = responseStream(Fixture.RESPONSES_STREAM_INCOMPLETE);

      assertThat(deltas(failed)).isEqualTo("The lamp");
      assertThat(last(failed).asFailed().response().error().orElseThrow().code().asString())
          .isEqualTo("server_error");
      assertThat(deltas(incomplete)).isEqualTo("The light turns once every");
      assertUsage(last(incomplete).asIncomplete().response().usage().orElseThrow(), 23, 16);
    }
  }

  @Nested
  class OtherEndpoints {
    @Test
    void legacyCompletionIsReadWholeAndStreamed() {
      server.enqueue(Fixture.COMPLETION_BASIC, Fixture.COMPLETION_STREAM);
      CompletionCreateParams params = completionParams();

      Completion whole = client.completions().create(params);
      List<Completion> pieces;
      try (StreamResponse<Completion> stream = client.completions().createStreaming(params)) {
        pieces = stream.stream().toList();
      }

      assertThat(whole.choices().get(0).text()).isEqualTo(" and the sea was calm.");
      assertUsage(whole.usage().orElseThrow(), 5, 6);
      StringBuilder text = new StringBuilder();
      pieces.forEach(piece -> piece.choices().forEach(choice -> text.append(choice.text())));
      assertThat(text).hasToString(" and the sea was calm.");
      assertUsage(pieces.get(pieces.size() - 1).usage().orElseThrow(), 5, 6);
    }

    @Test
    void bothEncodingsOfEmbeddingsHoldTheSameVectors() {
      server.enqueue(Fixture.EMBEDDINGS_FLOAT, Fixture.EMBEDDINGS_BASE64);

      CreateEmbeddingResponse floats = client.embeddings().create(embeddingParams());
      CreateEmbeddingResponse base64 = client.embeddings().create(embeddingParams());

      for (CreateEmbeddingResponse response : List.of(floats, base64)) {
        assertThat(response.data().get(0).embedding()).containsExactly(0.5f, -0.25f, 0.125f, -1f);
        assertThat(response.data().get(1).embedding()).containsExactly(0f, 0.75f, -0.5f, 0.0625f);
        assertThat(response.usage().promptTokens()).isEqualTo(13);
      }
    }

    @Test
    void moderationIsRead() {
      server.enqueue(Fixture.MODERATION);

      Moderation moderation = client.moderations().create(moderationParams()).results().get(0);

      assertThat(moderation.flagged()).isTrue();
      assertThat(moderation.categories().violence()).isTrue();
      assertThat(moderation.categories().hate()).isFalse();
      assertThat(moderation.categoryScores().violence()).isEqualTo(0.875);
    }

    @Test
    void modelsAreRead() {
      server.enqueue(Fixture.MODELS);

      assertThat(client.models().list().data())
          .extracting(model -> model.id())
          .containsExactly("gpt-4o-mini", "gpt-5-mini");
    }
  }

  @Nested
  class Errors {
    @Test
    void eachStatusHasItsException() {
      assertError(Fixture.ERROR_400, BadRequestException.class, "unsupported_value");
      assertError(Fixture.ERROR_401, UnauthorizedException.class, "invalid_api_key");
      assertError(Fixture.ERROR_404_MODEL, NotFoundException.class, "model_not_found");
      assertError(Fixture.ERROR_429_RATE_LIMIT, RateLimitException.class, "rate_limit_exceeded");
      assertError(Fixture.ERROR_429_QUOTA, RateLimitException.class, "insufficient_quota");
      assertError(Fixture.ERROR_500, InternalServerException.class, null);
      assertError(Fixture.ERROR_HTML, InternalServerException.class, null);
      assertError(Fixture.ERROR_EMPTY_BODY, InternalServerException.class, null);
    }

    @Test
    void aNumberAsCodeMakesTheTypedAccessorThrow() {
      OpenAIServiceException full = error(Fixture.ERROR_400_INT_CODE, BadRequestException.class);
      OpenAIServiceException loading =
          error(Fixture.ERROR_503_LOADING, InternalServerException.class);

      assertThat(full.type()).contains("exceed_context_size_error");
      assertThatThrownBy(full::code).isInstanceOf(OpenAIInvalidDataException.class);
      assertThat(loading.type()).contains("unavailable_error");
      assertThatThrownBy(loading::code).isInstanceOf(OpenAIInvalidDataException.class);
    }

    @Test
    void rateLimitCarriesItsHeaders() {
      OpenAIServiceException limited =
          error(Fixture.ERROR_429_RATE_LIMIT, RateLimitException.class);

      assertThat(limited.headers().values("retry-after-ms")).containsExactly("20");
      assertThat(limited.headers().values("x-ratelimit-remaining-requests")).containsExactly("0");
    }

    @Test
    void aRetryIsVisibleInTheRequests() throws InterruptedException {
      server.enqueue(Fixture.ERROR_429_RATE_LIMIT, Fixture.ERROR_503_LOADING, Fixture.CHAT_BASIC);

      OpenAIClient retrying = client(2);
      ChatCompletion chat = retrying.chat().completions().create(chatParams());
      retrying.close();

      assertThat(chat.id()).isEqualTo("chatcmpl-fake-basic");
      assertThat(server.requests())
          .extracting(request -> request.header("X-Stainless-Retry-Count"))
          .containsExactly("0", "1", "2");
      assertThat(retryWaits.waits).hasSize(2);
      assertThat(retryWaits.waits.get(0)).isEqualTo(Duration.ofMillis(20));
      assertThat(server.takeRequest(SOON)).isEqualTo(server.requests().get(0));
      assertThat(server.unusedReplies()).isZero();
    }

    private void assertError(
        Fixture fixture, Class<? extends OpenAIServiceException> type, @Nullable String code) {
      OpenAIServiceException error = error(fixture, type);

      assertThat(error.statusCode()).isEqualTo(fixture.status());
      assertThat(error.code().orElse(null)).isEqualTo(code);
    }

    private OpenAIServiceException error(
        Fixture fixture, Class<? extends OpenAIServiceException> type) {
      server.enqueue(fixture);
      Throwable thrown = catchThrowable(() -> client.chat().completions().create(chatParams()));
      assertThat(thrown).as(fixture.name()).isExactlyInstanceOf(type);
      return (OpenAIServiceException) thrown;
    }
  }

  @Nested
  class Faults {
    @Test
    void headersAreHeldUntilTheGateOpens() throws Exception {
      Gate gate = Gate.closed();
      server.enqueue(Fixture.CHAT_BASIC.reply().holdBeforeHeaders(gate));

      CompletableFuture<ChatCompletion> call =
          client.async().chat().completions().create(chatParams());
      gate.awaitReached(SOON);
      assertThat(call).isNotDone();
      gate.open();

      assertThat(call.get(20, TimeUnit.SECONDS).id()).isEqualTo("chatcmpl-fake-basic");
    }

    @Test
    void streamIsHeldBetweenChunks() throws Exception {
      Gate afterThree = Gate.closed();
      Gate atEnd = Gate.closed();
      server.enqueue(
          Fixture.CHAT_STREAM_USAGE
              .reply()
              .holdAfterChunks(3, afterThree)
              .holdAfterChunks(Integer.MAX_VALUE, atEnd));

      try (StreamResponse<ChatCompletionChunk> stream =
          client.chat().completions().createStreaming(chatParams())) {
        Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
        List<ChatCompletionChunk> read = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          read.add(chunks.next());
        }
        afterThree.awaitReached(SOON);
        assertThat(text(read, 0)).isEqualTo("The tide");
        assertThatThrownBy(() -> atEnd.awaitReached(Duration.ZERO))
            .isInstanceOf(AssertionError.class)
            .hasMessageContaining("gate was not reached within PT0S");
        afterThree.open();
        atEnd.open();
        chunks.forEachRemaining(read::add);

        assertThat(text(read, 0)).isEqualTo("The tide turns at six.");
      }
    }

    @Test
    void cutStreamIsAnIoException() {
      server.enqueue(Fixture.CHAT_STREAM_USAGE.reply().cutAfterChunks(3));
      List<ChatCompletionChunk> chunks = new ArrayList<>();

      assertThatThrownBy(() -> readChat(chunks)).isInstanceOf(OpenAIIoException.class);
      assertThat(text(chunks, 0)).isEqualTo("The tide");
    }

    @Test
    void cutBodyIsAnIoException() {
      server.enqueue(Fixture.CHAT_BASIC.reply().cutAfterChunks(1));

      assertThatThrownBy(() -> client.chat().completions().create(chatParams()))
          .isInstanceOf(OpenAIException.class)
          .hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void connectionClosedWithoutAnAnswerIsAnIoException() {
      server.enqueue(Reply.closeWithoutAnswer());

      assertThatThrownBy(() -> client.chat().completions().create(chatParams()))
          .isInstanceOf(OpenAIIoException.class);
      assertThat(server.requests()).hasSize(1);
    }

    @Test
    void malformedJsonIsInvalidData() {
      server.enqueue(
          Fixture.CHAT_BASIC.reply().malformedBody(),
          Fixture.CHAT_STREAM_USAGE.reply().malformedChunk(3));
      List<ChatCompletionChunk> chunks = new ArrayList<>();

      assertThatThrownBy(() -> client.chat().completions().create(chatParams()))
          .isInstanceOf(OpenAIInvalidDataException.class);
      assertThatThrownBy(() -> readChat(chunks)).isInstanceOf(OpenAIInvalidDataException.class);
      assertThat(chunks).hasSize(2);
    }

    @Test
    void contentTypeAndStatusCanBeWrong() throws Exception {
      server.enqueue(Fixture.CHAT_BASIC.reply().contentType("text/plain").status(201));

      try (HttpResponseFor<ChatCompletion> response =
          client.chat().completions().withRawResponse().create(chatParams())) {
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().values("content-type")).containsExactly("text/plain");
      }
    }

    @Test
    void veryLargeAnswerArrivesWhole() {
      server.enqueue(Reply.largeAnswer(5_000_000));

      assertThat(content(client.chat().completions().create(chatParams()), 0)).hasSize(5_000_000);
    }

    @Test
    void closedClientIsNoticed() throws Exception {
      server.enqueue(Fixture.CHAT_STREAM_USAGE.reply().repeatChunkUntilClientGone(2));

      try (StreamResponse<ChatCompletionChunk> stream =
          client.chat().completions().createStreaming(chatParams())) {
        assertThat(stream.stream().limit(50)).hasSize(50);
      }

      server.awaitClientGone(SOON);
    }

    @Test
    void closingTheServerFreesAHeldRequest() throws Exception {
      Gate gate = Gate.closed();
      server.enqueue(Fixture.CHAT_BASIC.reply().holdBeforeHeaders(gate));
      CompletableFuture<ChatCompletion> call =
          client.async().chat().completions().create(chatParams());
      gate.awaitReached(SOON);

      server.close();

      assertThat(catchThrowable(() -> call.get(20, TimeUnit.SECONDS)))
          .hasCauseInstanceOf(OpenAIIoException.class);
    }

    @Test
    void aFaultInTheScriptIsSaid() throws Exception {
      server.enqueue(Fixture.CHAT_STREAM_ERROR.reply().malformedChunk(9));

      HttpResponse<String> response = raw("GET", "/models", "");

      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(response.body())
          .isEqualTo(
              "fake model server: malformed chunk must be one of the reply's 4 chunks, but was"
                  + " number 9");
    }

    @Test
    void argumentsOutOfRangeAreRefused() {
      Reply reply = Reply.answer("yes");

      assertThatThrownBy(() -> reply.status(600))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("status must be between 200 and 599, but was 600");
      assertThatThrownBy(() -> reply.cutAfterChunks(-1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("chunks must be 0 or more, but was -1");
      assertThatThrownBy(() -> reply.malformedChunk(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("ordinal must be 1 or more, but was 0");
    }
  }

  @Nested
  class WithoutAScript {
    @Test
    void chatNamesTheModelAndCountsWords() {
      ChatCompletion chat = client.chat().completions().create(chatParams());

      // question: When|is|high|water? = 4 words; answer: This is the answer of the fake model m. =
      // 9
      assertThat(content(chat, 0)).isEqualTo("This is the answer of the fake model my-model.");
      assertUsage(chat.validate().usage().orElseThrow(), 4, 9);
    }

    @Test
    void chatStreamHasUsageOnlyWhenAskedFor() {
      List<ChatCompletionChunk> without = new ArrayList<>();
      readChat(without);
      List<ChatCompletionChunk> with = new ArrayList<>();
      try (StreamResponse<ChatCompletionChunk> stream =
          client
              .chat()
              .completions()
              .createStreaming(
                  chatParams().toBuilder()
                      .streamOptions(
                          ChatCompletionStreamOptions.builder().includeUsage(true).build())
                      .build())) {
        stream.stream().forEach(chunk -> with.add(chunk.validate()));
      }

      assertThat(text(without, 0)).isEqualTo("This is the answer of the fake model my-model.");
      assertThat(without).allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
      assertThat(with.get(with.size() - 1).choices()).isEmpty();
      assertUsage(with.get(with.size() - 1).usage().orElseThrow(), 4, 9);
    }

    @Test
    void streamEndsWithDoneForChatAndWithoutForResponses() throws Exception {
      String chat =
          raw("POST", "/chat/completions", "{\"model\":\"m\",\"messages\":[],\"stream\":true}")
              .body();
      String responses =
          raw("POST", "/responses", "{\"model\":\"m\",\"input\":\"q\",\"stream\":true}").body();

      assertThat(chat).endsWith("data: [DONE]\n\n");
      assertThat(responses).startsWith("event: response.created\n").doesNotContain("[DONE]");
    }

    @Test
    void responsesAreValidWholeStreamedAndFetched() {
      Response whole = client.responses().create(responseParams()).validate();
      List<ResponseStreamEvent> events = new ArrayList<>();
      try (StreamResponse<ResponseStreamEvent> stream =
          client.responses().createStreaming(responseParams())) {
        stream.stream().forEach(event -> events.add(event.validate()));
      }
      Response fetched = client.responses().retrieve(whole.id());
      List<ResponseStreamEvent> fetchedEvents;
      try (StreamResponse<ResponseStreamEvent> stream =
          client.responses().retrieveStreaming(whole.id())) {
        fetchedEvents = stream.stream().toList();
      }

      assertThat(outputText(whole)).isEqualTo("This is the answer of the fake model my-model.");
      assertUsage(whole.usage().orElseThrow(), 4, 9);
      assertThat(deltas(events)).isEqualTo(outputText(whole));
      assertUsage(last(events).asCompleted().response().usage().orElseThrow(), 4, 9);
      assertThat(fetched).isEqualTo(whole);
      assertThat(last(fetchedEvents).asCompleted().response()).isEqualTo(whole);
      assertThatThrownBy(() -> client.responses().retrieve("resp_other"))
          .isInstanceOf(NotFoundException.class);
    }

    @Test
    void legacyCompletionEmbeddingsModerationAndModelsAreValid() {
      Completion completion = client.completions().create(completionParams()).validate();
      CreateEmbeddingResponse embeddings = client.embeddings().create(embeddingParams()).validate();
      Moderation moderation =
          client.moderations().create(moderationParams()).validate().results().get(0);

      assertUsage(completion.usage().orElseThrow(), 3, 9);
      assertThat(embeddings.data()).hasSize(2);
      // two texts of 2 and 1 words
      assertThat(embeddings.usage().promptTokens()).isEqualTo(3);
      double length = 0;
      for (float number : embeddings.data().get(0).embedding()) {
        length += number * number;
      }
      assertThat(length).isCloseTo(1.0, offset(1e-6));
      assertThat(moderation.flagged()).isFalse();
      assertThat(client.models().list().data()).hasSize(1);
      assertThat(client.models().retrieve("any-model").id()).isEqualTo("any-model");
    }

    @Test
    void scriptedTextTakesTheShapeAskedFor() {
      server.enqueue(Reply.answer("yes, it is"), Reply.answer("yes, it is"));
      List<ChatCompletionChunk> chunks = new ArrayList<>();

      ChatCompletion whole = client.chat().completions().create(chatParams());
      readChat(chunks);

      assertThat(content(whole, 0)).isEqualTo("yes, it is");
      assertThat(text(chunks, 0)).isEqualTo("yes, it is");
    }

    @Test
    void unknownPathsAndBadBodiesAreRefused() throws Exception {
      assertThat(raw("POST", "/nothing", "{\"model\":\"m\"}").statusCode()).isEqualTo(404);
      assertThat(raw("DELETE", "/models/m", "").statusCode()).isEqualTo(404);
      assertThat(raw("POST", "/chat/completions", "{\"model\"").statusCode()).isEqualTo(400);
      assertThat(raw("POST", "/chat/completions", "{}").statusCode()).isEqualTo(400);
    }

    @Test
    void headersAreOpenAisAndTheRequestIdDiffers() throws Exception {
      HttpResponse<String> first = raw("GET", "/models", "");
      HttpResponse<String> second = raw("GET", "/models", "");

      assertThat(first.headers().firstValue("openai-version")).contains("2020-10-01");
      assertThat(first.headers().firstValue("openai-processing-ms")).contains("0");
      assertThat(first.headers().firstValue("x-request-id"))
          .isPresent()
          .isNotEqualTo(second.headers().firstValue("x-request-id"));
    }
  }

  @Nested
  class Received {
    @Test
    void requestIsKeptAsSent() throws Exception {
      client.chat().completions().create(chatParams());

      ReceivedRequest request = server.takeRequest(SOON);
      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.path()).isEqualTo("/v1/chat/completions");
      assertThat(request.header("AUTHORIZATION")).isEqualTo("Bearer dummy-key");
      assertThat(MAPPER.readTree(request.body()).get("model").asText()).isEqualTo("my-model");
      assertThat(request).hasToString("POST /v1/chat/completions");
    }

    @Test
    void noRequestIsAnAssertionError() {
      assertThatThrownBy(() -> server.takeRequest(Duration.ZERO))
          .isInstanceOf(AssertionError.class)
          .hasMessage("no further request within PT0S; 0 were received before: []");
    }

    @Test
    void onlyTheLastThousandAreKept() throws Exception {
      for (int i = 0; i < 1003; i++) {
        raw("GET", "/models/" + i, "");
      }

      assertThat(server.requests()).hasSize(1000);
      assertThat(server.takeRequest(SOON).path()).isEqualTo("/v1/models/3");
    }
  }

  /** Whatever the file says, the client's typed values say too: nothing lost, nothing changed. */
  @ParameterizedTest
  @EnumSource
  void fixtureGoesThroughTheClientUnchanged(Fixture fixture) throws Exception {
    if (fixture.isError() || fixture == Fixture.CHAT_STREAM_ERROR) {
      return;
    }
    server.enqueue(fixture);

    List<JsonNode> seen =
        seenByClient(fixture).stream()
            .map(ObjectMappers.jsonMapper()::<JsonNode>valueToTree)
            .toList();

    List<JsonNode> sent = sent(fixture);
    assertThat(seen).hasSameSizeAs(sent);
    for (int i = 0; i < sent.size(); i++) {
      assertThat(sent.get(i).equals(NUMBERS_BY_VALUE, seen.get(i)))
          .as("%s is seen as %s", sent.get(i), seen.get(i))
          .isTrue();
    }
  }

  private List<?> seenByClient(Fixture fixture) {
    return switch (fixture.endpoint()) {
      case CHAT ->
          fixture.isStream()
              ? all(client.chat().completions().createStreaming(chatParams()))
              : List.of(client.chat().completions().create(chatParams()));
      case RESPONSES ->
          fixture.isStream()
              ? all(client.responses().createStreaming(responseParams()))
              : List.of(client.responses().create(responseParams()));
      case COMPLETIONS ->
          fixture.isStream()
              ? all(client.completions().createStreaming(completionParams()))
              : List.of(client.completions().create(completionParams()));
      case EMBEDDINGS -> List.of(client.embeddings().create(embeddingParams()));
      case MODERATIONS -> List.of(client.moderations().create(moderationParams()));
      case MODELS -> List.of(client.models().list().response());
      case ANY -> throw new AssertionError(fixture + " is an error");
    };
  }

  private static <T> List<T> all(StreamResponse<T> response) {
    try (response) {
      return response.stream().toList();
    }
  }

  private static List<JsonNode> sent(Fixture fixture) throws IOException {
    List<JsonNode> sent = new ArrayList<>();
    if (!fixture.isStream()) {
      sent.add(MAPPER.readTree(fixture.text()));
      return sent;
    }
    for (String line : fixture.text().lines().toList()) {
      if (line.startsWith("data: {")) {
        sent.add(MAPPER.readTree(line.substring("data: ".length())));
      }
    }
    return sent;
  }

  private OpenAIClient client(int maxRetries) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.baseUrl())
        .apiKey("dummy-key")
        .maxRetries(maxRetries)
        .sleeper(retryWaits)
        .timeout(Timeout.builder().request(SOON).build())
        .build();
  }

  private ChatCompletion chat(Fixture fixture) {
    server.enqueue(fixture);
    return client.chat().completions().create(chatParams());
  }

  private List<ChatCompletionChunk> chatStream(Fixture fixture) {
    server.enqueue(fixture);
    return all(client.chat().completions().createStreaming(chatParams()));
  }

  private void readChat(List<ChatCompletionChunk> into) {
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(chatParams())) {
      stream.stream().forEach(into::add);
    }
  }

  private Response response(Fixture fixture) {
    server.enqueue(fixture);
    return client.responses().create(responseParams());
  }

  private List<ResponseStreamEvent> responseStream(Fixture fixture) {
    server.enqueue(fixture);
    return all(client.responses().createStreaming(responseParams()));
  }

  private HttpResponse<String> raw(String method, String path, String body) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static ChatCompletionCreateParams chatParams() {
    return ChatCompletionCreateParams.builder()
        .model("my-model")
        .addUserMessage("When is high water?")
        .build();
  }

  private static ResponseCreateParams responseParams() {
    return ResponseCreateParams.builder().model("my-model").input("When is high water?").build();
  }

  private static CompletionCreateParams completionParams() {
    return CompletionCreateParams.builder().model("my-model").prompt("The light shone").build();
  }

  private static EmbeddingCreateParams embeddingParams() {
    return EmbeddingCreateParams.builder()
        .model("my-model")
        .inputOfArrayOfStrings(List.of("high water", "tide"))
        .build();
  }

  private static ModerationCreateParams moderationParams() {
    return ModerationCreateParams.builder().input("some text").build();
  }

  private static String content(ChatCompletion chat, int choice) {
    return chat.choices().get(choice).message().content().orElseThrow();
  }

  private static String reason(ChatCompletion chat, int choice) {
    return chat.choices().get(choice).finishReason().asString();
  }

  private static List<String> toolCalls(ChatCompletion chat) {
    return chat.choices().get(0).message().toolCalls().orElseThrow().stream()
        .map(ChatCompletionMessageToolCall::asFunction)
        .map(c -> c.id() + " " + c.function().name() + " " + c.function().arguments())
        .toList();
  }

  private static String text(List<ChatCompletionChunk> chunks, int index) {
    StringBuilder text = new StringBuilder();
    for (ChatCompletionChunk chunk : chunks) {
      for (ChatCompletionChunk.Choice choice : chunk.choices()) {
        if (choice.index() == index) {
          choice.delta().content().ifPresent(text::append);
        }
      }
    }
    return text.toString();
  }

  private static String outputText(Response response) {
    StringBuilder text = new StringBuilder();
    response
        .output()
        .forEach(
            item ->
                item.message()
                    .ifPresent(
                        message ->
                            message
                                .content()
                                .forEach(
                                    part ->
                                        part.outputText().ifPresent(t -> text.append(t.text())))));
    return text.toString();
  }

  private static String deltas(List<ResponseStreamEvent> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> event.outputTextDelta().ifPresent(d -> text.append(d.delta())));
    return text.toString();
  }

  private static ResponseStreamEvent last(List<ResponseStreamEvent> events) {
    return events.get(events.size() - 1);
  }

  private static void assertUsage(CompletionUsage usage, long input, long output) {
    assertThat(usage.promptTokens()).isEqualTo(input);
    assertThat(usage.completionTokens()).isEqualTo(output);
    assertThat(usage.totalTokens()).isEqualTo(input + output);
  }

  private static void assertUsage(ResponseUsage usage, long input, long output) {
    assertThat(usage.inputTokens()).isEqualTo(input);
    assertThat(usage.outputTokens()).isEqualTo(output);
    assertThat(usage.totalTokens()).isEqualTo(input + output);
  }

  /** Notes how long the client would wait before a retry, and does not wait. */
  private static final class NoWait implements Sleeper {
    final List<Duration> waits = new CopyOnWriteArrayList<>();

    @Override
    public void sleep(Duration duration) {
      waits.add(duration);
    }

    @Override
    public CompletableFuture<Void> sleepAsync(Duration duration) {
      waits.add(duration);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
  }
}
