package dev.llmops.eval.safety;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.MeasuredRows;
import dev.llmops.eval.safety.LogisticTrainer.Example;
import dev.llmops.eval.safety.LogisticTrainer.Settings;
import dev.llmops.eval.semantic.InProcessEmbeddings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Trains the linear models that ship, from the permissive sources only, and prints what they reach
 * by cross-validation. Deterministic. Not run by the build; from the root of the project:
 *
 * <pre>LLMOPS_EVAL_DATA=… mvn -pl llmops-eval -am test -Dtest=TrainSafetyModels \
 *   -Dsurefire.failIfNoSpecifiedTests=false</pre>
 *
 * <p>writes {@code src/main/resources/dev/llmops/eval/safety/*.model}. It reads {@code
 * toxicity_en.jsonl}, {@code toxicity_zh.jsonl} and {@code prompt_injection.jsonl}; the sources
 * that may not ship (olid, toxicn, the documents of xsum, the Chinese queries) are only measured:
 * no weight, threshold or calibration of a shipped model comes from them.
 */
class TrainSafetyModels {

  private static final Path RESOURCES = Path.of("src/main/resources/dev/llmops/eval/safety");
  private static final int FOLDS = 5;

  /** Whether the models are written, or only measured. */
  private static final boolean WRITES =
      !"false".equals(System.getProperty("llmops.train.write", "true"));

  private static String heading = "";
  private static String part = "";

  /** MIT or Apache-2.0, as the data's page says. */
  private static final Set<String> INJECTION_SOURCES =
      Set.of(
          "deepset",
          "notinject",
          "pint_chat",
          "pint_hard_negatives",
          "pint_documents",
          "pint_internal_prompt_injection",
          "pint_jailbreak",
          "pint_public_prompt_injection",
          "wildguard_benign",
          "self_reminder",
          "jailbench",
          "llmbar_instruction");

  /**
   * Rows of one task.
   *
   * @param trainable whether row i may be learnt from
   */
  private record Task(
      List<Example> examples, List<Integer> folds, List<Boolean> trainable, List<String> texts) {
    Task() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    void add(String text, boolean label, double weight, String source, String key, boolean learn) {
      add(Words.of(text), label, weight, source, key, learn);
      texts.add(text);
    }

    void add(Words words, boolean label, double weight, String source, String key, boolean learn) {
      examples.add(new Example(words, label, weight, source));
      folds.add(Rows.fold(key, FOLDS));
      trainable.add(learn);
    }

    int size() {
      return examples.size();
    }

    String source(int i) {
      return examples.get(i).source();
    }

    boolean label(int i) {
      return examples.get(i).label();
    }

    LinearModel train(LogisticTrainer trainer, IntPredicate of) {
      return trainer.train(
          IntStream.range(0, size())
              .filter(i -> trainable.get(i) && of.test(i))
              .mapToObj(examples::get)
              .toList());
    }

    /** Margins of rows that the model did not see; unseen sources get the mean over the folds. */
    double[] crossValidated(LogisticTrainer trainer) {
      double[] margins = new double[size()];
      for (int fold = 0; fold < FOLDS; fold++) {
        int out = fold;
        LinearModel model = train(trainer, i -> folds.get(i) != out);
        for (int i = 0; i < size(); i++) {
          if (folds.get(i) == fold) {
            margins[i] = model.margin(examples.get(i).words());
          }
        }
      }
      return margins;
    }

    /** Trains on the rows of {@code of} that may be learnt. */
    EmbeddingHead trainHead(HeadTrainer trainer, List<float[]> vectors, IntPredicate of) {
      int[] rows = IntStream.range(0, size()).filter(i -> trainable.get(i) && of.test(i)).toArray();
      boolean[] labels = new boolean[rows.length];
      double[] weights = new double[rows.length];
      for (int k = 0; k < rows.length; k++) {
        labels[k] = label(rows[k]);
        weights[k] = examples.get(rows[k]).weight();
      }
      return trainer.train(IntStream.of(rows).mapToObj(vectors::get).toList(), labels, weights);
    }

    /** The margins of words and embeddings together, cross-validated, given those of words. */
    double[] crossValidated(HeadTrainer trainer, List<float[]> vectors, double[] words) {
      double[] margins = new double[size()];
      for (int fold = 0; fold < FOLDS; fold++) {
        int out = fold;
        EmbeddingHead head = trainHead(trainer, vectors, i -> folds.get(i) != out);
        for (int i = 0; i < size(); i++) {
          if (folds.get(i) == fold) {
            margins[i] = head.margin(words[i], vectors.get(i));
          }
        }
      }
      return margins;
    }

    double[] withHead(EmbeddingHead head, List<float[]> vectors, double[] words, IntPredicate of) {
      double[] margins = new double[size()];
      for (int i = 0; i < size(); i++) {
        if (of.test(i)) {
          margins[i] = head.margin(words[i], vectors.get(i));
        }
      }
      return margins;
    }

    void print(String name, double[] margins, IntPredicate of) {
      int[] rows = IntStream.range(0, size()).filter(of).toArray();
      double[] scores = new double[rows.length];
      boolean[] labels = new boolean[rows.length];
      for (int k = 0; k < rows.length; k++) {
        scores[k] = margins[rows[k]];
        labels[k] = label(rows[k]);
      }
      figure(name, "AUC", Quality.aucWithInterval(scores, labels));
    }

    void printMean(String name, double[] margins, List<String> sources) {
      double sum = 0;
      int n = 0;
      for (String source : sources) {
        int[] rows = IntStream.range(0, size()).filter(i -> source(i).equals(source)).toArray();
        boolean[] labels = new boolean[rows.length];
        for (int k = 0; k < rows.length; k++) {
          labels[k] = label(rows[k]);
        }
        sum += Quality.auc(IntStream.of(rows).mapToDouble(i -> margins[i]).toArray(), labels);
        n += rows.length;
      }
      figure(
          name,
          "mean AUC of " + sources.size() + " sources",
          String.format(Locale.ROOT, "%.3f n=%d", sum / sources.size(), n));
    }

    void printRates(String name, double[] margins, double threshold, IntPredicate of) {
      long hits = IntStream.range(0, size()).filter(of).filter(i -> margins[i] > threshold).count();
      figure(name, "share", Quality.share(hits, IntStream.range(0, size()).filter(of).count()));
    }
  }

  /** A heading: what the figures after it are of. */
  private static void out(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    System.out.println(line);
    if (line.startsWith(" ")) {
      part = ", " + line.strip();
    } else {
      heading = line;
      part = "";
    }
  }

  private static void figure(String name, String measure, String figure) {
    System.out.println(String.format(Locale.ROOT, "  %-42s %s %s", name, measure, figure));
    MeasuredRows.add(
        "safety, by cross-validation",
        heading
            + (measure.equals("AUC") ? part : "")
            + ": "
            + measure, // means and shares are of all
        "",
        figure,
        name);
  }

  private static Path data() {
    Path folder = Rows.folder();
    if (folder == null) {
      System.out.println("SKIPPED: TrainSafetyModels needs LLMOPS_EVAL_DATA");
    }
    assumeTrue(folder != null);
    return folder;
  }

  @BeforeAll
  static void resources() throws IOException {
    Files.createDirectories(RESOURCES);
  }

  @Test
  void toxicityEnglish() throws IOException {
    Task task = new Task();
    for (JsonNode row : Rows.of(data(), "toxicity_en.jsonl")) {
      String source = row.get("source").asText();
      String text = row.get("text").asText();
      boolean toxic = row.get("label").asInt() == 1;
      task.add(text, toxic, 1, source, text, !source.equals("olid"));
    }
    LogisticTrainer trainer =
        new LogisticTrainer(
            new Settings(
                new Features.Options(0, 0, 1, 2, Lexicon.Language.ENGLISH),
                new float[] {0, 2, 2},
                19,
                4,
                0));
    HeadTrainer heads = new HeadTrainer("all-minilm-l6-v2-q", 0.8f, 5, 8);
    List<float[]> vectors = Vectors.of(InProcessEmbeddings.miniLm(), task.texts());

    double[] words = task.crossValidated(trainer);
    double[] both = task.crossValidated(heads, vectors, words);
    double[] left = new double[task.size()];
    double[] leftBoth = new double[task.size()];
    for (String source : TOXIC_SOURCES) {
      leaveOut(task, trainer, heads, vectors, i -> task.source(i).equals(source), left, leftBoth);
    }
    double[] wiki = new double[task.size()];
    double[] wikiBoth = new double[task.size()];
    leaveOut(task, trainer, heads, vectors, i -> task.source(i).startsWith("wiki"), wiki, wikiBoth);
    out("toxicity EN, 5-fold cross-validation by text");
    double threshold = reportToxic(task, words, left, wiki);
    LinearModel model = task.train(trainer, i -> true);
    safePrompts(text -> model.margin(Words.of(text)) > threshold);
    IntPredicate learnt = i -> task.trainable().get(i);
    write(calibrated(task, model, words, threshold, learnt), "toxicity-en.model");

    out("toxicity EN with embeddings, 5-fold cross-validation by text");
    double limit = reportToxic(task, both, leftBoth, wikiBoth);
    EmbeddingHead head = task.trainHead(heads, vectors, i -> true);
    safePrompts(
        text -> {
          float[] vector = Vectors.of(InProcessEmbeddings.miniLm(), List.of(text)).get(0);
          return head.margin(model.margin(Words.of(text)), vector) > limit;
        });
    writeHead(task, head, both, limit, learnt, "toxicity-en.head");
  }

  private static final List<String> TOXIC_SOURCES =
      List.of("surge", "davidson", "openai_moderation", "wiki_gc", "wiki_gn", "olid");

  private static void leaveOut(
      Task task,
      LogisticTrainer trainer,
      HeadTrainer heads,
      List<float[]> vectors,
      IntPredicate of,
      double[] left,
      double[] leftBoth) {
    double[] words = margins(task, task.train(trainer, of.negate()), of);
    EmbeddingHead head = task.trainHead(heads, vectors, of.negate());
    double[] both = task.withHead(head, vectors, words, of);
    for (int i = 0; i < task.size(); i++) {
      if (of.test(i)) {
        left[i] = words[i];
        leftBoth[i] = both[i];
      }
    }
  }

  private static double reportToxic(Task task, double[] margins, double[] left, double[] wiki) {
    task.print("pooled, without olid", margins, i -> !task.source(i).equals("olid"));
    task.print("pooled, with olid (never learnt)", margins, i -> true);
    for (String source : TOXIC_SOURCES) {
      task.print(source, margins, i -> task.source(i).equals(source));
    }
    out(" leave one source out");
    for (String source : TOXIC_SOURCES) {
      task.print(source, left, i -> task.source(i).equals(source));
    }
    task.printMean("mean within", margins, TOXIC_SOURCES);
    task.printMean("mean with one source left out", left, TOXIC_SOURCES);
    task.print("wiki_gc and wiki_gn, both left out", wiki, i -> task.source(i).startsWith("wiki"));
    double threshold = youden(task, margins, i -> task.trainable().get(i));
    for (String source : TOXIC_SOURCES) {
      rates(task, source, margins, threshold, i -> task.source(i).equals(source));
    }
    return threshold;
  }

  private static void safePrompts(java.util.function.Predicate<String> flagged) {
    List<String> safe =
        Rows.of(data(), "unsafe_prompts_en.jsonl").stream()
            .filter(row -> row.get("label").asInt() == 0)
            .map(row -> row.get("text").asText())
            .toList();
    long hits = safe.stream().filter(flagged).count();
    figure("XSTest safe prompts flagged", "share", Quality.share(hits, safe.size()));
  }

  @Test
  void toxicityChinese() throws IOException {
    Task task = new Task();
    List<String> fine = new ArrayList<>();
    for (JsonNode row : Rows.of(data(), "toxicity_zh.jsonl")) {
      boolean cold = row.get("source").asText().equals("cold");
      boolean human = row.path("orig_split").asText("").equals("test");
      fine.add(row.path("fine").asText(""));
      String text = row.get("text").asText();
      // labels of COLD's training rows are semi-automatic, those of its test rows human
      double weight = (human ? 2 : 1) * (fine.get(fine.size() - 1).equals("anti_bias") ? 2 : 1);
      task.add(
          text,
          row.get("label").asInt() == 1,
          weight,
          cold ? human ? "cold test" : "cold" : "toxicn",
          text,
          cold);
    }
    LogisticTrainer trainer =
        new LogisticTrainer(
            new Settings(
                new Features.Options(0, 0, 1, 4, Lexicon.Language.CHINESE),
                new float[] {0, 1, 1.25f},
                20,
                16,
                0));
    HeadTrainer heads = new HeadTrainer("bge-small-zh-v1.5-q", 1, 5, 8);
    List<float[]> vectors = Vectors.of(InProcessEmbeddings.bgeSmallZh(), task.texts());

    out("toxicity ZH, 5-fold cross-validation by text");
    double[] words = task.crossValidated(trainer);
    double threshold = reportChinese(task, fine, words);
    LinearModel model = task.train(trainer, i -> true);
    IntPredicate test = i -> task.source(i).equals("cold test");
    write(calibrated(task, model, words, threshold, test), "toxicity-zh.model");

    out("toxicity ZH with embeddings, 5-fold cross-validation by text");
    double[] both = task.crossValidated(heads, vectors, words);
    double limit = reportChinese(task, fine, both);
    EmbeddingHead head = task.trainHead(heads, vectors, i -> true);
    writeHead(task, head, both, limit, test, "toxicity-zh.head");
  }

  private static double reportChinese(Task task, List<String> fine, double[] margins) {
    task.print("cold, train and dev (chosen by)", margins, i -> task.source(i).equals("cold"));
    task.print("cold, all splits", margins, i -> task.source(i).startsWith("cold"));
    task.print("cold, test (human labels)", margins, i -> task.source(i).equals("cold test"));
    task.print("toxicn (never learnt)", margins, i -> task.source(i).equals("toxicn"));
    double threshold = quantile(task, margins, 0.345, i -> fine.get(i).startsWith("attack"));
    for (String kind : List.of("attack_group", "attack_individual", "anti_bias", "safe_other")) {
      task.printRates("flagged: " + kind, margins, threshold, i -> fine.get(i).equals(kind));
    }
    task.printRates("flagged: attacks", margins, threshold, i -> fine.get(i).startsWith("attack"));
    return threshold;
  }

  @Test
  void hateEnglish() throws IOException {
    Task task = new Task();
    for (JsonNode row : Rows.of(data(), "toxicity_en.jsonl")) {
      String source = row.get("source").asText();
      String text = row.get("text").asText();
      if (source.equals("davidson")) {
        task.add(text, row.get("sub").asText().equals("hate"), 1, source, text, true);
      } else if (source.equals("openai_moderation")) {
        boolean hate = row.get("categories").toString().contains("\"hate");
        if (hate || !row.get("unknown_categories").toString().contains("\"hate")) {
          task.add(text, hate, 1, source, text, true);
        }
      }
    }
    for (HateTemplates.Sentence each : HateTemplates.all()) {
      task.add(each.text(), each.hateful(), 1, "own", "frame" + each.frame(), true);
    }
    LogisticTrainer trainer =
        new LogisticTrainer(
            new Settings(
                new Features.Options(0, 0, 2, 2, Lexicon.Language.ENGLISH),
                new float[] {0, 2, 3},
                19,
                4,
                0));
    HeadTrainer heads = new HeadTrainer("all-minilm-l6-v2-q", 1, 1, 10);
    List<float[]> vectors = Vectors.of(InProcessEmbeddings.miniLm(), task.texts());

    double[] words = task.crossValidated(trainer);
    double[] both = task.crossValidated(heads, vectors, words);
    double[] left = new double[task.size()];
    double[] leftBoth = new double[task.size()];
    for (String source : HATE_SOURCES) {
      leaveOut(task, trainer, heads, vectors, i -> task.source(i).equals(source), left, leftBoth);
    }
    out("hate EN, 5-fold cross-validation by text, own sentences by frame");
    double threshold = reportHate(task, words, left);
    LinearModel model = task.train(trainer, i -> true);
    write(calibrated(task, model, words, threshold, i -> true), "hate-en.model");

    out("hate EN with embeddings, 5-fold cross-validation by text, own sentences by frame");
    double limit = reportHate(task, both, leftBoth);
    EmbeddingHead head = task.trainHead(heads, vectors, i -> true);
    writeHead(task, head, both, limit, i -> true, "hate-en.head");
  }

  private static final List<String> HATE_SOURCES = List.of("davidson", "openai_moderation", "own");

  private static double reportHate(Task task, double[] margins, double[] left) {
    for (String source : HATE_SOURCES) {
      task.print(source, margins, i -> task.source(i).equals(source));
    }
    out(" leave one source out");
    for (String source : HATE_SOURCES) {
      task.print(source, left, i -> task.source(i).equals(source));
    }
    double threshold =
        quantile(task, margins, 0.9, i -> !task.label(i) && !task.source(i).equals("own"));
    for (String source : HATE_SOURCES) {
      rates(task, source, margins, threshold, i -> task.source(i).equals(source));
    }
    return threshold;
  }

  @Test
  void promptInjection() throws IOException {
    Task task = new Task();
    List<JsonNode> rows = Rows.of(data(), "prompt_injection.jsonl");
    List<String> kinds = new ArrayList<>();
    for (JsonNode row : rows) {
      String source = row.get("source").asText();
      String text = row.get("text").asText();
      // jailbench repeats 20 templates, which must not be split
      String key = source.equals("jailbench") ? text.substring(0, 20) : text;
      kinds.add(row.get("kind").asText());
      boolean learn = INJECTION_SOURCES.contains(source);
      task.add(text, row.get("label").asInt() == 1, 1, source, key, learn);
    }
    int own = 0;
    for (String text : InjectionTemplates.attacks()) {
      task.add(text, true, 0.5, "own", "a" + own++ / 24, true);
      kinds.add("own");
    }
    for (String text : InjectionTemplates.harmless()) {
      task.add(text, false, 0.5, "own", "h" + own++ / 24, true);
      kinds.add("own");
    }
    LogisticTrainer trainer =
        new LogisticTrainer(
            new Settings(
                new Features.Options(3, 5, 2, 2, Lexicon.Language.INJECTION),
                new float[] {1, 2, 3},
                19,
                4,
                0));

    out("prompt injection, direct, 5-fold cross-validation by text");
    double[] margins = task.crossValidated(trainer);
    IntPredicate direct =
        i ->
            !kinds.get(i).equals("own")
                && !kinds.get(i).equals("indirect_in_document")
                && !kinds.get(i).equals("benign_document");
    task.print("all sources without documents", margins, direct);
    task.print("deepset", margins, i -> task.source(i).equals("deepset"));
    task.print("generated_zh (never learnt)", margins, i -> task.source(i).equals("generated_zh"));
    out(" leave one source out: its attacks against its own or all harmless texts");
    for (String group : List.of("deepset", "self_reminder", "jailbench", "pint", "generated_zh")) {
      IntPredicate in = i -> task.source(i).startsWith(group);
      LinearModel model = task.train(trainer, in.negate());
      double[] unseen = margins(task, model, i -> true);
      // harmless rows of the other sources were learnt, so those of the cross-validation stand in
      for (int i = 0; i < unseen.length; i++) {
        if (!in.test(i)) {
          unseen[i] = margins[i];
        }
      }
      boolean both = IntStream.range(0, task.size()).filter(in).anyMatch(i -> !task.label(i));
      if (both) {
        task.print(group + " within", unseen, in);
      }
      task.print(
          group + " against all harmless",
          unseen,
          i -> in.test(i) || (direct.test(i) && !task.label(i)));
    }
    // what ships is calibrated on what may ship, too
    IntPredicate permissive = i -> direct.test(i) && task.trainable().get(i);
    double[] attacks =
        IntStream.range(0, task.size())
            .filter(i -> permissive.test(i) && task.label(i))
            .mapToDouble(i -> margins[i])
            .sorted()
            .toArray();
    double threshold = attacks[(int) (attacks.length * 0.15)];
    task.printRates("flagged: attacks", margins, threshold, i -> direct.test(i) && task.label(i));
    for (String kind :
        List.of(
            "benign_trigger_words", "benign_instruction", "benign_query", "benign_safety_topic")) {
      task.printRates(
          "flagged: " + kind, margins, threshold, i -> kinds.get(i).equals(kind) && !task.label(i));
    }
    LinearModel model = task.train(trainer, i -> true);
    write(calibrated(task, model, margins, threshold, permissive), "injection.model");
    hidden(rows);
  }

  /** Sentences of documents: payloads of BIPIA (MIT) and own attacks against statements. */
  private static void hidden(List<JsonNode> rows) throws IOException {
    Task task = new Task();
    Set<String> payloads = new HashSet<>();
    for (JsonNode row : rows) {
      if (row.hasNonNull("payload") && payloads.add(row.get("payload").asText())) {
        String payload = row.get("payload").asText();
        for (Documents.Span each : Documents.spans(payload)) {
          task.add(each.words(), true, 2, "bipia", payload, true);
        }
      }
    }
    int k = 0;
    for (String text : InjectionTemplates.attacks()) {
      task.add(text, true, 0.6, "own", "a" + k++ / 24, true);
    }
    for (String text : InjectionTemplates.ordersInDocuments()) {
      task.add(text, true, 0.6, "own", "o" + k++ / 24, true);
    }
    for (String text : InjectionTemplates.statements()) {
      task.add(text, false, 0.5, "own", "s" + k++ / 24, true);
    }
    for (JsonNode row : Rows.of(data(), "toxicity_en.jsonl")) {
      boolean wiki = row.get("source").asText().startsWith("wiki");
      if (wiki && Rows.fold(row.get("text").asText(), 3) == 0) {
        for (Documents.Span each : Documents.spans(row.get("text").asText())) {
          task.add(each.words(), false, 0.2, "wiki", row.get("text").asText(), true);
        }
      }
    }
    LogisticTrainer trainer =
        new LogisticTrainer(
            new Settings(
                new Features.Options(0, 0, 2, 2, Lexicon.Language.INJECTION),
                new float[] {0, 2, 2},
                18,
                4,
                0));
    out("prompt injection, hidden in documents, by payload");
    double[] best = new double[rows.size()];
    List<Integer> documents = new ArrayList<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      int out = fold;
      LinearModel model = task.train(trainer, i -> task.folds().get(i) != out);
      for (int i = 0; i < rows.size(); i++) {
        JsonNode row = rows.get(i);
        String kind = row.get("kind").asText();
        boolean of = kind.equals("indirect_in_document") || kind.equals("benign_document");
        String key =
            row.hasNonNull("payload") ? row.get("payload").asText() : row.get("text").asText();
        if (of && Rows.fold(key, FOLDS) == fold) {
          best[i] = Documents.worst(model, row.get("text").asText()).margin();
          documents.add(i);
        }
      }
    }
    for (String which : List.of("bipia", "bipia_text", "bipia_code")) {
      int[] of =
          documents.stream()
              .mapToInt(i -> i)
              .filter(
                  i -> {
                    String source = rows.get(i).get("source").asText();
                    return source.startsWith(which) || source.equals("xsum_article");
                  })
              .toArray();
      double[] scores = new double[of.length];
      boolean[] labels = new boolean[of.length];
      for (int i = 0; i < of.length; i++) {
        scores[i] = best[of[i]];
        labels[i] = rows.get(of[i]).get("label").asInt() == 1;
      }
      figure(which + " against xsum", "AUC", Quality.aucWithInterval(scores, labels));
    }
    // sentences that may ship decide threshold and calibration; the documents are only measured
    double[] margins = task.crossValidated(trainer);
    double[] statements =
        IntStream.range(0, task.size())
            .filter(i -> !task.label(i))
            .mapToDouble(i -> margins[i])
            .sorted()
            .toArray();
    double threshold = statements[(int) (statements.length * 0.98)];
    for (String which : List.of("bipia_text", "bipia_code", "xsum_article")) {
      List<Integer> of =
          documents.stream().filter(i -> rows.get(i).get("source").asText().equals(which)).toList();
      long hits = of.stream().filter(i -> best[i] > threshold).count();
      figure("flagged: " + which, "share", Quality.share(hits, of.size()));
    }
    LinearModel model = task.train(trainer, i -> true);
    write(calibrated(task, model, margins, threshold, i -> true), "hidden-injection.model");
  }

  private static double[] margins(Task task, LinearModel model, IntPredicate of) {
    double[] margins = new double[task.size()];
    for (int i = 0; i < margins.length; i++) {
      if (of.test(i)) {
        margins[i] = model.margin(task.examples().get(i).words());
      }
    }
    return margins;
  }

  private static void rates(
      Task task, String name, double[] margins, double threshold, IntPredicate of) {
    task.printRates(name + ": recall", margins, threshold, i -> of.test(i) && task.label(i));
    task.printRates(
        name + ": flagged of harmless", margins, threshold, i -> of.test(i) && !task.label(i));
  }

  /** The threshold of the largest recall minus false positive rate (Youden 1950). */
  private static double youden(Task task, double[] margins, IntPredicate of) {
    int[] rows = IntStream.range(0, task.size()).filter(of).toArray();
    double positives = IntStream.of(rows).filter(task::label).count();
    double negatives = rows.length - positives;
    Integer[] order = IntStream.of(rows).boxed().toArray(Integer[]::new);
    java.util.Arrays.sort(order, (a, b) -> Double.compare(margins[b], margins[a]));
    double best = -1;
    double at = 0;
    double gain = 0;
    for (Integer row : order) {
      gain += task.label(row) ? 1 / positives : -1 / negatives;
      if (gain > best) {
        best = gain;
        at = margins[row];
      }
    }
    return at - 1e-6;
  }

  private static LinearModel calibrated(
      Task task, LinearModel model, double[] margins, double threshold, IntPredicate of) {
    int[] rows = IntStream.range(0, task.size()).filter(of).toArray();
    double[] scores = new double[rows.length];
    boolean[] labels = new boolean[rows.length];
    for (int k = 0; k < rows.length; k++) {
      scores[k] = margins[rows[k]];
      labels[k] = task.label(rows[k]);
    }
    return with(model, Quality.platt(scores, labels, i -> 1), threshold);
  }

  private static void writeHead(
      Task task,
      EmbeddingHead head,
      double[] margins,
      double threshold,
      IntPredicate of,
      String name)
      throws IOException {
    int[] rows = IntStream.range(0, task.size()).filter(of).toArray();
    double[] scores = IntStream.of(rows).mapToDouble(i -> margins[i]).toArray();
    boolean[] labels = new boolean[rows.length];
    for (int k = 0; k < rows.length; k++) {
      labels[k] = task.label(rows[k]);
    }
    double[] platt = Quality.platt(scores, labels, i -> 1);
    double p = 1 / (1 + StrictMath.exp(-(platt[0] * threshold + platt[1])));
    out("  frozen threshold: margin %.4f, probability %.4f", threshold, p);
    if (!WRITES) {
      return;
    }
    try (OutputStream out = Files.newOutputStream(RESOURCES.resolve(name))) {
      head.calibrated((float) platt[0], (float) platt[1], (float) p).write(out);
    }
  }

  /** The margin that this share of the rows is below. */
  private static double quantile(Task task, double[] margins, double share, IntPredicate of) {
    double[] sorted =
        IntStream.range(0, task.size()).filter(of).mapToDouble(i -> margins[i]).sorted().toArray();
    return sorted[(int) (sorted.length * share)];
  }

  private static LinearModel with(LinearModel model, double[] platt, double threshold) {
    double p = 1 / (1 + StrictMath.exp(-(platt[0] * threshold + platt[1])));
    out("  frozen threshold: margin %.4f, probability %.4f", threshold, p);
    return model.calibrated((float) platt[0], (float) platt[1], (float) p);
  }

  private static void write(LinearModel model, String name) throws IOException {
    if (!WRITES) {
      return;
    }
    try (OutputStream out = Files.newOutputStream(RESOURCES.resolve(name))) {
      model.write(out);
    }
  }
}
