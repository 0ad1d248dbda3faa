/**
 * A sample: a simulated vLLM under more load than it can take, and what each call says about where
 * its time went. Start with {@link dev.llmops.samples.gpuserver.GpuServerSample}.
 */
@NullMarked
package dev.llmops.samples.gpuserver;

import org.jspecify.annotations.NullMarked;
