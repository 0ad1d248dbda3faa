package dev.llmops.otel;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what was made for the first {@code max} keys and refuses later ones: names come from models
 * and servers and may be hostile. Nothing is evicted, because a metric series that was forgotten
 * here would live on in the SDK and count twice against its limit.
 */
final class BoundedCache<K extends Object, V extends Object> {

  private final int max;
  private final ConcurrentMap<K, V> entries = new ConcurrentHashMap<>();
  private final LongAdder refused = new LongAdder();

  BoundedCache(int max) {
    this.max = max;
  }

  /** What belongs to the key, or null when the key is new and there is no room. */
  @Nullable V get(K key, Function<? super K, ? extends V> make) {
    V found = entries.get(key);
    if (found != null) {
      return found;
    }
    // threads that race may pass the bound by their number
    if (entries.size() >= max) {
      refused.increment();
      return null;
    }
    return entries.computeIfAbsent(key, make);
  }

  /** How often there was no room. */
  long refused() {
    return refused.sum();
  }
}
