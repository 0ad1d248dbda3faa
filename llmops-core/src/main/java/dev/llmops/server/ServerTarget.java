package dev.llmops.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.server.EngineReading.Counters;
import dev.llmops.server.ServerSnapshot.GpuMatch;
import dev.llmops.server.ServerSnapshot.Match;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server that is asked while calls go to it: one flight at a time, on the monitor's thread,
 * with jitter, and more and more seldom while it fails. Everything but the inherited fields is used
 * on that thread only.
 */
final class ServerTarget extends ServerHandle {

  private static final Logger log = LoggerFactory.getLogger(ServerMonitor.class);

  private static final int MAX_SERIES = 20_000;
  private static final long MAX_BACKOFF = TimeUnit.SECONDS.toNanos(60);
  private static final long INFO_AFTER = TimeUnit.MINUTES.toNanos(5);
  private static final double JITTER = 0.1;

  /** Scrapes that must run forwards until a server whose counters ran backwards is one again. */
  private static final int DOUBTS = 3;

  /** Labels by which Ray tells replicas apart. */
  private static final List<String> RAY_REPLICA = List.of("replica", "ReplicaId", "WorkerId");

  private final MonitoredServer spec;
  private final Scraping scraping;
  private final List<GpuSource> gpuSources;
  private final AtomicBoolean active = new AtomicBoolean();
  private final List<ServerHandle> pools = new ArrayList<>();
  private final List<Runnable> listeners = new ArrayList<>();

  private @Nullable URI metricsAt;
  private ServerInfo info = ServerInfo.UNKNOWN;
  private long infoNanos;
  private boolean hasInfo;
  private @Nullable ServerKind lastKind;
  private @Nullable Counters counters;
  private long countersNanos;
  private int doubts;
  private int failures;
  private boolean told;

  ServerTarget(MonitoredServer spec, Scraping scraping, List<GpuSource> gpuSources) {
    super(spec.uri().toString(), scraping.maxAgeNanos());
    this.spec = spec;
    this.scraping = scraping;
    this.gpuSources = List.copyOf(gpuSources);
  }

  MonitoredServer spec() {
    return spec;
  }

  /**
   * Notes a pool whose calls this server answers; only while the two are being wired.
   *
   * @param afterEach run after each flight, on the monitor's thread
   */
  void usedBy(ServerHandle pool, Runnable afterEach) {
    pools.add(pool);
    listeners.add(afterEach);
  }

  @Override
  void wake() {
    if (!active.get() && active.compareAndSet(false, true)) {
      try {
        scraping.executor().execute(this::turn);
      } catch (RejectedExecutionException e) {
        publishFailure("the monitor is closed");
      }
    }
  }

  private boolean isWanted() {
    long now = scraping.nanoTime();
    return isInUse(now, scraping.idleNanos())
        || pools.stream().anyMatch(pool -> pool.isInUse(now, scraping.idleNanos()));
  }

