package dev.llmops.eval.semantic;

import dev.llmops.eval.EvaluatorSpec.CostClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** Embeddings from a table, so that expected numbers can be worked out by hand. */
public final class TableEmbeddings {

  /** The batches that were asked for. */
  public final List<List<String>> asked = new CopyOnWriteArrayList<>();

  private final Map<String, float[]> table;

  /** Vectors of these texts; others fail. */
  public TableEmbeddings(Map<String, float[]> table) {
    this.table = table;
  }

  /** The embeddings. */
  public Embeddings embeddings() {
    return Embeddings.of(
        "table",
        1000,
        CostClass.LOCAL_MODEL,
        texts -> {
          asked.add(List.copyOf(texts));
          List<float[]> vectors = new ArrayList<>();
          texts.forEach(text -> vectors.add(Objects.requireNonNull(table.get(text))));
          return vectors;
        });
  }
}
