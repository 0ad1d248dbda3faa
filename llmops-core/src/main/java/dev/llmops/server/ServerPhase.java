package dev.llmops.server;

/** What a server says it did for one call. */
public enum ServerPhase {
  /** It waited for a place in the batch. */
  QUEUE("queue"),
  /** The model was loaded; of Ollama this includes the wait for a place. */
  MODEL_LOAD("model load"),
  /** The request was checked and tokenised. */
  VALIDATION("validation"),
  /** The prompt was read, up to the first token of the answer. */
  PREFILL("prefill"),
  /** The answer was written, from its first token to its last. */
  DECODE("decode"),
  /** Prefill and decode where the server does not split them (TGI). */
  INFERENCE("prefill and decode"),
  /** A proxy's own work (LiteLLM). */
  PROXY("proxy"),
  /** All that the server behind a proxy took, where it does not split it. */
  UPSTREAM("provider");

  private final String label;

  ServerPhase(String label) {
    this.label = label;
  }

  /** The phase for a person. */
  public String label() {
    return label;
  }
}
