package dev.llmops;

import java.lang.ref.Reference;
import java.util.Comparator;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A user's stream of chunks, recorded as it is consumed. As lazy as the client's: the client's
 * stream is not touched before the user's terminal operation.
 */
final class RecordingStream<C> implements Spliterator<C> {

  private final Spliterator<C> client;
  private final Recording recording;
  private final ChunkReader<? super C> reader;
  private final Object lifetime;
  private final Consumer<C> pass = this::pass; // once: a chunk must cost no bytes
  private @Nullable Consumer<? super C> consumer;
  private boolean consuming;
  private boolean pulled; // one chunk at a time: the consumer also works between two pulls
  private long handed; // when the consumer got the chunk that it has; 0 when it has none

  private RecordingStream(
      Spliterator<C> client, Recording recording, ChunkReader<? super C> reader, Object lifetime) {
    this.client = client;
    this.recording = recording;
    this.reader = reader;
    this.lifetime = lifetime;
  }

  static <C> Stream<C> of(
      Stream<C> client, Recording recording, ChunkReader<? super C> reader, Object lifetime) {
    Supplier<Spliterator<C>> spliterator =
        () -> new RecordingStream<>(client.spliterator(), recording, reader, lifetime);
    return StreamSupport.stream(spliterator, ORDERED, client.isParallel())
        .onClose(
            () -> {
              recording.cancel(Outcome.Reason.CLOSED);
              Reference.reachabilityFence(lifetime);
              client.close();
            });
  }

  @Override
  public boolean tryAdvance(Consumer<? super C> action) {
    consumer = action;
    consuming = false;
    pulled = true;
    taken();
    try {
      if (client.tryAdvance(pass)) {
        return true;
      }
      recording.complete();
      return false;
    } catch (Throwable t) {
      ended(t);
      throw t;
    } finally {
      Reference.reachabilityFence(lifetime);
    }
  }

  @Override
  public void forEachRemaining(Consumer<? super C> action) {
    consumer = action;
    consuming = false;
    pulled = false;
    taken();
    try {
      client.forEachRemaining(pass);
      recording.complete();
    } catch (Throwable t) {
      ended(t);
      throw t;
    } finally {
      Reference.reachabilityFence(lifetime);
    }
  }

  private void pass(C chunk) {
    recording.chunk(chunk, reader); // before the consumer runs: its time is not the model's
    handed = recording.consuming();
    consuming = true;
    Consumer<? super C> action = consumer;
    if (action != null) {
      action.accept(chunk);
    }
    consuming = false;
    if (!pulled) {
      taken();
    }
  }

  /** The consumer is done with the chunk that it has, if it has one. */
  private void taken() {
    long since = handed;
    if (since != 0) {
      handed = 0;
      recording.consumed(since);
    }
  }

  private void ended(Throwable t) {
    taken();
    if (consuming) {
      recording.cancel(Outcome.Reason.CONSUMER_FAILED);
    } else {
      recording.fail(t, reader::readError);
    }
  }

  @Override
  public @Nullable Spliterator<C> trySplit() {
    return null; // one call is one sequence of chunks
  }

  @Override
  public long estimateSize() {
    return client.estimateSize();
  }

  @Override
  public int characteristics() {
    return ORDERED;
  }

  @Override
  public Comparator<? super C> getComparator() {
    throw new IllegalStateException("a stream of chunks is not sorted");
  }
}
