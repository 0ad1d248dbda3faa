/**
 * Datasets: the cases that an application is held against, read from JSONL, JSON, CSV and YAML,
 * from recorded calls and from feedback, checked, sliced, split and written back. Start with {@link
 * dev.llmops.eval.dataset.Dataset}.
 *
 * <p>Files are hostile input: what is read is bounded, a field that nobody knows is an error, and
 * what is wrong is told by file, line and column, never by quoting the row. Running a dataset is
 * somebody else's work.
 */
@NullMarked
package dev.llmops.eval.dataset;

import org.jspecify.annotations.NullMarked;
