package dev.llmops.server;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server that may be asked about itself: its address and what is to be known of it beforehand.
 * Immutable. Credentials are not kept here but with the {@link ServerMonitor.Builder}, by address.
 */
public final class MonitoredServer {

  private final URI uri;
  private final ServerKind kind;
  private final @Nullable URI metrics;
  private final List<URI> gpus;
  private final boolean nvidiaSmi;
  private final Set<String> gpuUuids;
  private final @Nullable String pod;
  private final @Nullable String process;

  private MonitoredServer(Builder builder) {
    uri = builder.uri;
    kind = builder.kind;
    metrics = builder.metrics;
    gpus = List.copyOf(builder.gpus);
    nvidiaSmi = builder.nvidiaSmi;
    gpuUuids = Set.copyOf(builder.gpuUuids);
    pod = builder.pod;
    process = builder.process;
  }

  /** The server at this address, its kind to be found out. */
  public static MonitoredServer at(String url) {
    return builder(url).build();
  }

  /**
   * A builder for the server at this address.
   *
   * @param url where calls go, {@code http} or {@code https} with host and, unless it is 80 or 443,
   *     port; a path is passed over
   * @throws IllegalArgumentException if it is no such address, or carries credentials
   */
  public static Builder builder(String url) {
    return new Builder(url);
  }

  /** Where calls go: scheme, host and port. */
  public URI uri() {
    return uri;
  }

  /** Which server it is; {@link ServerKind#AUTO} when that is to be found out. */
  public ServerKind kind() {
    return kind;
  }

  @Nullable URI metrics() {
    return metrics;
  }

  List<URI> gpus() {
    return gpus;
  }

  boolean nvidiaSmi() {
    return nvidiaSmi;
  }

  Set<String> gpuUuids() {
    return gpuUuids;
  }

  @Nullable String pod() {
    return pod;
  }

  @Nullable String process() {
    return process;
  }

  /** The same server with one more GPU exporter. */
  MonitoredServer withGpus(URI exporter) {
    if (gpus.contains(exporter)) {
      return this;
    }
    Builder builder = copy();
    builder.gpus.add(exporter);
    return builder.build();
  }

  MonitoredServer withNvidiaSmi() {
    Builder builder = copy();
    builder.nvidiaSmi = true;
    return builder.build();
  }

  private Builder copy() {
    Builder builder = new Builder(uri.toString());
    builder.kind = kind;
    builder.metrics = metrics;
    builder.gpus.addAll(gpus);
    builder.nvidiaSmi = nvidiaSmi;
    builder.gpuUuids.addAll(gpuUuids);
    builder.pod = pod;
    builder.process = process;
    return builder;
  }

  /** Its kind and address. */
  @Override
  public String toString() {
    return "MonitoredServer[" + kind + " " + uri + "]";
  }

  /** An address to ask, checked. */
  static URI address(@Nullable String url, String field) {
    URI uri;
    try {
      uri = URI.create(Checks.notBlank(url, field).strip());
    } catch (IllegalArgumentException e) {
      // not the text: it may carry a password
      throw new IllegalArgumentException(
          field + " must be an address such as http://gpu-1:8000, but could not be read");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          field
              + " must not carry credentials; give them to ServerMonitor.Builder.basicAuth(..) for"
              + " this address");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
      throw new IllegalArgumentException(
          field
              + " must be an http or https address with a host, such as http://gpu-1:8000, but was "
              + scheme
              + "://"
              + (uri.getHost() == null ? "(no host)" : uri.getHost()));
    }
    return uri;
  }

  /** Collects what is known of a server. Not thread-safe. */
  public static final class Builder {
    private final URI uri;
    private ServerKind kind = ServerKind.AUTO;
    private @Nullable URI metrics;
    private final List<URI> gpus = new ArrayList<>();
    private boolean nvidiaSmi;
    private final Set<String> gpuUuids = new LinkedHashSet<>();
    private @Nullable String pod;
    private @Nullable String process;

    private Builder(String url) {
      uri = URI.create(Fetcher.origin(address(url, "url")));
    }

    /** Which server it is; found out unless said. */
    public Builder kind(ServerKind kind) {
      this.kind = Objects.requireNonNull(kind, "kind must not be null");
      return this;
    }

    /**
     * Where its metrics are, when not where its kind has them: Ray's agent, a sidecar, another
     * port.
     */
    public Builder metrics(String url) {
      this.metrics = address(url, "metrics");
      return this;
    }

    /** Adds an exporter of its host's GPUs: dcgm-exporter or AMD's device-metrics-exporter. */
    public Builder gpus(String url) {
      this.gpus.add(address(url, "gpus"));
      return this;
    }

    /** Asks {@code nvidia-smi} on this machine: for a server that runs beside the application. */
    public Builder nvidiaSmi() {
      this.nvidiaSmi = true;
      return this;
    }

    /** Names its GPUs, so that those of the host that are others' are left out. */
    public Builder gpuUuids(String... uuids) {
      this.gpuUuids.addAll(List.of(uuids));
      return this;
    }

    /** Names the Kubernetes pod it runs in, for exporters that label GPUs with the pod. */
    public Builder pod(String pod) {
      this.pod = Checks.notBlank(pod, "pod");
      return this;
    }

    /** Names its process, for {@code nvidia-smi}: the file name of its command, or its id. */
    public Builder process(String nameOrId) {
      this.process = Checks.notBlank(nameOrId, "process");
      return this;
    }

    /** The server as it stands. */
    public MonitoredServer build() {
      return new MonitoredServer(this);
    }
  }
}
