package dev.llmops.eval.consistency;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.Document;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.consistency.FactWords.Kind;
import dev.llmops.eval.consistency.FactWords.Word;
import dev.llmops.eval.semantic.Sentences;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds an answer's sentences against documents by their words; see {@link
 * ConsistencyEvaluators#factualConsistency()} for what is computed. The weights were set by hand.
 */
final class FactualConsistency {

  private static final int MAX_OUTPUT_CHARS = 100_000;
  private static final int MAX_CONTEXT_CHARS = 1_000_000;
  private static final int MAX_SENTENCES = 500;

  // in tenths, so that all of 7, 2 and 1 is exactly 1
  private static final int WORDS = 7;
  private static final int PAIRS = 2;
  private static final int NEIGHBOURS = 1;
  private static final int NEGATION = 2;
  private static final int OPPOSITE = 2;

  /** How far apart neighbouring content words may stand in a sentence of a document. */
  private static final int NEAR = 4;

  /** How many words around the matched ones a negation counts in. */
  private static final int AROUND = 3;

  private static final int NAMED = 6;

  private static final Set<String> NEGATING_PREFIXES =
      Set.of("un", "in", "im", "il", "ir", "dis", "non");

  private static final Map<String, Set<String>> OPPOSITES = opposites();

  private final List<Word> words = new ArrayList<>();
  private final List<Integer> sentenceOf = new ArrayList<>();
  private final List<Integer> starts = new ArrayList<>();
  private final List<String> sentences = new ArrayList<>();
  private final Map<String, List<Integer>> places = new HashMap<>();
  private final Set<String> pairs = new HashSet<>();
  private final String text;

  private FactualConsistency(List<Document> documents) {
    StringBuilder all = new StringBuilder();
    for (Document document : documents) {
      all.append(document.text()).append('\n');
      for (String sentence : Sentences.split(document.text())) {
        starts.add(words.size());
        sentences.add(sentence);
        String before = null;
        for (Word word : FactWords.of(sentence)) {
          places.computeIfAbsent(word.stem(), stem -> new ArrayList<>()).add(words.size());
          if (before != null) {
            pairs.add(before + ' ' + word.stem());
          }
          before = word.stem();
          words.add(word);
          sentenceOf.add(starts.size() - 1);
        }
      }
    }
    starts.add(words.size());
    text = all.toString();
  }

  static EvalResult evaluate(EvaluatorSpec spec, EvalCase evalCase) {
    String output = Objects.requireNonNull(evalCase.output());
    long contextChars =
        evalCase.context().stream().mapToLong(document -> document.text().length()).sum();
    if (output.length() > MAX_OUTPUT_CHARS || contextChars > MAX_CONTEXT_CHARS) {
      return new Skipped(
          spec,
          String.format(
              Locale.ROOT,
              "%s: the output has %d characters and the context %d, and at most %d and %d are"
                  + " taken; give the part to judge",
              spec.name(),
              output.length(),
              contextChars,
              MAX_OUTPUT_CHARS,
              MAX_CONTEXT_CHARS));
    }
    List<String> claims = Sentences.split(output);
    if (claims.size() > MAX_SENTENCES) {
      return new Skipped(
          spec,
          spec.name()
              + ": the output has "
              + claims.size()
              + " sentences, and at most "
              + MAX_SENTENCES
              + " are taken; give the part to judge");
    }
    FactualConsistency documents = new FactualConsistency(evalCase.context());
    double sum = 0;
    int checked = 0;
    Support worst = null;
    for (String claim : claims) {
      Support support = documents.support(claim);
      if (support != null) {
        sum += support.value();
        checked++;
        worst = worst == null || support.value() < worst.value() ? support : worst;
      }
    }
    if (worst == null) {
      return new Skipped(spec, spec.name() + ": the output has no word of content to look for");
    }
    return Scored.of(spec, Math.min(1, sum / checked), worst.describe(checked));
  }

  /**
   * How far the documents support a sentence.
   *
   * @param value 0 to 1
   * @param claim the sentence
   * @param missing words of content that no document has
   * @param conflicts what speaks against it
   */
  private record Support(double value, String claim, Set<String> missing, List<String> conflicts) {

    String describe(int checked) {
      StringBuilder reason = new StringBuilder();
      reason.append(
          String.format(
              Locale.ROOT,
              "least supported of %d sentence%s (%.3f): %s",
              checked,
              checked == 1 ? "" : "s",
              value,
              Answers.quote(claim)));
      if (!missing.isEmpty()) {
        List<String> named = missing.stream().limit(NAMED).map(Answers::quote).toList();
        reason.append("; not in the documents: ").append(String.join(", ", named));
        if (missing.size() > named.size()) {
          reason.append(" and ").append(missing.size() - named.size()).append(" more");
        }
      }
      conflicts.forEach(each -> reason.append("; ").append(each));
      return reason.toString();
    }
  }

