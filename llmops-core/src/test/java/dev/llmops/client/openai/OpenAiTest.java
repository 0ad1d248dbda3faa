package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Sleeper;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import dev.llmops.CallSink;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.Pricing;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A server, a client, and a sink that keeps everything. */
@Timeout(60)
abstract class OpenAiTest {

  static final Duration SOON = Duration.ofSeconds(20);

  final FakeModelServer server = FakeModelServer.start();
  final KeepingSink sink = new KeepingSink(ContentPolicy.full());
  final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(sink).build();
  final OpenAIClient bare = client(server.baseUrl(), 0);
  final OpenAIClient client = OpenAiInstrumentation.wrap(bare, ops);

  @AfterEach
  void close() {
    bare.close();
    server.close();
  }

  static OpenAIClient client(String baseUrl, int maxRetries) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(baseUrl)
        .apiKey("dummy-key")
        .maxRetries(maxRetries)
        .sleeper(new NoWait())
        .timeout(SOON)
        .build();
  }

  /** The calls recorded so far, of which there must be one. */
  LlmCall onlyCall() {
    assertThat(sink.calls).hasSize(1);
    return sink.calls.get(0);
  }

  LlmCall chat(Fixture fixture) {
    server.enqueue(fixture);
    var unused = client.chat().completions().create(chatParams());
    return onlyCall();
  }

  LlmCall respond(Fixture fixture) {
    server.enqueue(fixture);
    var unused = client.responses().create(responseParams());
    return onlyCall();
  }

  static ChatCompletionCreateParams chatParams() {
    return ChatCompletionCreateParams.builder()
        .model("gpt-4o-mini")
        .addUserMessage("What is a lighthouse for?")
        .build();
  }

  static ResponseCreateParams responseParams() {
    return ResponseCreateParams.builder()
        .model("gpt-4o-mini")
        .input("What is a lighthouse for?")
        .build();
  }

  static EmbeddingCreateParams embeddingParams() {
    return EmbeddingCreateParams.builder()
        .model("text-embedding-3-small")
        .inputOfArrayOfStrings(List.of("one", "two"))
        .build();
  }

  /** Keeps all calls. */
  static final class KeepingSink implements CallSink {
    final List<LlmCall> calls = new CopyOnWriteArrayList<>();
    private final ContentPolicy content;

    KeepingSink(ContentPolicy content) {
      this.content = content;
    }

    @Override
    public void accept(LlmRecord record) {
      if (record instanceof LlmCall call) {
        calls.add(call);
      }
    }

    @Override
    public ContentPolicy content() {
      return content;
    }
  }

  /** Retries at once. */
  static class NoWait implements Sleeper {
    @Override
    public void sleep(Duration duration) {}

    @Override
    public CompletableFuture<Void> sleepAsync(Duration duration) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
  }
}
