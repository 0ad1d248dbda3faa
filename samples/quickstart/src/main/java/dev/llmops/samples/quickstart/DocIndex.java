package dev.llmops.samples.quickstart;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds passages by meaning and picks an answer from them. Safe for use by several threads; the
 * first search embeds every sentence and heading once (about 2 ms each on an idle core).
 */
final class DocIndex {
  static final String NOT_IN_THE_DOCS =
      "The docs do not say. I can only repeat what README.md and docs/*.md of this project say.";

  /**
   * The least similarity of a question and a passage that answers it. Chosen on this project's
   * design notes in November 2026: questions that they answer came out at 0.44 and above, questions
   * about something else at 0.28 and below. In between it is wrong now and then, both ways.
   */
  private static final double MIN_SIMILARITY = 0.4;

  // a heading that asks the question ("How do I ...") counts for what stands under it, and the
  // rest of the weight puts that in order
  private static final double HEADING_WEIGHT = 0.9;
  // the first passage under a heading says what the rows and items below it go into
  private static final double INTRODUCTION = 0.05;
  private static final double NEAR_THE_BEST = 0.08;
  private static final int MAX_SENTENCES = 3;

  private final DocCorpus corpus;
  private final MiniLm model;
  private @Nullable List<Entry> embedded;

  private DocIndex(DocCorpus corpus, MiniLm model) {
    this.corpus = corpus;
    this.model = model;
  }

  static DocIndex of(DocCorpus corpus, MiniLm model) {
    return new DocIndex(corpus, model);
  }

  private synchronized List<Entry> entries() {
    if (embedded == null) {
      embedded = embed(corpus, model);
    }
    return embedded;
  }

  private static List<Entry> embed(DocCorpus corpus, MiniLm model) {
    Map<String, float[]> headings = new HashMap<>();
    List<Entry> entries = new ArrayList<>();
    String section = "";
    for (Passage passage : corpus.passages()) {
      boolean first = !passage.source().equals(section);
      section = passage.source();
      List<Sentence> sentences =
          sentences(passage.text()).stream()
              .map(sentence -> new Sentence(sentence, model.embed(passage.inContext(sentence))))
              .toList();
      entries.add(
          new Entry(
              passage,
              headings.computeIfAbsent(passage.heading(), model::embed),
              model.embed(passage.inContext(passage.text())),
              sentences,
              first ? INTRODUCTION : 0));
    }
    return List.copyOf(entries);
  }

  MiniLm model() {
    return model;
  }

  /** Returns up to {@code limit} passages near enough to {@code question}, the nearest first. */
  List<Match> search(String question, int limit) {
    return nearest(model.embed(question), limit).stream()
        .map(near -> new Match(near.entry().passage(), near.similarity()))
        .toList();
  }

  /**
   * Answers with sentences of the docs as they stand: up to three of the nearest passage, and the
   * best one of a passage that is almost as near; with the code block that belongs to them, and
   * where they stand. {@link #NOT_IN_THE_DOCS} when nothing is near enough.
   */
  String answer(String question) {
    float[] asked = model.embed(question);
    List<Near> found = nearest(asked, 2);
    if (found.isEmpty()) {
      return NOT_IN_THE_DOCS;
    }
    Near best = found.get(0);
    StringBuilder answer = new StringBuilder(excerpt(best.entry(), asked, MAX_SENTENCES));
    Set<String> sources = new LinkedHashSet<>(List.of(best.entry().passage().source()));
    for (Near other : found.subList(1, found.size())) {
      if (best.similarity() - other.similarity() <= NEAR_THE_BEST) {
        answer.append("\n\n").append(excerpt(other.entry(), asked, 1));
        sources.add(other.entry().passage().source());
      }
    }
    return answer.append("\n\n(").append(String.join("; ", sources)).append(')').toString();
  }

  private List<Near> nearest(float[] asked, int limit) {
    return entries().stream()
        .map(entry -> new Near(entry, entry.similarity(asked)))
        .filter(near -> near.similarity() >= MIN_SIMILARITY)
        .sorted(Comparator.comparingDouble(Near::similarity).reversed())
        .limit(limit)
        .toList();
  }

  /** The sentences of a passage that are nearest, in the order of the passage, and its code. */
  private static String excerpt(Entry entry, float[] asked, int maxSentences) {
    Set<Sentence> kept =
        entry.sentences().stream()
            .sorted(
                Comparator.comparingDouble(
                    sentence -> -MiniLm.similarity(asked, sentence.vector())))
            .limit(maxSentences)
            .collect(Collectors.toSet());
    String text =
        entry.sentences().stream()
            .filter(kept::contains)
            .map(Sentence::text)
            .collect(Collectors.joining(" "));
    String code = entry.passage().code();
    return code == null ? text : text + "\n\n" + code;
  }

  private static List<String> sentences(String text) {
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(text);
    List<String> sentences = new ArrayList<>();
    int start = breaks.first();
    for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
      // no sentence ends in the middle of "ops.call(..)"
      if (end == text.length() || Character.isWhitespace(text.charAt(end - 1))) {
        sentences.add(text.substring(start, end).strip());
        start = end;
      }
    }
    return sentences;
  }

  /**
   * A passage that was found.
   *
   * @param similarity of question and passage, {@value #MIN_SIMILARITY}..1
   */
  record Match(Passage passage, double similarity) {}

  private record Near(Entry entry, double similarity) {}

  private record Sentence(String text, float[] vector) {}

  private record Entry(
      Passage passage,
      float[] heading,
      float[] whole,
      List<Sentence> sentences,
      double introduction) {

    /** The nearest of the passage, its best sentence, and its heading. */
    double similarity(float[] asked) {
      double ofWhole = MiniLm.similarity(asked, whole);
      double best =
          Math.max(
              ofWhole,
              HEADING_WEIGHT * MiniLm.similarity(asked, heading)
                  + (1 - HEADING_WEIGHT) * ofWhole
                  + introduction);
      for (Sentence sentence : sentences) {
        best = Math.max(best, MiniLm.similarity(asked, sentence.vector()));
      }
      return Math.min(best, 1);
    }
  }
}