  /** Null where the sentence has no word of content. */
  private @Nullable Support support(String claim) {
    List<Word> all = FactWords.of(claim);
    List<Word> content = all.stream().filter(Word::isContent).toList();
    if (content.isEmpty()) {
      return null;
    }
    Map<String, Double> weights = new LinkedHashMap<>();
    Set<String> missing = new LinkedHashSet<>();
    double total = 0;
    double found = 0;
    for (int i = 0; i < content.size(); i++) {
      Word word = content.get(i);
      // what a sentence says of its subject stands behind it; the subject is often a pronoun there
      double weight =
          word.weight() * (1 + 2 * (content.size() == 1 ? 1 : (double) i / (content.size() - 1)));
      total += weight;
      if (places.containsKey(word.stem())) {
        found += weight;
        weights.merge(word.stem(), weight, Double::sum);
      } else {
        missing.add(word.text());
      }
    }
    double recall = found / total;
    double tenths =
        WORDS * recall + PAIRS * pairShare(all, recall) + NEIGHBOURS * nearShare(all, recall);
    List<String> conflicts = new ArrayList<>();
    Conflict conflict = leastConflict(claim, all, content, nearest(weights), total);
    if (conflict != null) {
      tenths -= conflict.penalty();
      conflicts.addAll(conflict.words());
    }
    return new Support(Math.max(0, Math.min(1, tenths / 10)), claim, missing, conflicts);
  }

  /** The share of adjacent words that are adjacent in a document. */
  private double pairShare(List<Word> all, double otherwise) {
    int had = 0;
    for (int i = 1; i < all.size(); i++) {
      had += pairs.contains(all.get(i - 1).stem() + ' ' + all.get(i).stem()) ? 1 : 0;
    }
    return all.size() < 2 ? otherwise : (double) had / (all.size() - 1);
  }

