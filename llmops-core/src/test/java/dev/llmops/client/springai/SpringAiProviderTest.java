package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.ai.observation.conventions.AiProvider;

/** Providers have the names of OpenTelemetry's GenAI conventions (2026-10), where they have one. */
class SpringAiProviderTest {

  /** Of both lines. The first ones are known to the conventions, the others are Spring AI's. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("anthropic", "anthropic"),
          Map.entry("azure-openai", "azure.ai.openai"),
          Map.entry("bedrock_converse", "aws.bedrock"),
          Map.entry("deepseek", "deepseek"),
          Map.entry("google_genai", "gcp.gemini"),
          Map.entry("mistral_ai", "mistral_ai"),
          Map.entry("openai", "openai"),
          Map.entry("openai_sdk", "openai"),
          Map.entry("vertex_ai", "gcp.vertex_ai"),
          Map.entry("minimax", "minimax"),
          Map.entry("oci_genai", "oci_genai"),
          Map.entry("ollama", "ollama"),
          Map.entry("onnx", "onnx"),
          Map.entry("spring_ai", "spring_ai"),
          Map.entry("zhipuai", "zhipuai"));

  @Test
  void everyProviderOfSpringAiHasAName() {
    Map<String, String> names = new TreeMap<>();
    for (AiProvider provider : AiProvider.values()) {
      names.put(provider.value(), Requests.provider(provider.value()));
    }

    assertThat(names)
        .isNotEmpty()
        .allSatisfy((own, name) -> assertThat(name).isEqualTo(NAMES.get(own)));
    assertThat(NAMES.keySet())
        .containsAll(Arrays.stream(AiProvider.values()).map(AiProvider::value).toList());
  }

  @Test
  void otherNamesStay() {
    assertThat(Requests.provider("my-gateway")).isEqualTo("my-gateway");
    assertThat(Requests.provider(" ")).isEqualTo("spring_ai");
    assertThat(Requests.provider(null)).isEqualTo("spring_ai");
  }
}
