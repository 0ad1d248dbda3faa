package dev.llmops;

/**
 * Stores a client's typed result, or one chunk of a stream, as JSON and brings it back. An adapter
 * supplies it, so that a {@link CallInterceptor} can replay calls of its client. Thread-safe.
 *
 * @param <T> the client's type
 */
public interface CallCodec<T> {

  /** The value as JSON, complete enough that {@link #decode} brings back an equal one. */
  JsonText encode(T value);

  /**
   * The value that was stored.
   *
   * @throws IllegalArgumentException if the JSON does not hold one; says what was expected
   */
  T decode(JsonText json);
}
