package dev.llmops;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the caller and the model: lets a call pass, answers it from a store, or refuses
 * it. Replay, budgets and guardrails are interceptors. Asked in the order they were added; the
 * first that does not let the call pass decides.
 *
 * <p>Runs on the calling thread before the request is issued. What it throws by mistake is counted
 * and the call passes; only {@link Decision.Refuse} stops it. Must be thread-safe.
 */
@FunctionalInterface
public interface CallInterceptor {

  /** Decides about a call. */
  Decision before(Attempt attempt);

  /** Whether it needs the request's messages to decide; true unless said. Asked at each call. */
  default boolean needsContent() {
    return true;
  }

  /** A call about to be issued. */
  interface Attempt {

    /** What will be asked; with content when {@link #needsContent()}. */
    LlmRequest request();

    /** What the application said about itself. */
    LlmContext context();

    /** Whether the client can store and bring back its answers ({@link Decision.Answer}). */
    boolean replayable();

    /**
     * All that will be asked, as the client's own JSON: with what {@link #request()} has no field
     * for, such as the schema of the answer. Absent when the client does not show it. Made anew at
     * each call.
     */
    default @Nullable JsonText body() {
      return null;
    }
  }

  /** Shown by the supplier of an {@link LlmRequest} that can tell {@link Attempt#body()}. */
  interface HasBody {

    /** See {@link Attempt#body()}. */
    @Nullable JsonText body();
  }

  /** What to do with a call. */
  sealed interface Decision {

    /** Let it pass. */
    static Decision proceed() {
      return Proceed.PLAIN;
    }

    /** Let it pass, and tell the tap how it ended. */
    static Decision proceed(Tap tap) {
      return new Proceed(Objects.requireNonNull(tap, "tap must not be null"));
    }

    /** Answer it from a store; nothing is sent. */
    static Decision answer(EncodedResponse response) {
      return new Answer(response);
    }

    /**
     * Refuse it: the caller gets this exception, as if the client had thrown it. A call that
     * answers through a future or a subscriber fails there.
     */
    static Decision refuse(RuntimeException exception) {
      return new Refuse(exception);
    }

    /** See {@link #proceed(Tap)}. */
    record Proceed(@Nullable Tap tap) implements Decision {
      private static final Proceed PLAIN = new Proceed(null);
    }

    /** See {@link #answer}. */
    record Answer(EncodedResponse response) implements Decision {
      /** Checks for null only. */
      public Answer {
        Objects.requireNonNull(response, "response must not be null");
      }
    }

    /** See {@link #refuse}. */
    record Refuse(RuntimeException exception) implements Decision {
      /** Checks for null only. */
      public Refuse {
        Objects.requireNonNull(exception, "exception must not be null");
      }
    }
  }

  /** Is told how a call ended that was let pass. */
  @FunctionalInterface
  interface Tap {

    /**
     * The call ended; on the thread that ended it, before sinks get it.
     *
     * @param call the record, with the content that passed
     * @param response the answer in stored form; absent when the client has no codec, when nothing
     *     came, or when {@link #wantsResponse()} is false
     */
    void onEnd(LlmCall call, @Nullable EncodedResponse response);

    /** Whether the answer shall be stored; encoding costs time on the calling thread. */
    default boolean wantsResponse() {
      return true;
    }
  }
}
