/**
 * Measures over a whole run: how well labels and scores agree with the truth. Start with {@link
 * dev.llmops.eval.stats.ClassificationMetrics} for a run, or with {@link
 * dev.llmops.eval.stats.ConfusionMatrix} and {@link dev.llmops.eval.stats.BinaryScores} for numbers
 * of your own.
 *
 * <p>What is not defined is absent, never 0. Nothing here decides what passes.
 */
@NullMarked
package dev.llmops.eval.stats;

import org.jspecify.annotations.NullMarked;
