/** Tests of the OpenAI instrumentation, with the real client against a server on loopback. */
@NullMarked
package dev.llmops.client.openai;

import org.jspecify.annotations.NullMarked;
