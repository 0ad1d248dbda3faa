package dev.llmops.client.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.client.okhttp.OpenAIOkHttpClientAsync;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.llmops.LlmOps;
import dev.llmops.testing.CallContract;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;

/** The contract, for every way in which the official client can be asked. */
class OpenAiContractTest {

  private static final String MODEL = "gpt-4o";

  @Nested
  class Chat extends SyncContract {
    @Override
    String ask(OpenAIClient client, String question) {
      return text(client.chat().completions().create(chat(question).build()));
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  @Nested
  class ChatStreamed extends SyncContract {
    @Override
    String ask(OpenAIClient client, String question) {
      StringBuilder text = new StringBuilder();
      try (StreamResponse<ChatCompletionChunk> chunks =
          client.chat().completions().createStreaming(streamedChat(question))) {
        chunks.stream().forEach(chunk -> append(text, chunk));
      }
      return text.toString();
    }

    @Override
    protected boolean streams() {
      return true;
    }
  }

  @Nested
  class ChatRaw extends SyncContract {
    @Override
    String ask(OpenAIClient client, String question) {
      try (HttpResponseFor<ChatCompletion> response =
          client.chat().completions().withRawResponse().create(chat(question).build())) {
        return text(response.parse());
      }
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  @Nested
  class ChatWithOptions extends SyncContract {
    @Override
    String ask(OpenAIClient client, String question) {
      return text(
          client
              .withOptions(options -> options.maxRetries(0))
              .chat()
              .completions()
              .create(chat(question).build()));
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  @Nested
  class Responses extends SyncContract {
    @Override
    String ask(OpenAIClient client, String question) {
      return text(client.responses().create(response(question)));
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  @Nested
  class ResponsesStreamed extends SyncContract {
    @Override
    String ask(OpenAIClient client, String question) {
      StringBuilder text = new StringBuilder();
      try (StreamResponse<ResponseStreamEvent> events =
          client.responses().createStreaming(response(question))) {
        events.stream()
            .forEach(event -> event.outputTextDelta().ifPresent(d -> text.append(d.delta())));
      }
      return text.toString();
    }

    @Override
    protected boolean streams() {
      return true;
    }
  }

  @Nested
  class ChatAsync extends AsyncContract {
    @Override
    String ask(OpenAIClientAsync client, String question) throws Exception {
      return text(get(client.chat().completions().create(chat(question).build())));
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  @Nested
  class ChatAsyncStreamed extends AsyncContract {
    @Override
    String ask(OpenAIClientAsync client, String question) throws Exception {
      StringBuilder text = new StringBuilder();
      AsyncStreamResponse<ChatCompletionChunk> chunks =
          client
              .chat()
              .completions()
              .createStreaming(streamedChat(question))
              .subscribe(chunk -> append(text, chunk));
      get(chunks.onCompleteFuture());
      return text.toString();
    }

    @Override
    protected boolean streams() {
      return true;
    }
  }

  @Nested
  class ResponsesAsync extends AsyncContract {
    @Override
    String ask(OpenAIClientAsync client, String question) throws Exception {
      return text(get(client.responses().create(response(question))));
    }

    @Override
    protected boolean streams() {
      return false;
    }
  }

  abstract static class SyncContract extends CallContract {
    abstract String ask(OpenAIClient client, String question);

    private OpenAIClient client() {
      return OpenAIOkHttpClient.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .maxRetries(0)
          .build();
    }

    @Override
    protected Asking recorded(LlmOps ops) {
      OpenAIClient wrapped = OpenAiInstrumentation.wrap(client(), ops);
      return question -> ask(wrapped, question);
    }

    @Override
    protected Asking bare() {
      OpenAIClient bare = client();
      return question -> ask(bare, question);
    }

    @Override
    protected String model() {
      return MODEL;
    }
  }

  abstract static class AsyncContract extends CallContract {
    abstract String ask(OpenAIClientAsync client, String question) throws Exception;

    private OpenAIClientAsync client() {
      return OpenAIOkHttpClientAsync.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .maxRetries(0)
          .build();
    }

    @Override
    protected Asking recorded(LlmOps ops) {
      OpenAIClientAsync wrapped = OpenAiInstrumentation.wrap(client(), ops);
      return question -> ask(wrapped, question);
    }

    @Override
    protected Asking bare() {
      OpenAIClientAsync bare = client();
      return question -> ask(bare, question);
    }

    @Override
    protected String model() {
      return MODEL;
    }

    static <T> T get(Future<T> future) throws Exception {
      try {
        return future.get();
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        while (cause instanceof CompletionException && cause.getCause() != null) {
          cause = cause.getCause();
        }
        if (cause instanceof Exception exception) {
          throw exception;
        }
        throw e;
      }
    }
  }

  private static ChatCompletionCreateParams.Builder chat(String question) {
    return ChatCompletionCreateParams.builder().model(MODEL).addUserMessage(question);
  }

  private static ChatCompletionCreateParams streamedChat(String question) {
    return chat(question)
        .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
        .build();
  }

  private static ResponseCreateParams response(String question) {
    return ResponseCreateParams.builder().model(MODEL).input(question).build();
  }

  private static String text(ChatCompletion completion) {
    return completion.choices().get(0).message().content().orElse("");
  }

  private static String text(Response response) {
    StringBuilder text = new StringBuilder();
    response.output().stream()
        .flatMap(item -> item.message().stream())
        .flatMap(message -> message.content().stream())
        .flatMap(content -> content.outputText().stream())
        .forEach(part -> text.append(part.text()));
    return text.toString();
  }

  private static void append(StringBuilder text, ChatCompletionChunk chunk) {
    chunk.choices().forEach(choice -> choice.delta().content().ifPresent(text::append));
  }
}
