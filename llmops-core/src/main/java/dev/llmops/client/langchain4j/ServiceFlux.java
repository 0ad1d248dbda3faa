package dev.llmops.client.langchain4j;

import dev.llmops.ContentPolicy;
import dev.llmops.OpenStep;
import dev.llmops.StepResult;
import java.util.concurrent.CancellationException;
import reactor.core.publisher.Flux;

/** What a streaming AI service returns through {@code langchain4j-reactor}. */
final class ServiceFlux {

  private ServiceFlux() {}

  /** By name: most applications have no Reactor. */
  static boolean isFlux(Class<?> type) {
    return type.getName().equals("reactor.core.publisher.Flux");
  }

  /** The same elements; the step ends with the first end, before the subscriber is told. */
  static Flux<?> recorded(Object result, OpenStep step, boolean captures) {
    Flux<?> flux = (Flux<?>) result;
    StringBuilder text = new StringBuilder();
    if (captures) {
      flux = flux.doOnNext(part -> append(part, text));
    }
    return flux.doOnComplete(
            () -> step.complete(captures ? StepResult.of(text.toString()) : StepResult.NONE))
        .doOnError(step::fail)
        .doOnCancel(() -> step.fail(new CancellationException("the subscriber cancelled")));
  }

  private static void append(Object part, StringBuilder text) {
    if (part instanceof CharSequence some && text.length() < ContentPolicy.DEFAULT_MAX_CHARS) {
      text.append(some);
    }
  }
}
