/**
 * Records what an application does through LangChain4j 1.x: chat, streaming, embedding, scoring and
 * moderation models, content retrievers, tools and AI services, whatever provider is behind them.
 * Start with {@link dev.llmops.client.langchain4j.LangChain4jInstrumentation}; the rest reads
 * LangChain4j's own types and is not for use elsewhere. Needs {@code dev.langchain4j:langchain4j},
 * which llmops does not bring.
 */
@NullMarked
package dev.llmops.client.langchain4j;

import org.jspecify.annotations.NullMarked;
