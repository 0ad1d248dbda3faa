/**
 * Records the calls of the official OpenAI client (openai-java), whatever server it talks to. Start
 * with {@link dev.llmops.client.openai.OpenAiInstrumentation}; the rest reads the client's own
 * types and is not for use elsewhere. Needs {@code com.openai:openai-java}, which llmops does not
 * bring.
 */
@NullMarked
package dev.llmops.client.openai;

import org.jspecify.annotations.NullMarked;
