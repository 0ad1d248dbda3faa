package dev.llmops.server;

import dev.llmops.server.ServerSnapshot.GpuMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which GPUs are a server's: by UUID, else by pod, else by process, else all of its host's,
 * unmatched.
 */
record GpuJoin(GpuMatch match, List<Gpu> gpus, @Nullable String problem) {

  /**
   * Joins.
   *
   * @param own the GPUs that the server's own page names
   * @param sources what the exporters of its host said
   */
  static GpuJoin of(MonitoredServer server, List<Gpu> own, List<GpuSource.Seen> sources) {
    List<Gpu> host = merged(sources);
    if (!own.isEmpty()) {
      return new GpuJoin(GpuMatch.UUID, own.stream().map(gpu -> known(gpu, host)).toList(), null);
    }
    if (host.isEmpty()) {
      return new GpuJoin(GpuMatch.NONE, List.of(), null);
    }
    String pod = server.pod();
    String process = server.process();
    if (!server.gpuUuids().isEmpty()) {
      Set<String> uuids = server.gpuUuids();
      return by(GpuMatch.UUID, host, sources, (gpu, seen) -> uuids.contains(gpu.uuid()), "UUID");
    }
    if (pod != null) {
      return by(GpuMatch.POD, host, sources, (gpu, seen) -> pod.equals(gpu.pod()), "pod " + pod);
    }
    if (process != null) {
      return by(
          GpuMatch.PROCESS,
          host,
          sources,
          (gpu, seen) ->
              gpu.uuid() != null
                  && seen.processes().getOrDefault(gpu.uuid(), Set.of()).contains(process),
          "process " + process);
    }
    return new GpuJoin(GpuMatch.HOST, host, null);
  }

  private static GpuJoin by(
      GpuMatch match,
      List<Gpu> host,
      List<GpuSource.Seen> sources,
      BiPredicate<Gpu, GpuSource.Seen> isOurs,
      String what) {
    List<Gpu> ours =
        host.stream()
            .filter(gpu -> sources.stream().anyMatch(seen -> isOurs.test(gpu, seen)))
            .toList();
    return ours.isEmpty()
        ? new GpuJoin(GpuMatch.HOST, host, "no GPU of the host is marked with the server's " + what)
        : new GpuJoin(match, ours, null);
  }

  /** The GPUs of all sources, each once. */
  private static List<Gpu> merged(List<GpuSource.Seen> sources) {
    List<Gpu> all = new ArrayList<>();
    for (GpuSource.Seen source : sources) {
      for (Gpu gpu : source.gpus()) {
        int same = -1;
        for (int i = 0; i < all.size(); i++) {
          same = all.get(i).isSameAs(gpu) ? i : same;
        }
        if (same < 0) {
          all.add(gpu);
        } else {
          all.set(same, all.get(same).or(gpu));
        }
      }
    }
    return all;
  }

  private static Gpu known(Gpu own, List<Gpu> host) {
    for (Gpu gpu : host) {
      if (own.isSameAs(gpu)) {
        return gpu.or(own);
      }
    }
    return own;
  }
}
