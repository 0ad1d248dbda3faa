package dev.llmops.eval.judge;

import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a judge answered, as it came.
 *
 * @param text the answer; empty when there was none
 * @param refusal the model's refusal, where the server tells it apart from the answer
 * @param finishReason why the model stopped: {@code stop}, {@code length}, {@code content_filter};
 *     absent when not told
 * @param model the model that answered, often more exact than the one asked for
 * @param logprobs one a token of the answer, in order; empty when the server gave none
 * @param usage what was counted
 * @param cost what it cost, absent when not known
 */
public record JudgeAnswer(
    String text,
    @Nullable String refusal,
    @Nullable String finishReason,
    @Nullable String model,
    List<TokenLogprob> logprobs,
    TokenUsage usage,
    @Nullable Cost cost) {

  /** Checks for null and copies the list. */
  public JudgeAnswer {
    Objects.requireNonNull(text, "text must not be null");
    logprobs = List.copyOf(logprobs);
    Objects.requireNonNull(usage, "usage must not be null");
  }

  /** An answer of which only the text is known. */
  public static JudgeAnswer ofText(String text) {
    return new JudgeAnswer(text, null, null, null, List.of(), TokenUsage.NONE, null);
  }

  /** The same with what was counted and what it cost. */
  public JudgeAnswer withUsage(TokenUsage newUsage, @Nullable Cost newCost) {
    return new JudgeAnswer(text, refusal, finishReason, model, logprobs, newUsage, newCost);
  }

  /** The model and what was counted; never the text. */
  @Override
  public String toString() {
    return "JudgeAnswer[" + model + " " + finishReason + " " + usage + "]";
  }

  /**
   * A token and how likely it was.
   *
   * @param token its text
   * @param logprob the natural logarithm of its probability, 0 or less
   * @param alternatives the likeliest tokens at this place, itself among them; empty when not told
   */
  public record TokenLogprob(String token, double logprob, List<TokenLogprob> alternatives) {
    /** Copies the list. */
    public TokenLogprob {
      Objects.requireNonNull(token, "token must not be null");
      alternatives = List.copyOf(alternatives);
    }
  }
}
