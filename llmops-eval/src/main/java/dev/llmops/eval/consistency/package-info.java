/**
 * Whether a model says the same again: samples of one question, other wordings, orders and formats,
 * other versions; and whether it says the same as its documents. Start with {@link
 * dev.llmops.eval.consistency.ConsistencyEvaluators}; {@link dev.llmops.eval.consistency.Sampler}
 * takes the samples.
 *
 * <p>Consistency is not correctness: a model can be wrong every time in the same words. What is
 * right is judged elsewhere, against references or by a judge.
 */
@NullMarked
package dev.llmops.eval.consistency;

import org.jspecify.annotations.NullMarked;
