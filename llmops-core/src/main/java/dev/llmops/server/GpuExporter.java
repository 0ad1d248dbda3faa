package dev.llmops.server;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The page of a GPU exporter. */
final class GpuExporter extends GpuSource {

  private static final int MAX_SERIES = 20_000;

  private final URI uri;
  private final Fetcher fetcher;

  GpuExporter(URI uri, Fetcher fetcher, long intervalNanos) {
    super(Fetcher.origin(uri), intervalNanos);
    this.uri = uri;
    this.fetcher = fetcher;
  }

  @Override
  CompletableFuture<Seen> ask() {
    return fetcher
        .get(uri, () -> new PageParser(EngineMetrics.NAMES, MAX_SERIES))
        .thenApply(page -> new Seen(GpuPages.exporter(page.value()), Map.of()));
  }
}
