package dev.llmops.server;

import org.jspecify.annotations.Nullable;

/**
 * Over how many GPUs a server spreads a model; each 1 or more, absent when not told.
 *
 * @param tensor ranks that share each layer
 * @param pipeline ranks that share the stack of layers
 * @param data copies of the engine behind the one address
 * @param expert ranks that share the experts of a mixture
 */
public record Parallelism(
    @Nullable Integer tensor,
    @Nullable Integer pipeline,
    @Nullable Integer data,
    @Nullable Integer expert) {

  /** Nothing is known. */
  public static final Parallelism UNKNOWN = new Parallelism(null, null, null, null);
}
