/**
 * What several packages of this module need and no user does: it may change at any time. Nothing
 * that a user could want lives here; start at {@link dev.llmops.eval.Evaluator} instead.
 */
@NullMarked
package dev.llmops.eval.internal;

import org.jspecify.annotations.NullMarked;
