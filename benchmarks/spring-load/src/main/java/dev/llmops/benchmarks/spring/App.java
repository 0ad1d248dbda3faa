package dev.llmops.benchmarks.spring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sample in a JVM of its own. */
final class App implements AutoCloseable {

  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
  private static final Pattern STARTED = Pattern.compile("Started \\w+ in [\\d.]+ seconds");
  private static final Pattern CPU =
      Pattern.compile(StartedSample.CPU + "(?<all>[\\d.]+) (?<ours>[\\d.]+)");
  private static final int KEPT_LINES = 40;
  private static final long TIMEOUT_SECONDS = 120;

  private final Process process;
  private final int port;
  private final Start start;

  private App(Process process, int port, Start start) {
    this.process = process;
    this.port = port;
    this.start = start;
  }

  /**
   * What the start took.
   *
   * @param readyMillis from the start of the process until Spring Boot said that it is started
   * @param cpuMillis CPU time of the starting thread
   * @param oursMillis of that, the making of llmops' beans
   */
  record Start(double readyMillis, double cpuMillis, double oursMillis) {}

  /**
   * Starts it and waits until it is ready.
   *
   * @throws IllegalStateException if it is not after two minutes, with the last lines that it wrote
   */
  static App start(
      String name, String classPath, List<String> flags, Map<String, String> properties)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, StartedSample.class.getName()));
    properties.forEach((key, value) -> command.add("--" + key + "=" + value));
    long begin = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    // an interrupted run must not leave applications behind that take the cores of the next
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "end of " + name));
    Deque<String> lines = new ArrayDeque<>();
    CompletableFuture<App> started = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(process, begin, lines, started), "output of " + name);
    reader.setDaemon(true);
    reader.start();
    try {
      return started.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      process.destroyForcibly();
      synchronized (lines) {
        throw new IllegalStateException(
            "the application (" + name + ") did not start:\n" + String.join("\n", lines), e);
      }
    }
  }

  /** Reads until the end, so that the application never waits for a reader. */
  private static void read(
      Process process, long begin, Deque<String> lines, CompletableFuture<App> started) {
    int port = 0;
    double ready = 0;
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (started.isDone()) {
          continue;
        }
        synchronized (lines) {
          lines.add(line);
          if (lines.size() > KEPT_LINES) {
            lines.remove();
          }
        }
        Matcher at = PORT.matcher(line);
        if (at.find()) {
          port = Integer.parseInt(at.group(1));
        }
        if (STARTED.matcher(line).find()) {
          ready = (System.nanoTime() - begin) / 1e6;
        }
        Matcher cpu = CPU.matcher(line);
        if (cpu.find()) {
          double all = Double.parseDouble(cpu.group("all"));
          double ours = Double.parseDouble(cpu.group("ours"));
          started.complete(new App(process, port, new Start(ready, all, ours)));
        }
      }
    } catch (IOException e) {
      // closed with the process
    }
    started.completeExceptionally(new IllegalStateException("it ended"));
  }

  int port() {
    return port;
  }

  Start start() {
    return start;
  }

  /** CPU time of the process until now, in steps of 10 ms. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
