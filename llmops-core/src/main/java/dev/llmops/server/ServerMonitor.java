package dev.llmops.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.llmops.LlmRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Watches inference servers and their GPUs, so that each call can tell whether it was the model,
 * the queue or the GPU. Give it to {@link dev.llmops.LlmOps.Builder#servers}; a call to a server
 * named here then carries {@link dev.llmops.LlmCall#server()}.
 *
 * <pre>{@code
 * ServerMonitor servers =
 *     ServerMonitor.builder()
 *         .server("http://gpu-1:8000")                 // its kind is found out
 *         .gpus("http://gpu-1:9400/metrics")           // dcgm-exporter of the same host
 *         .build();
 * LlmOps ops = LlmOps.builder().servers(servers).build();
 * }</pre>
 *
 * <p>Only servers that were named or allow-listed are asked, by one daemon thread, and only while
 * calls go to them. A call reads the latest snapshot: one volatile read, no lock, no I/O. What a
 * call tells of its server is therefore up to an interval old, and says how old.
 *
 * <p>Thread-safe. One monitor may serve several {@code LlmOps}; the first that is closed closes it.
 */
public final class ServerMonitor implements AutoCloseable {

  private static final int MAX_HOSTS = 256;
  private static final Pattern HOST_NAME =
      Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})+");

  private final Map<String, Host> named;
  private final List<ServerHandle> handles;
  private final List<Allowed> allowed;
  private final Cache<String, Host> others =
      Caffeine.newBuilder().maximumSize(MAX_HOSTS).executor(Runnable::run).build();
  private final Map<URI, GpuSource> gpuSources;
  private final List<URI> gpus;
  private final boolean nvidiaSmi;
  private final Scraping scraping;
  private final @Nullable GpuSource smi;
  private final ScheduledThreadPoolExecutor executor;
  private final ServerWatch nowhere =
      new ServerWatch(
          ServerSnapshot.unknown(
              "not told", "the request does not tell which server it goes to (LlmRequest.server)"));

  private ServerMonitor(Builder builder) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "llmops-server-monitor");
              thread.setDaemon(true);
              return thread;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    Map<String, Map<String, String>> credentials = new HashMap<>();
    builder.credentials.forEach((origin, headers) -> credentials.put(origin, Map.copyOf(headers)));
    Fetcher fetcher =
        new Fetcher(
            executor,
            builder.timeout,
            builder.maxPageBytes,
            Map.copyOf(credentials),
            builder.sslContext);
    scraping =
        new Scraping(
            executor,
            fetcher,
            builder.clock,
            builder.ticker,
            builder.interval.toNanos(),
            builder.maxAge.toNanos(),
            builder.idleAfter.toNanos());
    gpus = List.copyOf(builder.gpus);
    nvidiaSmi = builder.nvidiaSmi;
    allowed = List.copyOf(builder.allowed);
    Map<URI, GpuSource> sources = new HashMap<>();
    List<MonitoredServer> all = new ArrayList<>(builder.servers.values());
    builder.pools.forEach(pool -> all.addAll(pool.replicas));
    for (MonitoredServer each : all) {
      each.gpus().forEach(uri -> sources.computeIfAbsent(uri, key -> exporter(key, fetcher)));
    }
    gpus.forEach(uri -> sources.computeIfAbsent(uri, key -> exporter(key, fetcher)));
    gpuSources = Map.copyOf(sources);
    boolean usesSmi = nvidiaSmi || all.stream().anyMatch(MonitoredServer::nvidiaSmi);
    smi =
        usesSmi
            ? new NvidiaSmi(
                builder.nvidiaSmiCommand,
                builder.timeout.toNanos(),
                executor,
                builder.interval.toNanos())
            : null;
    Map<URI, ServerTarget> targets = new LinkedHashMap<>();
    builder.servers.values().forEach(spec -> targets.put(spec.uri(), target(spec)));
    List<ServerHandle> answering = new ArrayList<>(targets.values());
    for (Pool pool : builder.pools) {
      List<ServerTarget> replicas =
          pool.replicas.stream()
              .map(spec -> targets.computeIfAbsent(spec.uri(), uri -> target(spec)))
              .toList();
      PoolHandle handle =
          new PoolHandle(pool.uri, replicas, scraping, List.copyOf(builder.replicaHeaders));
      replicas.forEach(replica -> replica.usedBy(handle, handle::rebuild));
      answering.add(handle);
    }
    handles = List.copyOf(answering);
    named = hosts(handles);
    // now, so that no user's thread has to start one
    executor.prestartCoreThread();
  }

  /** A builder that names no server. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads the state of the server that a call is about to ask, and keeps it being asked until the
   * watch is ended. For {@code LlmOps}; nothing waits here.
   */
  public ServerWatch watch(LlmRequest request) {
    String address = request.serverAddress();
    if (address == null) {
      return nowhere;
    }
    Host host = host(address);
    ServerHandle handle = host.find(request.serverPort());
    return handle == null ? host.unmonitored : new ServerWatch(handle, scraping.ticker());
  }

  /**
   * The latest snapshot of a server, which is asked from now on for a while. One volatile read and
   * no allocation; unknown with the reason where it is too old or the server is not monitored.
   *
   * @param address host name or address, as in a request
   * @param port absent when not known, which will do where one server is known of that host
   */
  public ServerSnapshot latest(String address, @Nullable Integer port) {
    Host host = host(address);
    ServerHandle handle = host.find(port);
    if (handle == null) {
      return host.unmonitored.start();
    }
    long now = scraping.nanoTime();
    handle.touch(now);
    return handle.read(now).snapshot();
  }

  /**
   * The latest snapshots of all servers and pools that were named or met, for gauges and pages.
   * Does not have them asked: a server without calls is unknown.
   */
  public List<ServerSnapshot> snapshots() {
    long now = scraping.nanoTime();
    List<ServerSnapshot> snapshots = new ArrayList<>();
    for (ServerHandle handle : everyHandle()) {
      snapshots.add(handle.read(now).snapshot());
    }
    return snapshots;
  }

  /** What is watched and what is wrong, in plain words; without secrets. */
  public String explain() {
    List<String> lines = new ArrayList<>();
    for (ServerSnapshot each : snapshots()) {
      ServerKind kind = each.info().kind();
      lines.add(
          "Server "
              + each.server()
              + ": "
              + (each.isKnown()
                  ? (kind == null ? "of unknown kind" : kind.label())
                      + (each.info().version() == null ? "" : " " + each.info().version())
                      + (each.problems().isEmpty()
                          ? "."
                          : "; " + String.join("; ", each.problems()) + ".")
                  : "unknown: " + each.reason() + "."));
    }
    return lines.isEmpty()
        ? "No server is named to the server monitor, so none is asked."
        : String.join("\n", lines);
  }

  /** Stops asking; idempotent, does not wait. Snapshots become unknown as they grow old. */
  @Override
  public void close() {
    executor.shutdownNow();
    for (ServerHandle handle : everyHandle()) {
      handle.publishFailure("the monitor is closed");
    }
  }

  private List<ServerHandle> everyHandle() {
    List<ServerHandle> all = new ArrayList<>(handles);
    for (Host host : others.asMap().values()) {
      for (ServerHandle each : host.handles) {
        if (!all.contains(each)) {
          all.add(each);
        }
      }
    }
    return all;
  }

  private Host host(String address) {
    Host host = named.get(address);
    if (host == null) {
      host = others.getIfPresent(address);
    }
    return host == null ? others.get(address, this::meet) : host;
  }

  /** A host that was not met before under this spelling: named, allow-listed, or neither. */
  private Host meet(String address) {
    String lower = address.toLowerCase(Locale.ROOT);
    Host known = named.get(lower);
    List<ServerHandle> found = new ArrayList<>(known == null ? List.of() : known.handles);
    for (Allowed each : allowed) {
      URI uri = each.match(lower);
      if (uri != null && found.stream().noneMatch(one -> one.server().equals(uri.toString()))) {
        found.add(target(MonitoredServer.builder(uri.toString()).kind(each.kind).build()));
      }
    }
    return new Host(address, found);
  }

  private ServerTarget target(MonitoredServer given) {
    MonitoredServer spec = given;
    String host = spec.uri().getHost();
    for (URI each : gpus) {
      spec = each.getHost().equalsIgnoreCase(host) ? spec.withGpus(each) : spec;
    }
    if (nvidiaSmi && isHere(host)) {
      spec = spec.withNvidiaSmi();
    }
    List<GpuSource> sources = new ArrayList<>();
    for (URI each : spec.gpus()) {
      GpuSource source = gpuSources.get(each);
      if (source != null) {
        sources.add(source);
      }
    }
    if (spec.nvidiaSmi() && smi != null) {
      sources.add(smi);
    }
    return new ServerTarget(spec, scraping, sources);
  }

  private GpuSource exporter(URI uri, Fetcher fetcher) {
    return new GpuExporter(uri, fetcher, scraping.intervalNanos());
  }

  private static boolean isHere(String host) {
    return host.equalsIgnoreCase("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
  }

  private static Map<String, Host> hosts(List<ServerHandle> handles) {
    Map<String, List<ServerHandle>> byHost = new LinkedHashMap<>();
    for (ServerHandle handle : handles) {
      String host = bare(URI.create(handle.server()).getHost());
      byHost.computeIfAbsent(host, key -> new ArrayList<>()).add(handle);
    }
    Map<String, Host> hosts = new HashMap<>();
    byHost.forEach((host, some) -> hosts.put(host, new Host(host, some)));
    return hosts;
  }

  /** As requests write an IPv6 address: without brackets. */
  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** What is known of one host. */
  private static final class Host {
    final List<ServerHandle> handles;
    final int[] ports;
    final ServerWatch unmonitored;

    Host(String address, Collection<ServerHandle> given) {
      handles = List.copyOf(given);
      ports = handles.stream().mapToInt(each -> URI.create(each.server()).getPort()).toArray();
      unmonitored =
          new ServerWatch(
              ServerSnapshot.unknown(
                  Objects.requireNonNullElse(Checks.text(address), "not told"),
                  handles.isEmpty()
                      ? "this server is not monitored; name it with"
                          + " ServerMonitor.Builder.server(..) or allow(..)"
                      : "no server of this host is monitored at the request's port, or several are"
                          + " and the request tells none"));
    }

    @Nullable ServerHandle find(@Nullable Integer port) {
      if (port == null) {
        return handles.size() == 1 ? handles.get(0) : null;
      }
      int wanted = port;
      for (int i = 0; i < ports.length; i++) {
        if (ports[i] == wanted) {
          return handles.get(i);
        }
      }
      return null;
    }
  }

  private record Pool(URI uri, List<MonitoredServer> replicas) {}

  /** Hosts that may be asked once a call goes there: {@code http://*.gpu.example:8000}. */
  private record Allowed(String scheme, String host, int port, ServerKind kind) {

    @Nullable URI match(String address) {
      // the address comes with a call: what is no host name ("a/.gpu.example") must not pass for
      // one
      boolean matches =
          host.startsWith("*.")
              ? address.endsWith(host.substring(1)) && HOST_NAME.matcher(address).matches()
              : address.equals(host);
      if (!matches) {
        return null;
      }
      try {
        String literal = address.indexOf(':') < 0 ? address : "[" + address + "]";
        URI uri = URI.create(scheme + "://" + literal + ":" + port);
        return uri.getHost() == null || !bare(uri.getHost()).equals(address) ? null : uri;
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
  }

  /** Names the servers and says how to ask them. Not thread-safe. */
  public static final class Builder {
    private final Map<URI, MonitoredServer> servers = new LinkedHashMap<>();
    private final List<Pool> pools = new ArrayList<>();
    private final List<Allowed> allowed = new ArrayList<>();
    private final List<URI> gpus = new ArrayList<>();
    private final List<String> replicaHeaders =
        new ArrayList<>(List.of("x-litellm-model-api-base"));
    private final Map<String, Map<String, String>> credentials = new HashMap<>();
    private boolean nvidiaSmi;
    private List<String> nvidiaSmiCommand = List.of("nvidia-smi");
    private Duration interval = Duration.ofSeconds(5);
    private Duration maxAge = Duration.ofSeconds(15);
    private Duration timeout = Duration.ofSeconds(2);
    private Duration idleAfter = Duration.ofSeconds(60);
    private long maxPageBytes = 8L * 1024 * 1024;
    private @Nullable SSLContext sslContext;
    private InstantSource clock = InstantSource.system();
    private LongSupplier ticker = System::nanoTime;

    private Builder() {}

    /** Adds a server at an address; its kind is found out. See {@link MonitoredServer#builder}. */
    public Builder server(String url) {
      return server(MonitoredServer.at(url));
    }

    /** Adds a server of a kind. */
    public Builder server(String url, ServerKind kind) {
      return server(MonitoredServer.builder(url).kind(kind).build());
    }

    /**
     * Adds a server.
     *
     * @throws IllegalArgumentException if its address is taken
     */
    public Builder server(MonitoredServer server) {
      free(server.uri());
      servers.put(server.uri(), server);
      return this;
    }

    /** Adds a load balancer and the servers behind it, whose kinds are found out. */
    public Builder pool(String url, String... replicas) {
      List<MonitoredServer> named = new ArrayList<>();
      for (String each : replicas) {
        named.add(MonitoredServer.at(each));
      }
      return pool(url, named);
    }

    /**
     * Adds a load balancer and the servers behind it. Calls go to the balancer; it is not asked,
     * the replicas are.
     *
     * @param url where calls go
     * @param replicas 1 or more, each at an address of its own
     */
    public Builder pool(String url, List<MonitoredServer> replicas) {
      URI uri = MonitoredServer.at(url).uri();
      free(uri);
      if (replicas.isEmpty()) {
        throw new IllegalArgumentException("replicas must name 1 server or more, but was empty");
      }
      pools.add(new Pool(uri, List.copyOf(replicas)));
      return this;
    }

    /**
     * Adds a response header that names the replica that answered, by its URL, its host and port,
     * or its host; then a call's match is exact. LiteLLM's {@code x-litellm-model-api-base} is
     * known.
     */
    public Builder replicaHeader(String name) {
      replicaHeaders.add(Checks.notBlank(name, "name").toLowerCase(Locale.ROOT));
      return this;
    }

    /**
     * Allows servers to be asked once a call goes to them, without naming each.
     *
     * @param pattern an address whose host may start with {@code *.} for any subdomain, such as
     *     {@code http://*.inference.svc.cluster.local:8000}; at most 256 hosts are kept
     * @param kind what they are
     */
    public Builder allow(String pattern, ServerKind kind) {
      Objects.requireNonNull(kind, "kind must not be null");
      boolean any = pattern.contains("://*.");
      URI uri =
          MonitoredServer.address(any ? pattern.replace("://*.", "://any.") : pattern, "pattern");
      URI origin = URI.create(Fetcher.origin(uri));
      String host = bare(origin.getHost());
      if (any && host.indexOf('.', 4) < 0) {
        throw new IllegalArgumentException(
            "pattern must name a domain of two labels or more after \"*.\", such as"
                + " http://*.gpu.example:8000, but was "
                + pattern);
      }
      allowed.add(
          new Allowed(
              origin.getScheme(), any ? "*" + host.substring(3) : host, origin.getPort(), kind));
      return this;
    }

    /**
     * Adds a GPU exporter (dcgm-exporter, AMD's device-metrics-exporter) for the servers of the
     * same host name; for a server of another name use {@link MonitoredServer.Builder#gpus}.
     */
    public Builder gpus(String url) {
      gpus.add(MonitoredServer.address(url, "gpus"));
      return this;
    }

    /** Asks {@code nvidia-smi} for the servers on {@code localhost}. */
    public Builder nvidiaSmi() {
      nvidiaSmi = true;
      return this;
    }

    /** What to run as {@code nvidia-smi}; its arguments are added. */
    public Builder nvidiaSmiCommand(String... command) {
      if (command.length == 0) {
        throw new IllegalArgumentException("command must name a program, but was empty");
      }
      nvidiaSmiCommand = List.of(command);
      return this;
    }

    /**
     * Sends a bearer token to one address, of a server or an exporter. It is never logged.
     *
     * @param url scheme, host and port it is for; it goes nowhere else
     */
    public Builder bearerToken(String url, String token) {
      return header(url, "Authorization", "Bearer " + Checks.notBlank(token, "token"));
    }

    /** Sends a user name and password to one address; see {@link #bearerToken}. */
    public Builder basicAuth(String url, String user, String password) {
      String both = user + ":" + password;
      return header(
          url,
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Sends a header to one address; see {@link #bearerToken}.
     *
     * @throws IllegalArgumentException if it is no header that may be sent; the message does not
     *     repeat the value
     */
    public Builder header(String url, String name, String value) {
      URI uri = MonitoredServer.address(url, "url");
      try {
        var unused = java.net.http.HttpRequest.newBuilder(uri).header(name, value).build();
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "header must have a name and value that HTTP allows, but the one named \""
                + Checks.text(name)
                + "\" does not");
      }
      credentials.computeIfAbsent(Fetcher.origin(uri), key -> new HashMap<>()).put(name, value);
      return this;
    }

    /** The time between two questions to a server in use, 100 ms to 10 min; 5 s unless said. */
    public Builder interval(Duration interval) {
      this.interval =
          Checks.between(interval, Duration.ofMillis(100), Duration.ofMinutes(10), "interval");
      return this;
    }

    /** How old a snapshot may be and still count, 100 ms to 1 h; 15 s unless said. */
    public Builder maxAge(Duration maxAge) {
      this.maxAge = Checks.between(maxAge, Duration.ofMillis(100), Duration.ofHours(1), "maxAge");
      return this;
    }

    /** How long a server may take to answer one question, 10 ms to 1 min; 2 s unless said. */
    public Builder timeout(Duration timeout) {
      this.timeout =
          Checks.between(timeout, Duration.ofMillis(10), Duration.ofMinutes(1), "timeout");
      return this;
    }

    /** How long after its last call a server is still asked, 1 s to 1 h; 60 s unless said. */
    public Builder idleAfter(Duration idleAfter) {
      this.idleAfter =
          Checks.between(idleAfter, Duration.ofSeconds(1), Duration.ofHours(1), "idleAfter");
      return this;
    }

    /** How large a page may be, packed and unpacked, 1 KiB to 64 MiB; 8 MiB unless said. */
    public Builder maxPageBytes(long maxPageBytes) {
      this.maxPageBytes = Checks.between(maxPageBytes, 1024, 64L * 1024 * 1024, "maxPageBytes");
      return this;
    }

    /** Whom to trust with TLS; the JVM's default unless said. */
    public Builder sslContext(SSLContext sslContext) {
      this.sslContext = Objects.requireNonNull(sslContext, "sslContext must not be null");
      return this;
    }

    /**
     * Clocks for tests.
     *
     * @param clock the wall clock, for {@link ServerSnapshot#takenAt()}
     * @param nanoTicker monotonic nanoseconds, for ages and rates
     */
    public Builder clocks(InstantSource clock, LongSupplier nanoTicker) {
      this.clock = Objects.requireNonNull(clock, "clock must not be null");
      this.ticker = Objects.requireNonNull(nanoTicker, "nanoTicker must not be null");
      return this;
    }

    /**
     * The monitor, which asks nobody yet.
     *
     * @throws IllegalArgumentException if {@code maxAge} is shorter than {@code interval}: every
     *     snapshot would be too old before the next
     */
    public ServerMonitor build() {
      if (maxAge.compareTo(interval) < 0) {
        throw new IllegalArgumentException(
            "maxAge must be at least the interval of " + interval + ", but was " + maxAge);
      }
      return new ServerMonitor(this);
    }

    private void free(URI uri) {
      if (servers.containsKey(uri) || pools.stream().anyMatch(pool -> pool.uri.equals(uri))) {
        throw new IllegalArgumentException(
            "server must be named once, but " + uri + " was named twice");
      }
    }
  }
}
