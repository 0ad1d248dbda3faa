/**
 * A support assistant made with LangChain4j's AI services, recorded as a tree. Start with {@link
 * dev.llmops.samples.langchain4j.Support}.
 */
@NullMarked
package dev.llmops.samples.langchain4j;

import org.jspecify.annotations.NullMarked;
