package dev.llmops.samples.quickstart;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds passages by meaning and picks an answer from them. Immutable; building one embeds every
 * passage once (about 2 ms each).
 */
final class DocIndex {
  static final String NOT_IN_THE_DOCS =
      "The docs do not say. I can only repeat what README.md and docs/*.md of this project say.";

  /**
   * The least cosine of a question and a passage that answers it. Chosen on this project's docs:
   * questions they answer came out at 0.45 and above, questions about something else below 0.3.
   */
  private static final double MIN_SIMILARITY = 0.38;

  private static final double NEAR_THE_BEST = 0.08;
  private static final int MAX_SENTENCES = 3;

  private final MiniLm model;
  private final List<Entry> entries;

  private DocIndex(MiniLm model, List<Entry> entries) {
    this.model = model;
    this.entries = entries;
  }

  static DocIndex of(DocCorpus corpus, MiniLm model) {
    return new DocIndex(
        model,
        corpus.passages().stream()
            .map(passage -> new Entry(passage, model.embed(passage.searchText())))
            .toList());
  }

  MiniLm model() {
    return model;
  }

  /** Returns up to {@code limit} passages near enough to {@code question}, the nearest first. */
  List<Match> search(String question, int limit) {
    return nearest(model.embed(question), limit);
  }

  /**
   * Answers with sentences of the docs as they stand: up to three of the nearest passage, and the
   * best one of a passage that is almost as near; with the code block that belongs to them, and
   * where they stand. {@link #NOT_IN_THE_DOCS} when nothing is near enough.
   */
  String answer(String question) {
    float[] asked = model.embed(question);
    List<Match> matches = nearest(asked, 2);
    if (matches.isEmpty()) {
      return NOT_IN_THE_DOCS;
    }
    Match best = matches.get(0);
    StringBuilder answer = new StringBuilder(excerpt(best.passage(), asked, MAX_SENTENCES));
    Set<String> sources = new LinkedHashSet<>(List.of(best.passage().source()));
    for (Match other : matches.subList(1, matches.size())) {
      if (best.similarity() - other.similarity() <= NEAR_THE_BEST) {
        answer.append("\n\n").append(excerpt(other.passage(), asked, 1));
        sources.add(other.passage().source());
      }
    }
    return answer.append("\n\n(").append(String.join("; ", sources)).append(')').toString();
  }

  private List<Match> nearest(float[] asked, int limit) {
    return entries.stream()
        .map(entry -> new Match(entry.passage(), MiniLm.similarity(asked, entry.vector())))
        .filter(match -> match.similarity() >= MIN_SIMILARITY)
        .sorted(Comparator.comparingDouble(Match::similarity).reversed())
        .limit(limit)
        .toList();
  }

  private String excerpt(Passage passage, float[] asked, int maxSentences) {
    List<String> sentences = sentences(passage.text());
    Map<String, Double> similarities = new LinkedHashMap<>();
    for (String sentence : sentences) {
      similarities.put(
          sentence, MiniLm.similarity(asked, model.embed(passage.inContext(sentence))));
    }
    Set<String> kept =
        similarities.entrySet().stream()
            .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
            .limit(maxSentences)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    String text = sentences.stream().filter(kept::contains).collect(Collectors.joining(" "));
    return passage.code() == null ? text : text + "\n\n" + passage.code();
  }

  private static List<String> sentences(String text) {
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(text);
    List<String> sentences = new ArrayList<>();
    int start = breaks.first();
    for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
      sentences.add(text.substring(start, end).strip());
      start = end;
    }
    return sentences;
  }

  /**
   * @param similarity the cosine of question and passage
   */
  record Match(Passage passage, double similarity) {}

  private record Entry(Passage passage, float[] vector) {}
}
