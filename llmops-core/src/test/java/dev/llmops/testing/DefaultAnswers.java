package dev.llmops.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answers of a server that has no script: of the right shape for the endpoint and the
 * {@code stream} flag, naming the model that was asked. One token is one word with the white space
 * before it, so counts can be checked by hand.
 */
final class DefaultAnswers {
  private static final String V1 = "/v1/";
  private static final String RESPONSES = V1 + "responses";
  private static final long CREATED = 1_795_003_200L; // 2026-11-18T12:00:00Z
  private static final int KEPT_RESPONSES = 1000;
  private static final int DEFAULT_DIMENSIONS = 8;
  private static final Pattern WORD = Pattern.compile("\\s*\\S+|\\s+$");
  private static final List<String> MODERATION_CATEGORIES =
      List.of(
          "harassment",
          "harassment/threatening",
          "hate",
          "hate/threatening",
          "illicit",
          "illicit/violent",
          "self-harm",
          "self-harm/instructions",
          "self-harm/intent",
          "sexual",
          "sexual/minors",
          "violence",
          "violence/graphic");

  private final ObjectMapper mapper = new ObjectMapper();
  private final AtomicInteger sequence = new AtomicInteger();
  private final Map<String, Answer> responses = new LinkedHashMap<>();

  /** What was answered, kept so that a stored response can be fetched by its id. */
  private record Answer(String id, String model, List<String> words, int inputTokens) {
    String text() {
      return String.join("", words);
    }
  }

  /** The answer to a request; {@code text} null for one that names the model. */
  Payload answer(ReceivedRequest request, @Nullable String text) {
    String path = request.path();
    if (request.method().equals("GET")) {
      return get(request);
    }
    if (!request.method().equals("POST")) {
      return invalidUrl(request);
    }
    JsonNode body;
    try {
      body = mapper.readTree(request.body());
    } catch (JsonProcessingException e) {
      return error(400, "the body is not valid JSON");
    }
    if (path.equals(V1 + "moderations")) {
      return json(moderation(body));
    }
    String model = body.path("model").asText("");
    if (model.isEmpty()) {
      return error(400, "the body has no model");
    }
    if (path.equals(V1 + "embeddings")) {
      return json(embeddings(body, model));
    }
    Answer answer =
        new Answer(
            "%06d".formatted(sequence.incrementAndGet()),
            model,
            words(text == null ? "This is the answer of the fake model " + model + "." : text),
            inputTokens(body));
    boolean stream = body.path("stream").asBoolean();
    boolean includeUsage = body.path("stream_options").path("include_usage").asBoolean();
    return switch (path) {
      case V1 + "chat/completions" ->
          stream ? chatStream(answer, includeUsage) : json(chat(answer));
      case V1 + "completions" ->
          stream ? completionStream(answer, includeUsage) : json(completion(answer));
      case RESPONSES -> {
        keep(answer);
        yield stream ? responseStream(answer) : json(response(answer, "completed"));
      }
      default -> invalidUrl(request);
    };
  }

  private Payload get(ReceivedRequest request) {
    String path = request.path();
    if (path.equals(V1 + "models")) {
      ObjectNode list = mapper.createObjectNode().put("object", "list");
      list.putArray("data").add(model("fake-model"));
      return json(list);
    }
    if (path.startsWith(V1 + "models/")) {
      return json(model(path.substring((V1 + "models/").length())));
    }
    if (path.startsWith(RESPONSES + "/")) {
      String id = path.substring(RESPONSES.length() + 1);
      Answer answer = kept(id);
      if (answer == null) {
        return error(404, "there is no response '" + id + "'");
      }
      String query = request.query();
      return query != null && query.contains("stream=true")
          ? responseStream(answer)
          : json(response(answer, "completed"));
    }
    return invalidUrl(request);
  }

  private ObjectNode model(String id) {
    return mapper
        .createObjectNode()
        .put("id", id)
        .put("object", "model")
        .put("created", CREATED)
        .put("owned_by", "llmops-fake");
  }

