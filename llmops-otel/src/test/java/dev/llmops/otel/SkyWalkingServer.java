package dev.llmops.otel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Apache SkyWalking as a process of its own on loopback, as {@code src/it/skywalking} configures
 * it. What it says is in {@code oap.log} beside its class path.
 */
final class SkyWalkingServer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration END = Duration.ofSeconds(10);
  // it wants to find these, and git keeps no empty folders
  private static final List<String> EMPTY_FOLDERS =
      List.of("openapi-definitions", "ui-initialized-templates", "log-mal-rules");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER).build();
  private final int grpcPort = freePort();
  private final int restPort = freePort();
  private final int zipkinPort = freePort();
  private final Path log;
  private final Process process;
  private final Thread exitHook;

  private SkyWalkingServer(Path home) throws IOException {
    Path config = home.resolve("config");
    for (String folder : EMPTY_FOLDERS) {
      Files.createDirectories(config.resolve(folder));
    }
    log = home.resolve("oap.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", // it lives for a minute
            "-Duser.timezone=UTC", // of the times in queries
            "-cp",
            config
                + System.getProperty("path.separator")
                + Files.readString(home.resolve("classpath")).strip(),
            "org.apache.skywalking.oap.server.starter.OAPServerStartUp");
    builder.directory(home.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "LLMOPS_IT_GRPC_PORT", Integer.toString(grpcPort),
                "LLMOPS_IT_REST_PORT", Integer.toString(restPort),
                "LLMOPS_IT_ZIPKIN_PORT", Integer.toString(zipkinPort)));
    process = builder.start();
    exitHook = new Thread(process::destroyForcibly, "skywalking-exit");
    Runtime.getRuntime().addShutdownHook(exitHook);
  }

  /** Starts it and waits until it answers; ends it again if it does not. */
  static SkyWalkingServer start() throws IOException {
    String home = System.getProperty("llmops.test.skywalking");
    if (home == null) {
      throw new IllegalStateException(
          "llmops.test.skywalking must be where SkyWalking's class path is; run mvn -Pit-backend verify");
    }
    SkyWalkingServer server = new SkyWalkingServer(Path.of(home));
    try {
      Awaitility.await("SkyWalking, see " + server.log)
          .atMost(START)
          .pollInterval(Duration.ofMillis(250))
          .until(server::answers);
      return server;
    } catch (Throwable e) {
      server.close();
      throw e;
    }
  }

  String otlpEndpoint() {
    return "http://127.0.0.1:" + grpcPort;
  }

  /** What {@code GET /zipkin/api/v2/...} answers. */
  JsonNode zipkin(String path) {
    return send(
        HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + zipkinPort + "/zipkin/api/v2/" + path)));
  }

  /** The {@code data} of a GraphQL query. */
  JsonNode graphql(String query, Map<String, ?> variables) {
    String body = JSON.valueToTree(Map.of("query", query, "variables", variables)).toString();
    JsonNode answer =
        send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + restPort + "/graphql"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    if (answer.hasNonNull("errors")) {
      throw new IllegalStateException("SkyWalking refused a query: " + answer);
    }
    return answer.path("data");
  }

  @Override
  public void close() {
    process.destroy();
    if (!ended()) {
      process.destroyForcibly();
      if (!ended()) {
        throw new IllegalStateException("SkyWalking, pid " + process.pid() + ", does not end");
      }
    }
    Runtime.getRuntime().removeShutdownHook(exitHook);
  }

  private boolean ended() {
    try {
      return process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      return true;
    }
  }

  /** Its query ports open last, both after the one for OTLP. */
  private boolean answers() throws IOException {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "SkyWalking ended with exit code "
              + process.exitValue()
              + " while it started, see "
              + log
              + ":\n"
              + whatWentWrong());
    }
    try {
      zipkin("services");
      graphql("{version}", Map.of());
      return true;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  private String whatWentWrong() throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .dropWhile(line -> !line.contains(" ERROR ") && !line.contains("Exception"))
          .limit(20)
          .collect(Collectors.joining("\n"));
    }
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          http.send(request.timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 404 ? JSON.missingNode() : JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException("SkyWalking did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while SkyWalking answered", e);
    }
  }

  // below the ranges from which systems give ports away: it binds them seconds later
  private static int freePort() {
    for (int attempt = 0; attempt < 100; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException taken) {
        continue;
      }
    }
    throw new IllegalStateException("no free port between 15000 and 29999");
  }
}
