/**
 * A chat over the project's docs with Spring Boot: retrieval, a tool and streaming, every call
 * recorded by the starter. Start with {@link dev.llmops.samples.chat.ChatApplication}.
 */
@NullMarked
package dev.llmops.samples.chat;

import org.jspecify.annotations.NullMarked;
