/**
 * The server behind the call: what an inference server and its GPUs were doing when a call started
 * and when it ended. Start with {@link dev.llmops.server.ServerMonitor}; the answer is {@link
 * dev.llmops.LlmCall#server()}. Only servers that were named or allow-listed are asked, and never
 * by the thread that makes the call. What one response says about its own timing does not live
 * here, nor do names of telemetry attributes.
 */
@NullMarked
package dev.llmops.server;

import org.jspecify.annotations.NullMarked;
