package dev.llmops.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * {@code nvidia-smi} on this machine. It is a process that may hang when a GPU does, so each run
 * has a thread, a time limit and a limit on what it may print, and there is never more than one.
 */
final class NvidiaSmi extends GpuSource {

  private static final int MAX_BYTES = 1_048_576;

  private static final List<String> FIELDS =
      List.of(
          "index",
          "uuid",
          "name",
          "utilization.gpu",
          "memory.used",
          "memory.total",
          "temperature.gpu",
          "power.draw",
          "power.limit",
          "clocks.current.sm",
          "clocks.current.memory");

  /** Refused as a whole by a driver that does not know it, so asked for apart. */
  private static final String THROTTLE = "clocks_throttle_reasons.active";

  private static final double MEBI = 1_048_576;
  private static final double MEGA = 1_000_000;

  private final List<String> command;
  private final long timeoutNanos;
  private final ScheduledExecutorService executor;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean withThrottle = true;

  /**
   * A source on this machine.
   *
   * @param command what to run, before the arguments
   */
  NvidiaSmi(
      List<String> command,
      long timeoutNanos,
      ScheduledExecutorService executor,
      long intervalNanos) {
    super(command.get(0), intervalNanos);
    this.command = List.copyOf(command);
    this.timeoutNanos = timeoutNanos;
    this.executor = executor;
  }

  @Override
  CompletableFuture<Seen> ask() {
    CompletableFuture<Seen> told = new CompletableFuture<>();
    if (!running.compareAndSet(false, true)) {
      told.completeExceptionally(new PageException("an earlier run still hangs"));
      return told;
    }
    Run run = new Run();
    ScheduledFuture<?> alarm =
        executor.schedule(
            () -> {
              told.completeExceptionally(
                  new PageException(
                      "it did not end within "
                          + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                          + " ms"));
              run.kill();
            },
            timeoutNanos,
            TimeUnit.NANOSECONDS);
    Thread thread =
        new Thread(
            () -> {
              Seen seen = null;
              PageException failure = null;
              try {
                seen = read(run);
              } catch (PageException e) {
                failure = e;
              } catch (IOException | RuntimeException e) {
                failure = new PageException("it could not be run: " + e.getClass().getSimpleName());
              } finally {
                running.set(false);
              }
              tell(told, alarm, seen, failure);
            },
            "llmops-nvidia-smi");
    thread.setDaemon(true);
    thread.start();
    return told;
  }

  private void tell(
      CompletableFuture<Seen> told,
      ScheduledFuture<?> alarm,
      @Nullable Seen seen,
      @Nullable PageException failure) {
    try {
      executor.execute(
          () -> {
            alarm.cancel(false);
            if (seen != null) {
              told.complete(seen);
            } else {
              told.completeExceptionally(
                  failure == null ? new PageException("it said nothing") : failure);
            }
          });
    } catch (java.util.concurrent.RejectedExecutionException e) {
      // the monitor was closed meanwhile
    }
  }

  private Seen read(Run run) throws IOException {
    String gpus = query(run, withThrottle);
    if (gpus == null && withThrottle) {
      withThrottle = false;
      gpus = query(run, false);
    }
    if (gpus == null) {
      throw new PageException("it failed; does it run by hand?");
    }
    String apps = run.output(command, "--query-compute-apps=gpu_uuid,pid,process_name");
    return new Seen(gpus(gpus), apps == null ? Map.of() : processes(apps));
  }

  private @Nullable String query(Run run, boolean throttle) throws IOException {
    String fields = String.join(",", FIELDS) + (throttle ? "," + THROTTLE : "");
    return run.output(command, "--query-gpu=" + fields);
  }

  /** Reads a table with a head line; unknown columns are passed over. */
  static List<Gpu> gpus(String csv) {
    List<Gpu> gpus = new ArrayList<>();
    List<String[]> rows = rows(csv);
    for (int i = 1; i < rows.size(); i++) {
      Gpu.Builder gpu = new Gpu.Builder();
      String[] head = rows.get(0);
      String[] row = rows.get(i);
      boolean named = false;
      for (int column = 0; column < Math.min(head.length, row.length); column++) {
        String name = head[column];
        int unit = name.indexOf(" [");
        named |= set(gpu, unit < 0 ? name : name.substring(0, unit), row[column]);
      }
      if (named) {
        gpus.add(gpu.build());
      }
    }
    return gpus;
  }

