package dev.llmops;

import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A reactive stream of chunks: each subscription is one call, recorded as its items pass. */
final class RecordingPublisher<C> implements Flow.Publisher<C> {

  private final Supplier<@Nullable Recording> begin;
  private final Supplier<? extends Flow.Publisher<C>> call;
  private final ChunkReader<? super C> reader;

  RecordingPublisher(
      Supplier<@Nullable Recording> begin,
      Supplier<? extends Flow.Publisher<C>> call,
      ChunkReader<? super C> reader) {
    this.begin = begin;
    this.call = call;
    this.reader = reader;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super C> subscriber) {
    Recording recording = begin.get();
    if (recording == null) {
      call.get().subscribe(subscriber);
      return;
    }
    Flow.Subscriber<C> recorded = new RecordingSubscriber<>(subscriber, recording, reader);
    EncodedResponse stored = recording.replay();
    if (stored != null) {
      replay(stored, recording, recorded);
      return;
    }
    RuntimeException refusal = recording.refused();
    if (refusal != null) {
      tell(recorded, List.of(), refusal);
      return;
    }
    recording.issue(
        () -> {
          call.get().subscribe(recorded);
          return recorded;
        },
        reader::readError);
  }

  /** On the threads that ask for the chunks, as they are all there. */
  private void replay(EncodedResponse stored, Recording recording, Flow.Subscriber<C> recorded) {
    List<C> chunks = List.of();
    RuntimeException unreadable = null;
    try {
      Stream<C> decoded = recording.replayed(stored, reader);
      chunks = decoded.toList();
    } catch (RuntimeException e) {
      unreadable = e;
    }
    tell(recorded, chunks, unreadable);
  }

  /** Never by a throw: {@code subscribe} may run on a thread that nobody waits for. */
  private static <C> void tell(
      Flow.Subscriber<C> recorded, List<C> chunks, @Nullable RuntimeException error) {
    try (SubmissionPublisher<C> publisher =
        new SubmissionPublisher<>(Runnable::run, Math.max(1, chunks.size()))) {
      publisher.subscribe(recorded);
      chunks.forEach(publisher::submit);
      if (error != null) {
        publisher.closeExceptionally(error);
      }
    }
  }

  private static final class RecordingSubscriber<C> implements Flow.Subscriber<C> {
    private final Flow.Subscriber<? super C> user;
    private final Recording recording;
    private final ChunkReader<? super C> reader;

    RecordingSubscriber(
        Flow.Subscriber<? super C> user, Recording recording, ChunkReader<? super C> reader) {
      this.user = user;
      this.recording = recording;
      this.reader = reader;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      user.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long count) {
              subscription.request(count);
            }

            @Override
            public void cancel() {
              recording.cancel(Outcome.Reason.CLOSED);
              subscription.cancel();
            }
          });
    }

    @Override
    public void onNext(C chunk) {
      recording.chunk(chunk, reader);
      long consuming = recording.consuming();
      try {
        user.onNext(chunk);
        recording.consumed(consuming);
      } catch (Throwable t) {
        recording.cancel(Outcome.Reason.CONSUMER_FAILED);
        throw t;
      }
    }

    @Override
    public void onError(Throwable error) {
      recording.fail(error, reader::readError);
      user.onError(error);
    }

    @Override
    public void onComplete() {
      recording.complete();
      user.onComplete();
    }
  }
}
