package dev.llmops.client.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.llmops.OpenStep;
import dev.llmops.StepResult;
import java.lang.ref.Cleaner;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Ends the step of a streaming service, however its stream ends. The stream's handlers hold on to
 * it: once it is collected, nobody is left who could end the step, and it ends as abandoned.
 */
final class StreamEnd {

  private static final Cleaner CLEANER = Cleaner.create();

  private final OpenStep step;
  private final boolean captures;
  private final Abandoned abandoned;
  private final Cleaner.Cleanable watch;
  private @Nullable Handle handle; // one a call; the client's thread is the only one here
  private volatile boolean cancelling;

  StreamEnd(OpenStep step, boolean captures) {
    this.step = step;
    this.captures = captures;
    this.abandoned = new Abandoned(step);
    this.watch = CLEANER.register(this, abandoned);
  }

  void complete(ChatResponse response) {
    AiMessage message = captures ? response.aiMessage() : null;
    step.complete(StepResult.of(message == null ? null : message.text()));
    watch.clean(); // the step has ended, so this only unregisters
  }

  void fail(Throwable error) {
    step.fail(cancelling ? cancelled() : error);
    watch.clean();
  }

  /**
   * What the stream reports as its error: its end, unless it is what one of the application's
   * handlers threw. LangChain4j's clients tell that and read on, and then the service goes on.
   */
  void told(Throwable error) {
    Exception failure = abandoned.handlerFailure;
    if (failure == null || !Failures.comesFrom(error, failure)) {
      fail(error);
    }
  }

  /** Runs a handler of a piece of the answer. */
  void tell(Runnable handler) {
    try {
      handler.run();
    } catch (Exception e) {
      abandoned.handlerFailure = e;
      throw e;
    }
  }

  /** The handle that the application gets: LangChain4j tells nobody of a stream it cancelled. */
  StreamingHandle handle(StreamingHandle client) {
    Handle known = handle;
    if (known == null || known.client != client) {
      known = handle = new Handle(client);
    }
    return known;
  }

  private static CancellationException cancelled() {
    return new CancellationException("the stream was cancelled");
  }

  /** Ends the step when nobody can any more. Must not lead back to what it watches. */
  private static final class Abandoned implements Runnable {
    private final OpenStep step;
    private volatile @Nullable Exception handlerFailure; // the last one

    Abandoned(OpenStep step) {
      this.step = step;
    }

    @Override
    public void run() {
      Exception failure = handlerFailure;
      step.fail(failure == null ? new CancellationException("the stream was abandoned") : failure);
    }
  }

  private final class Handle implements StreamingHandle {
    private final StreamingHandle client;

    Handle(StreamingHandle client) {
      this.client = client;
    }

    @Override
    public void cancel() {
      cancelling = true; // what the client reports of it is no failure of its own
      try {
        client.cancel(); // first: its call ends inside of the step
      } catch (Throwable t) { // not every client can, and then it goes on
        cancelling = false;
        throw t;
      }
      fail(cancelled());
    }

    @Override
    public boolean isCancelled() {
      return client.isCancelled();
    }
  }
}
