package dev.llmops;

import java.lang.ref.Cleaner;
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

  private static final Cleaner CLEANER = Cleaner.create();

  private final Spliterator<C> client;
  private final Recording recording;
  private final ChunkReader<? super C> reader;
  private final Lifetime lifetime;
  private final Consumer<C> pass = this::pass; // once: a chunk must cost no bytes
  private @Nullable Consumer<? super C> consumer;
  private boolean consuming;

  private RecordingStream(
      Spliterator<C> client,
      Recording recording,
      ChunkReader<? super C> reader,
      Lifetime lifetime) {
    this.client = client;
    this.recording = recording;
    this.reader = reader;
    this.lifetime = lifetime;
  }

  static <C> Stream<C> of(Stream<C> client, Recording recording, ChunkReader<? super C> reader) {
    Lifetime lifetime = new Lifetime();
    Cleaner.Cleanable abandoned =
        CLEANER.register(lifetime, () -> recording.cancel(Outcome.Reason.ABANDONED));
    lifetime.abandoned = abandoned;
    Supplier<Spliterator<C>> spliterator =
        () -> new RecordingStream<>(client.spliterator(), recording, reader, lifetime);
    return StreamSupport.stream(spliterator, ORDERED, client.isParallel())
        .onClose(
            () -> {
              recording.cancel(Outcome.Reason.CLOSED);
              lifetime.over();
              client.close();
            });
  }

  @Override
  public boolean tryAdvance(Consumer<? super C> action) {
    consumer = action;
    consuming = false;
    try {
      if (client.tryAdvance(pass)) {
        return true;
      }
      recording.complete();
      lifetime.over();
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
    try {
      client.forEachRemaining(pass);
      recording.complete();
      lifetime.over();
    } catch (Throwable t) {
      ended(t);
      throw t;
    } finally {
      Reference.reachabilityFence(lifetime);
    }
  }

  private void pass(C chunk) {
    recording.chunk(chunk, reader); // before the consumer runs: its time is not the model's
    consuming = true;
    Consumer<? super C> action = consumer;
    if (action != null) {
      action.accept(chunk);
    }
    consuming = false;
  }

  private void ended(Throwable t) {
    if (consuming) {
      recording.cancel(Outcome.Reason.CONSUMER_FAILED);
    } else {
      recording.fail(t, reader::readError);
    }
    lifetime.over();
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

  /** Lives as long as anything that could still read the stream. */
  private static final class Lifetime {
    Cleaner.@Nullable Cleanable abandoned;

    /** The call has ended: nothing is left to clean. */
    void over() {
      Cleaner.Cleanable cleanable = abandoned;
      if (cleanable != null) {
        abandoned = null;
        cleanable.clean(); // the call has ended, so this only unregisters
      }
    }
  }
}
