package dev.llmops;

import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks of a stream into a {@link StreamRecorder}. Runs as each chunk arrives, before
 * the consumer sees it, inside the guard: what it throws is counted and named in {@link
 * LlmCall#problems()}.
 *
 * @param <C> the client's type of a chunk
 */
@FunctionalInterface
public interface ChunkReader<C> {

  /** Tells the recorder what the chunk says; must not change it, must not block. */
  void read(C chunk, StreamRecorder recorder);

  /** Names the error of a failed stream; by default after the exception's class. */
  default CallError readError(Throwable error) {
    return CallError.of(error);
  }

  /** How chunks are stored and brought back; null when interceptors cannot replay such streams. */
  default @Nullable CallCodec<?> codec() {
    return null;
  }
}
