package dev.llmops.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.Cost;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Prompt;
import dev.llmops.RequestParameters;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import dev.llmops.ToolDefinition;
import dev.llmops.server.ServerFacts;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line that {@link RecordEncoder} wrote. Fields may come in any order, unknown ones are
 * skipped. The line is hostile input: what is read grows with its length and no faster, and
 * messages never repeat what could be content.
 */
final class RecordDecoder {

  private static final int MAX_ENTRIES = 10_000; // more than any record keeps
  private static final int MAX_AMOUNT_EXPONENT = 1_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // names come from the file: keep them out of tables that live as long as the process
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE) // the line's length is the bound
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNestingDepth(500)
                  .maxNumberLength(2_000)
                  .build())
          .build();

  private static final ObjectMapper TREES = new ObjectMapper();

  private final JsonParser json;
  private final CharBuffer line;

  private RecordDecoder(JsonParser json, CharBuffer line) {
    this.json = json;
    this.line = line;
  }

  /**
   * The record of a line.
   *
   * @throws Unreadable if it is none, or one of a newer schema or an unknown type
   */
  static LlmRecord decode(byte[] bytes, int offset, int length) throws Unreadable {
    try {
      // strictly, before the parser sees it: Jackson would put marks in place of broken characters
      CharBuffer line =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
      String type = type(line);
      try (JsonParser json = parser(line)) {
        RecordDecoder decoder = new RecordDecoder(json, line);
        json.nextToken();
        LlmRecord record =
            switch (type) {
              case "call" -> decoder.call();
              case "step" -> decoder.step();
              default -> decoder.score();
            };
        if (json.nextToken() != null) {
          throw new Unreadable("has more than one JSON value");
        }
        return record;
      }
    } catch (Unreadable e) {
      throw e;
    } catch (StreamConstraintsException e) {
      throw new Unreadable("nests deeper than 500 levels, or has a number of over 2000 digits");
    } catch (JsonProcessingException e) {
      // not the parser's own words: they quote the line
      long column = e.getLocation() == null ? -1 : e.getLocation().getColumnNr();
      throw new Unreadable("is not valid JSON" + (column > 0 ? " at column " + column : ""));
    } catch (IllegalArgumentException e) { // a record's own check, in the house's form
      String message = e.getMessage();
      throw new Unreadable(message == null ? "has a field out of range" : message);
    } catch (IOException e) {
      throw new Unreadable("is not valid UTF-8");
    }
  }

  private static JsonParser parser(CharBuffer line) throws IOException {
    return JSON.createParser(line.array(), line.arrayOffset(), line.remaining());
  }

  private static String type(CharBuffer line) throws IOException {
    String type = null;
    long schema = 0;
    try (JsonParser json = parser(line)) {
      RecordDecoder decoder = new RecordDecoder(json, line);
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new Unreadable("is not a JSON object");
      }
      while ((type == null || schema == 0) && json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "type" -> type = decoder.text();
          case "schema" -> schema = decoder.number(1, Long.MAX_VALUE);
          default -> json.skipChildren();
        }
      }
    }
    if (type == null || schema == 0) {
      throw new Unreadable(
          "field \"" + (type == null ? "type" : "schema") + "\" is missing; is it a record?");
    }
    if (schema > RecordEncoder.SCHEMA) {
      throw new Unreadable(
          "schema "
              + schema
              + " is newer than this version reads ("
              + RecordEncoder.SCHEMA
              + "); read it with a newer llmops");
    }
    if (!type.equals("call") && !type.equals("step") && !type.equals("score")) {
      throw new Unreadable(
          "type \""
              + Checks.printable(type, 40)
              + "\" is not known to this version, which knows call, step and score");
    }
    return type;
  }

  private LlmCall call() throws IOException {
    CallRef ref = null;
    CallRef parent = null;
    LlmContext context = LlmContext.EMPTY;
    LlmRequest request = null;
    Outcome outcome = null;
    Timing timing = null;
    Cost cost = null;
    Integer attempts = null;
    Origin origin = Origin.APPLICATION;
    double weight = 1;
    ServerFacts server = null;
    List<String> problems = List.of();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "ref" -> ref = ref();
        case "parent" -> parent = ref();
        case "context" -> context = context();
        case "server" -> server = ServerJson.facts(tree());
        case "request" -> request = request();
        case "outcome" -> outcome = outcome();
        case "timing" -> timing = timing();
        case "cost" -> cost = cost();
        case "attempts" -> attempts = (int) number(0, Integer.MAX_VALUE);
        case "origin" -> origin = word(Origin.class);
        case "weight" -> weight = real();
        case "problems" -> problems = texts();
        default -> json.skipChildren();
      }
    }
    return new LlmCall(
        need(ref, "ref"),
        parent,
        context,
        need(request, "request"),
        need(outcome, "outcome"),
        need(timing, "timing"),
        cost,
        attempts,
        origin,
        weight,
        server,
        problems);
  }

  private LlmStep step() throws IOException {
    CallRef ref = null;
    CallRef parent = null;
    LlmContext context = LlmContext.EMPTY;
    StepRequest request = null;
    StepResult result = StepResult.NONE;
    CallError error = null;
    Timing timing = null;
    double weight = 1;
    List<String> problems = List.of();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "ref" -> ref = ref();
        case "parent" -> parent = ref();
        case "context" -> context = context();
        case "request" -> request = stepRequest();
        case "result" -> result = stepResult();
        case "error" -> error = error();
        case "timing" -> timing = timing();
        case "weight" -> weight = real();
        case "problems" -> problems = texts();
        default -> json.skipChildren();
      }
    }
    return new LlmStep(
        need(ref, "ref"),
        parent,
        context,
        need(request, "request"),
        result,
        error,
        need(timing, "timing"),
        weight,
        problems);
  }

  private CallScore score() throws IOException {
    CallRef ref = null;
    String key = null;
    String name = null;
    Double value = null;
    String label = null;
    String explanation = null;
    String source = null;
    String responseId = null;
    String errorType = null;
    Instant time = null;
    double weight = 1;
    while (hasNextField()) {
      switch (json.currentName()) {
        case "ref" -> ref = ref();
        case "key" -> key = text();
        case "name" -> name = text();
        case "value" -> value = real();
        case "label" -> label = text();
        case "explanation" -> explanation = text();
        case "source" -> source = text();
        case "responseId" -> responseId = text();
        case "errorType" -> errorType = text();
        case "time" -> time = instant();
        case "weight" -> weight = real();
        default -> json.skipChildren();
      }
    }
    String judged = need(name, "name");
    CallScore.Builder score =
        ref != null ? CallScore.of(ref, judged) : CallScore.ofKey(need(key, "ref"), judged);
    if (source != null) {
      score.source(source);
    }
    return score
        .value(value)
        .label(label)
        .explanation(explanation)
        .responseId(responseId)
        .errorType(errorType)
        .time(time)
        .weight(weight)
        .build();
  }

  private CallRef ref() throws IOException {
    String id = null;
    String traceId = null;
    String spanId = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "id" -> id = text();
        case "traceId" -> traceId = text();
        case "spanId" -> spanId = text();
        default -> json.skipChildren();
      }
    }
    return CallRef.of(need(id, "id"), traceId, spanId);
  }

  private LlmContext context() throws IOException {
    LlmContext.Builder context = LlmContext.builder();
    String caseId = null;
    Integer iteration = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "conversationId" -> context.conversation(text());
        case "userId" -> context.user(text());
        case "sessionId" -> context.session(text());
        case "prompt" -> context.prompt(prompt());
        case "tags" -> map().forEach(context::tag);
        case "caseId" -> caseId = text();
        case "iteration" -> iteration = (int) number(0, Integer.MAX_VALUE);
        case "origin" -> context.origin(word(Origin.class));
        case "parent" -> context.parent(ref());
        default -> json.skipChildren();
      }
    }
    return context.evalCase(caseId, iteration).build();
  }

  private LlmRequest request() throws IOException {
    String operation = null;
    String provider = null;
    String model = null;
    String serverAddress = null;
    Integer serverPort = null;
    boolean stream = false;
    RequestParameters parameters = RequestParameters.NONE;
    List<MessagePart> systemInstructions = List.of();
    List<Message> messages = List.of();
    List<ToolDefinition> tools = List.of();
    String conversationId = null;
    String userId = null;
    String sessionId = null;
    Prompt prompt = null;
    Map<String, String> tags = Map.of();
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "operation" -> operation = text();
        case "provider" -> provider = text();
        case "model" -> model = text();
        case "serverAddress" -> serverAddress = text();
        case "serverPort" -> serverPort = (int) number(1, 65_535);
        case "stream" -> stream = flag();
        case "parameters" -> parameters = parameters();
        case "systemInstructions" -> systemInstructions = parts();
        case "messages" -> messages = messages();
        case "tools" -> tools = tools();
        case "conversationId" -> conversationId = text();
        case "userId" -> userId = text();
        case "sessionId" -> sessionId = text();
        case "prompt" -> prompt = prompt();
        case "tags" -> tags = map();
        default -> json.skipChildren();
      }
    }
    LlmRequest.Builder request =
        LlmRequest.builder(need(operation, "operation"), need(provider, "provider"))
            .model(model)
            .server(serverAddress, serverPort)
            .stream(stream)
            .parameters(parameters)
            .systemInstructions(systemInstructions)
            .messages(messages)
            .tools(tools)
            .conversationId(conversationId)
            .userId(userId)
            .sessionId(sessionId)
            .prompt(prompt);
    tags.forEach(request::tag);
    return request.build();
  }

  private RequestParameters parameters() throws IOException {
    RequestParameters.Builder parameters = RequestParameters.builder();
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "temperature" -> parameters.temperature(real());
        case "topP" -> parameters.topP(real());
        case "topK" -> parameters.topK(number());
        case "maxTokens" -> parameters.maxTokens(number());
        case "presencePenalty" -> parameters.presencePenalty(real());
        case "frequencyPenalty" -> parameters.frequencyPenalty(real());
        case "seed" -> parameters.seed(number());
        case "stopSequences" -> parameters.stopSequences(texts());
        case "choiceCount" -> parameters.choiceCount(number());
        case "outputType" -> parameters.outputType(text());
        case "reasoningLevel" -> parameters.reasoningLevel(text());
        case "encodingFormats" -> parameters.encodingFormats(texts());
        case "embeddingDimensions" -> parameters.embeddingDimensions(number());
        case "previousResponseId" -> parameters.previousResponseId(text());
        case "serviceTier" -> parameters.serviceTier(text());
        case "apiType" -> parameters.apiType(text());
        default -> json.skipChildren();
      }
    }
    return parameters.build();
  }

  private Outcome outcome() throws IOException {
    String kind = null;
    LlmResponse response = null;
    CallError error = null;
    Outcome.Reason reason = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "kind" -> kind = text();
        case "response" -> response = response();
        case "error" -> error = error();
        case "reason" -> reason = word(Outcome.Reason.class);
        default -> json.skipChildren();
      }
    }
    return switch (need(kind, "kind")) {
      case "completed" -> new Outcome.Completed(need(response, "response"));
      case "failed" -> new Outcome.Failed(response, need(error, "error"));
      case "cancelled" -> new Outcome.Cancelled(response, need(reason, "reason"));
      default ->
          throw new Unreadable("field \"outcome.kind\" must be completed, failed or cancelled");
    };
  }

  private LlmResponse response() throws IOException {
    LlmResponse.Builder response = LlmResponse.builder();
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "id" -> response.id(text());
        case "model" -> response.model(text());
        case "outputs" -> response.outputs(messages());
        case "finishReasons" -> response.finishReasons(texts());
        case "usage" -> response.usage(usage());
        case "serviceTier" -> response.serviceTier(text());
        case "systemFingerprint" -> response.systemFingerprint(text());
        case "status" -> response.status(text());
        case "serverTiming" -> response.serverTiming(ServerJson.timing(tree()));
        case "structuredOutputError" -> response.structuredOutputError(text());
        case "headers" -> map().forEach(response::header);
        default -> json.skipChildren();
      }
    }
    return response.build();
  }

  private TokenUsage usage() throws IOException {
    TokenUsage.Builder usage = TokenUsage.builder();
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "inputTokens" -> usage.inputTokens(number());
        case "outputTokens" -> usage.outputTokens(number());
        case "cachedInputTokens" -> usage.cachedInputTokens(number());
        case "cacheWriteInputTokens" -> usage.cacheWriteInputTokens(number());
        case "reasoningTokens" -> usage.reasoningTokens(number());
        case "modalities" -> usage.modalities(list(this::modalityUsage));
        default -> json.skipChildren();
      }
    }
    return usage.build();
  }

  private TokenUsage.ModalityUsage modalityUsage() throws IOException {
    MessagePart.Modality modality = MessagePart.Modality.UNKNOWN;
    Long input = null;
    Long output = null;
    Long cached = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "modality" -> modality = modality();
        case "inputTokens" -> input = number();
        case "outputTokens" -> output = number();
        case "cachedInputTokens" -> cached = number();
        default -> json.skipChildren();
      }
    }
    return new TokenUsage.ModalityUsage(modality, input, output, cached);
  }

  private CallError error() throws IOException {
    String type = null;
    String exceptionType = null;
    String message = null;
    Integer httpStatus = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "type" -> type = text();
        case "exceptionType" -> exceptionType = text();
        case "message" -> message = text();
        case "httpStatus" -> httpStatus = (int) number(Integer.MIN_VALUE, Integer.MAX_VALUE);
        default -> json.skipChildren();
      }
    }
    return new CallError(need(type, "type"), exceptionType, message, httpStatus);
  }

  private Timing timing() throws IOException {
    Instant start = null;
    Long total = null;
    Long firstChunk = null;
    Long firstOutput = null;
    long chunks = 0;
    Long consumer = null;
    Long backOff = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "start" -> start = instant();
        case "totalNanos" -> total = number(0, Long.MAX_VALUE);
        case "timeToFirstChunkNanos" -> firstChunk = number(0, Long.MAX_VALUE);
        case "timeToFirstOutputNanos" -> firstOutput = number(0, Long.MAX_VALUE);
        case "chunks" -> chunks = number(0, Long.MAX_VALUE);
        case "consumerNanos" -> consumer = number(0, Long.MAX_VALUE);
        case "backOffNanos" -> backOff = number(0, Long.MAX_VALUE);
        default -> json.skipChildren();
      }
    }
    return Timing.of(
            need(start, "start"),
            Duration.ofNanos(need(total, "totalNanos")),
            firstChunk == null ? null : Duration.ofNanos(firstChunk),
            firstOutput == null ? null : Duration.ofNanos(firstOutput),
            chunks)
        .withConsumer(consumer == null ? null : Duration.ofNanos(consumer))
        .withBackOff(backOff == null ? null : Duration.ofNanos(backOff));
  }

  private Cost cost() throws IOException {
    BigDecimal amount = null;
    String currency = null;
    String priceId = null;
    boolean estimated = false;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "amount" -> amount = amount();
        case "currency" -> currency = text();
        case "priceId" -> priceId = text();
        case "estimated" -> estimated = flag();
        default -> json.skipChildren();
      }
    }
    return new Cost(
        need(amount, "amount"), need(currency, "currency"), need(priceId, "priceId"), estimated);
  }

  private Prompt prompt() throws IOException {
    String name = null;
    String version = null;
    Map<String, String> variables = Map.of();
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "name" -> name = text();
        case "version" -> version = text();
        case "variables" -> variables = map();
        default -> json.skipChildren();
      }
    }
    return new Prompt(need(name, "name"), version, variables);
  }

  private StepRequest stepRequest() throws IOException {
    StepRequest.Kind kind = null;
    String name = null;
    String id = null;
    String version = null;
    String description = null;
    String toolType = null;
    String provider = null;
    String model = null;
    Long topK = null;
    String input = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "kind" -> kind = word(StepRequest.Kind.class);
        case "name" -> name = text();
        case "id" -> id = text();
        case "version" -> version = text();
        case "description" -> description = text();
        case "toolType" -> toolType = text();
        case "provider" -> provider = text();
        case "model" -> model = text();
        case "topK" -> topK = number();
        case "input" -> input = text();
        default -> json.skipChildren();
      }
    }
    String named = need(name, "name");
    StepRequest.Builder request =
        switch (need(kind, "kind")) {
          case TOOL -> StepRequest.tool(named);
          case AGENT -> StepRequest.agent(named);
          case WORKFLOW -> StepRequest.workflow(named);
          case RETRIEVAL -> StepRequest.retrieval(named);
        };
    return request
        .id(id)
        .version(version)
        .description(description)
        .toolType(toolType)
        .provider(provider)
        .model(model)
        .topK(topK)
        .input(input)
        .build();
  }

  private StepResult stepResult() throws IOException {
    String text = null;
    List<StepResult.Document> documents = List.of();
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "text" -> text = text();
        case "documents" -> documents = list(this::document);
        default -> json.skipChildren();
      }
    }
    return new StepResult(text, documents);
  }

  private StepResult.Document document() throws IOException {
    String id = null;
    Double score = null;
    String text = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "id" -> id = text();
        case "score" -> score = real();
        case "text" -> text = text();
        default -> json.skipChildren();
      }
    }
    return new StepResult.Document(need(id, "id"), score, text);
  }

  private List<Message> messages() throws IOException {
    return list(this::message);
  }

  private Message message() throws IOException {
    String role = null;
    String name = null;
    List<MessagePart> parts = List.of();
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "role" -> role = text();
        case "name" -> name = text();
        case "parts" -> parts = parts();
        default -> json.skipChildren();
      }
    }
    return new Message(need(role, "role"), parts, name);
  }

  private List<MessagePart> parts() throws IOException {
    return list(this::part);
  }

  private MessagePart part() throws IOException {
    String type = null;
    String content = null;
    String id = null;
    String name = null;
    String arguments = null;
    String response = null;
    MessagePart.Modality modality = MessagePart.Modality.UNKNOWN;
    String mimeType = null;
    String base64 = null;
    String fileId = null;
    String uri = null;
    String otherType = null;
    String value = null;
    expectObject();
    int from = (int) json.currentTokenLocation().getCharOffset();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "type" -> type = text();
        case "content" -> content = textOrSkip();
        case "id" -> id = textOrSkip();
        case "name" -> name = textOrSkip();
        case "arguments" -> arguments = textOrSkip();
        case "response" -> response = textOrSkip();
        case "modality" -> modality = modality();
        case "mimeType" -> mimeType = textOrSkip();
        case "base64" -> base64 = textOrSkip();
        case "fileId" -> fileId = textOrSkip();
        case "uri" -> uri = textOrSkip();
        case "otherType" -> otherType = textOrSkip();
        case "value" -> value = textOrSkip();
        default -> json.skipChildren();
      }
    }
    String kind = need(type, "type");
    return switch (kind) {
      case "text" -> new MessagePart.Text(need(content, "content"));
      case "reasoning" -> new MessagePart.Reasoning(need(content, "content"));
      case "refusal" -> new MessagePart.Refusal(need(content, "content"));
      case "tool_call" ->
          new MessagePart.ToolCall(
              id, need(name, "name"), arguments == null ? null : new JsonText(arguments));
      case "tool_call_response" -> new MessagePart.ToolResponse(id, need(response, "response"));
      case "blob" -> new MessagePart.Blob(modality, mimeType, need(base64, "base64"));
      case "file" -> new MessagePart.FileRef(modality, mimeType, need(fileId, "fileId"));
      case "uri" -> new MessagePart.UriRef(modality, mimeType, need(uri, "uri"));
      case "other" ->
          new MessagePart.Other(need(otherType, "otherType"), new JsonText(need(value, "value")));
      default -> // a kind that a later version added: kept as it stands
          new MessagePart.Other(kind, raw(from));
    };
  }

  /** The object that began at this character of the line and ends at the current token. */
  private JsonText raw(int from) {
    int to = (int) json.currentLocation().getCharOffset();
    return new JsonText(line.subSequence(from, to).toString());
  }

  private List<ToolDefinition> tools() throws IOException {
    return list(this::tool);
  }

  private ToolDefinition tool() throws IOException {
    String type = null;
    String name = null;
    String description = null;
    String parameters = null;
    expectObject();
    while (hasNextField()) {
      switch (json.currentName()) {
        case "type" -> type = text();
        case "name" -> name = text();
        case "description" -> description = text();
        case "parameters" -> parameters = text();
        default -> json.skipChildren();
      }
    }
    return new ToolDefinition(
        need(type, "type"),
        need(name, "name"),
        description,
        parameters == null ? null : new JsonText(parameters));
  }

  /** Goes to the value of the next field of the current object, or to the object's end. */
  private boolean hasNextField() throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      if (json.nextToken() != JsonToken.VALUE_NULL) { // null says the same as absent
        return true;
      }
    }
    return false;
  }

  private void expectObject() throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("a JSON object");
    }
  }

  private JsonNode tree() throws IOException {
    expectObject();
    return TREES.readTree(json);
  }

  private <T> List<T> list(Element<T> element) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw wrong("a list");
    }
    List<T> list = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      T read = element.read();
      if (list.size() < MAX_ENTRIES) {
        list.add(read);
      }
    }
    return list;
  }

  private List<String> texts() throws IOException {
    return list(this::text);
  }

  private Map<String, String> map() throws IOException {
    expectObject();
    Map<String, String> map = new LinkedHashMap<>();
    while (hasNextField()) {
      String key = json.currentName();
      String value = text();
      if (map.size() < MAX_ENTRIES) {
        map.put(key, value);
      }
    }
    return map;
  }

  private String text() throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong("a text");
    }
    return json.getText();
  }

  /** A part of an unknown kind may use a known name for something else. */
  private @Nullable String textOrSkip() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      return json.getText();
    }
    json.skipChildren();
    return null;
  }

  private boolean flag() throws IOException {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw wrong("true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private long number() throws IOException {
    return number(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private long number(long min, long max) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      JsonParser.NumberType type = json.getNumberType();
      if (type == JsonParser.NumberType.INT || type == JsonParser.NumberType.LONG) {
        long number = json.getLongValue();
        if (number >= min && number <= max) {
          return number;
        }
      }
    }
    throw wrong("a whole number between " + min + " and " + max);
  }

  private double real() throws IOException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.VALUE_STRING) { // how JSON holds what is no number
      switch (json.getText()) {
        case "NaN":
          return Double.NaN;
        case "Infinity":
          return Double.POSITIVE_INFINITY;
        case "-Infinity":
          return Double.NEGATIVE_INFINITY;
        default:
          throw wrong("a number");
      }
    }
    if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
      throw wrong("a number");
    }
    return json.getDoubleValue();
  }

  private BigDecimal amount() throws IOException {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
      throw wrong("a decimal number");
    }
    BigDecimal amount = json.getDecimalValue();
    // 1E+999999999 is short, but adding anything to it takes a gigabyte
    if (Math.abs((long) amount.scale()) > MAX_AMOUNT_EXPONENT) {
      throw wrong("a decimal number with at most " + MAX_AMOUNT_EXPONENT + " decimal places");
    }
    return amount;
  }

  private Instant instant() throws IOException {
    String text = text();
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw wrong("an ISO-8601 instant such as 2026-11-21T10:15:30.123Z");
    }
  }

  private <E extends Enum<E>> E word(Class<E> type) throws IOException {
    String word = text();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(word)) {
        return constant;
      }
    }
    List<String> known = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      known.add(constant.name().toLowerCase(Locale.ROOT));
    }
    throw wrong("one of " + known);
  }

  private MessagePart.Modality modality() throws IOException {
    String word = textOrSkip();
    for (MessagePart.Modality modality : MessagePart.Modality.values()) {
      if (modality.name().toLowerCase(Locale.ROOT).equals(word)) {
        return modality;
      }
    }
    return MessagePart.Modality.UNKNOWN;
  }

  private <T> T need(@Nullable T value, String field) throws Unreadable {
    if (value == null) {
      throw new Unreadable("field \"" + path(field) + "\" is missing");
    }
    return value;
  }

  private Unreadable wrong(String allowed) {
    JsonToken token = json.currentToken();
    String got =
        token == null
            ? "cut off"
            : switch (token) {
              case START_OBJECT -> "an object";
              case START_ARRAY -> "a list";
              case VALUE_STRING -> "another text";
              case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "another number";
              case VALUE_TRUE, VALUE_FALSE -> "true or false";
              default -> "null";
            };
    return new Unreadable("field \"" + path(null) + "\" must be " + allowed + ", but was " + got);
  }

  /** The current field as {@code request.messages.0.role}; of its object another, if given. */
  private String path(@Nullable String missing) {
    String pointer = json.getParsingContext().pathAsPointer().toString();
    String path = pointer.isEmpty() ? "" : pointer.substring(1).replace('/', '.');
    if (missing != null) {
      path = path.isEmpty() ? missing : path + "." + missing;
    }
    return Checks.printable(path, 120);
  }

  private interface Element<T> {
    T read() throws IOException;
  }

  /** Why a line is no record that this version can read; in plain words, without content. */
  static final class Unreadable extends IOException {
    Unreadable(String message) {
      super(Checks.printable(message, 300));
    }
  }
}
