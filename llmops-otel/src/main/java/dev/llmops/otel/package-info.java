/**
 * Calls, steps and scores as OpenTelemetry signals, and {@link dev.llmops.otel.OtlpExport}, the one
 * line that sets up an SDK with OTLP export for an application that has none. The only package that
 * knows OpenTelemetry; how a call is recorded is core's affair. Start with {@link
 * dev.llmops.otel.OtlpExport}.
 */
@NullMarked
package dev.llmops.otel;

import org.jspecify.annotations.NullMarked;
