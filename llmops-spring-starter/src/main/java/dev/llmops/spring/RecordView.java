package dev.llmops.spring;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.ComponentStats;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
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
import dev.llmops.cost.CostBudget;
import dev.llmops.server.Gpu;
import dev.llmops.server.ServedModel;
import dev.llmops.server.ServerFacts;
import dev.llmops.server.ServerInfo;
import dev.llmops.server.ServerLoad;
import dev.llmops.server.ServerSnapshot;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records as maps, lists, texts and numbers, which every JSON library writes alike. Fields have the
 * names that the lines of a JSONL file have; what is absent or empty is left out. Shows what it is
 * given: what of the content may be seen was decided by who kept the record.
 */
final class RecordView {

  private RecordView() {}

  /** What a list shows of a call: no content. */
  static Map<String, Object> summary(LlmCall call) {
    Fields fields = new Fields();
    fields.put("type", "call");
    fields.put("id", call.ref().id());
    fields.put("traceId", call.ref().traceId());
    fields.put("spanId", call.ref().spanId());
    fields.put("parent", call.parent() == null ? null : call.parent().id());
    fields.put("start", call.timing().start().toString());
    fields.put("operation", call.request().operation());
    fields.put("provider", call.request().provider());
    fields.put("model", model(call));
    fields.put("stream", call.request().stream());
    fields.put("outcome", outcome(call.outcome()));
    fields.put("error", call.error() == null ? null : call.error().type());
    fields.put("milliseconds", millis(call.timing().total()));
    fields.put("millisecondsToFirstChunk", millis(call.timing().timeToFirstChunk()));
    fields.put("inputTokens", call.usage().inputTokens());
    fields.put("outputTokens", call.usage().outputTokens());
    fields.put("cost", cost(call.cost()));
    fields.put("conversationId", call.conversationId());
    fields.put("userId", call.userId());
    fields.put("sessionId", call.sessionId());
    fields.put("origin", name(call.origin()));
    return fields.map;
  }

  /** What a list shows of a step: no content. */
  static Map<String, Object> summary(LlmStep step) {
    Fields fields = new Fields();
    fields.put("type", "step");
    fields.put("id", step.ref().id());
    fields.put("traceId", step.ref().traceId());
    fields.put("spanId", step.ref().spanId());
    fields.put("parent", step.parent() == null ? null : step.parent().id());
    fields.put("start", step.timing().start().toString());
    fields.put("kind", name(step.request().kind()));
    fields.put("name", step.request().name());
    fields.put("error", step.error() == null ? null : step.error().type());
    fields.put("milliseconds", millis(step.timing().total()));
    fields.put("conversationId", step.context().conversationId());
    return fields.map;
  }

  static Map<String, Object> of(LlmCall call) {
    Fields fields = new Fields();
    fields.put("type", "call");
    fields.put("ref", ref(call.ref()));
    fields.put("parent", ref(call.parent()));
    fields.put("context", context(call.context()));
    fields.put("request", request(call.request()));
    Fields outcome = new Fields();
    outcome.put("kind", outcome(call.outcome()));
    outcome.put("error", error(call.error()));
    if (call.outcome() instanceof Outcome.Cancelled cancelled) {
      outcome.put("reason", name(cancelled.reason()));
    }
    LlmResponse response = call.outcome().response();
    if (response != null) {
      outcome.map.put("response", response(response)); // even if empty: absent says nothing came
    }
    fields.put("outcome", outcome.map);
    fields.put("timing", timing(call.timing()));
    fields.put("explanation", call.explain());
    fields.put("server", server(call.server()));
    fields.put("cost", cost(call.cost()));
    fields.put("attempts", call.attempts());
    fields.put("origin", name(call.origin()));
    fields.put("weight", call.weight());
    fields.put("problems", call.problems());
    return fields.map;
  }

