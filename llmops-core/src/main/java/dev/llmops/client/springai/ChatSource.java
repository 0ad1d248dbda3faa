package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.OpenCall;
import io.micrometer.observation.Observation;
import java.lang.invoke.MethodHandle;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
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
  public Observed start(Observation.Context context, LlmOps ops, @Nullable Observed parent) {
    ChatModelObservationContext chat = (ChatModelObservationContext) context;
    ObservedCall around = parent == null ? null : parent.call();
    StreamTap tap = StreamTap.take();
    boolean ofThisThread = tap != null;
    if (tap == null && around != null) {
      tap = around.tap(); // the next call of a loop of tools
      around.askedForTools();
    }
    boolean streaming = tap != null || isStreaming(chat);
    LlmContext current = LlmContext.current();
    boolean silenced = ofThisThread && tap != null && current.suppressed();
    LlmContext told = tap == null ? null : silenced ? tap.context() : conversing(current, tap);
    BooleanSupplier replayable =
        () ->
            (ofThisThread ? isStreaming(chat) : Asking.isDirect())
                && !ToolLoops.areInside(chat.getRequest());
    ObservedCall call;
    try (LlmContext.Scope scope = told == null ? null : told.open()) {
      call = open(chat, ops, parent, streaming, tap, replayable);
    }
    if (streaming && !ofThisThread) {
      // no scope is open while a stream is subscribed to, and its client may be recorded as well
      call.open().expectInner(Callers::isAModelAsking);
    }
    return call;
  }

  /**
   * What is current, with the conversation of the chat memory: Reactor's automatic propagation puts
   * in place what the request came with, after the advisor has told it.
   */
  private static @Nullable LlmContext conversing(LlmContext current, StreamTap tap) {
    String conversation = tap.context().conversationId();
    return conversation == null || current.conversationId() != null
        ? null
        : current.toBuilder().conversation(conversation).build();
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
