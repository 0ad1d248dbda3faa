package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.testing.Fixture;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrapping itself: what comes back, and what is known of the server. */
class OpenAiInstrumentationTest extends OpenAiTest {

  @Test
  void wrappedTwiceIsRecordedOnce() {
    OpenAIClient twice = OpenAiInstrumentation.wrap(client, ops);

    assertThat(twice).isSameAs(client);
    var unused = twice.chat().completions().create(chatParams());
    assertThat(sink.calls).hasSize(1);
  }

  @Test
  void asyncAndSyncViewsAreRecordedOnce() {
    server.enqueue(Fixture.CHAT_BASIC, Fixture.CHAT_BASIC);
    OpenAIClientAsync async = OpenAiInstrumentation.wrap(client.async(), ops);

    var one = async.chat().completions().create(chatParams()).join();
    var two = async.sync().chat().completions().create(chatParams());

    assertThat(one).isEqualTo(two);
    assertThat(sink.calls).hasSize(2);
  }

  @Test
  void noopGivesTheClientBack() {
    assertThat(OpenAiInstrumentation.wrap(bare, LlmOps.noop())).isSameAs(bare);
  }

  @Test
  void servicesAreWrappedOnceAndEqual() {
    assertThat(client.chat()).isSameAs(client.chat());
    assertThat(client.chat().completions()).isSameAs(client.chat().completions());
    assertThat(client).isEqualTo(client).isNotEqualTo(bare);
    assertThat(client).isEqualTo(OpenAiInstrumentation.wrap(bare, ops));
    assertThat(client).hasSameHashCodeAs(OpenAiInstrumentation.wrap(bare, ops));
    assertThat(client.toString()).startsWith("recorded com.openai.client.OpenAIClientImpl");
  }

  @Test
  void otherOptionsStayRecordedAtTheirServer() {
    server.enqueue(Fixture.CHAT_BASIC, Fixture.CHAT_BASIC, Fixture.CHAT_BASIC);
    String localhost = server.baseUrl().replace("127.0.0.1", "localhost");

    var one = client.withOptions(options -> options.baseUrl(localhost)).chat().completions();
    var two = client.chat().completions().withOptions(options -> options.maxRetries(1));
    var three =
        client.chat().completions().withRawResponse().withOptions(o -> o.baseUrl(localhost));
    var unused = one.create(chatParams());
    unused = two.create(chatParams());
    unused = three.create(chatParams()).parse();

    assertThat(sink.calls)
        .extracting(call -> call.request().serverAddress())
        .containsExactly("localhost", "127.0.0.1", "localhost");
  }

  @Test
  void optionsThatCannotBeBuiltAreTheClientsToRefuse() {
    assertThatThrownBy(
            () ->
                client.withOptions(
                    options -> {
                      throw new IllegalStateException("mine");
                    }))
        .hasMessage("mine");
  }