  /** The ids and file names of processes by GPU. */
  static Map<String, Set<String>> processes(String csv) {
    Map<String, Set<String>> processes = new HashMap<>();
    List<String[]> rows = rows(csv);
    for (int i = 1; i < rows.size(); i++) {
      String[] row = rows.get(i);
      if (row.length >= 3) {
        Set<String> names = processes.computeIfAbsent(row[0], uuid -> new HashSet<>());
        names.add(row[1]);
        names.add(row[2].substring(row[2].lastIndexOf('/') + 1));
      }
    }
    return processes;
  }

  private static boolean set(Gpu.Builder gpu, String field, String text) {
    if (text.isEmpty() || text.startsWith("[") || text.equalsIgnoreCase("N/A")) {
      return false; // [N/A], [Not Supported], [Unknown Error], [Insufficient Permissions]
    }
    switch (field) {
      case "uuid", "gpu_uuid" -> {
        gpu.uuid = text;
        return true;
      }
      case "name", "gpu_name" -> gpu.model = Checks.text(text);
      case "clocks_throttle_reasons.active", "clocks_event_reasons.active" ->
          gpu.throttling = mask(text);
      default -> {
        Double number = number(text);
        if (number == null) {
          return false;
        }
        switch (field) {
          case "index" -> {
            gpu.index = number.intValue();
            return true;
          }
          case "utilization.gpu" -> gpu.utilization = number / 100;
          case "memory.used" -> gpu.memoryUsedBytes = Math.round(number * MEBI);
          case "memory.total" -> gpu.memoryTotalBytes = Math.round(number * MEBI);
          case "temperature.gpu" -> gpu.temperatureCelsius = number;
          case "power.draw" -> gpu.powerWatts = number;
          case "power.limit" -> gpu.powerLimitWatts = number;
          case "clocks.current.sm", "clocks.sm" -> gpu.smClockHz = Math.round(number * MEGA);
          case "clocks.current.memory", "clocks.mem" ->
              gpu.memoryClockHz = Math.round(number * MEGA);
          default -> {
            // not asked for
          }
        }
      }
    }
    return false;
  }

  private static @Nullable Set<Gpu.Throttle> mask(String text) {
    try {
      return Gpu.Throttle.of(Long.decode(text.strip()));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The number before the unit; the units are those of {@link #FIELDS}. */
  private static @Nullable Double number(String text) {
    int blank = text.indexOf(' ');
    String digits = blank < 0 ? text : text.substring(0, blank);
    for (int i = 0; i < digits.length(); i++) {
      if ("0123456789.-".indexOf(digits.charAt(i)) < 0) {
        return null;
      }
    }
    try {
      double value = Double.parseDouble(digits);
      return value < 0 ? null : Double.valueOf(value);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static List<String[]> rows(String csv) {
    return csv.lines()
        .filter(line -> !line.isBlank())
        .limit(10_000)
        .map(
            line -> {
              String[] cells = line.split(",", -1);
              for (int i = 0; i < cells.length; i++) {
                cells[i] = cells[i].strip();
              }
              return cells;
            })
        .toList();
  }

  /** The processes of one answer, so that whichever runs can be killed. */
  private static final class Run {
    private @Nullable Process process;
    private boolean killed;

    /** What it printed, or null when it failed. */
    @Nullable String output(List<String> command, String query) throws IOException {
      List<String> line = new ArrayList<>(command);
      line.add(query);
      line.add("--format=csv");
      Process started;
      synchronized (this) {
        if (killed) {
          return null;
        }
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("LC_ALL", "C");
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        started = builder.start();
        process = started;
      }
      started.getOutputStream().close();
      try (InputStream out = started.getInputStream()) {
        byte[] bytes = out.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new PageException("it printed more than " + MAX_BYTES + " bytes");
        }
        return started.waitFor() == 0 ? new String(bytes, StandardCharsets.UTF_8) : null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      } finally {
        started.destroyForcibly();
      }
    }

    synchronized void kill() {
      killed = true;
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }
}
