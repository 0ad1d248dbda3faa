package dev.llmops.client.springai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.llmops.CallInterceptor;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
   * it: OpenAI, Azure, Anthropic, Bedrock, Gemini (both modules), Mistral, DeepSeek, Ollama, ZhiPu
   * and MiniMax of Spring AI 1.1 and 2.0. Named one by one: options also have keys, headers and
   * what names the caller.
   */
  static final List<String> OF_PROVIDERS =
      List.of(
          "CachedContentName",
          "CandidateCount",
          "CitationDocuments",
          "DeploymentName",
          "DisableParallelToolUse",
          "DoSample",
          "Enhancements",
          "ExtraBody",
          "Format",
          "GoogleSearchRetrieval",
          "IncludeServerSideToolInvocations",
          "IncludeThoughts",
          "LogitBias",
          "Logprobs",
          "MaskSensitiveInfo",
          "MaxCompletionTokens",
          "MicrosoftDeploymentName",
          "MinP",
          "Mirostat",
          "MirostatEta",
          "MirostatTau",
          "N",
          "NumCtx",
          "NumKeep",
          "NumPredict",
          "OutputAudio",
          "OutputConfig",
          "OutputFormat",
          "OutputModalities",
          "OutputSchema",
          "ParallelToolCalls",
          "PenalizeNewline",
          "RandomSeed",
          "ReasoningEffort",
          "RepeatLastN",
          "RepeatPenalty",
          "RequestParameters",
          "ResponseFormat",
          "ResponseLogprobs",
          "ResponseMimeType",
          "ResponseSchema",
          "SafePrompt",
          "SafetySettings",
          "Seed",
          "SkillContainer",
          "Strict",
          "TfsZ",
          "ThinkOption",
          "Thinking",
          "ThinkingBudget",
          "ThinkingLevel",
          "ToolChoice",
          "Tools",
          "TopLogProbs",
          "TopLogprobs",
          "Truncate",
          "TypicalP",
          "UseCachedContent",
          "Verbosity",
          "WebSearchOptions",
          "WebSearchTool");

  /** The getters of a type of options, by name; those it has. */
  private static final ClassValue<Map<String, Method>> GETTERS =
      new ClassValue<>() {
        @Override
        protected Map<String, Method> computeValue(Class<?> type) {
          Map<String, Method> getters = new LinkedHashMap<>();
          for (String name : OF_PROVIDERS) {
            try {
              getters.put(name, type.getMethod("get" + name));
            } catch (NoSuchMethodException | LinkageError e) {
              // not an option of this provider
            }
          }
          return getters;
        }
      };

  /** Of Spring AI 1.1: tools by the names of beans. */
  private static final @Nullable MethodHandle TOOL_NAMES =
      Features.getter(ToolCallingChatOptions.class, "getToolNames", Set.class);

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
    GETTERS
        .get(options.getClass())
        .forEach(
            (name, getter) -> {
              Object value = value(options, getter);
              if (value != null) {
                into.set(name, json(value));
              }
            });
    if (options instanceof ToolCallingChatOptions
        && Features.get(TOOL_NAMES, options) instanceof Set<?> names
        && !names.isEmpty()) {
      ArrayNode all = into.putArray("tool_names");
      names.stream().map(String::valueOf).sorted().forEach(all::add);
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

  /** Types of a provider's own client may be no JSON: then as they describe themselves. */
  private static JsonNode json(Object value) {
    try {
      return MAPPER.valueToTree(value);
    } catch (IllegalArgumentException e) {
      return TextNode.valueOf(value.toString());
    }
  }

  private static @Nullable Object value(ChatOptions options, Method getter) {
    try {
      return getter.invoke(options);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }
}
