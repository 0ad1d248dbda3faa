package dev.llmops.privacy;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What became of the texts that were redacted lately. A span, a file and the ring redact the same
 * record one after the other, and the calls of a conversation have most of their messages in
 * common; to find a text here takes a hundredth of the time of scanning it.
 *
 * <p>A text is known by its identity, and held weakly, as is its result: nothing lives longer for
 * being here. Two texts that share a slot push each other out. Thread-safe, without locks.
 */
final class RecentTexts {

  /** A power of two. */
  private static final int SLOTS = 1024;

  private final AtomicReferenceArray<@Nullable Entry> slots = new AtomicReferenceArray<>(SLOTS);

  /** The result, the text itself where nothing was to replace; null if it is not known. */
  @SuppressWarnings("ReferenceEquality") // comparing the characters is what this saves
  @Nullable String find(String text) {
    Entry entry = slots.get(slot(text));
    if (entry == null || entry.get() != text) {
      return null;
    }
    return entry.result == null ? text : entry.result.get();
  }

  @SuppressWarnings("ReferenceEquality")
  void add(String text, String result) {
    slots.set(slot(text), new Entry(text, result == text ? null : new WeakReference<>(result)));
  }

  private static int slot(String text) {
    int hash = System.identityHashCode(text);
    return (hash ^ (hash >>> 10)) & (SLOTS - 1);
  }

  private static final class Entry extends WeakReference<String> {

    private final @Nullable WeakReference<String> result;

    Entry(String text, @Nullable WeakReference<String> result) {
      super(text);
      this.result = result;
    }
  }
}
