package dev.llmops.server;

import dev.llmops.server.ServerSnapshot.GpuMatch;
import dev.llmops.server.ServerSnapshot.Match;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Several servers behind one address, which itself is not asked. */
final class PoolHandle extends ServerHandle {

  private final List<ServerTarget> replicas;
  private final Scraping scraping;
  private final List<String> headers;
  private final Map<String, String> names = new LinkedHashMap<>();

  /**
   * A pool.
   *
   * @param headers the response headers that may name a replica, in lower case
   */
  PoolHandle(URI uri, List<ServerTarget> replicas, Scraping scraping, List<String> headers) {
    super(uri.toString(), scraping.maxAgeNanos());
    this.replicas = List.copyOf(replicas);
    this.scraping = scraping;
    this.headers = List.copyOf(headers);
    for (ServerTarget replica : replicas) {
      URI at = replica.spec().uri();
      names.put(replica.server(), replica.server());
      names.put(at.getHost() + ":" + at.getPort(), replica.server());
    }
    for (ServerTarget replica : replicas) {
      String host = replica.spec().uri().getHost();
      boolean alone =
          replicas.stream().filter(each -> each.spec().uri().getHost().equals(host)).count() == 1;
      if (alone) {
        names.put(host, replica.server());
      }
    }
  }

  @Override
  void wake() {
    for (ServerTarget replica : replicas) {
      replica.wake();
    }
  }

  @Override
  @Nullable String replica(Map<String, String> response) {
    for (String header : headers) {
      String value = response.get(header);
      if (value != null) {
        String known = names.get(value);
        return known != null ? known : names.get(normal(value));
      }
    }
    return null;
  }

  /** Puts the replicas' snapshots together; on the monitor's thread, after one of them changed. */
  void rebuild() {
    long now = scraping.nanoTime();
    List<ServerSnapshot> known = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    ServerLoad least = ServerLoad.UNKNOWN;
    ServerLoad most = ServerLoad.UNKNOWN;
    long oldest = now;
    Instant takenAt = null;
    List<Gpu> gpus = new ArrayList<>();
    for (ServerTarget replica : replicas) {
      Taken taken = replica.read(now);
      ServerSnapshot snapshot = taken.snapshot();
      Instant at = snapshot.takenAt();
      if (!snapshot.isKnown() || at == null) {
        problems.add(replica.server() + " is unknown: " + snapshot.reason());
        continue;
      }
      known.add(snapshot);
      least = least.least(snapshot.least());
      most = most.most(snapshot.load());
      if (taken.nanos() - oldest < 0) {
        oldest = taken.nanos();
      }
      takenAt = takenAt == null || at.isBefore(takenAt) ? at : takenAt;
      gpus.addAll(snapshot.gpus());
    }
    if (known.isEmpty()) {
      publish(ServerSnapshot.unknown(server(), String.join("; ", problems)), now);
      return;
    }
    publish(
        new ServerSnapshot(
            server(),
            Match.POOL,
            null,
            takenAt,
            info(known),
            most,
            least,
            gpuMatch(known),
            gpus,
            known,
            problems),
        oldest);
  }

  /** What all of them say alike. */
  private static ServerInfo info(List<ServerSnapshot> known) {
    ServerInfo first = known.get(0).info();
    ServerKind kind = first.kind();
    String version = first.version();
    List<ServedModel> models = first.models();
    Parallelism parallelism = first.parallelism();
    Integer maxRequests = first.maxRequests();
    for (ServerSnapshot each : known) {
      ServerInfo info = each.info();
      kind = info.kind() == kind ? kind : null;
      version = java.util.Objects.equals(info.version(), version) ? version : null;
      models = info.models().equals(models) ? models : List.of();
      parallelism = info.parallelism().equals(parallelism) ? parallelism : Parallelism.UNKNOWN;
      maxRequests = java.util.Objects.equals(info.maxRequests(), maxRequests) ? maxRequests : null;
    }
    return new ServerInfo(kind, version, models, parallelism, maxRequests);
  }

  /** The weakest of theirs. */
  private static GpuMatch gpuMatch(List<ServerSnapshot> known) {
    GpuMatch weakest = GpuMatch.NONE;
    for (ServerSnapshot each : known) {
      weakest = each.gpuMatch().compareTo(weakest) > 0 ? each.gpuMatch() : weakest;
    }
    return weakest;
  }

  private static String normal(String value) {
    try {
      URI uri = URI.create(value.strip());
      return uri.getHost() != null && uri.getScheme() != null
          ? Fetcher.origin(uri)
          : value.strip().toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return value.strip().toLowerCase(Locale.ROOT);
    }
  }
}
