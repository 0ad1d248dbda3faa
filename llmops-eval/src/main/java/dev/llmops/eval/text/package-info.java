/**
 * Evaluators that read nothing but text: exact and structural checks, and metrics against
 * references. Start with {@link dev.llmops.eval.text.TextEvaluators}. Nothing here asks a model.
 */
@NullMarked
package dev.llmops.eval.text;

import org.jspecify.annotations.NullMarked;
