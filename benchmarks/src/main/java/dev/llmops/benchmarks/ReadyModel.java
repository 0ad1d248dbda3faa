package dev.llmops.benchmarks;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;

/** LangChain4j's chat model, whose answer is ready: no HTTP, no JSON. */
final class ReadyModel implements ChatModel {

  /** As many messages and characters as in {@link Workload}: 4 and 4 KB. */
  static final ChatRequest REQUEST =
      ChatRequest.builder()
          .messages(
              List.<ChatMessage>of(
                  UserMessage.from("q".repeat(1_024)),
                  AiMessage.from("a".repeat(1_024)),
                  UserMessage.from("q".repeat(1_024)),
                  UserMessage.from("q".repeat(1_024))))
          .build();

  private final ChatRequestParameters parameters =
      ChatRequestParameters.builder()
          .modelName(Workload.MODEL)
          .temperature(Workload.TEMPERATURE)
          .maxOutputTokens((int) Workload.MAX_TOKENS)
          .build();
  private final ChatResponse response =
      ChatResponse.builder()
          .id("chatcmpl-0123456789abcdefghijklmnopqrs")
          .modelName(Workload.ANSWERING_MODEL)
          .aiMessage(AiMessage.from("a".repeat(2_048)))
          .tokenUsage(new TokenUsage(1_000, 500))
          .finishReason(FinishReason.STOP)
          .build();

  @Override
  public ChatResponse doChat(ChatRequest request) {
    return response;
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return parameters;
  }

  @Override
  public ModelProvider provider() {
    return ModelProvider.OPEN_AI;
  }
}
