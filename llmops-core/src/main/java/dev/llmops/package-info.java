/**
 * The nouns of llmops: a model call, what was asked, what came back, and what it cost. Start with
 * {@link dev.llmops.LlmOps}.
 *
 * <p>Here live the values that every other module reads and the interfaces they plug into. Sinks,
 * prices, redactors and client adapters live in packages of their own; nothing here knows a vendor
 * or a telemetry library.
 */
@NullMarked
package dev.llmops;

import org.jspecify.annotations.NullMarked;
