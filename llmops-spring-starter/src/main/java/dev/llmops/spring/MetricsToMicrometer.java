package dev.llmops.spring;

/** When calls are measured in Micrometer's registry. */
enum MetricsToMicrometer {
  /** When OpenTelemetry does not have the metrics, so that nothing is counted twice. */
  AUTO,
  /** Always, beside OpenTelemetry's. */
  TRUE,
  /** Never. */
  FALSE
}