  private ObjectNode chat(Answer answer) {
    ObjectNode chat = chatHead(answer, "chat.completion");
    ObjectNode choice = chat.putArray("choices").addObject().put("index", 0);
    choice
        .putObject("message")
        .put("role", "assistant")
        .put("content", answer.text())
        .putNull("refusal")
        .putArray("annotations");
    choice.putNull("logprobs").put("finish_reason", "stop");
    chat.set("usage", chatUsage(answer));
    return chat;
  }

  private Payload chatStream(Answer answer, boolean includeUsage) {
    List<String> events = new ArrayList<>();
    ObjectNode first =
        mapper.createObjectNode().put("role", "assistant").put("content", "").putNull("refusal");
    events.add(chatChunk(answer, first, null, includeUsage));
    for (String word : answer.words()) {
      ObjectNode delta = mapper.createObjectNode().put("content", word);
      events.add(chatChunk(answer, delta, null, includeUsage));
    }
    events.add(chatChunk(answer, mapper.createObjectNode(), "stop", includeUsage));
    if (includeUsage) {
      ObjectNode last = chatHead(answer, "chat.completion.chunk");
      last.putArray("choices");
      last.set("usage", chatUsage(answer));
      events.add("data: " + last);
    }
    events.add("data: [DONE]");
    return Payload.events(events);
  }

  private String chatChunk(
      Answer answer, ObjectNode delta, @Nullable String finishReason, boolean includeUsage) {
    ObjectNode chunk = chatHead(answer, "chat.completion.chunk");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("logprobs").put("finish_reason", finishReason);
    if (includeUsage) {
      chunk.putNull("usage");
    }
    return "data: " + chunk;
  }

  private ObjectNode chatHead(Answer answer, String object) {
    return mapper
        .createObjectNode()
        .put("id", "chatcmpl-fake-" + answer.id())
        .put("object", object)
        .put("created", CREATED)
        .put("model", answer.model())
        .put("service_tier", "default")
        .put("system_fingerprint", "fp_fake");
  }

  private ObjectNode chatUsage(Answer answer) {
    ObjectNode usage = completionUsage(answer);
    usage.putObject("prompt_tokens_details").put("cached_tokens", 0).put("audio_tokens", 0);
    usage
        .putObject("completion_tokens_details")
        .put("reasoning_tokens", 0)
        .put("audio_tokens", 0)
        .put("accepted_prediction_tokens", 0)
        .put("rejected_prediction_tokens", 0);
    return usage;
  }

  private ObjectNode completion(Answer answer) {
    ObjectNode completion = completionHead(answer, answer.text(), "stop");
    completion.set("usage", completionUsage(answer));
    return completion;
  }

  private Payload completionStream(Answer answer, boolean includeUsage) {
    List<String> events = new ArrayList<>();
    for (String word : answer.words()) {
      events.add("data: " + completionHead(answer, word, null));
    }
    events.add("data: " + completionHead(answer, "", "stop"));
    if (includeUsage) {
      ObjectNode last = completionHead(answer, "", null);
      last.putArray("choices");
      last.set("usage", completionUsage(answer));
      events.add("data: " + last);
    }
    events.add("data: [DONE]");
    return Payload.events(events);
  }

  private ObjectNode completionHead(Answer answer, String text, @Nullable String finishReason) {
    ObjectNode head =
        mapper
            .createObjectNode()
            .put("id", "cmpl-fake-" + answer.id())
            .put("object", "text_completion")
            .put("created", CREATED)
            .put("model", answer.model());
    head.putArray("choices")
        .addObject()
        .put("text", text)
        .put("index", 0)
        .putNull("logprobs")
        .put("finish_reason", finishReason);
    return head;
  }

