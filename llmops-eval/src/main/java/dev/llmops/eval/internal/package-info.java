/**
 * What several families do alike and nobody outside of this module should rely on. Start with
 * {@link dev.llmops.eval.internal.LinearText}.
 */
@NullMarked
package dev.llmops.eval.internal;

import org.jspecify.annotations.NullMarked;
