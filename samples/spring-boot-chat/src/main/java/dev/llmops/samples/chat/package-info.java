/**
 * A chat over the project's docs with Spring AI: retrieval, a tool, memory and streaming. Nothing
 * here knows of llmops: the starter on the class path records it all. Start with {@link
 * dev.llmops.samples.chat.ChatApplication}.
 */
@NullMarked
package dev.llmops.samples.chat;

import org.jspecify.annotations.NullMarked;