  /** One turn: asks, and comes again after the interval; or stops when nobody wants to know. */
  private void turn() {
    if (!isWanted()) {
      active.set(false);
      // a call may have come between the look and the word
      if (!isWanted() || !active.compareAndSet(false, true)) {
        return;
      }
    }
    CompletableFuture<Boolean> flight;
    try {
      flight = flight();
    } catch (RuntimeException e) {
      flight = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Boolean> done =
        flight.handle(
            (ok, error) -> {
              if (error != null) {
                failed("it could not be read: " + root(error).getClass().getSimpleName());
              }
              again();
              listeners.forEach(Runnable::run);
              return true;
            });
    if (done.isCompletedExceptionally()) {
      log.warn("A pool of {} could not be put together for an error of ours", server());
    }
  }

  private void again() {
    long delay =
        failures == 0
            ? scraping.intervalNanos()
            : Math.min(
                Math.max(MAX_BACKOFF, scraping.intervalNanos()),
                scraping.intervalNanos() << Math.min(failures, 16));
    double jitter = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    try {
      var unused =
          scraping.executor().schedule(this::turn, (long) (delay * jitter), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      publishFailure("the monitor is closed");
    }
  }

  private CompletableFuture<Boolean> flight() {
    Flight flight = new Flight(scraping.nanoTime());
    CompletableFuture<?>[] gpus =
        gpuSources.stream()
            .map(source -> source.refresh(flight.nanos))
            .toArray(CompletableFuture[]::new);
    return metrics(flight, candidates(), 0)
        .thenCompose(nothing -> infoIfDue(flight))
        .thenCombine(CompletableFuture.allOf(gpus), (informed, seen) -> informed)
        .thenApply(
            nothing -> {
              finish(flight);
              return true;
            });
  }

  private List<URI> candidates() {
    URI named = spec.metrics();
    if (named != null) {
      return List.of(named);
    }
    URI known = metricsAt;
    if (known != null) {
      return List.of(known);
    }
    ServerKind recognised = spec.kind() == ServerKind.AUTO ? lastKind : spec.kind();
    ServerKind kind = recognised == null ? ServerKind.AUTO : recognised;
    return kind.metricsPaths().stream()
        .map(path -> spec.kind() == ServerKind.TRITON ? triton() : at(path))
        .toList();
  }

  /** Triton's metrics have a port of their own (its user guide, metrics). */
  private URI triton() {
    return URI.create(spec.uri().getScheme() + "://" + spec.uri().getHost() + ":8002/metrics");
  }

  private URI at(String path) {
    return URI.create(spec.uri() + path);
  }

  private CompletableFuture<Boolean> metrics(Flight flight, List<URI> from, int index) {
    if (index >= from.size()) {
      return CompletableFuture.completedFuture(true);
    }
    URI uri = from.get(index);
    return scraping
        .fetcher()
        .get(uri, () -> new PageParser(EngineMetrics.NAMES, MAX_SERIES))
        .handle(
            (page, error) -> {
              if (page != null) {
                flight.answered = true;
                took(flight, uri, page);
                return flight.reading == null;
              }
              PageException failure = pageException(error);
              flight.answered |= failure.isAnswered();
              metricsAt = null;
              if (flight.problem == null) { // the first place is the likeliest
                flight.problem = "metrics: " + failure.getMessage();
              }
              return failure.mayBeElsewhere();
            })
        .thenCompose(
            next ->
                next ? metrics(flight, from, index + 1) : CompletableFuture.completedFuture(true));
  }

  private void took(Flight flight, URI uri, Fetcher.Fetched<Page> page) {
    flight.proxyVersion = page.headers().firstValue("x-litellm-version").orElse(null);
    EngineReading reading = EngineReading.of(page.value(), spec.kind());
    if (reading == null) {
      metricsAt = null;
      flight.problem =
          "metrics: they are not those of "
              + spec.kind().label()
              + "; name the server's kind, or leave it to be found out";
      return;
    }
    flight.reading = reading;
    flight.page = page.value();
    flight.problem = page.value().complaint();
    metricsAt = uri;
  }

  private CompletableFuture<Boolean> infoIfDue(Flight flight) {
    EngineReading reading = flight.reading;
    ServerKind kind =
        reading != null ? reading.kind() : spec.kind() != ServerKind.AUTO ? spec.kind() : lastKind;
    boolean isAnother = lastKind != null && kind != lastKind;
    if (isAnother) {
      hasInfo = false;
      counters = null;
      doubts = 0;
      info = ServerInfo.UNKNOWN;
    }
    boolean due = !hasInfo || reading == null || flight.nanos - infoNanos > INFO_AFTER;
    boolean silent = reading == null && !flight.answered && flight.problem != null;
    if (!due || silent) {
      return CompletableFuture.completedFuture(true);
    }
    InfoReader reader = new InfoReader(kind);
    List<List<String>> endpoints = new ArrayList<>(InfoReader.endpoints(kind));
    if (kind == null) {
      endpoints.addAll(InfoReader.endpoints(ServerKind.AUTO));
    }
    return info(flight, reader, endpoints, 0, 0)
        .thenCompose(
            nothing -> {
              ServerKind found = reader.kind();
              return kind == null && found != null
                  ? info(flight, reader, InfoReader.endpoints(found), 0, 0)
                  : CompletableFuture.completedFuture(true);
            })
        .thenApply(
            nothing -> {
              if (flight.informed || reading != null) {
                hasInfo = flight.informed;
                infoNanos = flight.nanos;
                if (flight.proxyVersion != null && reader.kind() == null) {
                  reader.kind(ServerKind.LITELLM);
                }
                if (reader.kind() == ServerKind.LITELLM) {
                  reader.version(flight.proxyVersion);
                }
                info = reader.info();
              }
              return true;
            });
  }

  private CompletableFuture<Boolean> info(
      Flight flight, InfoReader reader, List<List<String>> endpoints, int index, int choice) {
    if (index >= endpoints.size()) {
      return CompletableFuture.completedFuture(true);
    }
    List<String> choices = endpoints.get(index);
    if (choice >= choices.size() || (choices.size() > 2 && reader.kind() != null)) {
      return info(flight, reader, endpoints, index + 1, 0);
    }
    String path = choices.get(choice);
    return scraping
        .fetcher()
        .get(at(path), JsonBody::new)
        .handle(
            (body, error) -> {
              if (body != null) {
                flight.answered = true;
                flight.informed = true;
                if (flight.proxyVersion == null) {
                  flight.proxyVersion = body.headers().firstValue("x-litellm-version").orElse(null);
                }
                readInfo(reader, path, body.value());
                // of several ways to ask the same the first will do
                return choices.size() > 2 ? choice + 1 : choices.size();
              }
              PageException failure = pageException(error);
              flight.answered |= failure.isAnswered();
              if (failure.isRefused() || !failure.isAnswered()) {
                flight.infoProblem = path + ": " + failure.getMessage();
              }
              return failure.isAnswered() ? choice + 1 : choices.size();
            })
        .thenCompose(next -> info(flight, reader, endpoints, index, next));
  }

  private void readInfo(InfoReader reader, String path, JsonNode body) {
    try {
      reader.read(path, body);
    } catch (RuntimeException e) {
      log.debug("{}{} could not be read: {}", server(), path, e.getClass().getName());
    }
  }

  private void finish(Flight flight) {
    EngineReading reading = flight.reading;
    if (reading == null && !flight.informed) {
      failed(
          flight.problem != null
              ? flight.problem
              : flight.infoProblem != null
                  ? flight.infoProblem
                  : "it answered, but as no server that is known here");
      return;
    }
    failures = 0;
    told = false;
    if (reading == null) {
      lastKind = info.kind();
      counters = null;
      publish(snapshot(flight, null, ServerLoad.UNKNOWN, null), flight.nanos);
      return;
    }
    lastKind = reading.kind();
    Counters before = counters;
    long beforeNanos = countersNanos;
    Counters now = reading.counters();
    counters = now;
    countersNanos = flight.nanos;
    boolean isRestart = before != null && now.isRestartOf(before);
    if (isRestart) {
      hasInfo = false; // it may have come back as another version
    } else if (before != null && now.ranBackwardsSince(before)) {
      doubts = DOUBTS;
    } else if (doubts > 0) {
      doubts--;
    }
    if (doubts > 0) {
      ServerSnapshot unknown =
          ServerSnapshot.unknown(
              server(),
              "its counters ran backwards: it was restarted, or more than one server answers at"
                  + " this address; name the replicas with ServerMonitor.Builder.pool(..)");
      publish(unknown, flight.nanos);
      publishFailure(String.valueOf(unknown.reason()));
      return;
    }
    ServerLoad load = Rates.load(reading, before, flight.nanos - beforeNanos, scraping);
    ServerLoad least = null;
    Page page = flight.page;
    if (reading.kind() == ServerKind.RAY_SERVE && page != null) {
      for (String label : RAY_REPLICA) {
        Set<String> replicas = page.values(reading.kind().prefix(), label);
        if (replicas.size() > 1) {
          ServerLoad[] range = range(page, label, replicas);
          least = range[0];
          load = range[1];
          break;
        }
      }
    }
    publish(snapshot(flight, reading, load, least), flight.nanos);
  }

  /** The minimum and the maximum over replicas that share a page. */
  private ServerLoad[] range(Page page, String label, Set<String> replicas) {
    ServerLoad least = ServerLoad.UNKNOWN;
    ServerLoad most = ServerLoad.UNKNOWN;
    for (String replica : replicas) {
      EngineReading one = EngineReading.of(page.only(label, replica), ServerKind.RAY_SERVE);
      if (one != null) {
        ServerLoad load = Rates.load(one, null, 0, scraping);
        least = least.least(load);
        most = most.most(load);
      }
    }
    return new ServerLoad[] {least, most};
  }

  private ServerSnapshot snapshot(
      Flight flight, @Nullable EngineReading reading, ServerLoad load, @Nullable ServerLoad least) {
    ServerInfo told = info;
    if (reading != null) {
      told = InfoReader.with(info, reading);
    }
    List<String> problems = new ArrayList<>();
    add(problems, flight.problem);
    add(problems, flight.infoProblem);
    List<GpuSource.Seen> seen = new ArrayList<>();
    for (GpuSource source : gpuSources) {
      seen.add(source.seen());
      add(problems, source.problem());
    }
    GpuJoin gpus = GpuJoin.of(spec, reading == null ? List.of() : reading.gpus(), seen);
    add(problems, gpus.problem());
    List<Gpu> list = gpus.gpus();
    GpuMatch match = gpus.match();
    List<Gpu> named = computeType;
    if (list.isEmpty() && !named.isEmpty()) {
      list = named;
      match = GpuMatch.RESPONSE;
    }
    return new ServerSnapshot(
        server(),
        least == null ? Match.EXACT : Match.POOL,
        null,
        scraping.now(),
        told,
        load,
        least == null ? load : least,
        match,
        list,
        List.of(),
        problems);
  }

  private volatile List<Gpu> computeType = List.of();
  private volatile String computeTypeText = "";

  /**
   * Learns from a response's {@code x-compute-type}, which TGI sends: {@code
   * 2-nvidia-a100-sxm4-80gb} for two such GPUs. The next snapshot has them.
   */
  @Override
  @Nullable String replica(java.util.Map<String, String> headers) {
    String type = headers.get("x-compute-type");
    if (type != null && !type.equals(computeTypeText)) {
      computeTypeText = type;
      computeType = ComputeType.gpus(type);
    }
    return null;
  }

  private void failed(String reason) {
    failures++;
    counters = failures > 1 ? null : counters;
    // what answers next may be something else
    metricsAt = null;
    lastKind = null;
    hasInfo = false;
    publishFailure(reason);
    if (!told) {
      told = true;
      log.warn(
          "The server {} cannot be monitored: {}. Calls are not affected; said once until it"
              + " answers again.",
          server(),
          reason);
    }
  }

  private PageException pageException(@Nullable Throwable error) {
    Throwable root = error == null ? null : root(error);
    return root instanceof PageException page
        ? page
        : PageException.unanswered(
            "it could not be read: " + (root == null ? "?" : root.getClass().getSimpleName()));
  }

  private static Throwable root(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }

  private static void add(List<String> problems, @Nullable String problem) {
    if (problem != null) {
      problems.add(problem);
    }
  }

  /** What came in while a server was being asked. */
  private static final class Flight {
    final long nanos;
    @Nullable EngineReading reading;
    @Nullable Page page;
    @Nullable String problem;
    @Nullable String infoProblem;
    @Nullable String proxyVersion;
    boolean answered;
    boolean informed;

    Flight(long nanos) {
      this.nanos = nanos;
    }
  }
}
