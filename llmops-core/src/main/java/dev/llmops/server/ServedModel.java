package dev.llmops.server;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A model that a server has on offer or in memory.
 *
 * @param id the name under which it is asked for
 * @param contextLength tokens of input and output together, 1 or more; absent when not told
 * @param quantization as the server names it ({@code Q4_0}, {@code fp8}); absent when not told,
 *     which is not the same as "not quantised"
 * @param gpuShare the part of the model that is in GPU memory, 0.0 (all on the CPU) to 1.0; told by
 *     Ollama only
 */
public record ServedModel(
    String id,
    @Nullable Long contextLength,
    @Nullable String quantization,
    @Nullable Double gpuShare) {

  /** Checks the ranges. */
  public ServedModel {
    Objects.requireNonNull(id, "id must not be null");
    if (contextLength != null && contextLength < 1) {
      throw new IllegalArgumentException(
          "contextLength must be at least 1, but was " + contextLength);
    }
    Checks.share(gpuShare, "gpuShare");
  }

  /** A model of which only the name is known. */
  static ServedModel named(String id) {
    return new ServedModel(id, null, null, null);
  }
}
