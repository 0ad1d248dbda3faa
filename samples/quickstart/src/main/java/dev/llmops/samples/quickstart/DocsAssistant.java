package dev.llmops.samples.quickstart;

import org.jspecify.annotations.Nullable;

/**
 * The model that answers from the docs of this project, for the samples that talk to it through
 * another framework: a base URL, a key and a name, as any other model of OpenAI's API. Thread-safe.
 * Closing it stops the servers that it runs.
 */
public final class DocsAssistant implements AutoCloseable {

  private final ModelEndpoint endpoint;
  private final @Nullable EmbeddedModelServer embeddings;

  private DocsAssistant(ModelEndpoint endpoint, @Nullable EmbeddedModelServer embeddings) {
    this.endpoint = endpoint;
    this.embeddings = embeddings;
  }

  /** Reads the docs and finds a model: see {@link ModelEndpoint}. Takes seconds. */
  public static DocsAssistant start() {
    DocIndex docs = DocIndex.of(DocCorpus.fromClasspath(Quickstart.DOCS), new MiniLm());
    ModelEndpoint endpoint = ModelEndpoint.choose(docs);
    boolean embeds = endpoint.model().equals(EmbeddedModelServer.MODEL);
    return new DocsAssistant(endpoint, embeds ? null : EmbeddedModelServer.start(docs));
  }

  /** Of the model server, with {@code /v1}. */
  public String baseUrl() {
    return endpoint.baseUrl();
  }

  /** For the model server. */
  public String apiKey() {
    return endpoint.apiKey();
  }

  /** The model's name. */
  public String model() {
    return endpoint.model();
  }

  /** What the model is, and how to use another one. */
  public String description() {
    return endpoint.description();
  }

  /** Whether the model can ask for tools; a GGUF file in this process cannot. */
  public boolean takesTools() {
    return !endpoint.keepsJvmAlive();
  }

  /**
   * Of a server that embeds texts in this process, with {@code /v1}, whatever model answers; it
   * takes any key.
   */
  public String embeddingBaseUrl() {
    return embeddings == null ? endpoint.baseUrl() : embeddings.baseUrl().toString();
  }

  /** The name of the model that embeds. */
  public String embeddingModel() {
    return MiniLm.ID;
  }

  @Override
  public void close() {
    endpoint.close();
    if (embeddings != null) {
      embeddings.close();
    }
  }
}
