/**
 * How well a retriever ranks: from the ids that it found and the ids that it should have found.
 * Start with {@link dev.llmops.eval.retrieval.RankingEvaluators}.
 *
 * <p>Free and without a model; judging documents by their text is the judge package's.
 */
@NullMarked
package dev.llmops.eval.retrieval;

import org.jspecify.annotations.NullMarked;
