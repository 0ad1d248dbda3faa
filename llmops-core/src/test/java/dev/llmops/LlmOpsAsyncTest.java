package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.testing.Records;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class LlmOpsAsyncTest {

  private static final LlmRequest REQUEST = LlmRequest.chat("local", "my-model");

  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).sink(records).build();
  private final CompletableFuture<String> client = new CompletableFuture<>();

  @Test
  void recordsBeforeTheUsersStagesRun() {
    List<Integer> recordedWhenStageRan = new ArrayList<>();
    CompletableFuture<String> future = call();
    CompletableFuture<Void> stage =
        future.thenAccept(text -> recordedWhenStageRan.add(records.calls().size()));

    assertThat(future).isNotDone();
    client.complete("hi");

    assertThat(stage).isCompleted();
    assertThat(recordedWhenStageRan).containsExactly(1);
    assertThat(future.join()).isEqualTo("hi");
    assertThat(records.onlyCall().response().text()).isEqualTo("hi");
  }

  @Test
  void keepsTheExceptionItself() {
    IOException error = new IOException("broken");
    CompletableFuture<String> future = call();
    List<Throwable> seen = new ArrayList<>();
    CompletableFuture<String> stage = future.whenComplete((text, t) -> seen.add(t));

    client.completeExceptionally(error);

    assertThat(seen).containsExactly(error); // not wrapped in a CompletionException
    assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasCause(error);
    assertThatThrownBy(stage::join).isInstanceOf(CompletionException.class).hasCause(error);
    assertThat(records.onlyCall().error()).isNotNull();
    assertThat(records.onlyCall().error().type()).isEqualTo("java.io.IOException");
  }

  @Test
  void looksThroughTheWrapperOfADependentFuture() {
    CompletableFuture<String> dependent = client.thenApply(text -> text);
    CompletableFuture<String> future = ops.callAsync(REQUEST, () -> dependent, LlmResponse::ofText);

    client.completeExceptionally(new IOException("broken"));

    assertThat(catchThrowable(future::join)).isSameAs(catchThrowable(dependent::join));
    assertThat(records.onlyCall().error().type()).isEqualTo("java.io.IOException");
  }

  @Test
  void cancellingReachesTheClient() {
    CompletableFuture<String> future = call();

    assertThat(future.cancel(true)).isTrue();

    assertThat(client).isCancelled();
    assertThat(future).isCancelled();
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    assertThat(records.onlyCall().outcome())
        .isEqualTo(new Outcome.Cancelled(null, Outcome.Reason.CANCELLED));
    assertThat(future.cancel(true)).isTrue();
    assertThat(records.calls()).hasSize(1);
  }

  @Test
  void completingAndTimingOutReachTheClient() {
    CompletableFuture<String> future = call();
    assertThat(future.complete("mine")).isTrue();
    assertThat(client).isCompletedWithValue("mine");
    assertThat(future).isCompletedWithValue("mine");

    CompletableFuture<String> slow = new CompletableFuture<>();
    CompletableFuture<String> timed =
        ops.callAsync(REQUEST, () -> slow, LlmResponse::ofText).orTimeout(1, TimeUnit.MILLISECONDS);
    assertThatThrownBy(timed::join).hasCauseInstanceOf(TimeoutException.class);
    assertThat(slow).isCompletedExceptionally();

    assertThat(records.calls())
        .extracting(LlmCall::outcome)
        .containsExactly(
            new Outcome.Cancelled(null, Outcome.Reason.COMPLETED_BY_CALLER),
            new Outcome.Cancelled(null, Outcome.Reason.COMPLETED_BY_CALLER));
  }

  @Test
  void completesEvenIfRecordingBreaks() {
    LlmOps broken =
        LlmOps.builder()
            .sink(
                record -> {
                  throw new AssertionError("on purpose");
                })
            .build();
    CompletableFuture<String> future =
        broken.callAsync(
            REQUEST,
            () -> client,
            text -> {
              throw new StackOverflowError("on purpose");
            });

    client.complete("hi");

    assertThat(future).isCompletedWithValue("hi");
  }

  @Test
  void keepsVendorSubclassesAndTheirExecutors() {
    Executor vendorExecutor = Runnable::run;
    class VendorFuture<T> extends CompletableFuture<T> {
      @Override
      public <U> CompletableFuture<U> newIncompleteFuture() {
        return new VendorFuture<>();
      }

      @Override
      public Executor defaultExecutor() {
        return vendorExecutor;
      }
    }
    VendorFuture<String> vendor = new VendorFuture<>();

    CompletableFuture<String> future = ops.callAsync(REQUEST, () -> vendor, LlmResponse::ofText);

    assertThat(future.defaultExecutor()).isSameAs(vendorExecutor);
    assertThat(future.thenApply(text -> text)).isInstanceOf(VendorFuture.class);
  }

  @Test
  void aSupplierThatThrowsIsRecordedAndThrownAsItIs() {
    IllegalStateException error = new IllegalStateException("no connection");

    Throwable thrown =
        catchThrowable(
            () ->
                ops.callAsync(
                    REQUEST,
                    () -> {
                      throw error;
                    },
                    LlmResponse::ofText));

    assertThat(thrown).isSameAs(error);
    assertThat(records.onlyCall().outcome()).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void aFutureThatIsDoneAlreadyIsRecordedAtOnce() {
    CompletableFuture<String> future =
        ops.callAsync(REQUEST, () -> CompletableFuture.completedFuture("hi"), LlmResponse::ofText);

    assertThat(future).isCompletedWithValue("hi");
    assertThat(records.calls()).hasSize(1);
  }

  @Test
  void obtrudingReachesTheClientAsWell() {
    CompletableFuture<String> future = call();
    client.complete("hi");

    future.obtrudeValue("other");

    assertThat(future.join()).isEqualTo("other");
    assertThat(client.join()).isEqualTo("other");
  }

  private CompletableFuture<String> call() {
    return ops.callAsync(REQUEST, () -> client, LlmResponse::ofText);
  }
}
