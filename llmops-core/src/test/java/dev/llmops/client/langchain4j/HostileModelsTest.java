package dev.llmops.client.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.Moderation;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.moderation.ModerationRequest;
import dev.langchain4j.model.moderation.ModerationResponse;
import dev.langchain4j.model.output.Response;
import dev.llmops.LlmOps;
import dev.llmops.testing.Records;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that take what others refuse, or do not tell their name, are still asked. */
class HostileModelsTest {

  private final LlmOps ops = LlmOps.builder().sink(Records.withContent()).build();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void embeddingModelThatDoesNotTellItsName(boolean enabled) {
    ops.setEnabled(enabled);
    EmbeddingModel model = LangChain4jInstrumentation.wrap(new NamelessEmbedding(), ops);

    assertThat(model.embed("text").content().dimension()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void moderationModelThatDoesNotTellItsName(boolean enabled) {
    ops.setEnabled(enabled);
    ModerationModel model = LangChain4jInstrumentation.wrap(new LenientModeration(), ops);

    assertThat(model.moderate("text").content().flagged()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void moderationOfNoRequest(boolean enabled) {
    ops.setEnabled(enabled);
    ModerationModel model = LangChain4jInstrumentation.wrap(new LenientModeration(), ops);

    assertThat(model.moderate((ModerationRequest) null).moderation().flagged()).isFalse();
    assertThat(model.doModerate(null).moderation().flagged()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void chatOfNoMessages(boolean enabled) {
    ops.setEnabled(enabled);
    ChatModel model = LangChain4jInstrumentation.wrap(new LenientChat(), ops);

    assertThat(model.chat((ChatMessage[]) null).aiMessage().text()).isEqualTo("any");
    assertThat(model.chat((ChatMessage) null).aiMessage().text()).isEqualTo("any");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void streamOfBlankText(boolean enabled) {
    ops.setEnabled(enabled);
    StreamingChatModel model = LangChain4jInstrumentation.wrap(new LenientStreaming(), ops);

    assertThatCode(
            () -> {
              for (String text : new String[] {null, " "}) {
                Collected collected = new Collected();
                model.chat(text, collected);
                assertThat(collected.text()).isEqualTo("any");
              }
            })
        .doesNotThrowAnyException();
  }

  private static final class NamelessEmbedding implements EmbeddingModel {
    @Override
    public Response<Embedding> embed(String text) {
      return Response.from(Embedding.from(new float[] {1}));
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
      return Response.from(
          segments.stream().map(segment -> Embedding.from(new float[] {1})).toList());
    }

    @Override
    public String modelName() {
      throw new IllegalStateException("on purpose");
    }
  }

  private static final class LenientModeration implements ModerationModel {
    @Override
    public ModerationResponse moderate(ModerationRequest request) {
      return ModerationResponse.builder().moderation(Moderation.notFlagged()).build();
    }

    @Override
    public ModerationResponse doModerate(ModerationRequest request) {
      return moderate(request);
    }

    @Override
    public Response<Moderation> moderate(String text) {
      return Response.from(Moderation.notFlagged());
    }

    @Override
    public String modelName() {
      throw new IllegalStateException("on purpose");
    }
  }

  private static final class LenientChat implements ChatModel {
    @Override
    public ChatResponse chat(ChatMessage... messages) {
      return ChatResponse.builder().aiMessage(AiMessage.from("any")).build();
    }
  }

  private static final class LenientStreaming implements StreamingChatModel {
    @Override
    public void chat(String text, StreamingChatResponseHandler handler) {
      handler.onPartialResponse("any");
      handler.onCompleteResponse(ChatResponse.builder().aiMessage(AiMessage.from("any")).build());
    }
  }
}