  static Map<String, Object> of(LlmStep step) {
    Fields fields = new Fields();
    fields.put("type", "step");
    fields.put("ref", ref(step.ref()));
    fields.put("parent", ref(step.parent()));
    fields.put("context", context(step.context()));
    StepRequest asked = step.request();
    Fields request = new Fields();
    request.put("kind", name(asked.kind()));
    request.put("name", asked.name());
    request.put("id", asked.id());
    request.put("version", asked.version());
    request.put("description", asked.description());
    request.put("toolType", asked.toolType());
    request.put("provider", asked.provider());
    request.put("model", asked.model());
    request.put("topK", asked.topK());
    request.put("input", asked.input());
    fields.put("request", request.map);
    Fields result = new Fields();
    result.put("text", step.result().text());
    result.put("documents", step.result().documents().stream().map(RecordView::document).toList());
    fields.put("result", result.map);
    fields.put("error", error(step.error()));
    fields.put("timing", timing(step.timing()));
    fields.put("weight", step.weight());
    fields.put("problems", step.problems());
    return fields.map;
  }

  static Map<String, Object> of(CallScore score) {
    Fields fields = new Fields();
    fields.put("type", "score");
    fields.put("ref", ref(score.ref()));
    fields.put("key", score.key());
    fields.put("name", score.name());
    fields.put("value", score.value());
    fields.put("label", score.label());
    fields.put("explanation", score.explanation());
    fields.put("source", score.source());
    fields.put("responseId", score.responseId());
    fields.put("errorType", score.errorType());
    fields.put("time", score.time() == null ? null : score.time().toString());
    fields.put("weight", score.weight());
    return fields.map;
  }

  static Map<String, Object> of(ComponentStats stats) {
    Fields fields = new Fields();
    fields.put("name", stats.name());
    fields.put("accepted", stats.accepted());
    fields.put("delivered", stats.delivered());
    fields.put("dropped", stats.dropped());
    fields.put("failed", stats.failed());
    fields.put("note", stats.note());
    return fields.map;
  }

  static Map<String, Object> of(CostBudget.Status budget) {
    Fields fields = new Fields();
    fields.put("name", budget.name());
    fields.put("limit", budget.limit());
    fields.put("spent", budget.spent());
    fields.put("currency", budget.currency());
    fields.put("action", budget.refuses() ? "refuse" : "warn");
    fields.put("since", budget.since().toString());
    fields.put("resetsAt", budget.resetsAt().toString());
    fields.put("over", budget.over());
    fields.put("refusedUnpriced", budget.refusedUnpriced());
    fields.put("unpriced", budget.unpriced());
    fields.put("otherCurrency", budget.otherCurrency());
    fields.put("withoutKey", budget.withoutKey());
    fields.put("keys", budget.keys());
    fields.put("forgottenKeys", budget.forgottenKeys());
    return fields.map;
  }

  static Map<String, Object> of(ServerSnapshot snapshot) {
    Fields fields = new Fields();
    fields.put("server", snapshot.server());
    fields.put("match", name(snapshot.match()));
    fields.put("reason", snapshot.reason());
    fields.put("takenAt", snapshot.takenAt() == null ? null : snapshot.takenAt().toString());
    ServerInfo info = snapshot.info();
    fields.put("kind", info.kind() == null ? null : name(info.kind()));
    fields.put("version", info.version());
    fields.put("models", info.models().stream().map(ServedModel::id).toList());
    fields.put("maxRequests", info.maxRequests());
    fields.put("load", load(snapshot.load()));
    fields.put("gpuMatch", name(snapshot.gpuMatch()));
    fields.put("gpus", snapshot.gpus().stream().map(RecordView::gpu).toList());
    fields.put("replicas", snapshot.replicas().stream().map(RecordView::of).toList());
    fields.put("problems", snapshot.problems());
    return fields.map;
  }

