package dev.llmops;

import dev.llmops.server.CallExplanation;
import dev.llmops.server.ServerFacts;
import dev.llmops.server.ServerTiming;
import dev.llmops.server.TimeBreakdown;
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

  /**
   * What the response says about the server's time for this call; absent when it says nothing, or
   * when an interceptor answered: then the response tells of another call.
   */
  public @Nullable ServerTiming serverTiming() {
    return attempts != null && attempts == 0 ? null : response().serverTiming();
  }

  /** Where the time went: the server's phases, back-off, network, and what nobody accounts for. */
  public TimeBreakdown timeBreakdown() {
    return TimeBreakdown.of(this);
  }

  /**
   * Where the time went and what the server was doing, in one line without content: {@code 1.84 s =
   * 1.10 s queue + 0.21 s prefill + 0.48 s decode + 0.05 s network; at start 14 waiting, KV cache
   * 97 %, H100 tensor 88 %}. For a person, so that its words may change.
   */
  public String explain() {
    return CallExplanation.of(this);
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
