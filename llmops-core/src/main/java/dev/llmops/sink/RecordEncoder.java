package dev.llmops.sink;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
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
import dev.llmops.Outcome;
import dev.llmops.Prompt;
import dev.llmops.RequestParameters;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import dev.llmops.ToolDefinition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a record as one line of JSON, schema {@value #SCHEMA}. Fields have the names of the
 * records' accessors; what is absent or empty is left out. {@link RecordDecoder} is its inverse.
 */
final class RecordEncoder {

  static final int SCHEMA = 1;

  // surrogates go out as escapes, Jackson's default: so can a lone one, which UTF-8 cannot hold
  private static final JsonFactory JSON = new JsonFactory();

  private RecordEncoder() {}

  /**
   * The record's line in UTF-8, with its line feed.
   *
   * @throws LineTooLong if it would have more bytes than that
   */
  static byte[] line(LlmRecord record, int maxBytes) throws IOException {
    Bounded out = new Bounded(RecordSize.of(record), maxBytes);
    try (JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      if (record instanceof LlmCall call) {
        header(json, "call");
        write(json, call);
      } else if (record instanceof LlmStep step) {
        header(json, "step");
        write(json, step);
      } else {
        header(json, "score");
        write(json, (CallScore) record);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return out.toByteArray();
  }

  private static void header(JsonGenerator json, String type) throws IOException {
    json.writeStringField("type", type);
    json.writeNumberField("schema", SCHEMA);
  }

  private static void write(JsonGenerator json, LlmCall call) throws IOException {
    write(json, "ref", call.ref());
    write(json, "parent", call.parent());
    write(json, call.context());
    write(json, call.request());
    write(json, call.outcome());
    write(json, call.timing());
    write(json, call.cost());
    write(json, "attempts", call.attempts());
    write(json, "origin", call.origin());
    json.writeNumberField("weight", call.weight());
    ServerJson.write(json, call.server());
    write(json, "problems", call.problems());
  }

  private static void write(JsonGenerator json, LlmStep step) throws IOException {
    write(json, "ref", step.ref());
    write(json, "parent", step.parent());
    write(json, step.context());
    write(json, step.request());
    write(json, step.result());
    write(json, step.error());
    write(json, step.timing());
    json.writeNumberField("weight", step.weight());
    write(json, "problems", step.problems());
  }

  private static void write(JsonGenerator json, CallScore score) throws IOException {
    write(json, "ref", score.ref());
    write(json, "key", score.key());
    json.writeStringField("name", score.name());
    write(json, "value", score.value());
    write(json, "label", score.label());
    write(json, "explanation", score.explanation());
    json.writeStringField("source", score.source());
    write(json, "responseId", score.responseId());
    write(json, "errorType", score.errorType());
    if (score.time() != null) {
      json.writeStringField("time", score.time().toString());
    }
    json.writeNumberField("weight", score.weight());
  }

  private static void write(JsonGenerator json, String field, @Nullable CallRef ref)
      throws IOException {
    if (ref != null) {
      json.writeObjectFieldStart(field);
      json.writeStringField("id", ref.id());
      write(json, "traceId", ref.traceId());
      write(json, "spanId", ref.spanId());
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, LlmContext context) throws IOException {
    if (context.equals(LlmContext.EMPTY)) {
      return;
    }
    json.writeObjectFieldStart("context");
    write(json, "conversationId", context.conversationId());
    write(json, "userId", context.userId());
    write(json, "sessionId", context.sessionId());
    write(json, context.prompt());
    write(json, "tags", context.tags());
    write(json, "caseId", context.caseId());
    write(json, "iteration", context.iteration());
    write(json, "origin", context.origin());
    write(json, "parent", context.parent());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, LlmRequest request) throws IOException {
    json.writeObjectFieldStart("request");
    json.writeStringField("operation", request.operation());
    json.writeStringField("provider", request.provider());
    write(json, "model", request.model());
    write(json, "serverAddress", request.serverAddress());
    write(json, "serverPort", request.serverPort());
    json.writeBooleanField("stream", request.stream());
    write(json, request.parameters());
    if (!request.systemInstructions().isEmpty()) {
      parts(json, "systemInstructions", request.systemInstructions());
    }
    messages(json, "messages", request.messages());
    tools(json, request.tools());
    write(json, "conversationId", request.conversationId());
    write(json, "userId", request.userId());
    write(json, "sessionId", request.sessionId());
    write(json, request.prompt());
    write(json, "tags", request.tags());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, RequestParameters parameters) throws IOException {
    if (parameters.equals(RequestParameters.NONE)) {
      return;
    }
    json.writeObjectFieldStart("parameters");
    write(json, "temperature", parameters.temperature());
    write(json, "topP", parameters.topP());
    write(json, "topK", parameters.topK());
    write(json, "maxTokens", parameters.maxTokens());
    write(json, "presencePenalty", parameters.presencePenalty());
    write(json, "frequencyPenalty", parameters.frequencyPenalty());
    write(json, "seed", parameters.seed());
    write(json, "stopSequences", parameters.stopSequences());
    write(json, "choiceCount", parameters.choiceCount());
    write(json, "outputType", parameters.outputType());
    write(json, "reasoningLevel", parameters.reasoningLevel());
    write(json, "encodingFormats", parameters.encodingFormats());
    write(json, "embeddingDimensions", parameters.embeddingDimensions());
    write(json, "previousResponseId", parameters.previousResponseId());
    write(json, "serviceTier", parameters.serviceTier());
    write(json, "apiType", parameters.apiType());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Outcome outcome) throws IOException {
    json.writeObjectFieldStart("outcome");
    if (outcome instanceof Outcome.Completed) {
      json.writeStringField("kind", "completed");
    } else if (outcome instanceof Outcome.Failed failed) {
      json.writeStringField("kind", "failed");
      write(json, failed.error());
    } else {
      json.writeStringField("kind", "cancelled");
      write(json, "reason", ((Outcome.Cancelled) outcome).reason());
    }
    write(json, outcome.response());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, @Nullable LlmResponse response) throws IOException {
    if (response == null) {
      return;
    }
    json.writeObjectFieldStart("response"); // even if empty: absent says that nothing came
    write(json, "id", response.id());
    write(json, "model", response.model());
    messages(json, "outputs", response.outputs());
    write(json, "finishReasons", response.finishReasons());
    write(json, response.usage());
    write(json, "serviceTier", response.serviceTier());
    write(json, "systemFingerprint", response.systemFingerprint());
    write(json, "status", response.status());
    write(json, "structuredOutputError", response.structuredOutputError());
    write(json, "headers", response.headers());
    ServerJson.write(json, response.serverTiming());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, TokenUsage usage) throws IOException {
    if (usage.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("usage");
    write(json, "inputTokens", usage.inputTokens());
    write(json, "outputTokens", usage.outputTokens());
    write(json, "cachedInputTokens", usage.cachedInputTokens());
    write(json, "cacheWriteInputTokens", usage.cacheWriteInputTokens());
    write(json, "reasoningTokens", usage.reasoningTokens());
    if (!usage.modalities().isEmpty()) {
      json.writeArrayFieldStart("modalities");
      for (TokenUsage.ModalityUsage each : usage.modalities()) {
        json.writeStartObject();
        write(json, "modality", each.modality());
        write(json, "inputTokens", each.inputTokens());
        write(json, "outputTokens", each.outputTokens());
        write(json, "cachedInputTokens", each.cachedInputTokens());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, @Nullable CallError error) throws IOException {
    if (error == null) {
      return;
    }
    json.writeObjectFieldStart("error");
    json.writeStringField("type", error.type());
    write(json, "exceptionType", error.exceptionType());
    write(json, "message", error.message());
    write(json, "httpStatus", error.httpStatus());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Timing timing) throws IOException {
    json.writeObjectFieldStart("timing");
    json.writeStringField("start", timing.start().toString());
    json.writeNumberField("totalNanos", timing.total().toNanos());
    write(json, "timeToFirstChunkNanos", nanos(timing.timeToFirstChunk()));
    write(json, "timeToFirstOutputNanos", nanos(timing.timeToFirstOutput()));
    json.writeNumberField("chunks", timing.chunks());
    write(json, "consumerNanos", nanos(timing.consumer()));
    write(json, "backOffNanos", nanos(timing.backOff()));
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, @Nullable Cost cost) throws IOException {
    if (cost == null) {
      return;
    }
    json.writeObjectFieldStart("cost");
    json.writeNumberField("amount", cost.amount());
    json.writeStringField("currency", cost.currency());
    json.writeStringField("priceId", cost.priceId());
    json.writeBooleanField("estimated", cost.estimated());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, @Nullable Prompt prompt) throws IOException {
    if (prompt == null) {
      return;
    }
    json.writeObjectFieldStart("prompt");
    json.writeStringField("name", prompt.name());
    write(json, "version", prompt.version());
    write(json, "variables", prompt.variables());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, StepRequest request) throws IOException {
    json.writeObjectFieldStart("request");
    write(json, "kind", request.kind());
    json.writeStringField("name", request.name());
    write(json, "id", request.id());
    write(json, "version", request.version());
    write(json, "description", request.description());
    write(json, "toolType", request.toolType());
    write(json, "provider", request.provider());
    write(json, "model", request.model());
    write(json, "topK", request.topK());
    write(json, "input", request.input());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, StepResult result) throws IOException {
    if (result.equals(StepResult.NONE)) {
      return;
    }
    json.writeObjectFieldStart("result");
    write(json, "text", result.text());
    if (!result.documents().isEmpty()) {
      json.writeArrayFieldStart("documents");
      for (StepResult.Document document : result.documents()) {
        json.writeStartObject();
        json.writeStringField("id", document.id());
        write(json, "score", document.score());
        write(json, "text", document.text());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void messages(JsonGenerator json, String field, List<Message> messages)
      throws IOException {
    if (messages.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart(field);
    for (Message message : messages) {
      json.writeStartObject();
      json.writeStringField("role", message.role());
      write(json, "name", message.name());
      parts(json, "parts", message.parts());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void parts(JsonGenerator json, String field, List<MessagePart> parts)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (MessagePart part : parts) {
      json.writeStartObject();
      write(json, part);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, MessagePart part) throws IOException {
    if (part instanceof MessagePart.Text text) {
      json.writeStringField("type", "text");
      json.writeStringField("content", text.content());
    } else if (part instanceof MessagePart.Reasoning reasoning) {
      json.writeStringField("type", "reasoning");
      json.writeStringField("content", reasoning.content());
    } else if (part instanceof MessagePart.Refusal refusal) {
      json.writeStringField("type", "refusal");
      json.writeStringField("content", refusal.content());
    } else if (part instanceof MessagePart.ToolCall call) {
      json.writeStringField("type", "tool_call");
      write(json, "id", call.id());
      json.writeStringField("name", call.name());
      write(json, "arguments", call.arguments());
    } else if (part instanceof MessagePart.ToolResponse response) {
      json.writeStringField("type", "tool_call_response");
      write(json, "id", response.id());
      json.writeStringField("response", response.response());
    } else if (part instanceof MessagePart.Blob blob) {
      json.writeStringField("type", "blob");
      write(json, "modality", blob.modality());
      write(json, "mimeType", blob.mimeType());
      json.writeStringField("base64", blob.base64());
    } else if (part instanceof MessagePart.FileRef file) {
      json.writeStringField("type", "file");
      write(json, "modality", file.modality());
      write(json, "mimeType", file.mimeType());
      json.writeStringField("fileId", file.fileId());
    } else if (part instanceof MessagePart.UriRef uri) {
      json.writeStringField("type", "uri");
      write(json, "modality", uri.modality());
      write(json, "mimeType", uri.mimeType());
      json.writeStringField("uri", uri.uri());
    } else {
      MessagePart.Other other = (MessagePart.Other) part;
      json.writeStringField("type", "other");
      json.writeStringField("otherType", other.type());
      write(json, "value", other.value());
    }
  }

  private static void tools(JsonGenerator json, List<ToolDefinition> tools) throws IOException {
    if (tools.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("tools");
    for (ToolDefinition tool : tools) {
      json.writeStartObject();
      json.writeStringField("type", tool.type());
      json.writeStringField("name", tool.name());
      write(json, "description", tool.description());
      write(json, "parameters", tool.parameters());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, String field, @Nullable String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(field, text);
    }
  }

  /** As a string, not as JSON: what a model wrote may be no JSON at all. */
  private static void write(JsonGenerator json, String field, @Nullable JsonText value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value.text());
    }
  }

  private static void write(JsonGenerator json, String field, @Nullable Long number)
      throws IOException {
    if (number != null) {
      json.writeNumberField(field, number);
    }
  }

  private static void write(JsonGenerator json, String field, @Nullable Integer number)
      throws IOException {
    if (number != null) {
      json.writeNumberField(field, number);
    }
  }

  private static void write(JsonGenerator json, String field, @Nullable Double number)
      throws IOException {
    if (number != null) {
      json.writeNumberField(field, number); // NaN and infinities become strings
    }
  }

  private static void write(JsonGenerator json, String field, Enum<?> value) throws IOException {
    json.writeStringField(field, value.name().toLowerCase(Locale.ROOT));
  }

  private static void write(JsonGenerator json, String field, List<String> texts)
      throws IOException {
    if (!texts.isEmpty()) {
      json.writeArrayFieldStart(field);
      for (String text : texts) {
        json.writeString(text);
      }
      json.writeEndArray();
    }
  }

  private static void write(JsonGenerator json, String field, Map<String, String> texts)
      throws IOException {
    if (!texts.isEmpty()) {
      json.writeObjectFieldStart(field);
      for (Map.Entry<String, String> entry : texts.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
    }
  }

  private static @Nullable Long nanos(@Nullable Duration duration) {
    return duration == null ? null : duration.toNanos();
  }

  /** A line would have become longer than it may. */
  static final class LineTooLong extends IOException {
    private LineTooLong(int maxBytes) {
      super("the line would be longer than " + maxBytes + " bytes");
    }
  }

  private static final class Bounded extends ByteArrayOutputStream {
    private final int maxBytes;

    Bounded(long expected, int maxBytes) {
      super((int) Math.min(expected, maxBytes));
      this.maxBytes = maxBytes;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      check(length);
      super.write(bytes, offset, length);
    }

    @Override
    public synchronized void write(int b) {
      check(1);
      super.write(b);
    }

    private void check(int more) {
      if (more > maxBytes - count) {
        throw new UncheckedIOException(new LineTooLong(maxBytes));
      }
    }
  }
}
