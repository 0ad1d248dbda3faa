package dev.llmops.samples.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
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
    @Nullable Integer seed) {

  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");
  private static final List<String> UNSUPPORTED =
      List.of("tools", "functions", "stop", "audio", "logit_bias", "prediction");

  /** A message whose parts were all text. */
  record Turn(String role, String text) {}

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
    return new ChatRequest(
        body.path("model").asText(""),
        turns(body.path("messages")),
        body.path("stream").asBoolean(false),
        body.path("stream_options").path("include_usage").asBoolean(false),
        integer(maxTokens, "max_tokens", 1),
        temperature(body.path("temperature")),
        integer(body.path("seed"), "seed", Integer.MIN_VALUE));
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
            param + ".role must be system, developer, user or assistant on this server", param);
      }
      turns.add(new Turn(role, text(messages.get(i).path("content"), role, param + ".content")));
    }
    return List.copyOf(turns);
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
