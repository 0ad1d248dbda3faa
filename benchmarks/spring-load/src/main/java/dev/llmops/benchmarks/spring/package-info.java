/**
 * What the starter costs a Spring application as a whole: the sample with and without it, asked
 * side by side. Start with {@link dev.llmops.benchmarks.spring.SpringLoad}. Never published.
 */
@NullMarked
package dev.llmops.benchmarks.spring;

import org.jspecify.annotations.NullMarked;
