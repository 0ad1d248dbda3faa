/**
 * Spring Boot's auto-configuration of llmops: the {@code LlmOps} bean, its properties, and the
 * wrapping of client beans. Nothing is recorded, priced or exported here; the other modules do
 * that. Start with {@link dev.llmops.spring.LlmOpsAutoConfiguration}.
 */
@NullMarked
package dev.llmops.spring;

import org.jspecify.annotations.NullMarked;
