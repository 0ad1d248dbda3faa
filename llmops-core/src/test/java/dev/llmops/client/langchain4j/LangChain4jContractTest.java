package dev.llmops.client.langchain4j;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import dev.llmops.LlmOps;
import dev.llmops.testing.CallContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The contract, for every way in which LangChain4j's chat models can be asked. */
class LangChain4jContractTest {

  static final String MODEL = "gpt-4o";

  @Nested
  class ChatByRequest extends SyncContract {
    @Override
    String ask(ChatModel model, String question) {
      return model
          .chat(ChatRequest.builder().messages(UserMessage.from(question)).build())
          .aiMessage()
          .text();
    }
  }

  @Nested
  class ChatByText extends SyncContract {
    @Override
    String ask(ChatModel model, String question) {
      return model.chat(question);
    }
  }

  @Nested
  class ChatByMessages extends SyncContract {
    @Override
    String ask(ChatModel model, String question) {
      return model.chat(List.of(UserMessage.from(question))).aiMessage().text();
    }
  }

  @Nested
  class AiService extends SyncContract {
    @Override
    String ask(ChatModel model, String question) {
      return AiServices.create(Assistant.class, model).chat(question);
    }
  }

  /** The listener in place of the wrap. */
  @Nested
  class ChatByListener extends CallContract {
    private OpenAiChatModel.OpenAiChatModelBuilder client() {
      return OpenAiChatModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName(MODEL)
          .maxRetries(0);
    }

    @Override
    protected Asking recorded(LlmOps ops) {
      return client().listeners(List.of(LangChain4jInstrumentation.listener(ops))).build()::chat;
    }

    @Override
    protected Asking bare() {
      return client().build()::chat;
    }

    @Override
    protected String model() {
      return MODEL;
    }

    @Override
    protected boolean streams() {
      return false;
    }

    @Override
    protected boolean canRefuse() {
      return false;
    }
  }

  @Nested
  class StreamByRequest extends StreamContract {
    @Override
    String ask(StreamingChatModel model, String question) throws Exception {
      Collected collected = new Collected();
      model.chat(ChatRequest.builder().messages(UserMessage.from(question)).build(), collected);
      return collected.text();
    }
  }

  @Nested
  class StreamByText extends StreamContract {
    @Override
    String ask(StreamingChatModel model, String question) throws Exception {
      Collected collected = new Collected();
      model.chat(question, collected);
      return collected.text();
    }
  }

  @Nested
  class StreamingAiService extends StreamContract {
    @Override
    String ask(StreamingChatModel model, String question) throws Exception {
      Collected collected = new Collected();
      AiServices.create(StreamingAssistant.class, model)
          .chat(question)
          .onPartialResponse(collected::onPartialResponse)
          .onCompleteResponse(collected::onCompleteResponse)
          .onError(collected::onError)
          .start();
      return collected.text();
    }
  }

  interface Assistant {
    String chat(String question);
  }

  interface StreamingAssistant {
    TokenStream chat(String question);
  }

  abstract static class SyncContract extends CallContract {
    abstract String ask(ChatModel model, String question) throws Exception;

    private ChatModel client() {
      return OpenAiChatModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName(MODEL)
          .maxRetries(0)
          .build();
    }

    @Override
    protected Asking recorded(LlmOps ops) {
      ChatModel wrapped = LangChain4jInstrumentation.wrap(client(), ops);
      return question -> ask(wrapped, question);
    }

    @Override
    protected Asking bare() {
      ChatModel bare = client();
      return question -> ask(bare, question);
    }

    @Override
    protected String model() {
      return MODEL;
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  abstract static class StreamContract extends CallContract {
    abstract String ask(StreamingChatModel model, String question) throws Exception;

    private StreamingChatModel client() {
      return OpenAiStreamingChatModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName(MODEL)
          .build();
    }

    @Override
    protected Asking recorded(LlmOps ops) {
      StreamingChatModel wrapped = LangChain4jInstrumentation.wrap(client(), ops);
      return question -> ask(wrapped, question);
    }

    @Override
    protected Asking bare() {
      StreamingChatModel bare = client();
      return question -> ask(bare, question);
    }

    @Override
    protected String model() {
      return MODEL;
    }

    @Override
    protected boolean streams() {
      return true;
    }
  }
}
