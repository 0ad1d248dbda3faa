package dev.llmops.eval.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.CallInterceptor.Attempt;
import dev.llmops.JsonText;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.RequestParameters;
import dev.llmops.ToolDefinition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What names a call in a cassette: what is asked, for which case, in which iteration. Nothing of
 * the run, the time, the server's address, or the wiring.
 *
 * @param hash SHA-256 in hex, 64 characters
 * @param request what is asked, as it is shown in the entry after redaction
 */
record CallKey(
    String hash, @Nullable String caseId, @Nullable Integer iteration, ObjectNode request) {

  /** Changes when the same call gets another hash; then old entries are not found any more. */
  static final int SCHEME = 1;

  /** Fields of a body that name the caller, not the question; they often change with the run. */
  private static final List<String> OF_THE_CALLER =
      List.of("user", "safety_identifier", "prompt_cache_key", "metadata");

  private static final int HASH_CHARS_IN_NAME = 16;
  private static final int MAX_SLUG_CHARS = 40;
  private static final Pattern NOT_IN_SLUG = Pattern.compile("[^A-Za-z0-9_-]");
  private static final Pattern RESERVED = // by Windows, whatever comes after the dot
      Pattern.compile("(?i)con|prn|aux|nul|com\\d|lpt\\d");

  /** The key of a call; absent if the call does not tell what it asks. */
  static @Nullable CallKey of(Attempt attempt) {
    LlmRequest asked = attempt.request();
    LlmContext context = attempt.context();
    JsonText body = attempt.body();
    if (body == null && asked.messages().isEmpty() && asked.systemInstructions().isEmpty()) {
      return null;
    }
    ObjectNode request = body == null ? described(asked) : bodyOf(body);
    ObjectNode identity = JsonNodeFactory.instance.objectNode();
    identity.put("scheme", SCHEME);
    identity.put("case", context.caseId());
    identity.put("iteration", context.iteration());
    identity.put("operation", asked.operation());
    identity.put("provider", asked.provider());
    identity.put("stream", asked.stream());
    identity.set("request", body == null ? request : request.deepCopy().remove(OF_THE_CALLER));
    return new CallKey(
        sha256(Json.canonical(identity)), context.caseId(), context.iteration(), request);
  }

  /** As it stands in an entry. */
  String text() {
    return SCHEME + ":" + hash;
  }

  /** The entry's file name; safe whatever the case is called. */
  String fileName(int occurrence) {
    return prefix() + hash.substring(0, HASH_CHARS_IN_NAME) + "." + occurrence + ".json";
  }

  /** What the names of all entries of the case and iteration start with. */
  String prefix() {
    StringBuilder prefix = new StringBuilder();
    if (caseId != null) {
      String slug = NOT_IN_SLUG.matcher(caseId).replaceAll("_");
      slug = slug.substring(0, Math.min(slug.length(), MAX_SLUG_CHARS));
      prefix.append(slug);
      prefix.append(slug.isEmpty() || RESERVED.matcher(slug).matches() ? "_." : ".");
    }
    return iteration == null ? prefix.toString() : prefix.append(iteration).append('.').toString();
  }

  private static ObjectNode bodyOf(JsonText body) {
    JsonNode parsed = Json.parse(body.text());
    return parsed instanceof ObjectNode object
        ? object
        : JsonNodeFactory.instance.objectNode().put("text", body.text());
  }

  private static ObjectNode described(LlmRequest asked) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("model", asked.model());
    parameters(asked.parameters(), request);
    if (!asked.systemInstructions().isEmpty()) {
      parts(asked.systemInstructions(), request.putArray("system"));
    }
    ArrayNode messages = request.putArray("messages");
    for (Message message : asked.messages()) {
      ObjectNode each = messages.addObject().put("role", message.role());
      if (message.name() != null) {
        each.put("name", message.name());
      }
      parts(message.parts(), each.putArray("parts"));
    }
    if (!asked.tools().isEmpty()) {
      ArrayNode tools = request.putArray("tools");
      for (ToolDefinition tool : asked.tools()) {
        tools.add(Json.MAPPER.<JsonNode>valueToTree(tool));
      }
    }
    return request;
  }

  private static void parts(List<MessagePart> parts, ArrayNode into) {
    for (MessagePart part : parts) {
      // the kind as well: a refusal and a text of the same words are not the same
      into.addObject()
          .put("part", part.getClass().getSimpleName().toLowerCase(Locale.ROOT))
          .setAll(Json.MAPPER.<ObjectNode>valueToTree(part));
    }
  }

  private static void parameters(RequestParameters from, ObjectNode into) {
    put(into, "temperature", from.temperature());
    put(into, "top_p", from.topP());
    put(into, "top_k", from.topK());
    put(into, "max_tokens", from.maxTokens());
    put(into, "presence_penalty", from.presencePenalty());
    put(into, "frequency_penalty", from.frequencyPenalty());
    put(into, "seed", from.seed());
    put(into, "stop", from.stopSequences());
    put(into, "choices", from.choiceCount());
    put(into, "output_type", from.outputType());
    put(into, "reasoning_level", from.reasoningLevel());
    put(into, "encoding_formats", from.encodingFormats());
    put(into, "dimensions", from.embeddingDimensions());
    put(into, "previous_response_id", from.previousResponseId());
    put(into, "service_tier", from.serviceTier());
    put(into, "api_type", from.apiType());
  }

  private static void put(ObjectNode into, String name, @Nullable Object value) {
    if (value != null && !(value instanceof List<?> list && list.isEmpty())) {
      into.set(name, Json.MAPPER.valueToTree(value));
    }
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
