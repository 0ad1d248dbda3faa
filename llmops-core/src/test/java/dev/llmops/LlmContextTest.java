package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LlmContextTest {

  @Test
  void scopesNestAndRestore() {
    try (LlmContext.Scope outer = LlmContext.extend().user("u-1").tag("a", "1").open()) {
      try (LlmContext.Scope inner = LlmContext.extend().conversation("c-1").tag("b", "2").open()) {
        assertThat(LlmContext.current().userId()).isEqualTo("u-1");
        assertThat(LlmContext.current().conversationId()).isEqualTo("c-1");
        assertThat(LlmContext.current().tags()).containsEntry("a", "1").containsEntry("b", "2");
      }
      assertThat(LlmContext.current().conversationId()).isNull();
      assertThat(LlmContext.current().tags()).doesNotContainKey("b");
    }
    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
  }

  @Test
  void openedOnTheThreadAloneItIsCurrentUntilClosed() {
    try (LlmContext.Scope outer = LlmContext.builder().user("u-1").open()) {
      try (LlmContext.Scope alone = LlmContext.builder().user("u-2").build().openOnThread()) {
        assertThat(LlmContext.current().userId()).isEqualTo("u-2");
        try (LlmContext.Scope inner = LlmContext.extend().conversation("c-1").open()) {
          assertThat(LlmContext.current().userId()).isEqualTo("u-2");
          assertThat(LlmContext.current().conversationId()).isEqualTo("c-1");
        }
        assertThat(LlmContext.current().conversationId()).isNull();
      }
      assertThat(LlmContext.current().userId()).isEqualTo("u-1");
    }
    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
  }

  @Test
  void anExecutorCarriesItOnlyWhenWrapped() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    AtomicReference<String> wrapped = new AtomicReference<>();
    AtomicReference<String> bare = new AtomicReference<>();
    try (LlmContext.Scope scope = LlmContext.extend().user("u-1").open()) {
      LlmContext.wrap(executor).execute(() -> wrapped.set(LlmContext.current().userId()));
      executor.submit(() -> bare.set(LlmContext.current().userId())).get();
    } finally {
      executor.shutdown();
    }

    assertThat(wrapped.get()).isEqualTo("u-1");
    assertThat(bare.get()).isNull();
  }

  @Test
  void aWrappedTaskRunsInItsContextAndRestoresTheOther() throws Exception {
    LlmContext context = LlmContext.builder().session("s-1").build();

    String seen = context.wrap(() -> LlmContext.current().sessionId()).call();

    assertThat(seen).isEqualTo("s-1");
    assertThat(LlmContext.current().sessionId()).isNull();
  }

  @Test
  void theRequestsOwnWordsWinOverTheContexts() {
    LlmContext context = LlmContext.builder().user("from context").session("s").build();
    LlmRequest request =
        LlmRequest.builder(LlmRequest.CHAT, "local").model("m").userId("from request").build();

    LlmCall call =
        new LlmCall(
            CallRef.of("0".repeat(32)),
            null,
            context,
            request,
            new Outcome.Completed(LlmResponse.EMPTY),
            Timing.of(FakeClock.START, java.time.Duration.ZERO),
            null,
            null,
            Origin.APPLICATION,
            1,
            java.util.List.of());

    assertThat(call.userId()).isEqualTo("from request");
    assertThat(call.sessionId()).isEqualTo("s");
  }
}
