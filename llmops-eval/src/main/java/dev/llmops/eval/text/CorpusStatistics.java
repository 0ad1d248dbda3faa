package dev.llmops.eval.text;

import java.util.List;

/**
 * A metric whose value over a corpus comes from the sums of its sentences' counts, not from the
 * mean of their values.
 *
 * @param <S> the counts of a sentence, and of a corpus
 */
interface CorpusStatistics<S> {

  /** The counts of one output against its references. */
  S statistics(String output, List<String> references);

  /** The counts of both together; the order does not matter. */
  S sum(S one, S other);
}
