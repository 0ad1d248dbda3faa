package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.CallSink;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.Pricing;
import dev.llmops.testing.AllocatedBytes;
import dev.llmops.testing.Fixture;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the wrap adds to a ready answer, in bytes of the calling thread, content off. Times are the
 * benchmarks' matter.
 */
class WrapCostTest {

  private static final int MOST_BYTES_A_CALL = 3_000;
  private final CallSink sink = record -> {};
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(sink).build();
  private final ChatCompletionCreateParams params = OpenAiTest.chatParams();

  @Test
  void aCall() {
    ChatCompletion ready =
        new ClientCodec<>(ChatCompletion.class).decode(new JsonText(Fixture.CHAT_BASIC.text()));
    OpenAIClient client =
        OpenAiInstrumentation.wrap(StubClient.answering((method, args) -> ready), ops);

    long bytes =
        AllocatedBytes.aCall(
            6_000,
            () -> {
              var unused = client.chat().completions().create(params);
            });

    assertThat(bytes).isBetween(100L, (long) MOST_BYTES_A_CALL);
    assertThat(ops.stats().completed()).isPositive();
  }

  @Test
  void aChunk() {
    ChatCompletionChunk chunk =
        new ClientCodec<>(ChatCompletionChunk.class)
            .decode(
                new JsonText(
                    "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
                        + "\"model\":\"m\",\"service_tier\":\"default\",\"usage\":null,\"choices\":"
                        + "[{\"index\":0,\"delta\":{\"content\":\" word\"}}]}"));
    long few = AllocatedBytes.aCall(600, reading(chunk, 100));
    long many = AllocatedBytes.aCall(600, reading(chunk, 1_100));

    // not 0: the just-in-time compiler may still be at work
    assertThat((many - few) / 1_000.0).isLessThan(4.0);
  }

  private Runnable reading(ChatCompletionChunk chunk, int chunks) {
    List<ChatCompletionChunk> all = Collections.nCopies(chunks, chunk);
    OpenAIClient client =
        OpenAiInstrumentation.wrap(
            StubClient.answering(
                (method, args) ->
                    new StreamResponse<ChatCompletionChunk>() {
                      @Override
                      public Stream<ChatCompletionChunk> stream() {
                        return all.stream();
                      }

                      @Override
                      public void close() {}
                    }),
            ops);
    Consumer<ChatCompletionChunk> consumer = read -> {};
    return () -> {
      try (StreamResponse<ChatCompletionChunk> stream =
          client.chat().completions().createStreaming(params)) {
        stream.stream().forEach(consumer);
      }
    };
  }
}
