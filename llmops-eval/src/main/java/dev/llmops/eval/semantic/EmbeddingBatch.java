package dev.llmops.eval.semantic;

import dev.llmops.eval.EvalResult.Spend;
import java.util.List;
import java.util.Objects;

/**
 * The vectors of some texts.
 *
 * @param vectors one a text, in the order of the texts
 * @param spend what making them cost; {@link Spend#NONE} for a model in the process and for what
 *     came from a cache
 */
public record EmbeddingBatch(List<Embedding> vectors, Spend spend) {
  /** Copies the list. */
  public EmbeddingBatch {
    vectors = List.copyOf(vectors);
    Objects.requireNonNull(spend, "spend must not be null");
  }
}
