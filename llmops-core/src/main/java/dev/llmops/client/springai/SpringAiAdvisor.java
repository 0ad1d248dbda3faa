package dev.llmops.client.springai;

import dev.llmops.LlmContext;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisor;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisorChain;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.core.Ordered;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.util.context.ContextView;

/**
 * Tells what Spring AI's observations do not: when the first chunk of a streamed answer came, how
 * many came, what had come when the stream was cancelled, and the conversation of a chat memory. It
 * records nothing without a {@link SpringAiObservationHandler} at the model. Add it to a client
 * with {@code defaultAdvisors(SpringAiAdvisor.create())}.
 *
 * <p>It returns the stored answer where a {@code CallInterceptor} gives one, and the model sends
 * nothing. Else it changes neither request nor answer. It stands last in the chain, right before
 * the model.
 *
 * <p>Thread-safe; one serves all clients.
 */
public final class SpringAiAdvisor implements CallAdvisor, StreamAdvisor {

  /** What it is called in the chain. */
  static final String NAME = "llmops";

  private static final String CONVERSATION = "chat_memory_conversation_id"; // ChatMemory's key

  private final Guarded guarded = new Guarded();
  private final AtomicLong unobserved = new AtomicLong();

  private SpringAiAdvisor() {}

  /** An advisor. */
  public static SpringAiAdvisor create() {
    return new SpringAiAdvisor();
  }

  @Override
  public ChatClientResponse adviseCall(ChatClientRequest request, CallAdvisorChain chain) {
    LlmContext context = contextOf(request, LlmContext.current());
    try (LlmContext.Scope scope = context == null ? null : context.open();
        Asking asking = Asking.begin()) {
      return chain.nextCall(request);
    } catch (Replayed replayed) {
      return answer(request, replayed.answers().get(0));
    }
  }

  @Override
  public Flux<ChatClientResponse> adviseStream(
      ChatClientRequest request, StreamAdvisorChain chain) {
    Flux<ChatClientResponse> answers = chain.nextStream(request);
    return Flux.deferContextual(
        view -> {
          if (StreamTap.isThere()) {
            return answers; // of an advisor of this kind that was added twice
          }
          StreamTap tap = new StreamTap(contextOf(request, view), guarded);
          return new Subscribed(answers, tap)
              .onErrorResume(
                  Replayed.class,
                  replayed ->
                      Flux.fromIterable(replayed.answers()).map(chunk -> answer(request, chunk)))
              .doOnNext(answer -> tap.next(answer.chatResponse()))
              .doOnError(tap::failed)
              .doOnComplete(
                  () -> {
                    tap.completed();
                    if (tap.missesCall()) {
                      unobserved.incrementAndGet();
                    }
                  })
              .doOnCancel(tap::cancelled);
        });
  }

  @Override
  public String getName() {
    return NAME;
  }

  /** Right before the model, which is last. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE - 1;
  }

  /** What passed here without a record, in plain words; absent while nothing did. */
  public @Nullable String note() {
    long count = unobserved.get();
    String wrong = guarded.note();
    if (count == 0) {
      return wrong;
    }
    String told =
        "Spring AI: "
            + count
            + " streamed answers came from a ChatModel that reports no observations, so they are"
            + " not recorded: build the model with the application's ObservationRegistry.";
    return wrong == null ? told : told + " " + wrong;
  }

  /** As Spring AI makes it of what a model answers. */
  private static ChatClientResponse answer(ChatClientRequest request, ChatResponse response) {
    return ChatClientResponse.builder()
        .chatResponse(response)
        .context(Map.copyOf(request.context()))
        .build();
  }

  @SuppressWarnings("ReferenceEquality") // an equal one may have listeners
  private LlmContext contextOf(ChatClientRequest request, ContextView view) {
    LlmContext context = LlmContext.current();
    if (context == LlmContext.EMPTY && view.hasKey(LlmContextAccessor.KEY)) {
      context = view.get(LlmContextAccessor.KEY);
    }
    LlmContext told = contextOf(request, context);
    return told == null ? context : told;
  }

  /** The context with the conversation of the chat memory, null if that changes nothing. */
  private @Nullable LlmContext contextOf(ChatClientRequest request, LlmContext context) {
    try {
      return Conversations.in(request.context(), context);
    } catch (RuntimeException e) {
      guarded.swallow("conversation", e);
      return null;
    }
  }

  /** The conversation that a chat memory is asked for. */
  static final class Conversations {

    private Conversations() {}

    static @Nullable LlmContext in(@Nullable Map<String, Object> params, LlmContext context) {
      Object id = params == null ? null : params.get(CONVERSATION);
      if (id == null || context.conversationId() != null) {
        return null; // what the application itself said wins
      }
      String text = id.toString();
      return text.isBlank() ? null : context.toBuilder().conversation(text).build();
    }
  }

  /** Tells the tap while it subscribes. */
  private static final class Subscribed extends Flux<ChatClientResponse> {
    private final Flux<ChatClientResponse> source;
    private final StreamTap tap;

    Subscribed(Flux<ChatClientResponse> source, StreamTap tap) {
      this.source = source;
      this.tap = tap;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ChatClientResponse> actual) {
      tap.beginSubscribing();
      try {
        source.subscribe(actual);
      } finally {
        tap.endSubscribing();
      }
    }
  }
}
