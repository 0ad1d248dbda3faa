/**
 * The statistics: how well labels and scores agree with the truth, intervals, comparisons with a
 * baseline, and gates with three verdicts. Start with {@link dev.llmops.eval.stats.Gates} to
 * decide, with {@link dev.llmops.eval.stats.Proportion} and {@link dev.llmops.eval.stats.Means} to
 * show, and with {@link dev.llmops.eval.stats.ClassificationMetrics} for a run with labels. Numbers
 * in, small records out: datasets, runs and reports live elsewhere.
 *
 * <p>What is not defined is absent, never 0. Everything is repeatable: what draws takes a seed.
 */
@NullMarked
package dev.llmops.eval.stats;

import org.jspecify.annotations.NullMarked;