  private ObjectNode completionUsage(Answer answer) {
    return mapper
        .createObjectNode()
        .put("prompt_tokens", answer.inputTokens())
        .put("completion_tokens", answer.words().size())
        .put("total_tokens", answer.inputTokens() + answer.words().size());
  }

  private ObjectNode response(Answer answer, String status) {
    boolean completed = status.equals("completed");
    ObjectNode response =
        mapper
            .createObjectNode()
            .put("id", responseId(answer))
            .put("object", "response")
            .put("created_at", CREATED)
            .put("status", status)
            .putNull("error")
            .putNull("incomplete_details")
            .putNull("instructions")
            .put("model", answer.model());
    ArrayNode output = response.putArray("output");
    if (completed) {
      output.add(message(answer, status, textPart(answer.text())));
    }
    response
        .put("parallel_tool_calls", true)
        .putNull("previous_response_id")
        .put("service_tier", "default")
        .put("temperature", 1.0)
        .put("tool_choice", "auto");
    response.putArray("tools");
    response.put("top_p", 1.0).put("truncation", "disabled");
    if (completed) {
      ObjectNode usage = response.putObject("usage").put("input_tokens", answer.inputTokens());
      usage.putObject("input_tokens_details").put("cached_tokens", 0).put("cache_write_tokens", 0);
      usage.put("output_tokens", answer.words().size());
      usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
      usage.put("total_tokens", answer.inputTokens() + answer.words().size());
    } else {
      response.putNull("usage");
    }
    response.putObject("metadata");
    return response;
  }

  private Payload responseStream(Answer answer) {
    List<ObjectNode> events = new ArrayList<>();
    events.add(responseEvent("response.created", response(answer, "in_progress")));
    events.add(responseEvent("response.in_progress", response(answer, "in_progress")));
    events.add(itemEvent("response.output_item.added", message(answer, "in_progress", null)));
    events.add(partEvent("response.content_part.added", answer).set("part", textPart("")));
    for (String word : answer.words()) {
      ObjectNode delta = partEvent("response.output_text.delta", answer).put("delta", word);
      delta.putArray("logprobs");
      events.add(delta);
    }
    ObjectNode done = partEvent("response.output_text.done", answer).put("text", answer.text());
    done.putArray("logprobs");
    events.add(done);
    events.add(
        partEvent("response.content_part.done", answer).set("part", textPart(answer.text())));
    events.add(
        itemEvent(
            "response.output_item.done", message(answer, "completed", textPart(answer.text()))));
    events.add(responseEvent("response.completed", response(answer, "completed")));

    List<String> blocks = new ArrayList<>();
    for (ObjectNode event : events) {
      event.put("sequence_number", blocks.size());
      blocks.add("event: " + event.get("type").asText() + "\ndata: " + event);
    }
    return Payload.events(blocks);
  }

  private ObjectNode responseEvent(String type, ObjectNode response) {
    return mapper.createObjectNode().put("type", type).set("response", response);
  }

  private ObjectNode itemEvent(String type, ObjectNode item) {
    return mapper.createObjectNode().put("type", type).put("output_index", 0).set("item", item);
  }

  private ObjectNode partEvent(String type, Answer answer) {
    return mapper
        .createObjectNode()
        .put("type", type)
        .put("content_index", 0)
        .put("item_id", messageId(answer))
        .put("output_index", 0);
  }

  private ObjectNode message(Answer answer, String status, @Nullable ObjectNode part) {
    ObjectNode message =
        mapper
            .createObjectNode()
            .put("id", messageId(answer))
            .put("type", "message")
            .put("status", status);
    ArrayNode content = message.putArray("content");
    if (part != null) {
      content.add(part);
    }
    return message.put("role", "assistant");
  }

  private ObjectNode textPart(String text) {
    ObjectNode part = mapper.createObjectNode().put("type", "output_text").put("text", text);
    part.putArray("annotations");
    part.putArray("logprobs");
    return part;
  }

  private static String responseId(Answer answer) {
    return "resp_fake_" + answer.id();
  }

