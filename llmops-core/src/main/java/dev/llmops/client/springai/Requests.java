package dev.llmops.client.springai;

import dev.llmops.JsonText;
import dev.llmops.LlmRequest;
import dev.llmops.RequestParameters;
import dev.llmops.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.observation.AiOperationMetadata;
import org.springframework.ai.tool.ToolCallback;

/** Reads what is asked of a model. */
final class Requests {

  private Requests() {}

  static LlmRequest chat(
      AiOperationMetadata operation,
      Prompt prompt,
      boolean streaming,
      boolean content,
      ModelServers servers) {
    LlmRequest.Builder request =
        LlmRequest.builder(LlmRequest.CHAT, provider(operation.provider())).stream(streaming);
    servers.name(operation.provider(), request);
    ChatOptions options = prompt.getOptions();
    if (options != null) {
      request.model(options.getModel()).parameters(parameters(options));
      if (content && options instanceof ToolCallingChatOptions tools) {
        request.tools(tools(tools.getToolCallbacks()));
      }
    }
    if (content) {
      request.messages(Messages.of(prompt.getInstructions()));
    }
    return request.build();
  }

  static LlmRequest embeddings(
      AiOperationMetadata operation, EmbeddingRequest asked, ModelServers servers) {
    LlmRequest.Builder request =
        LlmRequest.builder(LlmRequest.EMBEDDINGS, provider(operation.provider()));
    servers.name(operation.provider(), request);
    EmbeddingOptions options = asked.getOptions();
    if (options != null) {
      request.model(options.getModel());
      Integer dimensions = options.getDimensions();
      if (dimensions != null) {
        request.parameters(
            RequestParameters.builder().embeddingDimensions(dimensions.longValue()).build());
      }
    }
    return request.build();
  }

  /**
   * The well-known name of OpenTelemetry's GenAI conventions (2026-10) for Spring AI's name ({@code
   * AiProvider} of 1.1 and 2.0); other names stay as they are.
   */
  static String provider(@Nullable String name) {
    if (name == null || name.isBlank()) {
      return "spring_ai";
    }
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "openai_sdk" -> "openai"; // 1.1's module for the official client
      case "azure-openai", "azure_openai" -> "azure.ai.openai";
      case "bedrock_converse", "bedrock" -> "aws.bedrock";
      case "google_genai" -> "gcp.gemini";
      case "vertex_ai" -> "gcp.vertex_ai";
      default -> name;
    };
  }

  private static RequestParameters parameters(ChatOptions options) {
    Double temperature = options.getTemperature();
    Double topP = options.getTopP();
    Integer topK = options.getTopK();
    Integer maxTokens = options.getMaxTokens();
    Double presence = options.getPresencePenalty();
    Double frequency = options.getFrequencyPenalty();
    List<String> stop = options.getStopSequences();
    boolean stops = stop != null && !stop.isEmpty();
    if (temperature == null
        && topP == null
        && topK == null
        && maxTokens == null
        && presence == null
        && frequency == null
        && !stops) {
      return RequestParameters.NONE;
    }
    RequestParameters.Builder parameters =
        RequestParameters.builder()
            .temperature(finite(temperature))
            .topP(finite(topP))
            .topK(topK == null ? null : topK.longValue())
            .maxTokens(maxTokens == null ? null : maxTokens.longValue())
            .presencePenalty(finite(presence))
            .frequencyPenalty(finite(frequency));
    if (stop != null && stops) {
      parameters.stopSequences(stop);
    }
    return parameters.build();
  }

  private static @Nullable Double finite(@Nullable Double value) {
    return value == null || !Double.isFinite(value) ? null : value;
  }

  private static List<ToolDefinition> tools(@Nullable List<ToolCallback> callbacks) {
    if (callbacks == null || callbacks.isEmpty()) {
      return List.of();
    }
    List<ToolDefinition> tools = new ArrayList<>(callbacks.size());
    for (ToolCallback callback : callbacks) {
      org.springframework.ai.tool.definition.ToolDefinition tool = callback.getToolDefinition();
      String schema = tool.inputSchema();
      tools.add(
          ToolDefinition.function(
              tool.name(), tool.description(), schema == null ? null : JsonText.of(schema)));
    }
    return tools;
  }
}
