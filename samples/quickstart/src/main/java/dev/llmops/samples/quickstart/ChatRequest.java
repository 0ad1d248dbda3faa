package dev.llmops.samples.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a chat completion request that the servers here understand. What would change the
 * answer and is not understood is refused rather than ignored.
 *
 * @param maxTokens null when the request sets no limit
 * @param temperature 0..2; null when not given
 */
record ChatRequest(
    String model,
    List<Turn> messages,
    boolean stream,
    boolean includeUsage,
    @Nullable Integer maxTokens,
    @Nullable Double temperature,
    @Nullable Integer seed,
    List<Tool> tools,
    ToolChoice toolChoice) {

  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");
  private static final List<String> UNSUPPORTED =
      List.of("functions", "function_call", "stop", "audio", "logit_bias", "prediction");
  private static final int MAX_TOOLS = 128;

  /**
   * A message whose parts were all text.
   *
   * @param toolCalls what an assistant's message asked for; else empty
   * @param toolCallId which call a tool's message answers; else null
   */
  record Turn(String role, String text, List<ToolCall> toolCalls, @Nullable String toolCallId) {}

  /**
   * A call that a model asked for.
   *
   * @param arguments a JSON object, as text
   */
  record ToolCall(String id, String name, String arguments) {}

  /**
   * A function on offer.
   *
   * @param description empty when not given
   * @param parameters the names of all parameters
   * @param required those without which it cannot be called
   * @param texts those that take a text
   */
  record Tool(
      String name,
      String description,
      List<String> parameters,
      List<String> required,
      Set<String> texts) {}

  /**
   * Whether a tool may or must be asked for.
   *
   * @param mode {@code auto}, {@code none}, {@code required}, or {@code function}
   * @param function the one that must be asked for when the mode is {@code function}
   */
  record ToolChoice(String mode, @Nullable String function) {}

  static ChatRequest of(JsonNode body) throws ApiException {
    for (String param : UNSUPPORTED) {
      if (!body.path(param).isMissingNode()
          && !body.path(param).isNull()
          && !(body.path(param).isContainerNode() && body.path(param).isEmpty())) {
        throw ApiException.unsupported(
            param, param + " is not supported by this server; leave it out");
      }
    }
    if (body.path("n").asInt(1) != 1) {
      throw ApiException.unsupported("n", "n must be 1, but was " + body.path("n").asInt());
    }
    if (body.path("logprobs").asBoolean(false)) {
      throw ApiException.unsupported("logprobs", "logprobs must be false, but was true");
    }
    if (!body.path("response_format").path("type").asText("text").equals("text")) {
      throw ApiException.unsupported(
          "response_format", "response_format.type must be \"text\" on this server");
    }
    JsonNode maxTokens =
        body.path(
            body.hasNonNull("max_completion_tokens") ? "max_completion_tokens" : "max_tokens");
    List<Tool> tools = tools(body.path("tools"));
    return new ChatRequest(
        body.path("model").asText(""),
        turns(body.path("messages")),
        body.path("stream").asBoolean(false),
        body.path("stream_options").path("include_usage").asBoolean(false),
        integer(maxTokens, "max_tokens", 1),
        temperature(body.path("temperature")),
        integer(body.path("seed"), "seed", Integer.MIN_VALUE),
        tools,
        toolChoice(body.path("tool_choice"), tools));
  }

  /** Whether anything of it takes a model that can ask for tools. */
  boolean needsTools() {
    return !tools.isEmpty()
        || messages.stream()
            .anyMatch(turn -> turn.role().equals("tool") || !turn.toolCalls().isEmpty());
  }

  /** The text of the user's last message. */
  String lastUserText() {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).role().equals("user")) {
        return messages.get(i).text();
      }
    }
    return "";
  }

  private static List<Turn> turns(JsonNode messages) throws ApiException {
    if (!messages.isArray() || messages.isEmpty()) {
      throw ApiException.badRequest(
          "messages must be an array of at least one message, but was "
              + (messages.isArray() ? "empty" : kind(messages)),
          "messages");
    }
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      String param = "messages[" + i + "]";
      String role = messages.get(i).path("role").asText("");
      if (!ROLES.contains(role)) {
        throw ApiException.badRequest(
            param + ".role must be system, developer, user, assistant or tool on this server",
            param);
      }
      turns.add(turn(messages.get(i), role, param));
    }
    return List.copyOf(turns);
  }

  private static Turn turn(JsonNode message, String role, String param) throws ApiException {
    List<ToolCall> calls = new ArrayList<>();
    if (role.equals("assistant")) {
      for (JsonNode call : message.path("tool_calls")) {
        JsonNode function = call.path("function");
        if (!call.path("id").isTextual()
            || !function.path("name").isTextual()
            || !function.path("arguments").isTextual()) {
          throw ApiException.badRequest(
              param + ".tool_calls must each have an id and a function with name and arguments",
              param);
        }
        calls.add(
            new ToolCall(
                call.path("id").textValue(),
                function.path("name").textValue(),
                function.path("arguments").textValue()));
      }
    }
    String answered = null;
    if (role.equals("tool")) {
      answered = message.path("tool_call_id").textValue();
      if (answered == null) {
        throw ApiException.badRequest(
            param + ".tool_call_id must be the id of a call that was asked for", param);
      }
    }
    boolean mayBeAbsent = !calls.isEmpty();
    JsonNode content = message.path("content");
    String text =
        content.isMissingNode() && mayBeAbsent ? "" : text(content, role, param + ".content");
    return new Turn(role, text, List.copyOf(calls), answered);
  }

  private static List<Tool> tools(JsonNode tools) throws ApiException {
    if (tools.isMissingNode() || tools.isNull()) {
      return List.of();
    }
    if (!tools.isArray() || tools.size() > MAX_TOOLS) {
      throw ApiException.badRequest(
          "tools must be an array of at most " + MAX_TOOLS + " functions", "tools");
    }
    List<Tool> read = new ArrayList<>();
    for (int i = 0; i < tools.size(); i++) {
      JsonNode function = tools.get(i).path("function");
      if (!tools.get(i).path("type").asText("").equals("function")
          || !function.path("name").isTextual()) {
        throw ApiException.badRequest(
            "tools[" + i + "] must be of type function and have a name", "tools");
      }
      JsonNode parameters = function.path("parameters");
      List<String> names = new ArrayList<>();
      List<String> texts = new ArrayList<>();
      for (Iterator<String> fields = parameters.path("properties").fieldNames();
          fields.hasNext(); ) {
        String name = fields.next();
        names.add(name);
        JsonNode parameter = parameters.path("properties").path(name);
        if (parameter.path("type").asText("").equals("string") && !parameter.has("enum")) {
          texts.add(name);
        }
      }
      List<String> required = new ArrayList<>();
      parameters.path("required").forEach(name -> required.add(name.asText()));
      read.add(
          new Tool(
              function.path("name").textValue(),
              function.path("description").asText(""),
              List.copyOf(names),
              List.copyOf(required),
              Set.copyOf(texts)));
    }
    return List.copyOf(read);
  }

  private static ToolChoice toolChoice(JsonNode choice, List<Tool> tools) throws ApiException {
    if (choice.isMissingNode() || choice.isNull()) {
      return new ToolChoice("auto", null);
    }
    String mode = choice.asText("");
    if (mode.equals("auto") || mode.equals("none")) {
      return new ToolChoice(mode, null);
    }
    if (mode.equals("required") && !tools.isEmpty()) {
      return new ToolChoice(mode, null);
    }
    String function = choice.path("function").path("name").asText("");
    if (tools.stream().noneMatch(tool -> tool.name().equals(function))) {
      throw ApiException.badRequest(
          "tool_choice must be \"auto\", \"none\", \"required\" or one of tools", "tool_choice");
    }
    return new ToolChoice("function", function);
  }

  private static String text(JsonNode content, String role, String param) throws ApiException {
    if (content.isTextual()) {
      return content.textValue();
    }
    if (content.isNull() && role.equals("assistant")) {
      return "";
    }
    if (!content.isArray()) {
      throw ApiException.badRequest(
          param + " must be a text or an array of text parts, but was " + kind(content), param);
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      if (!part.path("type").asText("").equals("text") || !part.path("text").isTextual()) {
        throw ApiException.badRequest(param + " must hold text parts only on this server", param);
      }
      text.append(text.isEmpty() ? "" : "\n").append(part.path("text").textValue());
    }
    return text.toString();
  }

  private static @Nullable Integer integer(JsonNode value, String param, int min)
      throws ApiException {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min) {
      throw ApiException.badRequest(
          param + " must be an integer between " + min + " and " + Integer.MAX_VALUE, param);
    }
    return value.intValue();
  }

  private static @Nullable Double temperature(JsonNode value) throws ApiException {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() <= 2)) {
      throw ApiException.badRequest("temperature must be between 0.0 and 2.0", "temperature");
    }
    return value.doubleValue();
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING -> "absent";
      case NULL -> "null";
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      default -> "something else";
    };
  }
}
