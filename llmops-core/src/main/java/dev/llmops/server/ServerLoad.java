package dev.llmops.server;

import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How busy a server was when it was asked. Whatever the server does not tell is absent; rates are
 * over the time between the two latest scrapes and absent at the first, and after a restart they
 * count from 0.
 *
 * @param running requests being computed, over all engines behind the address
 * @param waiting requests in the queue, over all engines behind the address
 * @param kvCacheUse the used part of the KV cache, 0.0 to 1.0, of the fullest engine
 * @param prefixCacheHitRate of the prompt tokens looked up in the prefix cache the part that was
 *     found, 0.0 to 1.0; absent when none was looked up
 * @param preemptionsPerSecond requests thrown out of the KV cache to be computed again later
 * @param promptTokensPerSecond prompt tokens taken in
 * @param generationTokensPerSecond tokens written, over all requests
 */
public record ServerLoad(
    @Nullable Long running,
    @Nullable Long waiting,
    @Nullable Double kvCacheUse,
    @Nullable Double prefixCacheHitRate,
    @Nullable Double preemptionsPerSecond,
    @Nullable Double promptTokensPerSecond,
    @Nullable Double generationTokensPerSecond) {

  /** Nothing is known. */
  public static final ServerLoad UNKNOWN = new ServerLoad(null, null, null, null, null, null, null);

  /** Checks the ranges. */
  public ServerLoad {
    Checks.share(kvCacheUse, "kvCacheUse");
    Checks.share(prefixCacheHitRate, "prefixCacheHitRate");
  }

  /** The smaller of each value; what only one knows is taken from it. */
  ServerLoad least(ServerLoad other) {
    return merge(other, Math::min);
  }

  /** The larger of each value; what only one knows is taken from it. */
  ServerLoad most(ServerLoad other) {
    return merge(other, Math::max);
  }

  private ServerLoad merge(ServerLoad other, DoubleBinaryOperator pick) {
    return new ServerLoad(
        whole(running, other.running, pick),
        whole(waiting, other.waiting, pick),
        real(kvCacheUse, other.kvCacheUse, pick),
        real(prefixCacheHitRate, other.prefixCacheHitRate, pick),
        real(preemptionsPerSecond, other.preemptionsPerSecond, pick),
        real(promptTokensPerSecond, other.promptTokensPerSecond, pick),
        real(generationTokensPerSecond, other.generationTokensPerSecond, pick));
  }

  private static @Nullable Long whole(
      @Nullable Long a, @Nullable Long b, DoubleBinaryOperator pick) {
    return a == null ? b : b == null ? a : Long.valueOf((long) pick.applyAsDouble(a, b));
  }

  private static @Nullable Double real(
      @Nullable Double a, @Nullable Double b, DoubleBinaryOperator pick) {
    return a == null ? b : b == null ? a : Double.valueOf(pick.applyAsDouble(a, b));
  }
}
