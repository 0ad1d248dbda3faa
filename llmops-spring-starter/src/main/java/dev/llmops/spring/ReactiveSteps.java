package dev.llmops.spring;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.client.springai.LlmContextAccessor;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.util.context.Context;

/**
 * Steps that last as long as a subscription. The source is subscribed to inside the step, and what
 * is upstream has the step in Reactor's context.
 */
final class ReactiveSteps {

  private ReactiveSteps() {}

  static boolean isReactive(Class<?> type) {
    return Mono.class.isAssignableFrom(type) || Flux.class.isAssignableFrom(type);
  }

  /**
   * The publisher, whose subscriptions are steps.
   *
   * @param request null for no step, only what is said
   * @param said adds to the context of the subscriber
   */
  static @Nullable Object step(
      LlmOps ops,
      @Nullable StepRequest request,
      UnaryOperator<LlmContext> said,
      @Nullable Object publisher) {
    if (publisher instanceof Mono<?> mono) {
      return new StepMono<>(mono, ops, request, said);
    }
    return publisher instanceof Flux<?> flux ? new StepFlux<>(flux, ops, request, said) : publisher;
  }

  /** Begins the step and subscribes to the source in it. */
  private static <T> void subscribe(
      LlmOps ops,
      @Nullable StepRequest request,
      UnaryOperator<LlmContext> said,
      CoreSubscriber<? super T> actual,
      Consumer<CoreSubscriber<T>> source) {
    LlmContext outer =
        actual
            .currentContext()
            .<LlmContext>getOrEmpty(LlmContextAccessor.KEY)
            .orElseGet(LlmContext::current);
    CompletableFuture<Object> end = new CompletableFuture<>();
    try (LlmContext.Scope scope = said.apply(outer).openOnThread()) {
      if (request == null) {
        source.accept(new StepSubscriber<>(actual, outer, LlmContext.current(), end));
        return;
      }
      CompletableFuture<Object> recorded =
          ops.stepAsync(
              request,
              () -> {
                source.accept(new StepSubscriber<>(actual, outer, LlmContext.current(), end));
                return end;
              },
              StepInterceptor::result);
      recorded.exceptionally(error -> null); // recorded; the subscriber has it
    }
  }

  private static final class StepMono<T> extends MonoOperator<T, T> {
    private final LlmOps ops;
    private final @Nullable StepRequest request;
    private final UnaryOperator<LlmContext> said;

    StepMono(
        Mono<T> source, LlmOps ops, @Nullable StepRequest request, UnaryOperator<LlmContext> said) {
      super(source);
      this.ops = ops;
      this.request = request;
      this.said = said;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
      ReactiveSteps.<T>subscribe(ops, request, said, actual, source::subscribe);
    }
  }

  private static final class StepFlux<T> extends FluxOperator<T, T> {
    private final LlmOps ops;
    private final @Nullable StepRequest request;
    private final UnaryOperator<LlmContext> said;

    StepFlux(
        Flux<T> source, LlmOps ops, @Nullable StepRequest request, UnaryOperator<LlmContext> said) {
      super(source);
      this.ops = ops;
      this.request = request;
      this.said = said;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
      ReactiveSteps.<T>subscribe(ops, request, said, actual, source::subscribe);
    }
  }

  /**
   * Passes everything on, and ends the step before the subscriber is told. What goes up is in the
   * step's context and what comes down in the subscriber's, whatever Reactor restores.
   */
  private static final class StepSubscriber<T> implements CoreSubscriber<T>, Subscription {
    private final CoreSubscriber<? super T> actual;
    private final LlmContext outside;
    private final LlmContext inside;
    private final Context context;
    private final CompletableFuture<Object> end;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private volatile @Nullable Subscription upstream;
    private @Nullable Object last;

    StepSubscriber(
        CoreSubscriber<? super T> actual,
        LlmContext outside,
        LlmContext inside,
        CompletableFuture<Object> end) {
      this.actual = actual;
      this.outside = outside;
      this.inside = inside;
      this.context = actual.currentContext().put(LlmContextAccessor.KEY, inside);
      this.end = end;
    }

    @Override
    public Context currentContext() {
      return context;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      try (LlmContext.Scope scope = outside.openOnThread()) {
        actual.onSubscribe(this);
      }
    }

    @Override
    public void onNext(T item) {
      last = last == null ? item : this; // a text that came in one piece is the step's result
      try (LlmContext.Scope scope = outside.openOnThread()) {
        actual.onNext(item);
      }
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
      try (LlmContext.Scope scope = outside.openOnThread()) {
        actual.onError(error);
      }
    }

    @Override
    public void onComplete() {
      end.complete(last == null ? this : last);
      try (LlmContext.Scope scope = outside.openOnThread()) {
        actual.onComplete();
      }
    }

    @Override
    public void request(long count) {
      Subscription above = upstream;
      if (above != null) {
        try (LlmContext.Scope scope = inside.openOnThread()) {
          above.request(count);
        }
      }
    }

    @Override
    public void cancel() {
      Subscription above = upstream;
      if (above != null) {
        try (LlmContext.Scope scope = inside.openOnThread()) {
          above.cancel();
        }
      }
      if (cancelled.compareAndSet(false, true)) {
        end.completeExceptionally(new CancellationException("the subscriber cancelled"));
      }
    }
  }
}
