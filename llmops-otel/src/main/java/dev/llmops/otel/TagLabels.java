package dev.llmops.otel;

import dev.llmops.LlmCall;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The application's tags: all of them on spans, on metrics only those that are listed. */
final class TagLabels {

  static final TagLabels NONE = new TagLabels(List.of());

  private static final int MAX_KEYS = 1_000;

  private final List<String> metricTags;
  private final BoundedCache<String, AttributeKey<String>> keys = new BoundedCache<>(MAX_KEYS);

  TagLabels(List<String> metricTags) {
    this.metricTags = metricTags;
  }

  /** The values of the listed tags, in the order of the list; the request's win. */
  List<@Nullable String> valuesOf(LlmCall call) {
    if (metricTags.isEmpty()) {
      return List.of();
    }
    List<@Nullable String> values = new ArrayList<>(metricTags.size());
    for (String tag : metricTags) {
      String own = call.request().tags().get(tag);
      values.add(CallTarget.cutOrNull(own != null ? own : call.context().tags().get(tag)));
    }
    return values;
  }

  void put(AttributesBuilder builder, List<@Nullable String> values) {
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      if (value != null) {
        builder.put(keyOf(metricTags.get(i)), value);
      }
    }
  }

  void put(AttributeSetter out, Map<String, String> tags) {
    if (!tags.isEmpty()) {
      tags.forEach((tag, value) -> out.set(keyOf(tag), value));
    }
  }

  private AttributeKey<String> keyOf(String tag) {
    AttributeKey<String> key = keys.get(tag, TagLabels::newKey);
    return key == null ? newKey(tag) : key;
  }

  private static AttributeKey<String> newKey(String tag) {
    return AttributeKey.stringKey(GenAiAttributes.TAG_PREFIX + tag);
  }
}