  private static Map<String, Object> load(ServerLoad load) {
    Fields fields = new Fields();
    fields.put("running", load.running());
    fields.put("waiting", load.waiting());
    fields.put("kvCacheUse", load.kvCacheUse());
    fields.put("prefixCacheHitRate", load.prefixCacheHitRate());
    fields.put("preemptionsPerSecond", load.preemptionsPerSecond());
    fields.put("promptTokensPerSecond", load.promptTokensPerSecond());
    fields.put("generationTokensPerSecond", load.generationTokensPerSecond());
    return fields.map;
  }

  private static Map<String, Object> gpu(Gpu gpu) {
    Fields fields = new Fields();
    fields.put("uuid", gpu.uuid());
    fields.put("index", gpu.index());
    fields.put("model", gpu.model());
    fields.put("host", gpu.host());
    fields.put("pod", gpu.pod());
    fields.put("utilization", gpu.utilization());
    fields.put("tensorActivity", gpu.tensorActivity());
    fields.put("dramActivity", gpu.dramActivity());
    fields.put("memoryUsedBytes", gpu.memoryUsedBytes());
    fields.put("memoryTotalBytes", gpu.memoryTotalBytes());
    fields.put("powerWatts", gpu.powerWatts());
    fields.put("temperatureCelsius", gpu.temperatureCelsius());
    fields.put(
        "throttling",
        gpu.throttling() == null
            ? null
            : gpu.throttling().stream().map(RecordView::name).sorted().toList());
    fields.put("migProfile", gpu.migProfile());
    fields.put("migInstance", gpu.migInstance());
    return fields.map;
  }

  /** The model that answered, else the one that was asked for. */
  static @Nullable String model(LlmCall call) {
    String answered = call.response().model();
    return answered != null ? answered : call.request().model();
  }

  static String outcome(Outcome outcome) {
    if (outcome instanceof Outcome.Completed) {
      return "completed";
    }
    return outcome instanceof Outcome.Failed ? "failed" : "cancelled";
  }

  private static Map<String, Object> request(LlmRequest request) {
    Fields fields = new Fields();
    fields.put("operation", request.operation());
    fields.put("provider", request.provider());
    fields.put("model", request.model());
    fields.put("serverAddress", request.serverAddress());
    fields.put("serverPort", request.serverPort());
    fields.put("stream", request.stream());
    fields.put("parameters", parameters(request.parameters()));
    fields.put("systemInstructions", parts(request.systemInstructions()));
    fields.put("messages", messages(request.messages()));
    fields.put(
        "tools",
        request.tools().stream()
            .map(
                tool -> {
                  Fields each = new Fields();
                  each.put("type", tool.type());
                  each.put("name", tool.name());
                  each.put("description", tool.description());
                  each.put("parameters", Objects.toString(tool.parameters(), null));
                  return each.map;
                })
            .toList());
    fields.put("conversationId", request.conversationId());
    fields.put("userId", request.userId());
    fields.put("sessionId", request.sessionId());
    fields.put("prompt", prompt(request.prompt()));
    fields.put("tags", request.tags());
    return fields.map;
  }

  private static Map<String, Object> parameters(RequestParameters parameters) {
    Fields fields = new Fields();
    fields.put("temperature", parameters.temperature());
    fields.put("topP", parameters.topP());
    fields.put("topK", parameters.topK());
    fields.put("maxTokens", parameters.maxTokens());
    fields.put("presencePenalty", parameters.presencePenalty());
    fields.put("frequencyPenalty", parameters.frequencyPenalty());
    fields.put("seed", parameters.seed());
    fields.put("stopSequences", parameters.stopSequences());
    fields.put("choiceCount", parameters.choiceCount());
    fields.put("outputType", parameters.outputType());
    fields.put("reasoningLevel", parameters.reasoningLevel());
    fields.put("encodingFormats", parameters.encodingFormats());
    fields.put("embeddingDimensions", parameters.embeddingDimensions());
    fields.put("previousResponseId", parameters.previousResponseId());
    fields.put("serviceTier", parameters.serviceTier());
    fields.put("apiType", parameters.apiType());
    return fields.map;
  }

