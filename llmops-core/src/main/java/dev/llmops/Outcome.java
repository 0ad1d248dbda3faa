package dev.llmops;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a call ended. Usage has one home: the response, partial or whole. */
public sealed interface Outcome {

  /** What came back, whole or in part; absent when nothing did. */
  @Nullable LlmResponse response();

  /** The model answered to the end. */
  record Completed(LlmResponse response) implements Outcome {
    /** Checks for null only. */
    public Completed {
      Objects.requireNonNull(response, "response must not be null");
    }
  }

  /**
   * The call failed.
   *
   * @param response what had come before, absent when nothing had
   * @param error why
   */
  record Failed(@Nullable LlmResponse response, CallError error) implements Outcome {
    /** Checks for null only. */
    public Failed {
      Objects.requireNonNull(error, "error must not be null");
    }
  }

  /**
   * The caller lost interest; not a failure of the model.
   *
   * @param response what had come before, absent when nothing had
   * @param reason how the caller left
   */
  record Cancelled(@Nullable LlmResponse response, Reason reason) implements Outcome {
    /** Checks for null only. */
    public Cancelled {
      Objects.requireNonNull(reason, "reason must not be null");
    }
  }

  /** How a caller leaves a call before its end. */
  enum Reason {
    /** The stream was closed, or its subscription cancelled, before the last chunk. */
    CLOSED,
    /** The future was cancelled. */
    CANCELLED,
    /** The caller completed the future itself, or gave it a time-out that ran out. */
    COMPLETED_BY_CALLER,
    /** The code that consumed the chunks threw. */
    CONSUMER_FAILED,
    /** Nobody held the stream any more; ended when it was collected. */
    ABANDONED
  }
}
