/** Tests with LangChain4j's own clients against the fake model server. */
@NullMarked
package dev.llmops.client.langchain4j;

import org.jspecify.annotations.NullMarked;
