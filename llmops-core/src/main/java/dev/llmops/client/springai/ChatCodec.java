package dev.llmops.client.springai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.CallCodec;
import dev.llmops.EncodedResponse;
import dev.llmops.JsonText;
import dev.llmops.TokenUsage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/**
 * Stores answers, and chunks of answers, and brings them back: messages, tool calls, ids, models,
 * finish reasons, usage, and those metadata that are texts, numbers or booleans. What only a
 * provider's own types have does not come back.
 */
enum ChatCodec implements CallCodec<ChatResponse> {
  INSTANCE;

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String LONG = "long"; // in JSON, a long and an int look the same

  /**
   * The answer, or the chunks of a streamed one.
   *
   * @throws IllegalArgumentException if it holds something else
   */
  static List<ChatResponse> decode(EncodedResponse stored, boolean streaming) {
    return streaming
        ? stored.requireChunks().stream().map(INSTANCE::decode).toList()
        : List.of(INSTANCE.decode(stored.requireBody()));
  }

  @Override
  public JsonText encode(ChatResponse response) {
    ObjectNode json = MAPPER.createObjectNode();
    ChatResponseMetadata metadata = response.getMetadata();
    if (metadata != null) {
      json.put("id", metadata.getId());
      json.put("model", metadata.getModel());
      json.set("usage", usage(metadata.getUsage()));
      json.set("metadata", plain(metadata.entrySet()));
    }
    ArrayNode generations = json.putArray("generations");
    for (Generation generation : response.getResults()) {
      encode(generation, generations.addObject());
    }
    return JsonText.of(json.toString());
  }

  @Override
  public ChatResponse decode(JsonText stored) {
    try {
      return decode(MAPPER.readTree(stored.text()));
    } catch (JsonProcessingException | RuntimeException e) {
      // without its message and cause: they quote the content
      throw new IllegalArgumentException(
          "stored answer must be the JSON of a Spring AI chat response, but it could not be read: "
              + e.getClass().getSimpleName());
    }
  }

  private static void encode(Generation generation, ObjectNode into) {
    AssistantMessage said = generation.getOutput();
    if (said.getMedia() != null && !said.getMedia().isEmpty()) {
      throw new IllegalArgumentException("an answer with media cannot be stored");
    }
    into.put("text", said.getText());
    ArrayNode calls = into.putArray("tool_calls");
    for (AssistantMessage.ToolCall call : said.getToolCalls()) {
      calls
          .addObject()
          .put("id", call.id())
          .put("type", call.type())
          .put("name", call.name())
          .put("arguments", call.arguments());
    }
    into.set("message_metadata", plain(said.getMetadata().entrySet()));
    ChatGenerationMetadata metadata = generation.getMetadata();
    if (metadata != null) {
      into.put("finish_reason", metadata.getFinishReason());
      metadata.getContentFilters().forEach(into.putArray("content_filters")::add);
      into.set("metadata", plain(metadata.entrySet()));
    }
  }

  private static ChatResponse decode(JsonNode json) {
    ChatResponseMetadata.Builder metadata =
        ChatResponseMetadata.builder().metadata(plain(json.path("metadata")));
    String id = text(json, "id");
    if (id != null) {
      metadata.id(id);
    }
    String model = text(json, "model");
    if (model != null) {
      metadata.model(model);
    }
    Usage usage = usage(json.path("usage"));
    if (usage != null) {
      metadata.usage(usage);
    }
    List<Generation> generations = new ArrayList<>(1);
    for (JsonNode generation : json.required("generations")) {
      generations.add(generation(generation));
    }
    return new ChatResponse(generations, metadata.build());
  }

