package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import io.micrometer.observation.Observation;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.observation.ChatClientObservationContext;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** Requests to a {@code ChatClient}. */
final class ChatClientSource implements Source {

  @Override
  public boolean supports(Observation.Context context) {
    return context instanceof ChatClientObservationContext;
  }

  @Override
  public Observed start(Observation.Context context, LlmOps ops, @Nullable Observed parent) {
    ChatClientRequest request = ((ChatClientObservationContext) context).getRequest();
    boolean content = ops.capturesContent();
    StepRequest step =
        StepRequest.workflow("chat_client").input(content ? question(request) : null).build();
    LlmContext told = SpringAiAdvisor.Conversations.in(request.context(), LlmContext.current());
    try (LlmContext.Scope scope = told == null ? null : told.open()) {
      return new ObservedStep<ChatClientObservationContext>(
          ops.openStep(step),
          ChatClientSource::failure,
          ended -> content ? answer(ended.getResponse()) : StepResult.NONE);
    }
  }

  /** Spring AI tells the whole answer of a stream before its end, and of a cancelled one none. */
  private static @Nullable Throwable failure(ChatClientObservationContext ended) {
    Throwable error = ended.getError();
    return error == null && ended.isStream() && ended.getResponse() == null
        ? new CancellationException("the subscriber cancelled")
        : error;
  }

  private static @Nullable String question(ChatClientRequest request) {
    UserMessage message = request.prompt().getUserMessage();
    return message == null ? null : message.getText();
  }

  private static StepResult answer(@Nullable ChatClientResponse response) {
    ChatResponse chat = response == null ? null : response.chatResponse();
    Generation first = chat == null ? null : chat.getResult();
    return first == null ? StepResult.NONE : StepResult.of(first.getOutput().getText());
  }
}
