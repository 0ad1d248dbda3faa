package dev.llmops.eval.semantic;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Remembers vectors; asks the model only for texts that it has not seen lately. */
final class CachedEmbeddings implements Embeddings {

  private final Embeddings model;
  private final Cache<Key, Embedding> cache;

  private CachedEmbeddings(Embeddings model, Cache<Key, Embedding> cache) {
    this.model = model;
    this.cache = cache;
  }

  static CachedEmbeddings of(Embeddings model, int maxTexts) {
    if (maxTexts < 1) {
      throw new IllegalArgumentException("maxTexts must be at least 1, but was " + maxTexts);
    }
    return new CachedEmbeddings(model, Caffeine.newBuilder().maximumSize(maxTexts).build());
  }

  @Override
  public String model() {
    return model.model();
  }

  @Override
  public int maxInputChars() {
    return model.maxInputChars();
  }

  @Override
  public @Nullable Integer dimension() {
    return model.dimension();
  }

  @Override
  public @Nullable String whyNot(List<String> texts) {
    return model.whyNot(texts);
  }

  @Override
  public Embeddings forTexts(List<String> texts) {
    Embeddings chosen = model.forTexts(texts);
    return chosen.equals(model) ? this : new CachedEmbeddings(chosen, cache);
  }

  @Override
  public @Nullable Double sameMeaningFrom() {
    return model.sameMeaningFrom();
  }

  @Override
  public CostClass costClass() {
    return model.costClass();
  }

  @Override
  public Map<String, String> settings() {
    return model.settings();
  }

  @Override
  public EmbeddingBatch embed(List<String> texts) {
    TextChecks.check(this, texts);
    Lookup lookup = lookup(texts);
    return lookup.missing.isEmpty()
        ? lookup.whole(Spend.NONE)
        : lookup.filled(lookup.chosen.embed(lookup.texts()));
  }

  @Override
  public CompletableFuture<EmbeddingBatch> embedAsync(List<String> texts, Executor executor) {
    String why = whyNot(texts);
    if (why != null) {
      return CompletableFuture.failedFuture(new EmbeddingException("unsuitable_text", why));
    }
    Lookup lookup = lookup(texts);
    return lookup.missing.isEmpty()
        ? CompletableFuture.completedFuture(lookup.whole(Spend.NONE))
        : lookup.chosen.embedAsync(lookup.texts(), executor).thenApply(lookup::filled);
  }

  private Lookup lookup(List<String> texts) {
    // chosen by all texts, also those that are known: one batch is of one model
    Lookup lookup = new Lookup(model.forTexts(texts));
    for (String text : texts) {
      Key key = Key.of(lookup.chosen.model(), text);
      lookup.keys.add(key);
      Embedding known = cache.getIfPresent(key);
      if (known == null) {
        lookup.missing.putIfAbsent(key, text);
      } else {
        lookup.known.put(key, known);
      }
    }
    return lookup;
  }

  private final class Lookup {
    private final Embeddings chosen;
    private final List<Key> keys = new ArrayList<>();
    private final Map<Key, Embedding> known = new HashMap<>();
    private final Map<Key, String> missing = new LinkedHashMap<>();

    Lookup(Embeddings chosen) {
      this.chosen = chosen;
    }

    List<String> texts() {
      return List.copyOf(missing.values());
    }

    EmbeddingBatch filled(EmbeddingBatch made) {
      int i = 0;
      for (Key key : missing.keySet()) {
        Embedding vector = made.vectors().get(i++);
        known.put(key, vector);
        cache.put(key, vector);
      }
      return whole(made.spend());
    }

    EmbeddingBatch whole(Spend spend) {
      List<Embedding> vectors = new ArrayList<>(keys.size());
      for (Key key : keys) {
        Embedding vector = known.get(key);
        if (vector == null) {
          throw new IllegalStateException("a looked up vector is missing");
        }
        vectors.add(vector);
      }
      return new EmbeddingBatch(vectors, spend);
    }
  }

  private record Key(String model, long a, long b, long c, long d) {

    static Key of(String model, String text) {
      try {
        // UTF-16 as it is: UTF-8 would make all lone surrogates alike
        ByteBuffer bytes = ByteBuffer.allocate(2 * text.length()).order(ByteOrder.BIG_ENDIAN);
        bytes.asCharBuffer().put(text);
        ByteBuffer hash =
            ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        return new Key(model, hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }
}
