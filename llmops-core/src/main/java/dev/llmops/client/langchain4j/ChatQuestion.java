package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.llmops.CallInterceptor;
import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.RequestParameters;
import dev.llmops.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one chat call asks. The request's own parameters win over the model's, as they do in
 * LangChain4j.
 *
 * @param messages gives what is asked; what is wrong with it is the model's to say
 * @param parameters the request's own, absent where it has none
 * @param defaults gives the model's own; asked when the request is read
 */
record ChatQuestion(
    LlmOps ops,
    String provider,
    boolean stream,
    Supplier<List<ChatMessage>> messages,
    @Nullable ChatRequestParameters parameters,
    Supplier<@Nullable ChatRequestParameters> defaults)
    implements Supplier<LlmRequest>, CallInterceptor.HasBody {

  @Override
  public LlmRequest get() {
    Effective asked = new Effective(parameters, defaults.get());
    LlmRequest.Builder into =
        LlmRequest.builder(LlmRequest.CHAT, provider).model(asked.modelName()).stream(stream)
            .userId(Accessors.text(asked.own, "user"))
            .parameters(asked.read());
    if (ops.capturesContent()) {
      into.messages(Messages.read(messages.get())).tools(asked.tools());
    }
    return into.build();
  }

  @Override
  public JsonText body() {
    Effective asked = new Effective(parameters, defaults.get());
    return JsonText.of(asked.json().set("messages", Messages.json(messages.get())).toString());
  }

  /** A parameter, absent where it was not set. */
  private interface Field<T> {
    @Nullable T of(ChatRequestParameters parameters);
  }

  /** The parameters that count: those of the request, else the model's. */
  private static final class Effective {

    private final @Nullable ChatRequestParameters own;
    private final @Nullable ChatRequestParameters other;

    Effective(@Nullable ChatRequestParameters own, @Nullable ChatRequestParameters other) {
      this.own = own;
      this.other = other;
    }

    @Nullable String modelName() {
      return first(ChatRequestParameters::modelName);
    }

    RequestParameters read() {
      RequestParameters.Builder into =
          RequestParameters.builder()
              .temperature(first(ChatRequestParameters::temperature))
              .topP(first(ChatRequestParameters::topP))
              .topK(whole(first(ChatRequestParameters::topK)))
              .frequencyPenalty(first(ChatRequestParameters::frequencyPenalty))
              .presencePenalty(first(ChatRequestParameters::presencePenalty));
      Integer maxTokens = first(ChatRequestParameters::maxOutputTokens);
      into.maxTokens(maxTokens == null ? detail("maxCompletionTokens") : whole(maxTokens));
      List<String> stops = first(Effective::stops);
      if (stops != null) {
        into.stopSequences(stops);
      }
      ResponseFormat format = first(ChatRequestParameters::responseFormat);
      if (format != null && format.type() != null) {
        into.outputType(format.type() == ResponseFormatType.JSON ? "json" : "text");
      }
      return into.seed(detail("seed"))
          .reasoningLevel(detailText("reasoningEffort"))
          .serviceTier(detailText("serviceTier"))
          .build();
    }

    List<ToolDefinition> tools() {
      List<ToolSpecification> offered = first(Effective::offered);
      if (offered == null) {
        return List.of();
      }
      List<ToolDefinition> tools = new ArrayList<>(offered.size());
      for (ToolSpecification tool : offered) {
        JsonNode schema = Json.of(tool).path("parameters");
        tools.add(
            ToolDefinition.function(
                tool.name(),
                tool.description(),
                schema.isMissingNode() || schema.isNull() ? null : JsonText.of(schema.toString())));
      }
      return tools;
    }

    ObjectNode json() {
      ObjectNode into = Json.object();
      into.put("model", modelName());
      into.put("temperature", first(ChatRequestParameters::temperature));
      into.put("top_p", first(ChatRequestParameters::topP));
      into.put("top_k", first(ChatRequestParameters::topK));
      into.put("frequency_penalty", first(ChatRequestParameters::frequencyPenalty));
      into.put("presence_penalty", first(ChatRequestParameters::presencePenalty));
      into.put("max_tokens", first(ChatRequestParameters::maxOutputTokens));
      into.put("max_completion_tokens", detail("maxCompletionTokens"));
      into.put("seed", detail("seed"));
      into.put("reasoning_effort", detailText("reasoningEffort"));
      List<String> stops = first(Effective::stops);
      if (stops != null) {
        stops.forEach(into.putArray("stop")::add);
      }
      Object choice = first(ChatRequestParameters::toolChoice);
      into.put("tool_choice", choice == null ? null : choice.toString());
      ResponseFormat format = first(ChatRequestParameters::responseFormat);
      into.put("response_format", format == null ? null : format.toString());
      List<ToolSpecification> offered = first(Effective::offered);
      if (offered != null) {
        ArrayNode tools = into.putArray("tools");
        offered.forEach(tool -> tools.add(Json.of(tool)));
      }
      return into;
    }

    private <T> @Nullable T first(Field<T> field) {
      T value = own == null ? null : field.of(own);
      return value != null || other == null ? value : field.of(other);
    }

    /** What only a provider's own parameters have. */
    private @Nullable Long detail(String name) {
      Long value = Accessors.whole(own, name);
      return value == null ? Accessors.whole(other, name) : value;
    }

    private @Nullable String detailText(String name) {
      String value = Accessors.text(own, name);
      return value == null ? Accessors.text(other, name) : value;
    }

    private static @Nullable List<String> stops(ChatRequestParameters parameters) {
      List<String> stops = parameters.stopSequences();
      return stops == null || stops.isEmpty() ? null : stops;
    }

    private static @Nullable List<ToolSpecification> offered(ChatRequestParameters parameters) {
      List<ToolSpecification> tools = parameters.toolSpecifications();
      return tools == null || tools.isEmpty() ? null : tools;
    }

    private static @Nullable Long whole(@Nullable Integer value) {
      return value == null ? null : Long.valueOf(value);
    }
  }
}
