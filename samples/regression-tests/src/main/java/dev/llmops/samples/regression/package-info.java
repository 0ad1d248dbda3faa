/**
 * A small assistant and, in its tests, what keeps it from getting worse unseen: cases with expected
 * answers, cassettes, gates and a baseline. Nothing of this package is published or part of the
 * library. Start with {@link dev.llmops.samples.regression.Assistant}.
 */
@NullMarked
package dev.llmops.samples.regression;

import org.jspecify.annotations.NullMarked;