  private static String messageId(Answer answer) {
    return "msg_fake_" + answer.id();
  }

  private ObjectNode embeddings(JsonNode body, String model) {
    int dimensions = body.path("dimensions").asInt(DEFAULT_DIMENSIONS);
    boolean base64 = body.path("encoding_format").asText().equals("base64");
    ObjectNode list = mapper.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    int tokens = 0;
    for (JsonNode input : inputs(body)) {
      ObjectNode item = data.addObject().put("object", "embedding").put("index", data.size() - 1);
      float[] vector = vector(input.asText(), dimensions);
      if (base64) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * dimensions).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        item.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
      } else {
        ArrayNode numbers = item.putArray("embedding");
        for (float number : vector) {
          numbers.add(number);
        }
      }
      tokens += words(input.asText()).size();
    }
    list.put("model", model);
    list.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    return list;
  }

  /** A vector of length 1 that depends on the text only. It carries no meaning. */
  private static float[] vector(String text, int dimensions) {
    float[] vector = new float[dimensions];
    float size = (float) (1 / Math.sqrt(dimensions));
    for (int i = 0; i < dimensions; i++) {
      vector[i] = ((text.hashCode() >> (i % 32)) & 1) == 1 ? size : -size;
    }
    return vector;
  }

  private ObjectNode moderation(JsonNode body) {
    ObjectNode moderation =
        mapper
            .createObjectNode()
            .put("id", "modr-fake-%06d".formatted(sequence.incrementAndGet()))
            .put("model", body.path("model").asText("omni-moderation-latest"));
    ArrayNode results = moderation.putArray("results");
    for (int i = 0; i < inputs(body).size(); i++) {
      ObjectNode result = results.addObject().put("flagged", false);
      ObjectNode categories = result.putObject("categories");
      ObjectNode scores = result.putObject("category_scores");
      ObjectNode types = result.putObject("category_applied_input_types");
      for (String category : MODERATION_CATEGORIES) {
        categories.put(category, false);
        scores.put(category, 0.0);
        types.putArray(category).add("text");
      }
    }
    return moderation;
  }

  private static List<JsonNode> inputs(JsonNode body) {
    JsonNode input = body.path("input");
    List<JsonNode> inputs = new ArrayList<>();
    if (input.isArray()) {
      input.forEach(inputs::add);
    } else {
      inputs.add(input);
    }
    return inputs;
  }

  private static int inputTokens(JsonNode body) {
    return textTokens(body.path("messages"))
        + textTokens(body.path("instructions"))
        + textTokens(body.path("input"))
        + textTokens(body.path("prompt"));
  }

  private static int textTokens(JsonNode node) {
    if (node.isTextual()) {
      return words(node.asText()).size();
    }
    if (node.isObject()) {
      return textTokens(node.path("content")) + textTokens(node.path("text"));
    }
    int tokens = 0;
    for (JsonNode element : node) {
      tokens += textTokens(element);
    }
    return tokens;
  }

  private static List<String> words(String text) {
    return WORD.matcher(text).results().map(MatchResult::group).toList();
  }

  private Payload invalidUrl(ReceivedRequest request) {
    return error(404, "no such endpoint: " + request);
  }

  private Payload error(int status, String message) {
    ObjectNode root = mapper.createObjectNode();
    root.putObject("error")
        .put("message", message)
        .put("type", "invalid_request_error")
        .putNull("param")
        .putNull("code");
    return Payload.text(status, Payload.JSON, root.toString());
  }

  private static Payload json(ObjectNode node) {
    return Payload.text(200, Payload.JSON, node.toString());
  }

  private synchronized void keep(Answer answer) {
    responses.put(responseId(answer), answer);
    if (responses.size() > KEPT_RESPONSES) {
      responses.remove(responses.keySet().iterator().next());
    }
  }

  private synchronized @Nullable Answer kept(String id) {
    return responses.get(id);
  }
}
