package dev.llmops.spring;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code llmops.online}: evaluators that judge live calls off the calling
 * thread. Needs llmops-eval on the class path. A value that cannot be used stops the start with a
 * message that names the property.
 *
 * @param enabled Whether live calls are judged; unless said, when llmops.online.evaluators names
 *     any.
 * @param evaluators The evaluators, by name, such as toxicity and pii; beans of type Evaluator are
 *     added to them.
 * @param settings Settings of the evaluators, by evaluator and setting.
 * @param rate The share of traces whose calls are judged, 0.0 to 1.0.
 * @param alwaysOnErrors Whether failed calls are judged whatever the rate.
 * @param threads How many calls are judged at once, 1 to 256; 2 unless said.
 * @param capacity How many calls may wait to be judged, 1 to 1,048,576; 1,024 unless said. More are
 *     dropped and counted.
 * @param dailyCost What evaluators with a price may spend a day, by UTC; no cap unless said.
 * @param currency The ISO 4217 code that daily-cost is in.
 */
@ConfigurationProperties("llmops.online")
record LlmOpsOnlineProperties(
    @Nullable Boolean enabled,
    @DefaultValue List<String> evaluators,
    @DefaultValue Map<String, Map<String, String>> settings,
    @DefaultValue("1.0") double rate,
    @DefaultValue("false") boolean alwaysOnErrors,
    @DefaultValue("2") int threads,
    @DefaultValue("1024") int capacity,
    @Nullable BigDecimal dailyCost,
    @DefaultValue("USD") String currency) {

  LlmOpsOnlineProperties {
    evaluators = List.copyOf(evaluators);
    settings = Map.copyOf(settings);
    LlmOpsProperties.isoCode(currency, "llmops.online.currency");
  }

  /** Whether live calls are judged. */
  boolean on() {
    return enabled == null ? !evaluators.isEmpty() : enabled;
  }
}
