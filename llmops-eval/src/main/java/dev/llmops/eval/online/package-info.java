/**
 * Judges live calls: {@link dev.llmops.eval.online.OnlineEvaluation} takes a sample of what an
 * application's {@code LlmOps} records, asks evaluators off the calling thread, and gives the
 * scores back to the same {@code LlmOps}. Runs over datasets live in {@code dev.llmops.eval.run}.
 */
@NullMarked
package dev.llmops.eval.online;

import org.jspecify.annotations.NullMarked;
