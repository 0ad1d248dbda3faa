package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.llmops.CallCodec;
import dev.llmops.JsonText;

/** Stores what a stream's handler is told, and tells it again. */
final class ChunkCodec implements CallCodec<Object> {

  static final ChunkCodec INSTANCE = new ChunkCodec();

  private static final String TEXT = "text";
  private static final String THINKING = "thinking";
  private static final String TOOL_CALL = "tool_call";
  private static final String WHOLE_TOOL_CALL = "whole_tool_call";
  private static final String RESPONSE = "response";

  private ChunkCodec() {}

  /** A stored chunk, ready to be told. */
  interface Told {
    void tell(StreamingChatResponseHandler handler, StreamingHandle handle);
  }

  @Override
  public JsonText encode(Object chunk) {
    ObjectNode json = Json.object();
    if (chunk instanceof String text) {
      json.put(TEXT, text);
    } else if (chunk instanceof PartialResponse part) {
      json.put(TEXT, part.text());
    } else if (chunk instanceof PartialThinking part) {
      json.put(THINKING, part.text());
    } else if (chunk instanceof PartialToolCall part) {
      json.putObject(TOOL_CALL)
          .put("index", part.index())
          .put("id", part.id())
          .put("name", part.name())
          .put("arguments", part.partialArguments());
    } else if (chunk instanceof CompleteToolCall whole) {
      ToolExecutionRequest request = whole.toolExecutionRequest();
      json.putObject(WHOLE_TOOL_CALL)
          .put("index", whole.index())
          .put("id", request.id())
          .put("name", request.name())
          .put("arguments", request.arguments());
    } else if (chunk instanceof ChatResponse response) {
      json.set(RESPONSE, Json.parsed(ChatAnswers.Codec.INSTANCE.encode(response).text()));
    } else {
      throw new IllegalArgumentException(
          "chunk must be one of LangChain4j's, but was a " + chunk.getClass().getName());
    }
    return JsonText.of(json.toString());
  }

  @Override
  public Told decode(JsonText stored) {
    JsonNode json = Json.parsed(stored.text());
    if (json.path(TEXT).isTextual()) {
      PartialResponse part = new PartialResponse(json.path(TEXT).textValue());
      return (handler, handle) ->
          handler.onPartialResponse(part, new PartialResponseContext(handle));
    } else if (json.path(THINKING).isTextual()) {
      PartialThinking part = new PartialThinking(json.path(THINKING).textValue());
      return (handler, handle) ->
          handler.onPartialThinking(part, new PartialThinkingContext(handle));
    } else if (json.path(TOOL_CALL).isObject()) {
      JsonNode call = json.path(TOOL_CALL);
      PartialToolCall part =
          PartialToolCall.builder()
              .index(call.path("index").intValue())
              .id(ChatAnswers.Codec.text(call, "id"))
              .name(ChatAnswers.Codec.text(call, "name"))
              .partialArguments(ChatAnswers.Codec.text(call, "arguments"))
              .build();
      return (handler, handle) ->
          handler.onPartialToolCall(part, new PartialToolCallContext(handle));
    } else if (json.path(WHOLE_TOOL_CALL).isObject()) {
      JsonNode call = json.path(WHOLE_TOOL_CALL);
      CompleteToolCall whole =
          new CompleteToolCall(
              call.path("index").intValue(),
              ToolExecutionRequest.builder()
                  .id(ChatAnswers.Codec.text(call, "id"))
                  .name(ChatAnswers.Codec.text(call, "name"))
                  .arguments(ChatAnswers.Codec.text(call, "arguments"))
                  .build());
      return (handler, handle) -> handler.onCompleteToolCall(whole);
    } else if (json.path(RESPONSE).isObject()) {
      ChatResponse response =
          ChatAnswers.Codec.INSTANCE.decode(JsonText.of(json.path(RESPONSE).toString()));
      return (handler, handle) -> handler.onCompleteResponse(response);
    }
    throw new IllegalArgumentException(
        "stored chunk must have one of text, thinking, tool_call, whole_tool_call and response,"
            + " but has none");
  }
}
