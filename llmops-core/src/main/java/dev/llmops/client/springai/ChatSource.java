package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.OpenCall;
import io.micrometer.observation.Observation;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.Prompt;

/** Calls of a {@code ChatModel}. */
final class ChatSource implements Source {

  /** Since Spring AI 2. */
  private static final @Nullable MethodHandle STREAMING =
      Features.getter(ChatModelObservationContext.class, "isStreaming", boolean.class);

  private final ToolLoops loops = new ToolLoops();
  private final ModelServers servers;

  ChatSource(ModelServers servers) {
    this.servers = servers;
  }

  @Override
  public boolean supports(Observation.Context context) {
    return context instanceof ChatModelObservationContext;
  }

  @Override
  public @Nullable Observed start(
      Observation.Context context, LlmOps ops, @Nullable Observed parent) {
    ChatModelObservationContext chat = (ChatModelObservationContext) context;
    ObservedCall around = parent == null ? null : parent.call();
    boolean streaming = isStreaming(chat);
    // what is asked blocking while a stream is subscribed to is not the stream's
    StreamTap tap = streaming ? StreamTap.take() : null;
    boolean ofThisThread = tap != null;
    if (tap == null && around != null && around.streams()) {
      if (isAfterTools(chat.getRequest())) { // the next call of a loop of tools
        tap = around.tap();
        around.askedForTools();
      } else if (!Callers.isAToolAsking()) {
        return null; // of a model that has others answer: the call is the one around
      }
    }
    BooleanSupplier replayable =
        () -> (ofThisThread || Asking.isDirect()) && !ToolLoops.areInside(chat.getRequest());
    LlmContext told = tap == null ? null : tap.contextFor(LlmContext.current());
    Class<?> model = streaming && !ofThisThread ? Callers.nearestModel() : null;
    ObservedCall call;
    try (LlmContext.Scope scope = told == null ? null : told.open()) {
      call = open(chat, ops, parent, streaming || tap != null, tap, replayable);
    }
    if (model != null) {
      // no scope is open while a stream is subscribed to, and its client may be recorded as well
      call.open().expectInner(() -> Callers.isAsking(model));
    }
    return call;
  }

  private static boolean isAfterTools(Prompt prompt) {
    List<Message> messages = prompt.getInstructions();
    return !messages.isEmpty() && messages.get(messages.size() - 1) instanceof ToolResponseMessage;
  }

  private ObservedCall open(
      ChatModelObservationContext chat,
      LlmOps ops,
      @Nullable Observed parent,
      boolean streaming,
      @Nullable StreamTap tap,
      BooleanSupplier replayable) {
    Prompt prompt = chat.getRequest();
    OpenCall call =
        ops.open(new ChatQuestion(chat, streaming, ops, servers), streaming, replayable);
    return new ObservedCall(
        call,
        streaming,
        LlmContext.current(),
        parent,
        tap,
        streaming
            ? answer -> Responses.chat(answer, call.capturesContent(), null)
            : loops.reader(prompt, call));
  }

  private static boolean isStreaming(ChatModelObservationContext chat) {
    return STREAMING == null
        ? !Callers.observesACall()
        : Boolean.TRUE.equals(Features.get(STREAMING, chat));
  }
}
