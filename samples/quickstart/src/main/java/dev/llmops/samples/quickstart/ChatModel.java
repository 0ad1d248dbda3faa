package dev.llmops.samples.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an {@link OpenAiServer} serves. Called by several threads at once. */
interface ChatModel {
  /** The name that requests ask for and responses report. */
  String id();

  /** What this is, in one line of plain words; part of {@code /v1/models}. */
  String description();

  /** Names the way an answer was made; {@code system_fingerprint} of each response. */
  String fingerprint();

  /**
   * Answers one request and gives the text away piece by piece as it comes.
   *
   * @throws ApiException when the request cannot be served; only before the first piece
   * @throws IOException when {@code out} could not be written: the client went away
   */
  Completion complete(ChatRequest request, TextOutput out) throws ApiException, IOException;

  /** Whether it can ask for tools and read their results; requests with tools are refused else. */
  default boolean takesTools() {
    return false;
  }

  /** The name of the embedding model; null when there is none. */
  default @Nullable String embeddingId() {
    return null;
  }

  /** Embeds each input; asked only when there is an {@link #embeddingId()}. */
  default Embeddings embed(List<String> inputs) throws ApiException {
    throw ApiException.of(501, "this server has no embedding model");
  }

  /** What llama.cpp's server shows at {@code /metrics}; null when there is no such page. */
  default @Nullable String metrics() {
    return null;
  }

  /** What llama.cpp's server shows at {@code /props}; null when there is no such page. */
  default @Nullable ObjectNode props() {
    return null;
  }

  /** Receives the pieces of an answer in order. */
  interface TextOutput {
    void write(String piece) throws IOException;
  }

  /**
   * How an answer ended.
   *
   * @param finishReason {@code stop}, {@code length} or {@code tool_calls}
   * @param toolCall what the model asks for instead of a text, null when it does not
   * @param timings llama.cpp's {@code timings}, where the model has them
   */
  record Completion(
      String finishReason,
      int promptTokens,
      int completionTokens,
      ChatRequest.@Nullable ToolCall toolCall,
      @Nullable ObjectNode timings) {}

  /**
   * @param vectors one for each input, in order
   * @param tokens the tokens of all inputs
   */
  record Embeddings(List<float[]> vectors, int tokens) {}
}
