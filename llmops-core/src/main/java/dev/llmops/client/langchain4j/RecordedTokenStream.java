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
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What a streaming AI service returns; its step lasts until the stream's end. */
final class RecordedTokenStream implements TokenStream {

  private final TokenStream stream;
  private final ServiceStep service;
  private final StreamEnd end;
  private boolean completionHandled;

  RecordedTokenStream(TokenStream stream, ServiceStep service, StreamEnd end) {
    this.stream = stream;
    this.service = service;
    this.end = end;
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
              end.told(error);
              handler.accept(error);
            }));
  }

  /** Ignores them but for the step's end. */
  @Override
  public TokenStream ignoreErrors() {
    return with(stream.onError(end::told));
  }

  @Override
  public void start() {
    if (!completionHandled) {
      completionHandled = true; // once: LangChain4j takes one, and can be started again
      var unused = stream.onCompleteResponse(end::complete);
    }
    try (LlmContext.Scope scope = service.open()) {
      stream.start();
    } catch (Throwable t) {
      end.fail(t);
      throw t;
    }
  }

  @Override
  public TokenStream onPartialResponse(Consumer<String> handler) {
    return with(stream.onPartialResponse(part -> end.tell(() -> handler.accept(part))));
  }

  @Override
  public TokenStream onPartialResponseWithContext(
      BiConsumer<PartialResponse, PartialResponseContext> handler) {
    return with(
        stream.onPartialResponseWithContext(
            (part, from) -> {
              PartialResponseContext own =
                  new PartialResponseContext(end.handle(from.streamingHandle()));
              end.tell(() -> handler.accept(part, own));
            }));
  }

  @Override
  public TokenStream onPartialThinking(Consumer<PartialThinking> handler) {
    return with(stream.onPartialThinking(part -> end.tell(() -> handler.accept(part))));
  }

  @Override
  public TokenStream onPartialThinkingWithContext(
      BiConsumer<PartialThinking, PartialThinkingContext> handler) {
    return with(
        stream.onPartialThinkingWithContext(
            (part, from) -> {
              PartialThinkingContext own =
                  new PartialThinkingContext(end.handle(from.streamingHandle()));
              end.tell(() -> handler.accept(part, own));
            }));
  }

  @Override
  public TokenStream onPartialToolCall(Consumer<PartialToolCall> handler) {
    return with(stream.onPartialToolCall(part -> end.tell(() -> handler.accept(part))));
  }

  @Override
  public TokenStream onPartialToolCallWithContext(
      BiConsumer<PartialToolCall, PartialToolCallContext> handler) {
    return with(
        stream.onPartialToolCallWithContext(
            (part, from) -> {
              PartialToolCallContext own =
                  new PartialToolCallContext(end.handle(from.streamingHandle()));
              end.tell(() -> handler.accept(part, own));
            }));
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
    return with(stream.onUnmappedRawEvent(event -> end.tell(() -> handler.accept(event))));
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
    RecordedTokenStream recorded = new RecordedTokenStream(next, service, end);
    recorded.completionHandled = completionHandled;
    return recorded;
  }
}
