package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.testing.Records;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LlmOpsStepTest {

  private static final LlmRequest REQUEST = LlmRequest.chat("local", "my-model");

  private final FakeClock clock = new FakeClock();
  private final Records records = Records.withContent();
  private final LlmOps ops =
      LlmOps.builder().pricing(Pricing.NONE).clocks(clock, clock).sink(records).build();

  @Test
  void keepsParentsAndChildren() {
    String answer =
        ops.agent(
            "support",
            () -> {
              ops.call(REQUEST, () -> "use the tool", LlmResponse::ofText);
              String weather = ops.tool("weather", "{\"city\":\"Paris\"}", () -> "sunny");
              return ops.call(REQUEST, () -> "It is " + weather, LlmResponse::ofText);
            });

    assertThat(answer).isEqualTo("It is sunny");
    LlmStep tool = records.steps().get(0);
    LlmStep agent = records.steps().get(1);
    assertThat(agent.parent()).isNull();
    assertThat(tool.parent()).isEqualTo(agent.ref());
    assertThat(records.calls()).extracting(LlmCall::parent).containsOnly(agent.ref());
    assertThat(tool.request().kind()).isEqualTo(StepRequest.Kind.TOOL);
    assertThat(tool.request().input()).isEqualTo("{\"city\":\"Paris\"}");
    assertThat(tool.result().text()).isEqualTo("sunny");
    assertThat(LlmContext.current().parent()).isNull();
    assertThat(ops.stats().steps()).isEqualTo(2);
  }

  @Test
  void retrievalTellsItsDocuments() {
    List<String> found =
        ops.retrieval(
            "kb",
            "capital of France",
            () -> List.of("doc-1", "doc-2"),
            ids ->
                StepResult.of(
                    ids.stream()
                        .map(id -> new StepResult.Document(id, null, "text of " + id))
                        .toList()));

    assertThat(found).containsExactly("doc-1", "doc-2");
    LlmStep step = records.steps().get(0);
    assertThat(step.request().name()).isEqualTo("kb");
    assertThat(step.result().documents())
        .extracting(StepResult.Document::id)
        .containsExactly("doc-1", "doc-2");
  }

  @Test
  void aStepThatFailsKeepsItsException() {
    IOException error = new IOException("down");

    Throwable thrown = catchThrowable(() -> failing(error));

    assertThat(thrown).isSameAs(error);
    assertThat(records.steps().get(0).error().type()).isEqualTo("java.io.IOException");
    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
  }

  private void failing(IOException error) throws IOException {
    ops.workflow(
        "w",
        () -> {
          throw error;
        });
  }

  @Test
  void anAsyncStepEndsWithItsFutureAndIsCurrentOnlyWhileItIsIssued() {
    CompletableFuture<String> body = new CompletableFuture<>();
    CompletableFuture<String> step =
        ops.stepAsync(
            StepRequest.tool("slow").build(),
            () -> {
              assertThat(LlmContext.current().parent()).isNotNull();
              return body;
            },
            StepResult::of);
    assertThat(LlmContext.current().parent()).isNull();
    assertThat(records.steps()).isEmpty();

    clock.advance(Duration.ofSeconds(2));
    body.complete("done");

    assertThat(step).isCompletedWithValue("done");
    assertThat(records.steps().get(0).timing().total()).isEqualTo(Duration.ofSeconds(2));
    assertThat(records.steps().get(0).result().text()).isEqualTo("done");
  }

  @Test
  void aBrokenReaderOrObserverDoesNotTouchTheBody() {
    CallObserver bad =
        new CallObserver() {
          @Override
          public CallObservation onStart(
              LlmRequest request, LlmContext context, java.time.Instant start) {
            throw new IllegalStateException("on purpose");
          }

          @Override
          public StepObservation onStep(
              StepRequest request, LlmContext context, java.time.Instant start) {
            throw new StackOverflowError("on purpose");
          }
        };
    LlmOps hostile = LlmOps.builder().observer(bad).sink(records).build();

    String got =
        hostile.step(
            StepRequest.tool("t").build(),
            () -> "kept",
            result -> {
              throw new IllegalStateException("on purpose");
            });

    assertThat(got).isEqualTo("kept");
    assertThat(records.steps().get(0).problems())
        .containsExactly("the result could not be read: java.lang.IllegalStateException");
  }

  @Test
  void stepsCostNothingWhileSwitchedOff() {
    assertThat(LlmOps.noop().<String, RuntimeException>tool("t", null, () -> "x")).isEqualTo("x");
    ops.setEnabled(false);
    assertThat(ops.<String, RuntimeException>agent("a", () -> "x")).isEqualTo("x");
    assertThat(records.all()).isEmpty();
  }
}
