package dev.llmops.eval.judge;

import dev.llmops.LlmContext;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * A model that judges. Thread-safe. For OpenAI-compatible servers there is {@link
 * OpenAiJudgeModel}; any other client is a function.
 *
 * <p>It is asked inside an {@link LlmContext} of origin {@link dev.llmops.Origin#JUDGE} that names
 * the rubric, so a recorded client's calls are told apart from the application's.
 */
public interface JudgeModel {

  /** The model's name as it is asked for; stands in every result's settings. */
  String name();

  /**
   * Asks once and returns at once. A failure completes the future with a {@link JudgeException}, or
   * with the client's own exception, which is then named after its class.
   */
  CompletableFuture<JudgeAnswer> ask(JudgeRequest request);

  /**
   * A model behind a function that blocks.
   *
   * @param name the model's name
   * @param executor runs the function; carries the judge's {@link LlmContext} to its thread
   */
  static JudgeModel of(
      String name, Executor executor, Function<JudgeRequest, JudgeAnswer> function) {
    Executor carrying = LlmContext.wrap(executor);
    Objects.requireNonNull(function, "function must not be null");
    return async(
        name, request -> CompletableFuture.supplyAsync(() -> function.apply(request), carrying));
  }

  /**
   * A model behind a function that returns at once.
   *
   * @param name the model's name
   */
  static JudgeModel async(
      String name, Function<JudgeRequest, CompletableFuture<JudgeAnswer>> function) {
    Objects.requireNonNull(function, "function must not be null");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank; name the judge's model");
    }
    return new JudgeModel() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletableFuture<JudgeAnswer> ask(JudgeRequest request) {
        return function.apply(request);
      }
    };
  }
}
