/**
 * Records the answers of model calls into files, and replays them without a key and without a
 * network. Start with {@link dev.llmops.eval.replay.CassetteStore}. What a call is, and how a
 * client's answers are brought back, lives in {@code dev.llmops}; the annotation for tests lives in
 * the package of the test framework.
 */
@NullMarked
package dev.llmops.eval.replay;

import org.jspecify.annotations.NullMarked;
