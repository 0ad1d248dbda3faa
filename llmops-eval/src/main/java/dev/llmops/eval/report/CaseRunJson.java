package dev.llmops.eval.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.llmops.CallRef;
import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.dataset.CaseJson;
import dev.llmops.eval.report.CaseRun.TaskError;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One {@link CaseRun} as one line of JSON, in journals and reports. Results name their evaluator by
 * its name; the recorded call of a case is left out, as {@code calls.jsonl} holds it. Numbers come
 * back as they were; durations are in nanoseconds. Fields may be added in later versions; unknown
 * ones are passed over.
 */
public final class CaseRunJson {

  private static final ObjectMapper JSON = new ObjectMapper();

  private CaseRunJson() {}

  /** The line, without its end. */
  public static String write(CaseRun run) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("type", "case_run");
    line.putRawValue("case", new RawValue(CaseJson.write(run.evalCase())));
    line.put("iteration", run.iteration());
    if (run.latency() != null) {
      line.put("latency_ns", run.latency().toNanos());
    }
    TaskError error = run.error();
    if (error != null) {
      ObjectNode told = line.putObject("error").put("type", error.type());
      if (error.message() != null) {
        told.put("message", error.message());
      }
    }
    ArrayNode results = line.putArray("results");
    run.results().forEach(result -> results.add(result(result)));
    spend(line, run.spend());
    ArrayNode calls = line.putArray("calls");
    for (CallRef call : run.calls()) {
      ObjectNode ref = calls.addObject().put("id", call.id());
      if (call.traceId() != null) {
        ref.put("trace_id", call.traceId()).put("span_id", call.spanId());
      }
    }
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a case run could not be written as JSON", e);
    }
  }

  /**
   * The line's case run.
   *
   * @param evaluators those that its results are by
   * @throws IllegalArgumentException if it is not such a line, or names another evaluator
   */
  public static CaseRun read(String line, List<EvaluatorSpec> evaluators) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a line of JSON"); // the cause would quote content
    }
    if (node == null || !node.path("type").asText().equals("case_run")) {
      throw new IllegalArgumentException("not a line of type case_run");
    }
    List<EvalResult> results = new ArrayList<>();
    for (JsonNode result : node.path("results")) {
      results.add(result(result, evaluators));
    }
    List<CallRef> calls = new ArrayList<>();
    for (JsonNode call : node.path("calls")) {
      calls.add(CallRef.of(required(call, "id"), text(call, "trace_id"), text(call, "span_id")));
    }
    JsonNode error = node.path("error");
    JsonNode latency = node.path("latency_ns");
    return new CaseRun(
        CaseJson.read(node.path("case").toString()),
        node.path("iteration").asInt(),
        latency.isNumber() ? Duration.ofNanos(latency.asLong()) : null,
        error.isObject() ? new TaskError(required(error, "type"), text(error, "message")) : null,
        results,
        spend(node),
        calls);
  }

  private static ObjectNode result(EvalResult result) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("by", result.by().name());
    if (result instanceof Scored scored) {
      node.put("score", scored.score()).put("raw", scored.raw());
      if (scored.label() != null) {
        node.put("label", scored.label());
      }
    } else if (result instanceof Errored errored) {
      node.put("errored", errored.type());
    } else {
      node.put("skipped", true);
    }
    node.put("reason", result.reason());
    spend(node, result.spend());
    return node;
  }

  private static EvalResult result(JsonNode node, List<EvaluatorSpec> evaluators) {
    String name = required(node, "by");
    EvaluatorSpec by =
        evaluators.stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("a result is by an evaluator not in the run"));
    String reason = required(node, "reason");
    Spend spend = spend(node);
    if (node.hasNonNull("errored")) {
      return new Errored(by, required(node, "errored"), reason, spend);
    }
    if (node.path("skipped").asBoolean()) {
      return new Skipped(by, reason, spend);
    }
    if (!node.path("score").isNumber() || !node.path("raw").isNumber()) {
      throw new IllegalArgumentException("a result has neither score and raw, skipped nor errored");
    }
    return new Scored(
        by,
        node.path("score").asDouble(),
        node.path("raw").asDouble(),
        reason,
        text(node, "label"),
        spend);
  }

  private static void spend(ObjectNode node, Spend spend) {
    if (spend.equals(Spend.NONE)) {
      return;
    }
    ObjectNode told = node.putObject("spend").put("calls", spend.calls());
    TokenUsage usage = spend.usage();
    number(told, "input_tokens", usage.inputTokens());
    number(told, "output_tokens", usage.outputTokens());
    number(told, "cached_input_tokens", usage.cachedInputTokens());
    number(told, "cache_write_input_tokens", usage.cacheWriteInputTokens());
    number(told, "reasoning_tokens", usage.reasoningTokens());
    Cost cost = spend.cost();
    if (cost != null) {
      told.putObject("cost")
          .put("amount", cost.amount().toPlainString())
          .put("currency", cost.currency())
          .put("price_id", cost.priceId())
          .put("estimated", cost.estimated());
    }
    if (spend.time() != null) {
      told.put("time_ns", spend.time().toNanos());
    }
  }

  private static Spend spend(JsonNode node) {
    JsonNode told = node.path("spend");
    if (!told.isObject()) {
      return Spend.NONE;
    }
    TokenUsage.Builder usage = TokenUsage.builder();
    if (told.has("input_tokens")) {
      usage.inputTokens(told.get("input_tokens").asLong());
    }
    if (told.has("output_tokens")) {
      usage.outputTokens(told.get("output_tokens").asLong());
    }
    if (told.has("cached_input_tokens")) {
      usage.cachedInputTokens(told.get("cached_input_tokens").asLong());
    }
    if (told.has("cache_write_input_tokens")) {
      usage.cacheWriteInputTokens(told.get("cache_write_input_tokens").asLong());
    }
    if (told.has("reasoning_tokens")) {
      usage.reasoningTokens(told.get("reasoning_tokens").asLong());
    }
    JsonNode cost = told.path("cost");
    JsonNode time = told.path("time_ns");
    return new Spend(
        told.path("calls").asInt(),
        usage.build(),
        cost.isObject()
            ? new Cost(
                new BigDecimal(required(cost, "amount")),
                required(cost, "currency"),
                required(cost, "price_id"),
                cost.path("estimated").asBoolean())
            : null,
        time.isNumber() ? Duration.ofNanos(time.asLong()) : null);
  }

  private static void number(ObjectNode node, String field, @Nullable Long value) {
    if (value != null) {
      node.put(field, value);
    }
  }

  private static String required(JsonNode node, String field) {
    String text = text(node, field);
    if (text == null) {
      throw new IllegalArgumentException("field \"" + field + "\" is missing");
    }
    return text;
  }

  private static @Nullable String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isTextual() ? value.asText() : null;
  }
}
