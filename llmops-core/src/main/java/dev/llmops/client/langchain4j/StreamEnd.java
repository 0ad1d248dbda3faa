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
  private final Cleaner.Cleanable abandoned;
  private @Nullable Handle handle; // one a call; the client's thread is the only one here
  private volatile boolean cancelling;

  StreamEnd(OpenStep step, boolean captures) {
    this.step = step;
    this.captures = captures;
    this.abandoned =
        CLEANER.register(
            this, () -> step.fail(new CancellationException("the stream was abandoned")));
  }

  void complete(ChatResponse response) {
    AiMessage message = captures ? response.aiMessage() : null;
    step.complete(StepResult.of(message == null ? null : message.text()));
    abandoned.clean(); // the step has ended, so this only unregisters
  }

  void fail(Throwable error) {
    step.fail(cancelling ? cancelled() : error);
    abandoned.clean();
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
