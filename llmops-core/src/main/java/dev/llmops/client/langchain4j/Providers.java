package dev.llmops.client.langchain4j;

import dev.langchain4j.model.ModelProvider;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Names providers as the OpenTelemetry GenAI conventions (2026-10) do, where they have a name. */
final class Providers {

  private static final String PACKAGE = "dev.langchain4j.model.";

  private Providers() {}

  /**
   * The provider's name.
   *
   * @param told what the model says of itself
   * @param model tells by its package what it is when it does not say
   */
  static String name(@Nullable ModelProvider told, Object model) {
    // by name: newer versions add constants
    return switch (told == null ? "OTHER" : told.name()) {
      case "OPEN_AI" -> "openai";
      case "ANTHROPIC" -> "anthropic";
      case "AMAZON_BEDROCK" -> "aws.bedrock";
      case "AZURE_OPEN_AI" -> "azure.ai.openai";
      case "GITHUB_MODELS", "MICROSOFT_FOUNDRY" -> "azure.ai.inference";
      case "GOOGLE_AI_GEMINI" -> "gcp.gemini";
      case "GOOGLE_GENAI" -> "gcp.gen_ai";
      case "GOOGLE_VERTEX_AI_GEMINI", "GOOGLE_VERTEX_AI_ANTHROPIC" -> "gcp.vertex_ai";
      case "WATSONX" -> "ibm.watsonx.ai";
      case "OTHER" -> ofPackage(model.getClass().getName());
      default -> told == null ? "langchain4j" : told.name().toLowerCase(Locale.ROOT);
    };
  }

  /** {@code huggingface} for {@code dev.langchain4j.model.huggingface.HuggingFaceChatModel}. */
  private static String ofPackage(String type) {
    if (type.startsWith(PACKAGE)) {
      int end = type.indexOf('.', PACKAGE.length());
      if (end > 0) {
        return type.substring(PACKAGE.length(), end);
      }
    }
    return "langchain4j";
  }
}
