/**
 * Evaluators of what should not be said: toxicity, hate, profanity, leaked personal data and
 * credentials, prompt injection, refusals, bias. Offline and small unless their name says
 * otherwise. Start with {@link dev.llmops.eval.safety.SafetyEvaluators}.
 *
 * <p>Here live the evaluators and the linear classifiers under them; their training code lives in
 * the test sources, and what was trained on what is in {@code docs/evaluators/safety.md}.
 */
@NullMarked
package dev.llmops.eval.safety;

import org.jspecify.annotations.NullMarked;
