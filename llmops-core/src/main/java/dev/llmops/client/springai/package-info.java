/**
 * Records what Spring AI 1.1 and 2.0 do, from the observations that they make themselves: model
 * calls, embeddings, tools, retrieval, advisors and chat clients. Start with {@link
 * dev.llmops.client.springai.SpringAiObservationHandler}; {@link
 * dev.llmops.client.springai.SpringAiAdvisor} adds what observations do not tell of a stream. Needs
 * Spring AI and Micrometer, which llmops does not bring; how they are wired into an application is
 * the starter's matter.
 */
@NullMarked
package dev.llmops.client.springai;

import org.jspecify.annotations.NullMarked;
