/**
 * Ready sinks: {@link dev.llmops.sink.RingSink} keeps the latest records in memory, {@link
 * dev.llmops.sink.JsonlSink} writes them to files that {@link dev.llmops.sink.JsonlReader} reads
 * back, {@link dev.llmops.sink.LoggingSink} writes a line a call to the log; {@link
 * dev.llmops.sink.AsyncSink} gives any sink a queue, {@link dev.llmops.sink.SampledSink} shows it a
 * sample only. Traces and metrics are not here: they are an observer's work. Start with {@link
 * dev.llmops.sink.JsonlSink}.
 */
@NullMarked
package dev.llmops.sink;

import org.jspecify.annotations.NullMarked;
