package dev.llmops.client.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.tool.BeforeToolExecution;
import dev.langchain4j.service.tool.ToolExecution;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a streaming AI service returns; its step lasts until the stream's end. */
final class RecordedTokenStream implements TokenStream {

  private final TokenStream stream;
  private final CompletableFuture<ChatResponse> end;
  private final LlmContext context;
  private boolean completionHandled;

  private RecordedTokenStream(
      TokenStream stream, CompletableFuture<ChatResponse> end, LlmContext context) {
    this.stream = stream;
    this.end = end;
    this.context = context;
  }

  static @Nullable TokenStream of(StepRequest step, LlmOps ops, Supplier<TokenStream> service) {
    CompletableFuture<ChatResponse> end = new CompletableFuture<>();
    @Nullable TokenStream[] made = new TokenStream[1];
    LlmContext[] inside = {LlmContext.EMPTY};
    CompletableFuture<ChatResponse> unused =
        ops.stepAsync(
            step,
            () -> {
              inside[0] = LlmContext.current();
              made[0] = service.get();
              return end;
            },
            response -> StepResult.of(ops.capturesContent() ? response.aiMessage().text() : null));
    TokenStream stream = made[0];
    return stream == null ? null : new RecordedTokenStream(stream, end, inside[0]);
  }

  @Override
  public TokenStream onCompleteResponse(Consumer<ChatResponse> handler) {
    completionHandled = true;
    return with(
        stream.onCompleteResponse(
            response -> {
              end.complete(response);
              handler.accept(response);
            }));
  }

  @Override
  public TokenStream onError(Consumer<Throwable> handler) {
    return with(
        stream.onError(
            error -> {
              end.completeExceptionally(error);
              handler.accept(error);
            }));
  }

  /** Ignores them but for the step's end. */
  @Override
  public TokenStream ignoreErrors() {
    return with(stream.onError(end::completeExceptionally));
  }

  @Override
  public void start() {
    if (!completionHandled) {
      var unused = stream.onCompleteResponse(end::complete);
    }
    try (LlmContext.Scope scope = context.open()) {
      stream.start();
    } catch (Throwable t) {
      end.completeExceptionally(t);
      throw t;
    }
  }

  @Override
  public TokenStream onPartialResponse(Consumer<String> handler) {
    return with(stream.onPartialResponse(handler));
  }

  @Override
  public TokenStream onPartialResponseWithContext(
      BiConsumer<PartialResponse, PartialResponseContext> handler) {
    return with(stream.onPartialResponseWithContext(handler));
  }

  @Override
  public TokenStream onPartialThinking(Consumer<PartialThinking> handler) {
    return with(stream.onPartialThinking(handler));
  }

  @Override
  public TokenStream onPartialThinkingWithContext(
      BiConsumer<PartialThinking, PartialThinkingContext> handler) {
    return with(stream.onPartialThinkingWithContext(handler));
  }

  @Override
  public TokenStream onPartialToolCall(Consumer<PartialToolCall> handler) {
    return with(stream.onPartialToolCall(handler));
  }

  @Override
  public TokenStream onPartialToolCallWithContext(
      BiConsumer<PartialToolCall, PartialToolCallContext> handler) {
    return with(stream.onPartialToolCallWithContext(handler));
  }

  @Override
  public TokenStream onRetrieved(Consumer<List<Content>> handler) {
    return with(stream.onRetrieved(handler));
  }

  @Override
  public TokenStream onIntermediateResponse(Consumer<ChatResponse> handler) {
    return with(stream.onIntermediateResponse(handler));
  }

  @Override
  public TokenStream beforeToolExecution(Consumer<BeforeToolExecution> handler) {
    return with(stream.beforeToolExecution(handler));
  }

  @Override
  public TokenStream onUnmappedRawEvent(Consumer<Object> handler) {
    return with(stream.onUnmappedRawEvent(handler));
  }

  @Override
  public TokenStream onToolExecuted(Consumer<ToolExecution> handler) {
    return with(stream.onToolExecuted(handler));
  }

  /** LangChain4j's streams return themselves; should one not, its own is the one to go on with. */
  private TokenStream with(TokenStream next) {
    if (next == stream) {
      return this;
    }
    RecordedTokenStream recorded = new RecordedTokenStream(next, end, context);
    recorded.completionHandled = completionHandled;
    return recorded;
  }
}