  /**
   * The share of neighbouring words of content that stand near in this order in a document: no
   * farther than {@link #NEAR}, or than in the claim.
   */
  private double nearShare(List<Word> all, double otherwise) {
    int neighbours = 0;
    int had = 0;
    int before = -1;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).isContent()) {
        if (before >= 0) {
          int far = Math.max(NEAR, i - before);
          neighbours++;
          had += isNear(all.get(before).stem(), all.get(i).stem(), far) ? 1 : 0;
        }
        before = i;
      }
    }
    return neighbours == 0 ? otherwise : (double) had / neighbours;
  }

  private boolean isNear(String one, String next, int far) {
    List<Integer> ones = places.getOrDefault(one, List.of());
    List<Integer> nexts = places.getOrDefault(next, List.of());
    // the rarer word leads, so that a frequent one costs little
    boolean lead = ones.size() <= nexts.size();
    List<Integer> others = lead ? nexts : ones;
    for (int place : lead ? ones : nexts) {
      int from = lead ? place + 1 : place - far;
      int at = Collections.binarySearch(others, from);
      at = at < 0 ? -at - 1 : at;
      int bound = lead ? place + far : place - 1;
      // the nearest on that side is in the same sentence if any is
      int near = lead ? at : lastUpTo(others, at, bound);
      if (near >= 0
          && near < others.size()
          && others.get(near) <= bound
          && sentenceOf.get(place).equals(sentenceOf.get(others.get(near)))) {
        return true;
      }
    }
    return false;
  }

  /** The last index from {@code at} on whose value is at most the bound; -1 where there is none. */
  private static int lastUpTo(List<Integer> sorted, int at, int bound) {
    int last = -1;
    for (int i = at; i < sorted.size() && sorted.get(i) <= bound; i++) {
      last = i;
    }
    return last;
  }

  /**
   * What a sentence of a document has against a claim.
   *
   * @param penalty in tenths, 0 or more
   * @param words in words
   */
  private record Conflict(double penalty, List<String> words) {}

  /** Of the sentences that have most of the claim, the one that speaks least against it. */
  private @Nullable Conflict leastConflict(
      String claim, List<Word> all, List<Word> content, List<Nearest> nearest, double total) {
    boolean negated = all.stream().anyMatch(word -> word.kind() == Kind.NEGATION);
    Conflict least = null;
    for (Nearest each : nearest) {
      double penalty = 0;
      List<String> said = new ArrayList<>();
      String sentence = sentences.get(each.sentence());
      if (isNegated(each) != negated) {
        penalty += NEGATION * each.weight() / total;
        said.add(
            (negated ? "it negates and the documents do not: " : "the documents negate: ")
                + Answers.quote(sentence));
      }
      String opposite = opposite(claim, content, each);
      if (opposite != null) {
        penalty += OPPOSITE;
        said.add(opposite);
      }
      if (penalty == 0) {
        return null;
      }
      if (least == null || penalty < least.penalty()) {
        least = new Conflict(penalty, said);
      }
    }
    return least;
  }

  private boolean isNegated(Nearest nearest) {
    return words.subList(nearest.from(), nearest.to()).stream()
        .anyMatch(word -> word.kind() == Kind.NEGATION);
  }

  /**
   * A sentence of a document that has most of a claim.
   *
   * @param sentence which
   * @param weight of the claim's words that it has
   * @param from the first word around what matches
   * @param to behind the last
   */
  private record Nearest(int sentence, double weight, int from, int to) {}

  /** Several where they have equally much; none where no word of the claim is there. */
  private List<Nearest> nearest(Map<String, Double> weights) {
    Map<Integer, Double> had = new TreeMap<>();
    Map<Integer, int[]> spans = new HashMap<>();
    weights.forEach(
        (stem, weight) -> {
          int before = -1;
          for (int place : places.getOrDefault(stem, List.of())) {
            int sentence = sentenceOf.get(place);
            if (sentence != before) {
              had.merge(sentence, weight, Double::sum);
            }
            before = sentence;
            int[] span = spans.computeIfAbsent(sentence, key -> new int[] {place, place});
            span[0] = Math.min(span[0], place);
            span[1] = Math.max(span[1], place);
          }
        });
    double most = had.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    List<Nearest> nearest = new ArrayList<>();
    had.forEach(
        (sentence, weight) -> {
          if (weight == most) {
            int[] span = Objects.requireNonNull(spans.get(sentence));
            nearest.add(
                new Nearest(
                    sentence,
                    weight,
                    Math.max(starts.get(sentence), span[0] - AROUND),
                    Math.min(starts.get(sentence + 1), span[1] + AROUND + 1)));
          }
        });
    return nearest;
  }

  private @Nullable String opposite(String claim, List<Word> content, Nearest nearest) {
    Map<String, String> there = new HashMap<>();
    words
        .subList(nearest.from(), nearest.to())
        .forEach(word -> there.put(word.stem(), word.text()));
    Set<String> mine = new HashSet<>();
    content.forEach(word -> mine.add(word.stem()));
    for (Word word : content) {
      if (places.containsKey(word.stem())) {
        continue;
      }
      for (String opposite : OPPOSITES.getOrDefault(word.stem(), Set.of())) {
        if (there.containsKey(opposite) && !mine.contains(opposite)) {
          return Answers.quote(word.text()) + " against " + Answers.quote(there.get(opposite));
        }
      }
      for (String prefix : NEGATING_PREFIXES) {
        String without =
            word.stem().startsWith(prefix) ? word.stem().substring(prefix.length()) : "";
        String with = prefix + word.stem();
        String other = without.length() >= 4 && there.containsKey(without) ? without : with;
        if (there.containsKey(other) && !mine.contains(other)) {
          return Answers.quote(word.text()) + " against " + Answers.quote(there.get(other));
        }
      }
    }
    String sentence = sentences.get(nearest.sentence());
    for (Map.Entry<String, Set<String>> each : OPPOSITES.entrySet()) {
      if (isChinese(each.getKey())
          && claim.contains(each.getKey())
          && !text.contains(each.getKey())) {
        for (String opposite : each.getValue()) {
          if (sentence.contains(opposite) && !claim.contains(opposite)) {
            return Answers.quote(each.getKey()) + " against " + Answers.quote(opposite);
          }
        }
      }
    }
    return null;
  }

  private static boolean isChinese(String word) {
    return word.charAt(0) >= 0x4E00;
  }

  private static Map<String, Set<String>> opposites() {
    Map<String, Set<String>> opposites = new LinkedHashMap<>();
    for (String line : resource("opposites.txt").split("\n", -1)) {
      String[] pair = line.strip().split(" ", -1);
      if (pair.length == 2) {
        String one = isChinese(pair[0]) ? pair[0] : FactWords.stem(pair[0]);
        String other = isChinese(pair[1]) ? pair[1] : FactWords.stem(pair[1]);
        opposites.computeIfAbsent(one, key -> new LinkedHashSet<>()).add(other);
        opposites.computeIfAbsent(other, key -> new LinkedHashSet<>()).add(one);
      }
    }
    return Collections.unmodifiableMap(opposites);
  }

  private static String resource(String name) {
    try (InputStream in = FactualConsistency.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing beside FactualConsistency");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be read", e);
    }
  }
}
