package dev.llmops.benchmarks;

import com.openai.client.OpenAIClient;
import com.openai.core.ClientOptions;
import com.openai.core.RequestOptions;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionDeleteParams;
import com.openai.models.chat.completions.ChatCompletionDeleted;
import com.openai.models.chat.completions.ChatCompletionListPage;
import com.openai.models.chat.completions.ChatCompletionListParams;
import com.openai.models.chat.completions.ChatCompletionRetrieveParams;
import com.openai.models.chat.completions.ChatCompletionUpdateParams;
import com.openai.services.blocking.ChatService;
import com.openai.services.blocking.chat.ChatCompletionService;
import com.openai.services.blocking.chat.completions.MessageService;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** An openai-java client whose answer is ready: no HTTP, no JSON. */
final class ReadyClient {

  private ReadyClient() {}

  /** The client; it knows chat completions and nothing else. */
  static OpenAIClient create() {
    ChatCompletionService completions = new Completions();
    ChatService chat = proxy(ChatService.class, "completions", completions);
    return proxy(OpenAIClient.class, "chat", chat);
  }

  // the outer two interfaces have dozens of methods; both sides of each comparison go through them
  private static <T> T proxy(Class<T> type, String method, Object result) {
    InvocationHandler handler =
        (self, called, args) -> {
          if (called.getName().equals(method)) {
            return result;
          }
          throw unknown(called.getName());
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static UnsupportedOperationException unknown(String method) {
    return new UnsupportedOperationException(method + " is not part of what is measured");
  }

  private static final class Completions implements ChatCompletionService {

    @Override
    public ChatCompletion create(ChatCompletionCreateParams params, RequestOptions options) {
      return Workload.COMPLETION;
    }

    @Override
    public StreamResponse<ChatCompletionChunk> createStreaming(
        ChatCompletionCreateParams params, RequestOptions options) {
      return new Chunks();
    }

    @Override
    public WithRawResponse withRawResponse() {
      throw unknown("withRawResponse");
    }

    @Override
    public ChatCompletionService withOptions(Consumer<ClientOptions.Builder> modifier) {
      throw unknown("withOptions");
    }

    @Override
    public MessageService messages() {
      throw unknown("messages");
    }

    @Override
    public ChatCompletion retrieve(ChatCompletionRetrieveParams params, RequestOptions options) {
      throw unknown("retrieve");
    }

    @Override
    public ChatCompletion update(ChatCompletionUpdateParams params, RequestOptions options) {
      throw unknown("update");
    }

    @Override
    public ChatCompletionListPage list(ChatCompletionListParams params, RequestOptions options) {
      throw unknown("list");
    }

    @Override
    public ChatCompletionDeleted delete(ChatCompletionDeleteParams params, RequestOptions options) {
      throw unknown("delete");
    }
  }

  private static final class Chunks implements StreamResponse<ChatCompletionChunk> {

    @Override
    public Stream<ChatCompletionChunk> stream() {
      return Workload.COMPLETION_CHUNKS.stream();
    }

    @Override
    public void close() {}
  }
}
