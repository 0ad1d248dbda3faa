package dev.llmops.testing;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.Outcome;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;

/**
 * AssertJ assertions about recorded calls, for the tests of those who use llmops. {@code
 * assertThat} is for our own types only, so it can be imported beside AssertJ's.
 *
 * <pre>{@code
 * LlmCall call = ring.awaitCalls(1, Duration.ofSeconds(5)).get(0);
 * assertThat(call).isCompleted().hasModel("gpt-4o-mini").hasUsage(12, 34).hasNoProblems();
 * }</pre>
 */
public final class LlmOpsAssertions {

  private LlmOpsAssertions() {}

  /** Assertions about a call. */
  public static LlmCallAssert assertThat(LlmCall actual) {
    return new LlmCallAssert(actual);
  }

  /** Assertions about one recorded call; each failure says which call and what it was like. */
  public static final class LlmCallAssert extends AbstractAssert<LlmCallAssert, LlmCall> {

    private LlmCallAssert(LlmCall actual) {
      super(actual, LlmCallAssert.class);
    }

    /** The model answered to the end. */
    public LlmCallAssert isCompleted() {
      isNotNull();
      if (!(actual.outcome() instanceof Outcome.Completed)) {
        fail("to be completed", "it was " + outcome());
      }
      return this;
    }

    /** The call failed. */
    public LlmCallAssert isFailed() {
      isNotNull();
      if (!(actual.outcome() instanceof Outcome.Failed)) {
        fail("to be failed", "it was " + outcome());
      }
      return this;
    }

    /** The call failed with this {@link CallError#type()}. */
    public LlmCallAssert isFailedWith(String errorType) {
      isFailed();
      CallError error = Objects.requireNonNull(actual.error());
      if (!error.type().equals(errorType)) {
        fail("to be failed with " + errorType, "it was " + outcome());
      }
      return this;
    }

    /** The caller left before the end. */
    public LlmCallAssert isCancelled() {
      isNotNull();
      if (!(actual.outcome() instanceof Outcome.Cancelled)) {
        fail("to be cancelled", "it was " + outcome());
      }
      return this;
    }

    /** The caller left in this way. */
    public LlmCallAssert isCancelled(Outcome.Reason reason) {
      isCancelled();
      if (((Outcome.Cancelled) actual.outcome()).reason() != reason) {
        fail("to be cancelled (" + word(reason) + ")", "it was " + outcome());
      }
      return this;
    }

    /** The request named this provider. */
    public LlmCallAssert hasProvider(String provider) {
      return has("provider", provider, isNotNull().actual.request().provider());
    }

    /** The request asked for this model. */
    public LlmCallAssert hasModel(String model) {
      return has("model", model, isNotNull().actual.request().model());
    }

    /** This model answered. */
    public LlmCallAssert hasResponseModel(String model) {
      return has("response model", model, isNotNull().actual.response().model());
    }

    /** The provider counted these tokens. */
    public LlmCallAssert hasUsage(long inputTokens, long outputTokens) {
      isNotNull();
      return has(
          "usage",
          inputTokens + " in, " + outputTokens + " out",
          actual.usage().isEmpty()
              ? null
              : actual.usage().inputTokens() + " in, " + actual.usage().outputTokens() + " out");
    }

    /** The provider counted no tokens. */
    public LlmCallAssert hasNoUsage() {
      isNotNull();
      if (!actual.usage().isEmpty()) {
        fail("to have no usage", "it has " + actual.usage());
      }
      return this;
    }

    /** The call cost this much; {@code 1.50} and {@code 1.5} are the same. */
    public LlmCallAssert hasCost(String amount, String currency) {
      isNotNull();
      Cost cost = actual.cost();
      if (cost == null
          || cost.amount().compareTo(new BigDecimal(amount)) != 0
          || !cost.currency().equals(currency)) {
        fail(
            "to have cost " + amount + " " + currency,
            cost == null ? "its cost is not known" : "it has " + text(cost));
      }
      return this;
    }

