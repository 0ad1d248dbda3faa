package dev.llmops.client.springai;

import dev.llmops.LlmOps;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.testing.CallContract;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Nested;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;

/** The contract, for the ways in which Spring AI can be asked. */
class SpringAiContractTest {

  @Nested
  class Model extends SpringAiContract {
    @Override
    String ask(ChatModel model, String question, boolean recorded) {
      return model.call(question);
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  @Nested
  class Client extends SpringAiContract {
    @Override
    String ask(ChatModel model, String question, boolean recorded) {
      return client(model, recorded).prompt(question).call().content();
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  @Nested
  class ClientStreamed extends SpringAiContract {
    @Override
    String ask(ChatModel model, String question, boolean recorded) {
      return streamed(client(model, recorded), question);
    }

    @Override
    protected boolean streams() {
      return true;
    }
  }

  /** Spring AI 2 over the official client, which is recorded as well: still one record a call. */
  @Nested
  class ClientStreamedWrappedTwice extends ClientStreamed {
    @Override
    ChatModel model(ObservationRegistry registry, LlmOps ops) {
      return Models.chat(
          server,
          registry,
          client -> OpenAiInstrumentation.wrap(client, ops),
          client -> OpenAiInstrumentation.wrap(client, ops));
    }
  }

  /** The same without streaming. */
  @Nested
  class ModelWrappedTwice extends Model {
    @Override
    ChatModel model(ObservationRegistry registry, LlmOps ops) {
      return Models.chat(
          server,
          registry,
          client -> OpenAiInstrumentation.wrap(client, ops),
          client -> OpenAiInstrumentation.wrap(client, ops));
    }
  }

  abstract static class SpringAiContract extends CallContract {
    abstract String ask(ChatModel model, String question, boolean recorded);

    ChatModel model(ObservationRegistry registry, LlmOps ops) {
      return Models.chat(server, registry);
    }

    @Override
    protected Asking recorded(LlmOps ops) {
      ObservationRegistry registry = ObservationRegistry.create();
      registry.observationConfig().observationHandler(SpringAiObservationHandler.create(ops));
      ChatModel model = model(registry, ops);
      return question -> ask(model, question, true);
    }

    @Override
    protected Asking bare() {
      ChatModel model = Models.chat(server, ObservationRegistry.NOOP);
      return question -> ask(model, question, false);
    }

    @Override
    protected String model() {
      return Models.MODEL;
    }
  }

  static ChatClient client(ChatModel model, boolean recorded) {
    ChatClient.Builder client = ChatClient.builder(model);
    return recorded ? client.defaultAdvisors(SpringAiAdvisor.create()).build() : client.build();
  }

  static String streamed(ChatClient client, String question) {
    StringBuilder text = new StringBuilder();
    client.prompt(question).stream().content().doOnNext(text::append).blockLast();
    return text.toString();
  }
}