  @Test
  void theSharedHttpClientSurvivesTheLookAtTheOptions() {
    for (int i = 0; i < 50; i++) {
      var unused = OpenAiInstrumentation.wrap(bare, LlmOps.builder().build());
      var unusedToo = client.withOptions(options -> options.maxRetries(2));
    }
    awaitTheClientsCleaner();
    server.enqueue(Fixture.CHAT_BASIC);

    assertThat(bare.chat().completions().create(chatParams()).id()).isNotEmpty();
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void retriesAreAttemptsOfOneCall() {
    OpenAIClient retrying = OpenAiInstrumentation.wrap(client(server.baseUrl(), 2), ops);
    server.enqueue(Fixture.ERROR_429_RATE_LIMIT, Fixture.ERROR_500, Fixture.CHAT_BASIC);
    server.enqueue(Fixture.CHAT_BASIC);
    server.enqueue(Fixture.ERROR_500, Fixture.CHAT_STREAM_USAGE);
    server.enqueue(Fixture.ERROR_500, Fixture.ERROR_500, Fixture.ERROR_500);

    var unused = retrying.chat().completions().create(chatParams());
    unused = retrying.chat().completions().create(chatParams());
    retrying.chat().completions().createStreaming(chatParams()).close();
    assertThatThrownBy(() -> retrying.chat().completions().create(chatParams())).isNotNull();

    assertThat(server.requests())
        .extracting(request -> request.header("X-Stainless-Retry-Count"))
        .containsExactly("0", "1", "2", "0", "0", "1", "0", "1", "2");
    assertThat(sink.calls).extracting(LlmCall::attempts).containsExactly(3, 1, 2, 3);
    retrying.close();
  }

  @Test
  void attemptsAreCountedWithOtherOptionsToo() {
    server.enqueue(Fixture.ERROR_500, Fixture.CHAT_BASIC, Fixture.ERROR_500, Fixture.CHAT_BASIC);

    var unused =
        client
            .withOptions(options -> options.maxRetries(1))
            .chat()
            .completions()
            .create(chatParams());
    unused =
        client
            .chat()
            .completions()
            .withOptions(options -> options.maxRetries(1).sleeper(new NoWait()))
            .create(chatParams());

    assertThat(sink.calls).extracting(LlmCall::attempts).containsExactly(2, 2);
  }

  @Test
  void attemptsThatTheClientDoesNotShowStayUnknown() {
    server.enqueue(Fixture.ERROR_500, Fixture.CHAT_BASIC);

    var unused =
        client
            .async()
            .withOptions(options -> options.maxRetries(1))
            .chat()
            .completions()
            .create(chatParams())
            .join();

    assertThat(onlyCall().attempts()).isNull();
  }

  @Test
  void theApplicationsSleeperStaysOpen() {
    AtomicBoolean closed = new AtomicBoolean();
    OpenAIClient own = bare.withOptions(options -> options.sleeper(closing(closed)));
    for (int i = 0; i < 50; i++) {
      var unused = OpenAiInstrumentation.wrap(own, LlmOps.builder().build());
    }

    awaitTheClientsCleaner();

    assertThat(closed).isFalse();
    Reference.reachabilityFence(own);
  }

  @Test
  void aProviderNameOfTheCallersChoice() {
    OpenAIClient named = OpenAiInstrumentation.wrap(bare, ops, "vllm");

    var unused =
        named
            .withOptions(options -> options.maxRetries(1))
            .chat()
            .completions()
            .create(chatParams());

    assertThat(onlyCall().request().provider()).isEqualTo("vllm");
  }

  @Test
  void aBlankProviderIsRefused() {
    assertThatThrownBy(() -> OpenAiInstrumentation.wrap(bare, ops, " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "provider must not be blank, but was \" \"; leave it out to have it named after the"
                + " base URL");
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.openai.com/v1, openai, api.openai.com, 443",
    "https://eu.api.openai.com/v1, openai, eu.api.openai.com, 443",
    "https://mine.openai.azure.com, azure.ai.openai, mine.openai.azure.com, 443",
    "https://mine.services.ai.azure.com/openai/v1, azure.ai.openai, mine.services.ai.azure.com,443",
    "https://mine.services.ai.azure.com/models, azure.ai.inference, mine.services.ai.azure.com,443",
    "https://api.groq.com/openai/v1, groq, api.groq.com, 443",
    "https://api.deepseek.com, deepseek, api.deepseek.com, 443",
    "https://api.x.ai/v1, x_ai, api.x.ai, 443",
    "https://api.mistral.ai/v1, mistral_ai, api.mistral.ai, 443",
    "https://openrouter.ai/api/v1, openrouter, openrouter.ai, 443",
    "https://generativelanguage.googleapis.com/v1beta/openai/, gcp.gemini, "
        + "generativelanguage.googleapis.com, 443",
    "https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1, aws.bedrock, "
        + "bedrock-runtime.us-west-2.amazonaws.com, 443",
    "http://localhost:11434/v1, openai, localhost, 11434",
    "http://[::1]/v1, openai, ::1, 80",
    "https://evil-api.openai.com.example.org/v1, openai, evil-api.openai.com.example.org, 443",
    "https://notapi.groq.com.example.org/v1, openai, notapi.groq.com.example.org, 443"
  })
  void providerIsNamedAfterTheHost(String baseUrl, String provider, String host, int port) {
    OpenAIClient elsewhere = client(baseUrl, 0);

    Server[] looked = new Server[1];
    var unused = elsewhere.withOptions(options -> looked[0] = Server.unknown(null).with(options));
    Server seen = looked[0];

    assertThat(seen.provider()).isEqualTo(provider);
    assertThat(seen.address()).isEqualTo(host);
    assertThat(seen.port()).isEqualTo(port);
    elsewhere.close();
  }

  @Test
  void aClientThatIsNotTheLibrarysOwnIsNotAskedForItsOptions() {
    OpenAIClient stub =
        StubClient.answering(
            (method, args) -> {
              throw new AssertionError(method.getName() + " was called");
            });

    OpenAIClient wrapped = OpenAiInstrumentation.wrap(stub, ops);
    Throwable thrown =
        org.assertj.core.api.Assertions.catchThrowable(
            () -> wrapped.chat().completions().create(chatParams()));

    assertThat(thrown).hasMessage("create was called");
    LlmRequest request = onlyCall().request();
    assertThat(request.provider()).isEqualTo("openai");
    assertThat(request.serverAddress()).isNull();
  }

  /** Until the client has closed a sleeper that nobody holds any more. */
  private void awaitTheClientsCleaner() {
    AtomicBoolean closed = new AtomicBoolean();
    var unused = bare.withOptions(options -> options.sleeper(closing(closed)));
    unused = null;
    await()
        .until(
            () -> {
              System.gc();
              return closed.get();
            });
  }

  private static NoWait closing(AtomicBoolean closed) {
    return new NoWait() {
      @Override
      public void close() {
        closed.set(true);
      }
    };
  }
}
