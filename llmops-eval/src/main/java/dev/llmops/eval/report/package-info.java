/**
 * What a run found: {@link dev.llmops.eval.report.EvalReport}, the baselines that it is compared
 * with, the gates that it must pass, and the files that people read. How a run is made lives in
 * {@code dev.llmops.eval.run}, the arithmetic in {@code dev.llmops.eval.stats}.
 */
@NullMarked
package dev.llmops.eval.report;

import org.jspecify.annotations.NullMarked;
