package dev.llmops.client.springai;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.CallInterceptor;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.content.MediaContent;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** What one call of a chat model asks. */
record ChatQuestion(
    ChatModelObservationContext chat, boolean streaming, LlmOps ops, ModelServers servers)
    implements Supplier<LlmRequest>, CallInterceptor.HasBody {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * What changes the answer and has no place in {@code ChatOptions}, as the providers' options name
   * it. Named one by one: options also have keys, headers and what names the caller.
   */
  private static final List<String> OF_PROVIDERS =
      List.of(
          "ExtraBody",
          "Format",
          "LogitBias",
          "Logprobs",
          "MaxCompletionTokens",
          "N",
          "OutputModalities",
          "OutputSchema",
          "ParallelToolCalls",
          "ReasoningEffort",
          "ResponseFormat",
          "Seed",
          "Thinking",
          "ToolChoice",
          "TopLogprobs",
          "Verbosity",
          "WebSearchOptions");

  @Override
  public LlmRequest get() {
    return Requests.chat(
        chat.getOperationMetadata(), chat.getRequest(), streaming, ops.capturesContent(), servers);
  }

  /** Spring AI shows no body of a request: it is put together from the prompt. */
  @Override
  public JsonText body() {
    Prompt prompt = chat.getRequest();
    ObjectNode json = MAPPER.createObjectNode();
    ChatOptions options = prompt.getOptions();
    if (options != null) {
      write(options, json);
    }
    ArrayNode messages = json.putArray("messages");
    for (Message message : prompt.getInstructions()) {
      write(message, messages.addObject());
    }
    return JsonText.of(json.toString());
  }

  private static void write(ChatOptions options, ObjectNode into) {
    into.put("model", options.getModel());
    into.put("temperature", options.getTemperature());
    into.put("top_p", options.getTopP());
    into.put("top_k", options.getTopK());
    into.put("max_tokens", options.getMaxTokens());
    into.put("presence_penalty", options.getPresencePenalty());
    into.put("frequency_penalty", options.getFrequencyPenalty());
    List<String> stops = options.getStopSequences();
    if (stops != null) {
      stops.forEach(into.putArray("stop")::add);
    }
    for (String name : OF_PROVIDERS) {
      Object value = value(options, "get" + name);
      if (value != null) {
        into.set(name, MAPPER.valueToTree(value));
      }
    }
    List<ToolCallback> tools =
        options instanceof ToolCallingChatOptions calling ? calling.getToolCallbacks() : null;
    if (tools != null && !tools.isEmpty()) {
      ArrayNode all = into.putArray("tools");
      for (ToolCallback callback : tools) {
        ToolDefinition tool = callback.getToolDefinition();
        all.addObject()
            .put("name", tool.name())
            .put("description", tool.description())
            .put("parameters", tool.inputSchema());
      }
    }
  }

  private static void write(Message message, ObjectNode into) {
    into.put("role", message.getMessageType().getValue());
    into.put("text", message.getText());
    if (message instanceof AssistantMessage said && said.hasToolCalls()) {
      ArrayNode calls = into.putArray("tool_calls");
      for (AssistantMessage.ToolCall call : said.getToolCalls()) {
        calls
            .addObject()
            .put("id", call.id())
            .put("name", call.name())
            .put("arguments", call.arguments());
      }
    }
    if (message instanceof ToolResponseMessage answer) {
      ArrayNode responses = into.putArray("tool_responses");
      for (ToolResponseMessage.ToolResponse response : answer.getResponses()) {
        responses.addObject().put("id", response.id()).put("data", response.responseData());
      }
    }
    if (message instanceof MediaContent some
        && some.getMedia() != null
        && !some.getMedia().isEmpty()) {
      ArrayNode media = into.putArray("media");
      for (Media each : some.getMedia()) {
        Object data = each.getData();
        media
            .addObject()
            .put("type", String.valueOf(each.getMimeType()))
            .put(
                "data",
                data instanceof byte[] bytes
                    ? Base64.getEncoder().encodeToString(bytes)
                    : String.valueOf(data));
      }
    }
  }

  private static @Nullable Object value(ChatOptions options, String getter) {
    try {
      return options.getClass().getMethod(getter).invoke(options);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null; // not an option of this provider
    }
  }
}
