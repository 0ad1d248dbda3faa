package dev.llmops.client.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.llmops.LlmOps;
import dev.llmops.OpenCall;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records what a listener is told; {@link LangChain4jInstrumentation#listener} says what is not.
 */
final class RecordingListener implements ChatModelListener {

  private final LlmOps ops;
  private final ChatAnswers answers;

  RecordingListener(LlmOps ops) {
    this.ops = ops;
    this.answers = new ChatAnswers(ops);
  }

  @Override
  public void onRequest(ChatModelRequestContext request) {
    if (!ops.isEnabled()) {
      return;
    }
    ChatRequest asked = request.chatRequest();
    OpenCall call =
        ops.open(
            new ChatQuestion(
                ops,
                Providers.name(request.modelProvider(), this),
                false,
                asked::messages,
                asked.parameters(),
                () -> null),
            false,
            false);
    call.cancelWhenCollected(request.attributes()); // a stream that is cancelled tells no end
    request.attributes().put(this, call);
  }

  @Override
  public void onResponse(ChatModelResponseContext response) {
    OpenCall call = call(response.attributes());
    if (call != null) {
      call.complete(response.chatResponse(), answers);
    }
  }

  @Override
  public void onError(ChatModelErrorContext error) {
    OpenCall call = call(error.attributes());
    if (call != null) {
      call.fail(error.error(), Failures::of);
    }
  }

  private @Nullable OpenCall call(Map<Object, Object> attributes) {
    return attributes.remove(this) instanceof OpenCall call ? call : null;
  }
}
