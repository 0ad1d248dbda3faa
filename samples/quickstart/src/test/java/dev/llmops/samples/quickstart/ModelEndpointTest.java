package dev.llmops.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ModelEndpointTest {
  private static final URI NOBODY = URI.create("http://127.0.0.1:1/v1");
  private static final Supplier<DocIndex> UNUSED =
      () -> {
        throw new AssertionError("the embedded server is not to be started");
      };

  @Test
  void aKeyAloneMeansOpenAi() {
    try (ModelEndpoint endpoint =
        ModelEndpoint.choose(Map.of("OPENAI_API_KEY", "k"), NOBODY, UNUSED)) {
      assertThat(endpoint.baseUrl()).isEqualTo("https://api.openai.com/v1");
      assertThat(endpoint.apiKey()).isEqualTo("k");
      assertThat(endpoint.model()).isEqualTo("gpt-5.4-mini");
    }
  }

  @Test
  void theModelCanBeNamed() {
    Map<String, String> env =
        Map.of("OPENAI_BASE_URL", "http://127.0.0.1:1/v1", "OPENAI_MODEL", "mine");

    try (ModelEndpoint endpoint = ModelEndpoint.choose(env, NOBODY, UNUSED)) {
      assertThat(endpoint.baseUrl()).isEqualTo("http://127.0.0.1:1/v1");
      assertThat(endpoint.model()).isEqualTo("mine");
    }
  }

  @Test
  void otherwiseTheFirstModelThatTheServerListsIsTaken() {
    try (EmbeddedModelServer server = anyServer()) {
      Map<String, String> env = Map.of("OPENAI_BASE_URL", server.baseUrl().toString());

      try (ModelEndpoint endpoint = ModelEndpoint.choose(env, NOBODY, UNUSED)) {
        assertThat(endpoint.model()).isEqualTo("docs-extractive");
      }
    }
  }

  @Test
  void anOllamaThatAnswersIsTakenBeforeAFile() {
    try (EmbeddedModelServer ollama = anyServer();
        ModelEndpoint endpoint =
            ModelEndpoint.choose(Map.of("LLMOPS_GGUF", "no-such.gguf"), ollama.baseUrl(), UNUSED)) {
      assertThat(endpoint.baseUrl()).isEqualTo(ollama.baseUrl().toString());
      assertThat(endpoint.description()).isEqualTo("Ollama on this machine.");
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsNamedWithTheWayOut() {
    assertThatThrownBy(
            () ->
                ModelEndpoint.choose(
                    Map.of("OPENAI_BASE_URL", "http://127.0.0.1:1/v1"), NOBODY, UNUSED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "OPENAI_BASE_URL must be the base URL of a server that lists its models at /models, but"
                + " what it names does not answer; set OPENAI_MODEL, or unset OPENAI_BASE_URL and"
                + " OPENAI_API_KEY for the embedded model");
  }

  @Test
  void aMissingGgufFileIsNamed() {
    assertThatThrownBy(
            () -> ModelEndpoint.choose(Map.of("LLMOPS_GGUF", "no-such.gguf"), NOBODY, UNUSED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("LLMOPS_GGUF must name a GGUF file, but no-such.gguf cannot be read");
  }

  private static EmbeddedModelServer anyServer() {
    return EmbeddedModelServer.start(
        DocIndex.of(DocCorpus.fromClasspath("test-docs"), new MiniLm()));
  }
}
