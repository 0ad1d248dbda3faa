package dev.llmops;

import dev.llmops.server.ServerFacts;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One finished model call: the value that traces, evaluations, cost reports, logs and tests read.
 * Immutable.
 *
 * @param ref names the call
 * @param parent the step it was made in, absent outside of one
 * @param context what the application said about itself when the call was made
 * @param request what was asked; without content unless the reader may see it
 * @param outcome how it ended, with what came back
 * @param timing when and how long
 * @param cost what it cost, absent when unknown
 * @param attempts how many times the client sent the request, 1 or more; 0 when an interceptor
 *     answered and nothing was sent; absent when the client does not show it
 * @param origin whose call it is
 * @param weight how many calls this one stands for after sampling, 1 or more; 1 when unsampled
 * @param server the inference server behind the call, when it started and when it ended; absent
 *     when no {@link dev.llmops.server.ServerMonitor} is wired or nothing was sent
 * @param problems what could not be read or was left out, in plain words and without content; empty
 *     when all is well
 */
public record LlmCall(
    CallRef ref,
    @Nullable CallRef parent,
    LlmContext context,
    LlmRequest request,
    Outcome outcome,
    Timing timing,
    @Nullable Cost cost,
    @Nullable Integer attempts,
    Origin origin,
    double weight,
    @Nullable ServerFacts server,
    List<String> problems)
    implements LlmRecord {

  /** Checks the ranges and copies the problems. */
  public LlmCall {
    Objects.requireNonNull(ref, "ref must not be null");
    Objects.requireNonNull(context, "context must not be null");
    Objects.requireNonNull(request, "request must not be null");
    Objects.requireNonNull(outcome, "outcome must not be null");
    Objects.requireNonNull(timing, "timing must not be null");
    Objects.requireNonNull(origin, "origin must not be null");
    if (attempts != null) {
      Checks.notNegative(attempts, "attempts");
    }
    if (!(weight >= 1) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "weight must be a finite number of at least 1, but was " + weight);
    }
    problems = Checks.copy(problems, "problems");
  }

  /** A call of whose server nothing is known. */
  public LlmCall(
      CallRef ref,
      @Nullable CallRef parent,
      LlmContext context,
      LlmRequest request,
      Outcome outcome,
      Timing timing,
      @Nullable Cost cost,
      @Nullable Integer attempts,
      Origin origin,
      double weight,
      List<String> problems) {
    this(
        ref, parent, context, request, outcome, timing, cost, attempts, origin, weight, null,
        problems);
  }

  /** What came back, whole or in part; {@link LlmResponse#EMPTY} when nothing did. */
  public LlmResponse response() {
    LlmResponse response = outcome.response();
    return response == null ? LlmResponse.EMPTY : response;
  }

  /** What was counted; {@link TokenUsage#NONE} when nothing was. */
  public TokenUsage usage() {
    return response().usage();
  }

  /** The error of a failed call, otherwise absent. */
  public @Nullable CallError error() {
    return outcome instanceof Outcome.Failed failed ? failed.error() : null;
  }

  /** The conversation: the request's own, else the context's. */
  public @Nullable String conversationId() {
    return request.conversationId() != null ? request.conversationId() : context.conversationId();
  }

  /** The user: the request's own, else the context's. */
  public @Nullable String userId() {
    return request.userId() != null ? request.userId() : context.userId();
  }

  /** The session: the request's own, else the context's. */
  public @Nullable String sessionId() {
    return request.sessionId() != null ? request.sessionId() : context.sessionId();
  }

  /** The prompt template: the request's own, else the context's. */
  public @Nullable Prompt prompt() {
    return request.prompt() != null ? request.prompt() : context.prompt();
  }

  /** The same call standing for more or fewer calls. */
  public LlmCall withWeight(double newWeight) {
    return newWeight == weight
        ? this
        : new LlmCall(
            ref, parent, context, request, outcome, timing, cost, attempts, origin, newWeight,
            server, problems);
  }
}
