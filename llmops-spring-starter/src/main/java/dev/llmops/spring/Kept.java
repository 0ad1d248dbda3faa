package dev.llmops.spring;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks until there is an answer, and keeps it: a provider of beans looks through the factory each
 * time, which takes longer than to record a call.
 */
final class Kept<T> implements Supplier<@Nullable T> {

  private final Supplier<? extends @Nullable T> source;
  private volatile @Nullable T found;

  Kept(Supplier<? extends @Nullable T> source) {
    this.source = source;
  }

  @Override
  public @Nullable T get() {
    T known = found;
    if (known == null) {
      known = source.get();
      found = known;
    }
    return known;
  }
}
