/**
 * What a recorded call costs, side by side with what others cost: start with {@link
 * dev.llmops.benchmarks.CallCost}. What an evaluation costs: {@link
 * dev.llmops.benchmarks.EvaluatorCost}. Never published.
 */
@NullMarked
package dev.llmops.benchmarks;

import org.jspecify.annotations.NullMarked;
