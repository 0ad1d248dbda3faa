package dev.llmops.spring;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which labels each metric of {@code OtelCallObserver} may have, so that every series of it can
 * have them all: registries such as Prometheus' want the same labels on all meters of a name. A
 * label that has no value is {@value #NONE}.
 */
final class MetricLabels {

  static final String NONE = "none";

  /** Says that a series is the rest; here the names {@code _OTHER} say it. */
  static final String OVERFLOW = "otel.metric.overflow";

  private static final String ERROR = "error.type";

  private final Map<String, List<String>> byMetric = new HashMap<>();

  /**
   * The labels.
   *
   * @param tags tags of calls that are labels
   * @param older whether names are of the convention's version 1.41
   */
  MetricLabels(List<String> tags, boolean older) {
    List<String> target =
        new ArrayList<>(
            List.of(
                "gen_ai.operation.name",
                "gen_ai.provider.name",
                "gen_ai.request.model",
                "server.address",
                "server.port"));
    if (older) {
      target.add("gen_ai.system");
    }
    List<String> firstChunk = with(target, "gen_ai.response.model", "llmops.origin");
    tags.forEach(tag -> firstChunk.add("llmops.tag." + tag));
    List<String> call =
        with(firstChunk, "openai.response.service_tier", "openai.response.system_fingerprint");
    List<String> callWithError = with(call, ERROR);

    byMetric.put("gen_ai.client.operation.time_per_output_chunk", target);
    byMetric.put("gen_ai.client.operation.time_to_first_chunk", firstChunk);
    for (String name :
        List.of(
            "gen_ai.client.operation.duration",
            "gen_ai.client.inference.operation.input_tokens",
            "gen_ai.client.inference.operation.output_tokens",
            "llmops.server.queue.duration",
            "llmops.server.prefill.duration",
            "llmops.server.decode.duration")) {
      byMetric.put(name, callWithError);
    }
    byMetric.put("gen_ai.client.token.usage", with(callWithError, "gen_ai.token.type"));
    for (String name :
        List.of(
            "input_tokens",
            "output_tokens",
            "cache_read.input_tokens",
            "cache_write.input_tokens",
            "reasoning.output_tokens")) {
      byMetric.put("gen_ai.client.inference.usage." + name, with(call, "gen_ai.token.modality"));
    }
    byMetric.put("llmops.client.cost", with(call, "llmops.cost.currency"));
    byMetric.put(
        "gen_ai.execute_tool.duration",
        List.of("gen_ai.tool.name", "gen_ai.tool.type", "gen_ai.agent.name", ERROR));
    byMetric.put(
        "gen_ai.invoke_agent.duration",
        List.of("gen_ai.agent.name", "gen_ai.request.model", ERROR));
    for (String name : List.of("gen_ai.invoke_workflow.duration", "gen_ai.workflow.duration")) {
      byMetric.put(name, List.of("gen_ai.workflow.name", ERROR));
    }
    for (String name :
        List.of(
            "requests.running",
            "requests.waiting",
            "kv_cache.utilization",
            "prefix_cache.hit_rate",
            "preemptions.rate",
            "prompt_tokens.rate",
            "generation_tokens.rate")) {
      byMetric.put(
          "llmops.server." + name, List.of("server.address", "server.port", "llmops.server.kind"));
    }
    for (String name :
        List.of(
            "hw.gpu.utilization",
            "hw.gpu.memory.usage",
            "hw.gpu.memory.limit",
            "llmops.server.gpu.tensor_activity",
            "llmops.server.gpu.dram_activity")) {
      byMetric.put(name, List.of("hw.id", "hw.model"));
    }
    for (String name : List.of("hw.power", "hw.temperature")) {
      byMetric.put(name, List.of("hw.id", "hw.model", "hw.type"));
    }
  }

  /** The labels of one series, all that its metric may have. */
  Tags of(String metric, Attributes attributes) {
    Map<String, String> values = new HashMap<>();
    for (String key : byMetric.getOrDefault(metric, List.of())) {
      values.put(key, NONE);
    }
    for (Map.Entry<AttributeKey<?>, Object> each : attributes.asMap().entrySet()) {
      String value = String.valueOf(each.getValue());
      if (!each.getKey().getKey().equals(OVERFLOW) && !value.isBlank()) {
        values.put(each.getKey().getKey(), value);
      }
    }
    List<Tag> tags = new ArrayList<>(values.size());
    values.forEach((key, value) -> tags.add(Tag.of(key, value)));
    return Tags.of(tags);
  }

  private static List<String> with(List<String> keys, String... more) {
    List<String> all = new ArrayList<>(keys);
    all.addAll(List.of(more));
    return all;
  }
}
