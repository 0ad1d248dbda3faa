package dev.llmops.client.langchain4j;

import dev.llmops.ContentPolicy;
import dev.llmops.OpenStep;
import dev.llmops.StepResult;
import java.util.concurrent.CancellationException;
import reactor.core.publisher.Flux;

/**
 * What a streaming AI service returns through {@code langchain4j-reactor}. Apart, and asked only
 * for a service that returns one: most applications have no Reactor.
 */
final class ServiceFlux {

  private ServiceFlux() {}

  /** The same elements; the step ends with the first end, before the subscriber is told. */
  static Flux<?> recorded(Object result, OpenStep step, boolean captures) {
    Flux<?> flux = (Flux<?>) result;
    return captures
        ? withText(flux, step)
        : ended(flux.doOnComplete(() -> step.complete(StepResult.NONE)), step);
  }

  private static <T> Flux<T> withText(Flux<T> flux, OpenStep step) {
    return Flux.defer(
        () -> {
          StringBuilder text = new StringBuilder(); // of this subscription
          return ended(
              flux.doOnNext(part -> append(part, text))
                  .doOnComplete(() -> step.complete(StepResult.of(text.toString()))),
              step);
        });
  }

  private static <T> Flux<T> ended(Flux<T> flux, OpenStep step) {
    return flux.doOnError(step::fail)
        .doOnCancel(() -> step.fail(new CancellationException("the subscriber cancelled")));
  }

  private static void append(Object part, StringBuilder text) {
    if (part instanceof CharSequence some && text.length() < ContentPolicy.DEFAULT_MAX_CHARS) {
      text.append(some);
    }
  }
}
