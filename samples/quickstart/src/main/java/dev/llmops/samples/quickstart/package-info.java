/**
 * A small support assistant that answers from this project's own docs, with the parts it needs to
 * run on a machine that has neither a key nor a model: a search over the docs and two
 * OpenAI-compatible servers on loopback. Nothing of this package is published or part of the
 * library. Start with {@link dev.llmops.samples.quickstart.Quickstart}.
 */
@NullMarked
package dev.llmops.samples.quickstart;

import org.jspecify.annotations.NullMarked;