  private static Generation generation(JsonNode json) {
    List<AssistantMessage.ToolCall> calls = new ArrayList<>(0);
    for (JsonNode call : json.path("tool_calls")) {
      calls.add(
          new AssistantMessage.ToolCall(
              text(call, "id"), text(call, "type"), text(call, "name"), text(call, "arguments")));
    }
    ChatGenerationMetadata.Builder metadata =
        ChatGenerationMetadata.builder().metadata(plain(json.path("metadata")));
    String reason = text(json, "finish_reason");
    if (reason != null) {
      metadata.finishReason(reason);
    }
    Set<String> filters = new LinkedHashSet<>();
    json.path("content_filters").forEach(filter -> filters.add(filter.asText()));
    return new Generation(
        AssistantMessage.builder()
            .content(text(json, "text"))
            .properties(plain(json.path("message_metadata")))
            .toolCalls(calls)
            .build(),
        metadata.contentFilters(filters).build());
  }

  /** The counts as Spring AI has them, and as they are recorded. */
  private static @Nullable JsonNode usage(@Nullable Usage usage) {
    if (usage == null) {
      return null;
    }
    TokenUsage recorded = Usages.of(usage);
    return MAPPER
        .createObjectNode()
        .put("prompt", usage.getPromptTokens())
        .put("completion", usage.getCompletionTokens())
        .put("total", usage.getTotalTokens())
        .put("input", recorded.inputTokens())
        .put("output", recorded.outputTokens())
        .put("cached_input", recorded.cachedInputTokens())
        .put("cache_write_input", recorded.cacheWriteInputTokens())
        .put("reasoning", recorded.reasoningTokens());
  }

  private static @Nullable Usage usage(JsonNode json) {
    if (!json.isObject()) {
      return null;
    }
    TokenUsage.Builder recorded = TokenUsage.builder();
    count(json, "input", recorded::inputTokens);
    count(json, "output", recorded::outputTokens);
    count(json, "cached_input", recorded::cachedInputTokens);
    count(json, "cache_write_input", recorded::cacheWriteInputTokens);
    count(json, "reasoning", recorded::reasoningTokens);
    return new StoredUsage(
        json.path("prompt").asInt(),
        json.path("completion").asInt(),
        json.path("total").asInt(),
        recorded.build());
  }

  private static void count(JsonNode json, String field, LongConsumer into) {
    JsonNode value = json.path(field);
    if (value.isIntegralNumber()) {
      into.accept(value.longValue());
    }
  }

  private static ObjectNode plain(Set<Map.Entry<String, Object>> entries) {
    ObjectNode json = MAPPER.createObjectNode();
    for (Map.Entry<String, Object> entry : entries) {
      String key = entry.getKey();
      Object value = entry.getValue();
      if (value instanceof String text) {
        json.put(key, text);
      } else if (value instanceof Boolean flag) {
        json.put(key, flag);
      } else if (value instanceof Integer number) {
        json.put(key, number);
      } else if (value instanceof Long number) {
        json.putObject(key).put(LONG, number);
      } else if (value instanceof Double number && Double.isFinite(number)) {
        json.put(key, number);
      } else if (value == null) {
        json.putNull(key); // a key by itself may tell something: Anthropic's signature
      }
    }
    return json;
  }

  @SuppressWarnings("NullAway") // Spring AI's messages may have a null in their metadata
  private static Map<String, Object> plain(JsonNode json) {
    Map<String, Object> values = new HashMap<>();
    json.properties()
        .forEach(
            entry -> {
              JsonNode value = entry.getValue();
              if (value.isTextual()) {
                values.put(entry.getKey(), value.textValue());
              } else if (value.isBoolean()) {
                values.put(entry.getKey(), value.booleanValue());
              } else if (value.isInt()) {
                values.put(entry.getKey(), value.intValue());
              } else if (value.isDouble()) {
                values.put(entry.getKey(), value.doubleValue());
              } else if (value.path(LONG).isIntegralNumber()) {
                values.put(entry.getKey(), value.path(LONG).longValue());
              } else if (value.isNull()) {
                values.put(entry.getKey(), null);
              }
            });
    return values;
  }

  private static @Nullable String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    return value.isTextual() ? value.textValue() : null;
  }
}
