/**
 * Judging what a language model answered: the case, the evaluator, the result. Start with {@link
 * dev.llmops.eval.Evaluators}.
 *
 * <p>Here live the values and the contract that every evaluator keeps to; the evaluators themselves
 * live in packages by what they need (text, embeddings, samples, a judge). Nothing here runs a
 * dataset or makes a report.
 */
@NullMarked
package dev.llmops.eval;

import org.jspecify.annotations.NullMarked;
