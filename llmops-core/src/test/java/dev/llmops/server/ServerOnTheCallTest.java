package dev.llmops.server;

import static dev.llmops.testing.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.sink.RingSink;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerOnTheCallTest {

  private PageServer server;
  private RingSink sink;
  private ServerMonitor monitor;
  private LlmOps ops;

  @BeforeEach
  void start() throws Exception {
    server =
        new PageServer()
            .page("/metrics", Pages.vllm(3, 14, 0.97, 1000, 500))
            .page("/v1/models", Pages.VLLM_MODELS)
            .page("/version", Pages.VLLM_VERSION);
    sink = RingSink.ofCapacity(1_000);
    monitor =
        ServerMonitor.builder()
            .server(server.url())
            .interval(Duration.ofMillis(100))
            .maxAge(Duration.ofSeconds(30))
            .timeout(Duration.ofSeconds(30))
            .build();
    ops = LlmOps.builder().sink(sink).servers(monitor).build();
  }

  @AfterEach
  void stop() {
    ops.close();
    server.close();
  }

  @Test
  void aCallCarriesTheServersStateAtItsStartAndAtItsEnd() {
    await().until(() -> call().server().start().isKnown());

    LlmCall call =
        record(
            () -> {
              server.page("/metrics", Pages.vllm(5, 0, 0.5, 1100, 900));
              await().until(() -> Long.valueOf(5).equals(now().load().running()));
            });

    ServerFacts facts = call.server();
    assertThat(facts.start().match()).isEqualTo(ServerSnapshot.Match.EXACT);
    assertThat(facts.start().load().running()).isEqualTo(3);
    assertThat(facts.start().load().waiting()).isEqualTo(14);
    assertThat(facts.start().load().kvCacheUse()).isEqualTo(0.97);
    assertThat(facts.start().info().kind()).isEqualTo(ServerKind.VLLM);
    assertThat(facts.start().info().version()).isEqualTo("0.32.0");
    assertThat(facts.start().info().models())
        .containsExactly(new ServedModel("org/tiny", 4096L, null, null));
    assertThat(facts.startAge()).isBetween(Duration.ZERO, Duration.ofSeconds(30));
    assertThat(facts.end().load().running()).isEqualTo(5);
    assertThat(facts.end().load().waiting()).isZero();
    assertThat(facts.endAge()).isBetween(Duration.ZERO, Duration.ofSeconds(30));
  }

  @Test
  void theFirstCallFindsNothingKnownYetAndSaysSo() {
    LlmCall call = call();

    assertThat(call.server().start().match()).isEqualTo(ServerSnapshot.Match.UNKNOWN);
    assertThat(call.server().start().reason())
        .isEqualTo("it was not asked yet: monitoring starts with the first call, or after a pause");
    assertThat(call.server().startAge()).isNull();
  }

  @Test
  void aServerThatIsNotNamedIsNeverAskedAndTheCallSaysWhy() throws Exception {
    try (PageServer other = new PageServer().page("/metrics", Pages.vllm(1, 1, 0.1, 1, 1))) {
      LlmRequest request =
          LlmRequest.builder(LlmRequest.CHAT, "local").server("127.0.0.1", other.port()).build();

      ops.call(request, () -> "answer", answer -> LlmResponse.EMPTY);

      assertThat(last().server().end().reason()).contains("no server of this host is monitored");
      assertThat(other.requests()).isEmpty();
    }
  }

  @Test
  void aRequestWithoutAnAddressIsToldSo() {
    ops.call(LlmRequest.chat("local", "m"), () -> "answer", answer -> LlmResponse.EMPTY);

    assertThat(last().server().start().reason())
        .isEqualTo("the request does not tell which server it goes to (LlmRequest.server)");
  }

  @Test
  void withoutAMonitorACallHasNoServer() {
    try (LlmOps plain = LlmOps.builder().sink(sink).build()) {
      plain.call(request(), () -> "answer", answer -> LlmResponse.EMPTY);
    }

    assertThat(last().server()).isNull();
  }

  private ServerSnapshot now() {
    return monitor.snapshots().get(0);
  }

  private LlmCall call() {
    return record(() -> {});
  }

  private LlmCall record(Runnable body) {
    ops.call(
        request(),
        () -> {
          body.run();
          return "answer";
        },
        answer -> LlmResponse.EMPTY);
    return last();
  }

  private LlmRequest request() {
    return LlmRequest.builder(LlmRequest.CHAT, "local").server("127.0.0.1", server.port()).build();
  }

  private LlmCall last() {
    List<LlmCall> calls = sink.calls();
    return calls.get(calls.size() - 1);
  }
}
