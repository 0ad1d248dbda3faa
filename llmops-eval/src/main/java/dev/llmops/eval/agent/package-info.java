/**
 * Evaluators of what an agent did: its tool calls, against schemas, against expected calls, and
 * among themselves. Start with {@link dev.llmops.eval.agent.AgentEvaluators}. Whether a goal was
 * reached is for a judge, and lives with the judges.
 */
@NullMarked
package dev.llmops.eval.agent;

import org.jspecify.annotations.NullMarked;
