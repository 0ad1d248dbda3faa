package dev.llmops.samples.quickstart;

import java.util.List;

/**
 * The docs of this project and the model that answers from them, for the samples that put them into
 * another framework. Thread-safe. Closing it stops the model server, if it runs one.
 */
public final class DocsAssistant implements AutoCloseable {

  private final DocIndex docs;
  private final ModelEndpoint endpoint;

  private DocsAssistant(DocIndex docs, ModelEndpoint endpoint) {
    this.docs = docs;
    this.endpoint = endpoint;
  }

  /** Reads the docs and finds a model: see {@link ModelEndpoint}. Takes seconds. */
  public static DocsAssistant start() {
    DocIndex docs = DocIndex.of(DocCorpus.fromClasspath(Quickstart.DOCS), new MiniLm());
    return new DocsAssistant(docs, ModelEndpoint.choose(docs));
  }

  /** Of the model server, for a client of OpenAI's. */
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

  /** Whether the model can ask for tools; the servers that the samples bring refuse them. */
  public boolean takesTools() {
    return !endpoint.model().equals(EmbeddedModelServer.MODEL) && !endpoint.keepsJvmAlive();
  }

  /** Up to {@code limit} passages that are near to the question, the nearest first. */
  public List<Found> search(String question, int limit) {
    return docs.search(question, limit).stream()
        .map(
            match -> new Found(match.passage().source(), text(match.passage()), match.similarity()))
        .toList();
  }

  @Override
  public void close() {
    endpoint.close();
  }

  private static String text(Passage passage) {
    return passage.code() == null ? passage.text() : passage.text() + "\n" + passage.code();
  }

  /**
   * A passage that was found.
   *
   * @param source where it stands: {@code README.md, "Install"}
   * @param text the paragraph, with the code that belongs to it
   * @param similarity of question and passage, 0..1
   */
  public record Found(String source, String text, double similarity) {}
}
