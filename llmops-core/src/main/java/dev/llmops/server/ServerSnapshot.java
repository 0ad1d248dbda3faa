package dev.llmops.server;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A server and its GPUs at one moment. Immutable; what is not known is absent.
 *
 * @param server its address as configured, without credentials; what calls ask, also of a pool
 * @param match how sure it is that this is the server that answers the call
 * @param reason why the match is {@link Match#UNKNOWN}, in plain words; absent otherwise
 * @param takenAt when the server was asked, by our clock; of a pool the earliest of its replicas;
 *     absent when nothing was read
 * @param info what the server is
 * @param load how busy it was; of a pool the maximum of each value over its replicas
 * @param least of a pool the minimum of each value over its replicas; otherwise {@code load}
 * @param gpuMatch why these are the server's GPUs
 * @param gpus its GPUs, or those of its host; empty when none was asked about
 * @param replicas of a pool its servers as they were; otherwise empty
 * @param problems what could not be read, in plain words; empty when all is well
 */
public record ServerSnapshot(
    String server,
    Match match,
    @Nullable String reason,
    @Nullable Instant takenAt,
    ServerInfo info,
    ServerLoad load,
    ServerLoad least,
    GpuMatch gpuMatch,
    List<Gpu> gpus,
    List<ServerSnapshot> replicas,
    List<String> problems) {

  /** How sure it is that a snapshot is of the server that answers a call. */
  public enum Match {
    /** The configuration or the response names this very server. */
    EXACT,
    /** One of several named replicas answers; values are the minimum and maximum over them. */
    POOL,
    /** Nothing is known, for a reason that is told. */
    UNKNOWN
  }

  /** Why GPUs are taken for those of a server. */
  public enum GpuMatch {
    /** There are none. */
    NONE,
    /** The server or the configuration names their UUIDs. */
    UUID,
    /** They are held by the pod that the configuration names. */
    POD,
    /** The process that the configuration names runs on them. */
    PROCESS,
    /** The server's own response or page names them, without telling which ones they are. */
    RESPONSE,
    /** They are the GPUs of the host, unmatched: the server may use some, all or none of them. */
    HOST
  }

  /** Checks the reason and copies the lists. */
  public ServerSnapshot {
    Objects.requireNonNull(server, "server must not be null");
    Objects.requireNonNull(match, "match must not be null");
    Objects.requireNonNull(info, "info must not be null");
    Objects.requireNonNull(load, "load must not be null");
    Objects.requireNonNull(least, "least must not be null");
    Objects.requireNonNull(gpuMatch, "gpuMatch must not be null");
    if ((match == Match.UNKNOWN) != (reason != null)) {
      throw new IllegalArgumentException(
          "reason must be given for the match UNKNOWN and only for it, but was "
              + reason
              + " for "
              + match);
    }
    gpus = List.copyOf(gpus);
    replicas = List.copyOf(replicas);
    problems = List.copyOf(problems);
  }

  /** A server of which nothing is known. */
  public static ServerSnapshot unknown(String server, String reason) {
    return new ServerSnapshot(
        server,
        Match.UNKNOWN,
        reason,
        null,
        ServerInfo.UNKNOWN,
        ServerLoad.UNKNOWN,
        ServerLoad.UNKNOWN,
        GpuMatch.NONE,
        List.of(),
        List.of(),
        List.of());
  }

  /** Whether anything is known, be it of a pool. */
  public boolean isKnown() {
    return match != Match.UNKNOWN;
  }
}
