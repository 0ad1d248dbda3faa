package dev.llmops.server;

import dev.llmops.LlmCall;
import dev.llmops.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of one call went, by the caller's clock for the whole and the server's own
 * durations for its parts. Immutable.
 *
 * <p>What the server does not account for is named for what it is: {@code network} only where the
 * server's total is known, else {@code unattributed (may include queue)}. A stream's consumer works
 * while the server writes on, so that its time is a part of its own only where the server tells
 * nothing; elsewhere the rest names it.
 *
 * @param total from the issue of the request to the end of the call, as in {@link Timing#total()}
 * @param parts add up to {@code total} exactly, in the order in which they happened as far as that
 *     is known; only one when the server's times do not fit the call
 * @param inconsistency why the server's times cannot be right, in plain words; absent when they can
 */
public record TimeBreakdown(Duration total, List<Part> parts, @Nullable String inconsistency) {

  /** What a part is. */
  public enum Kind {
    /** The client waited before it sent the request again. */
    BACK_OFF,
    /** The server told it, as one of its {@link ServerPhase}s. */
    PHASE,
    /** All that the server took, where it tells no phases. */
    SERVER,
    /** What the server took beside the phases that it tells. */
    SERVER_OTHER,
    /** The stream's consumer took it. */
    CONSUMER,
    /** What remains where the server's total is known: on the way there and back. */
    NETWORK,
    /** What remains where it is not: nobody told what it is. */
    UNATTRIBUTED,
    /** An interceptor answered from its store, and nothing was sent. */
    STORED
  }

  /**
   * One part.
   *
   * @param kind what it is
   * @param phase which phase, of the kind {@link Kind#PHASE} only
   * @param name what it is, for a person, with what else may be in it
   * @param duration 0 or more
   */
  public record Part(Kind kind, @Nullable ServerPhase phase, String name, Duration duration) {}

  // two hosts' clocks may run apart by so much while they are adjusted: 500 ppm, adjtimex(2)
  private static final long CLOCKS_APART = 2_000;
  private static final long CONSUMER_SEEN_NANOS = TimingReader.MILLI;

  /** Copies the parts. */
  public TimeBreakdown {
    parts = List.copyOf(parts);
  }

  /** Where a call's time went. */
  public static TimeBreakdown of(LlmCall call) {
    return of(
        call.timing(), call.attempts(), call.request().stream(), call.response().serverTiming());
  }

  /**
   * Where a call's time went.
   *
   * @param timing by the caller's clock
   * @param attempts how many times the request was sent; 0 when it was answered from a store, null
   *     when not known
   * @param stream whether chunks were consumed while the call ran
   * @param server what the response says, null when nothing
   */
  public static TimeBreakdown of(
      Timing timing, @Nullable Integer attempts, boolean stream, @Nullable ServerTiming server) {
    long total = timing.total().toNanos();
    if (attempts != null && attempts == 0) { // then the times are those of another call
      return whole(total, Kind.STORED, "answered from a store", null);
    }
    long backOff = nanos(timing.backOff());
    List<Part> parts = new ArrayList<>(6);
    if (backOff > 0) {
      add(parts, Kind.BACK_OFF, "back-off", Math.min(backOff, total));
    }
    int servers = parts.size();
    long known = 0;
    if (server != null) {
      for (Map.Entry<ServerPhase, Duration> each : server.phases().entrySet()) {
        ServerPhase phase = each.getKey();
        parts.add(new Part(Kind.PHASE, phase, phase.label(), each.getValue()));
        known += each.getValue().toNanos();
      }
      long whole = nanos(server.total());
      if (server.phases().isEmpty() && whole > 0) {
        add(parts, Kind.SERVER, "server", whole);
      } else if (whole > known) {
        add(parts, Kind.SERVER_OTHER, "other server time", whole - known);
      }
      known = Math.max(known, whole);
    }
    String rest = rest(timing, attempts, stream, server);
    if (server != null && server.inconsistency() != null) {
      return whole(total, Kind.UNATTRIBUTED, rest, server.inconsistency());
    }
    long left = total - Math.min(backOff, total) - known;
    int values = parts.size() - servers + 1;
    if (left < -(values * TimingReader.MILLI + total / CLOCKS_APART)) {
      return whole(
          total, Kind.UNATTRIBUTED, rest, "the server's times add up to more than the call took");
    }
    if (left < 0) { // rounding: off the longest, where it matters least
      shorten(parts, servers, -left);
      left = 0;
    }
    Duration consumer = timing.consumer();
    if (consumer != null && !consumer.isZero() && known == 0) {
      long its = Math.min(consumer.toNanos(), left);
      add(parts, Kind.UNATTRIBUTED, rest, left - its);
      add(parts, Kind.CONSUMER, "consumer", its);
    } else {
      boolean network = server != null && server.total() != null;
      add(parts, network ? Kind.NETWORK : Kind.UNATTRIBUTED, rest, left);
    }
    return new TimeBreakdown(timing.total(), parts, null);
  }

  /** Whether the server's times fit the call; true when it told none. */
  public boolean isConsistent() {
    return inconsistency == null;
  }

  /** The part of this kind, all phases together; absent when there is none. */
  public @Nullable Duration get(Kind kind) {
    Duration sum = null;
    for (Part part : parts) {
      if (part.kind() == kind) {
        sum = sum == null ? part.duration() : sum.plus(part.duration());
      }
    }
    return sum;
  }

  /**
   * The parts in one line, {@code 1.84 s = 1.10 s queue + 0.21 s prefill + 0.48 s decode + 0.05 s
   * network}: seconds from 1 s on, milliseconds below. As shown they add up to the total as shown:
   * all are rounded down, and what that leaves goes to those that lost most.
   */
  public String explain() {
    long nanos = total.toNanos();
    boolean seconds = nanos >= 995_000_000L; // 1.00 s
    int digits = seconds ? 2 : nanos >= 9_995_000L ? 0 : 2; // below 10 ms a millisecond is much
    long unit = seconds ? 10_000_000L : digits == 0 ? TimingReader.MILLI : TimingReader.MILLI / 100;
    StringBuilder line = new StringBuilder(120);
    append(line, (nanos + unit / 2) / unit, digits, seconds);
    if (inconsistency != null) {
      return line.append("; ").append(inconsistency).toString();
    }
    long[] shown = Apportioned.shares(parts, (nanos + unit / 2) / unit, unit);
    for (int i = 0; i < shown.length; i++) {
      append(line.append(i == 0 ? " = " : " + "), shown[i], digits, seconds);
      line.append(' ').append(parts.get(i).name());
    }
    return line.toString();
  }

  private static String rest(
      Timing timing, @Nullable Integer attempts, boolean stream, @Nullable ServerTiming server) {
    boolean network = server != null && server.total() != null;
    List<String> more = new ArrayList<>(3);
    if (!network && (server == null || server.queue() == null)) {
      more.add("queue");
    }
    if (attempts != null && attempts > 1) {
      more.add("earlier attempts");
    } else if (attempts == null && network) {
      more.add("retries");
    }
    Duration consumer = timing.consumer();
    boolean overlaps = server != null && (network || !server.phases().isEmpty());
    if (stream
        && timing.chunks() > 0
        && (consumer == null || (overlaps && consumer.toNanos() >= CONSUMER_SEEN_NANOS))) {
      more.add("consumer");
    }
    String name = network ? "network" : "unattributed";
    return more.isEmpty() ? name : name + " (may include " + String.join(" and ", more) + ")";
  }

  private static TimeBreakdown whole(
      long total, Kind kind, String name, @Nullable String inconsistency) {
    Duration all = Duration.ofNanos(total);
    return new TimeBreakdown(all, List.of(new Part(kind, null, name, all)), inconsistency);
  }

  private static void add(List<Part> parts, Kind kind, String name, long nanos) {
    parts.add(new Part(kind, null, name, Duration.ofNanos(nanos)));
  }

  /** Takes time off the server's parts, the longest first. */
  private static void shorten(List<Part> parts, int from, long by) {
    long left = by;
    while (left > 0) {
      int longest = from;
      for (int i = from; i < parts.size(); i++) {
        if (parts.get(i).duration().compareTo(parts.get(longest).duration()) > 0) {
          longest = i;
        }
      }
      Part part = parts.get(longest);
      long off = Math.min(left, part.duration().toNanos());
      if (off == 0) {
        return;
      }
      parts.set(
          longest,
          new Part(part.kind(), part.phase(), part.name(), part.duration().minusNanos(off)));
      left -= off;
    }
  }

  private static long nanos(@Nullable Duration duration) {
    return duration == null ? 0 : duration.toNanos();
  }

  private static void append(StringBuilder line, long units, int digits, boolean seconds) {
    line.append(
        digits == 0
            ? Long.toString(units)
            : String.format(Locale.ROOT, "%d.%02d", units / 100, units % 100));
    line.append(seconds ? " s" : " ms");
  }

  /** Shares of a whole that add up to it: the method of largest remainders. */
  private static final class Apportioned {

    private Apportioned() {}

    static long[] shares(List<Part> parts, long whole, long unit) {
      long[] shares = new long[parts.size()];
      long[] lost = new long[parts.size()];
      long left = whole;
      for (int i = 0; i < shares.length; i++) {
        long nanos = parts.get(i).duration().toNanos();
        shares[i] = nanos / unit;
        lost[i] = nanos % unit;
        left -= shares[i];
      }
      for (; left > 0; left--) {
        int most = 0;
        for (int i = 1; i < lost.length; i++) {
          most = lost[i] > lost[most] ? i : most;
        }
        shares[most]++;
        lost[most] = -1;
      }
      return shares;
    }
  }
}
