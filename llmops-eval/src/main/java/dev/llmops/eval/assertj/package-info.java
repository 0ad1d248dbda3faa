/**
 * Assertions over cases, calls, results and reports: start at {@link
 * dev.llmops.eval.assertj.EvalAssertions}. Needs assertj-core, which the project brings itself, and
 * no test framework. Without AssertJ {@link dev.llmops.eval.report.EvalReport#verify} says the
 * same.
 */
@NullMarked
package dev.llmops.eval.assertj;

import org.jspecify.annotations.NullMarked;
