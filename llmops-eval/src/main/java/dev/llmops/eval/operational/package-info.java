/**
 * Evaluators of the recorded call itself: time, tokens, cost, how it ended; so that one gate holds
 * quality and price together. Start with {@link dev.llmops.eval.operational.OperationalEvaluators}.
 * Percentiles are defined over a run only, and live with the run metrics.
 */
@NullMarked
package dev.llmops.eval.operational;

import org.jspecify.annotations.NullMarked;
