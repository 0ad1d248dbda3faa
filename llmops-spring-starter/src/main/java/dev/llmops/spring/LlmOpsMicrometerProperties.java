package dev.llmops.spring;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code llmops.micrometer}.
 *
 * @param enabled Whether calls are measured in Micrometer's registry: auto when OpenTelemetry does
 *     not have the metrics, true always, false never.
 */
@ConfigurationProperties("llmops.micrometer")
record LlmOpsMicrometerProperties(@DefaultValue("auto") MetricsToMicrometer enabled) {}
