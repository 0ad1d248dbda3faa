/**
 * Judging by meaning: texts become vectors of an embedding model, and near vectors mean alike.
 * Start with {@link dev.llmops.eval.semantic.SemanticEvaluators}.
 *
 * <p>Here live the {@link dev.llmops.eval.semantic.Embeddings} and what makes them (a model in the
 * process, an endpoint, another library's model, your function), and the evaluators that compare an
 * output with a reference or a question. Whether several answers agree with each other is judged in
 * {@code dev.llmops.eval.consistency}.
 */
@NullMarked
package dev.llmops.eval.semantic;

import org.jspecify.annotations.NullMarked;
