/**
 * Judging a text without a model: exact and structural checks, and the field's reference metrics
 * (ROUGE, BLEU, chrF, TER, METEOR, SQuAD, edit distances). Start with {@link
 * dev.llmops.eval.text.ReferenceMetrics}.
 *
 * <p>Each metric has a reference mode, which equals the field's own implementation to the digit,
 * and a default mode, which measures text of any script. What needs an embedding or a judge does
 * not live here.
 */
@NullMarked
package dev.llmops.eval.text;

import org.jspecify.annotations.NullMarked;
