/**
 * Ready sinks: a ring buffer, a JSONL file and its reader, the log, and wrappers that queue and
 * sample. Start with {@link dev.llmops.sink.AsyncSink}.
 */
@NullMarked
package dev.llmops.sink;

import org.jspecify.annotations.NullMarked;