  private static Map<String, Object> response(LlmResponse response) {
    Fields fields = new Fields();
    fields.put("id", response.id());
    fields.put("model", response.model());
    fields.put("outputs", messages(response.outputs()));
    fields.put("finishReasons", response.finishReasons());
    fields.put("usage", usage(response.usage()));
    fields.put("serviceTier", response.serviceTier());
    fields.put("systemFingerprint", response.systemFingerprint());
    fields.put("status", response.status());
    fields.put("structuredOutputError", response.structuredOutputError());
    fields.put("headers", response.headers());
    return fields.map;
  }

  private static Map<String, Object> usage(TokenUsage usage) {
    Fields fields = new Fields();
    fields.put("inputTokens", usage.inputTokens());
    fields.put("outputTokens", usage.outputTokens());
    fields.put("cachedInputTokens", usage.cachedInputTokens());
    fields.put("cacheWriteInputTokens", usage.cacheWriteInputTokens());
    fields.put("reasoningTokens", usage.reasoningTokens());
    fields.put(
        "modalities",
        usage.modalities().stream()
            .map(
                part -> {
                  Fields each = new Fields();
                  each.put("modality", name(part.modality()));
                  each.put("inputTokens", part.inputTokens());
                  each.put("outputTokens", part.outputTokens());
                  each.put("cachedInputTokens", part.cachedInputTokens());
                  return each.map;
                })
            .toList());
    return fields.map;
  }

  private static Map<String, Object> timing(Timing timing) {
    Fields fields = new Fields();
    fields.put("start", timing.start().toString());
    fields.put("totalNanos", timing.total().toNanos());
    fields.put("timeToFirstChunkNanos", nanos(timing.timeToFirstChunk()));
    fields.put("timeToFirstOutputNanos", nanos(timing.timeToFirstOutput()));
    fields.put("chunks", timing.chunks());
    return fields.map;
  }

  private static Map<String, Object> server(@Nullable ServerFacts facts) {
    Fields fields = new Fields();
    if (facts != null) {
      fields.put("start", snapshot(facts.start(), facts.startAge()));
      fields.put("end", snapshot(facts.end(), facts.endAge()));
    }
    return fields.map;
  }

  private static Map<String, Object> snapshot(ServerSnapshot snapshot, @Nullable Duration age) {
    Fields fields = new Fields();
    fields.put("server", snapshot.server());
    fields.put("match", name(snapshot.match()));
    fields.put("reason", snapshot.reason());
    fields.put("ageNanos", nanos(age));
    fields.put("running", snapshot.load().running());
    fields.put("waiting", snapshot.load().waiting());
    fields.put("kvCacheUse", snapshot.load().kvCacheUse());
    fields.put("gpus", snapshot.gpus().stream().map(RecordView::gpu).toList());
    return fields.map;
  }

  private static Map<String, Object> cost(@Nullable Cost cost) {
    Fields fields = new Fields();
    if (cost != null) {
      fields.put("amount", cost.amount());
      fields.put("currency", cost.currency());
      fields.put("priceId", cost.priceId());
      fields.put("estimated", cost.estimated());
    }
    return fields.map;
  }

  private static Map<String, Object> error(@Nullable CallError error) {
    Fields fields = new Fields();
    if (error != null) {
      fields.put("type", error.type());
      fields.put("exceptionType", error.exceptionType());
      fields.put("message", error.message());
      fields.put("httpStatus", error.httpStatus());
    }
    return fields.map;
  }

  private static Map<String, Object> context(LlmContext context) {
    Fields fields = new Fields();
    fields.put("conversationId", context.conversationId());
    fields.put("userId", context.userId());
    fields.put("sessionId", context.sessionId());
    fields.put("prompt", prompt(context.prompt()));
    fields.put("tags", context.tags());
    fields.put("caseId", context.caseId());
    fields.put("iteration", context.iteration());
    return fields.map;
  }

