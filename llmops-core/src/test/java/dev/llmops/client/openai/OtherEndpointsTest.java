package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.http.StreamResponse;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.moderations.ModerationCreateParams;
import dev.llmops.LlmCall;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.Outcome;
import dev.llmops.RequestParameters;
import dev.llmops.TokenUsage;
import dev.llmops.testing.Fixture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Legacy completions, embeddings, moderations, and what is not recorded. */
@SuppressWarnings("deprecation") // parameters that applications still use
class OtherEndpointsTest extends OpenAiTest {

  @Test
  void completionIsRead() {
    server.enqueue(Fixture.COMPLETION_BASIC);

    Completion completion = client.completions().create(completionParams());

    LlmCall call = onlyCall();
    assertThat(call.request().operation()).isEqualTo("text_completion");
    assertThat(call.request().model()).isEqualTo("gpt-3.5-turbo-instruct");
    assertThat(call.request().messages()).containsExactly(Message.user("The sea"));
    assertThat(call.request().parameters())
        .isEqualTo(RequestParameters.builder().maxTokens(5L).stopSequences(List.of(".")).build());
    assertThat(call.usage().inputTokens()).isEqualTo(5);
    assertThat(call.usage().outputTokens()).isEqualTo(6);
    assertThat(call.response().text()).isEqualTo(completion.choices().get(0).text());
    assertThat(call.response().finishReasons()).hasSize(1);
  }

  @Test
  void completionStreamIsRead() {
    server.enqueue(Fixture.COMPLETION_STREAM);

    try (StreamResponse<Completion> stream =
        client.completions().createStreaming(completionParams())) {
      stream.stream().forEach(chunk -> {});
    }

    LlmCall call = onlyCall();
    assertThat(call.outcome()).isInstanceOf(Outcome.Completed.class);
    assertThat(call.usage().outputTokens()).isEqualTo(6);
    assertThat(call.response().text()).isNotEmpty();
  }

  @Test
  void embeddingsAreReadWithoutTextsAndVectors() {
    server.enqueue(Fixture.EMBEDDINGS_FLOAT);

    var unused =
        client
            .embeddings()
            .create(
                embeddingParams().toBuilder()
                    .dimensions(4)
                    .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                    .user("user-7")
                    .build());

    LlmCall call = onlyCall();
    assertThat(call.request().operation()).isEqualTo("embeddings");
    assertThat(call.request().model()).isEqualTo("text-embedding-3-small");
    assertThat(call.request().userId()).isEqualTo("user-7");
    assertThat(call.request().parameters())
        .isEqualTo(
            RequestParameters.builder()
                .embeddingDimensions(4L)
                .encodingFormats(List.of("float"))
                .build());
    assertThat(call.request().messages()).isEmpty();
    assertThat(call.usage()).isEqualTo(TokenUsage.builder().inputTokens(13).build());
    assertThat(call.response().headers()).containsKey("x-request-id");
  }

  @Test
  void moderationIsReadUnderANameOfOurs() {
    server.enqueue(Fixture.MODERATION);

    var unused =
        client
            .moderations()
            .create(
                ModerationCreateParams.builder()
                    .model("omni-moderation-latest")
                    .input("Words")
                    .build());

    LlmCall call = onlyCall();
    assertThat(call.request().operation()).isEqualTo("moderation");
    assertThat(call.request().messages()).containsExactly(Message.user("Words"));
    assertThat(call.usage()).isEqualTo(TokenUsage.NONE);
    assertThat(call.response().outputs().get(0).parts())
        .singleElement()
        .isInstanceOfSatisfying(
            MessagePart.Other.class,
            other -> assertThat(other.value().text()).contains("\"flagged\":true"));
  }

  @Test
  void otherEndpointsPassThrough() {
    server.enqueue(Fixture.MODELS);

    assertThat(client.models().list().data()).hasSize(2);

    assertThat(sink.calls).isEmpty();
    assertThat(ops.stats().started()).isZero();
    assertThat(client.models()).isSameAs(bare.models());
  }

  private static CompletionCreateParams completionParams() {
    return CompletionCreateParams.builder()
        .model("gpt-3.5-turbo-instruct")
        .prompt("The sea")
        .maxTokens(5)
        .stop(".")
        .build();
  }
}
