/**
 * Runs an application over a dataset and judges what it answers: {@link
 * dev.llmops.eval.run.EvalRun}. What was found is a {@code dev.llmops.eval.report.EvalReport}.
 */
@NullMarked
package dev.llmops.eval.run;

import org.jspecify.annotations.NullMarked;
