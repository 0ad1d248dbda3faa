/**
 * Evaluators that ask a language model: classifiers with named choices, the reason before the
 * choice, and answers that are read strictly. Start with {@link
 * dev.llmops.eval.judge.JudgeEvaluators}.
 *
 * <p>Here live the question put to a judge ({@link dev.llmops.eval.judge.JudgeModel}), the rubrics
 * (resource files beside this package, each with a version), and the calibration of a judge against
 * people. Nothing here decides what passes.
 */
@NullMarked
package dev.llmops.eval.judge;

import org.jspecify.annotations.NullMarked;
