package dev.llmops;

import org.jspecify.annotations.Nullable;

/**
 * What one sink or observer did so far. Counts are since it was made and never decrease.
 *
 * @param name what it is, for a person: {@code JsonlSink(calls.jsonl)}
 * @param accepted records or spans that it took
 * @param delivered those that arrived where they should (written, exported, kept)
 * @param dropped those that it left out on purpose or for want of room
 * @param failed those that it lost by an error
 * @param note the last thing that went wrong, or how to change what it drops, in plain words;
 *     absent when there is nothing to say
 */
public record ComponentStats(
    String name, long accepted, long delivered, long dropped, long failed, @Nullable String note) {

  /** Checks the name. */
  public ComponentStats {
    Checks.notBlank(name, "name");
  }

  /** A component that counts nothing. */
  public static ComponentStats of(String name) {
    return new ComponentStats(name.isBlank() ? "anonymous" : name, 0, 0, 0, 0, null);
  }
}