  private static Map<String, Object> prompt(@Nullable Prompt prompt) {
    Fields fields = new Fields();
    if (prompt != null) {
      fields.put("name", prompt.name());
      fields.put("version", prompt.version());
      fields.put("variables", prompt.variables());
    }
    return fields.map;
  }

  private static List<Map<String, Object>> messages(List<Message> messages) {
    return messages.stream()
        .map(
            message -> {
              Fields fields = new Fields();
              fields.put("role", message.role());
              fields.put("name", message.name());
              fields.put("parts", parts(message.parts()));
              return fields.map;
            })
        .toList();
  }

  private static List<Map<String, Object>> parts(List<MessagePart> parts) {
    return parts.stream().map(RecordView::part).toList();
  }

  private static Map<String, Object> part(MessagePart part) {
    Fields fields = new Fields();
    if (part instanceof MessagePart.Text text) {
      fields.put("type", "text");
      fields.put("content", text.content());
    } else if (part instanceof MessagePart.Reasoning reasoning) {
      fields.put("type", "reasoning");
      fields.put("content", reasoning.content());
    } else if (part instanceof MessagePart.Refusal refusal) {
      fields.put("type", "refusal");
      fields.put("content", refusal.content());
    } else if (part instanceof MessagePart.ToolCall call) {
      fields.put("type", "tool_call");
      fields.put("id", call.id());
      fields.put("name", call.name());
      fields.put("arguments", Objects.toString(call.arguments(), null));
    } else if (part instanceof MessagePart.ToolResponse response) {
      fields.put("type", "tool_call_response");
      fields.put("id", response.id());
      fields.put("response", response.response());
    } else if (part instanceof MessagePart.Blob blob) {
      fields.put("type", "blob");
      fields.put("modality", name(blob.modality()));
      fields.put("mimeType", blob.mimeType());
      fields.put("base64Chars", blob.base64().length()); // a page has no use for the bytes
    } else if (part instanceof MessagePart.FileRef file) {
      fields.put("type", "file");
      fields.put("modality", name(file.modality()));
      fields.put("mimeType", file.mimeType());
      fields.put("fileId", file.fileId());
    } else if (part instanceof MessagePart.UriRef uri) {
      fields.put("type", "uri");
      fields.put("modality", name(uri.modality()));
      fields.put("mimeType", uri.mimeType());
      fields.put("uri", uri.uri());
    } else if (part instanceof MessagePart.Other other) {
      fields.put("type", "other");
      fields.put("otherType", other.type());
      fields.put("value", other.value().text());
    }
    return fields.map;
  }

  private static Map<String, Object> document(StepResult.Document document) {
    Fields fields = new Fields();
    fields.put("id", document.id());
    fields.put("score", document.score());
    fields.put("text", document.text());
    return fields.map;
  }

  private static Map<String, Object> ref(@Nullable CallRef ref) {
    Fields fields = new Fields();
    if (ref != null) {
      fields.put("id", ref.id());
      fields.put("traceId", ref.traceId());
      fields.put("spanId", ref.spanId());
    }
    return fields.map;
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable Double millis(@Nullable Duration duration) {
    return duration == null ? null : Double.valueOf(duration.toNanos() / 1e6);
  }

  private static @Nullable Long nanos(@Nullable Duration duration) {
    return duration == null ? null : Long.valueOf(duration.toNanos());
  }

  /** Leaves out what is absent or empty. */
  private static final class Fields {
    final Map<String, Object> map = new LinkedHashMap<>();

    void put(String name, @Nullable Object value) {
      if (value == null
          || (value instanceof Collection<?> list && list.isEmpty())
          || (value instanceof Map<?, ?> fields && fields.isEmpty())) {
        return;
      }
      map.put(name, value);
    }
  }
}
