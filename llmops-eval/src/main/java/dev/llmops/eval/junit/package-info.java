/**
 * Tests over datasets and cassettes in JUnit 5 and 6: start at {@link
 * dev.llmops.eval.junit.EvalSource}, a case an invocation, and {@link
 * dev.llmops.eval.junit.EvalTest}, a whole run; {@link dev.llmops.eval.junit.Cassette} lets both
 * run without a key. Needs junit-jupiter 5.10 or newer, which every project brings itself. The
 * assertions live in {@code dev.llmops.eval.assertj}, which neither needs nor is needed here.
 */
@NullMarked
package dev.llmops.eval.junit;

import org.jspecify.annotations.NullMarked;
