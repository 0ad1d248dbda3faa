package dev.llmops.otel;

/**
 * Which version of the OpenTelemetry GenAI conventions the names follow. The conventions are in
 * development and were renamed in 2026; {@code docs/opentelemetry.md} has the table of what
 * differs.
 */
public enum SemConvDialect {
  /** semantic-conventions-genai, main of 2026-10-02 (e07f4eb). */
  LATEST("https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev"),

  /**
   * What most backends read today: semantic-conventions 1.41 with its one histogram {@code
   * gen_ai.client.token.usage}, and {@code gen_ai.system} beside {@code gen_ai.provider.name} for
   * readers that are older still.
   */
  V1_41("https://opentelemetry.io/schemas/1.41.0");

  private final String schemaUrl;

  SemConvDialect(String schemaUrl) {
    this.schemaUrl = schemaUrl;
  }

  String schemaUrl() {
    return schemaUrl;
  }
}