    /** No price was known for the call. */
    public LlmCallAssert hasNoCost() {
      isNotNull();
      if (actual.cost() != null) {
        fail("to have no cost", "it has " + text(actual.cost()));
      }
      return this;
    }

    /** The first output says this, whole; needs a sink that gets content. */
    public LlmCallAssert hasText(String text) {
      isNotNull();
      return has("text", quoted(text), quoted(actual.response().text()));
    }

    /** The first output has this in it; needs a sink that gets content. */
    public LlmCallAssert hasTextContaining(String part) {
      isNotNull();
      if (!actual.response().text().contains(part)) {
        fail(
            "to have text containing " + quoted(part),
            "it has text " + quoted(actual.response().text()));
      }
      return this;
    }

    /** The sink that kept the call got none of its content. */
    public LlmCallAssert hasNoContent() {
      isNotNull();
      CallError error = actual.error();
      if (!actual.request().messages().isEmpty()
          || !actual.request().systemInstructions().isEmpty()
          || !actual.request().tools().isEmpty()
          || !actual.response().outputs().isEmpty()
          || (error != null && error.message() != null)) {
        fail("to have no content", "it has some");
      }
      return this;
    }

    /** The call was made in this step. */
    public LlmCallAssert hasParent(CallRef step) {
      isNotNull();
      CallRef parent = actual.parent();
      return has("parent", step.id(), parent == null ? null : parent.id());
    }

    /** The call was made outside of any step. */
    public LlmCallAssert hasNoParent() {
      isNotNull();
      CallRef parent = actual.parent();
      if (parent != null) {
        fail("to have no parent", "it has parent " + parent.id());
      }
      return this;
    }

    /** The call belongs to this user. */
    public LlmCallAssert hasUser(String userId) {
      return has("user", userId, isNotNull().actual.userId());
    }

    /** The call belongs to this conversation. */
    public LlmCallAssert hasConversation(String conversationId) {
      return has("conversation", conversationId, isNotNull().actual.conversationId());
    }

    /** The client sent the request so many times. */
    public LlmCallAssert hasAttempts(int attempts) {
      isNotNull();
      return has("attempts", attempts, actual.attempts());
    }

    /** The call took at most this long. */
    public LlmCallAssert tookAtMost(Duration limit) {
      isNotNull();
      if (actual.timing().total().compareTo(limit) > 0) {
        fail("to have taken at most " + limit, "it took " + actual.timing().total());
      }
      return this;
    }

    /** Everything about the call could be read and nothing was left out. */
    public LlmCallAssert hasNoProblems() {
      isNotNull();
      if (!actual.problems().isEmpty()) {
        fail("to have no problems", "it has " + actual.problems());
      }
      return this;
    }

    private LlmCallAssert has(String what, Object expected, Object found) {
      if (!Objects.equals(expected, found)) {
        fail(
            "to have " + what + " " + expected,
            found == null ? "it has none" : "it has " + what + " " + found);
      }
      return this;
    }

    private void fail(String expected, String found) {
      failWithMessage(
          "%s",
          "expected call "
              + actual.ref().id()
              + " ("
              + actual.request().operation()
              + " "
              + actual.request().provider()
              + " "
              + actual.request().model()
              + ") "
              + expected
              + ", but "
              + found);
    }

    private String outcome() {
      Outcome outcome = actual.outcome();
      if (outcome instanceof Outcome.Failed failed) {
        CallError error = failed.error();
        return "failed with "
            + error.type()
            + (error.message() == null ? "" : ": " + error.message());
      }
      return outcome instanceof Outcome.Cancelled cancelled
          ? "cancelled (" + word(cancelled.reason()) + ")"
          : "completed";
    }

    private static String word(Outcome.Reason reason) {
      return reason.name().toLowerCase(Locale.ROOT);
    }

    private static String text(Cost cost) {
      return "cost " + cost.amount() + " " + cost.currency();
    }

    private static String quoted(String text) {
      return "\"" + text + "\"";
    }
  }
}
