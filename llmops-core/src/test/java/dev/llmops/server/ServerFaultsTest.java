package dev.llmops.server;

import static dev.llmops.testing.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.llmops.server.ServerSnapshot.Match;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers and networks do wrong: nothing of it hangs, grows or leaks, and each says why. */
class ServerFaultsTest {

  private PageServer server;
  private final CountDownLatch over = new CountDownLatch(1);

  @BeforeEach
  void start() throws Exception {
    server = new PageServer();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.close();
  }

  @Test
  void aPageOf50MegabytesIsCutOff() {
    AtomicLong sent = new AtomicLong();
    server.on("/metrics", exchange -> endless(exchange, 50_000_000, sent));

    assertThat(reason(vllm())).isEqualTo("metrics: " + TOO_LARGE);
    assertThat(sent.get()).isLessThan(50_000_000);
  }

  @Test
  void anEndlessPageIsCutOff() {
    server.on("/metrics", exchange -> endless(exchange, Long.MAX_VALUE, new AtomicLong()));

    assertThat(reason(vllm())).isEqualTo("metrics: " + TOO_LARGE);
  }

  @Test
  void anEndlessAnswerOfAnotherStatusIsNotRead() {
    server.on(
        "/metrics",
        exchange -> {
          exchange.sendResponseHeaders(500, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            while (over.getCount() > 0) {
              out.write(new byte[8192]);
            }
          }
        });

    assertThat(reason(vllm())).isEqualTo("metrics: it answered with status 500");
  }

  @Test
  void aGzipBombIsCutOff() throws Exception {
    byte[] bomb = gzip("x 1\n".repeat(5_000_000));
    assertThat(bomb.length).isLessThan(100_000);
    server.on("/metrics", exchange -> packed(exchange, bomb));

    assertThat(reason(vllm())).isEqualTo("metrics: " + TOO_LARGE);
  }

  @Test
  void aPackedPageIsRead() throws Exception {
    byte[] page = gzip(Pages.vllm(3, 14, 0.5, 1, 1));
    server.on("/metrics", exchange -> packed(exchange, page));

    assertThat(known(vllm()).load().waiting()).isEqualTo(14);
  }

  @Test
  void aPageThatOnlySaysItIsPackedIsRefused() {
    server.on("/metrics", exchange -> packed(exchange, "x 1".getBytes(StandardCharsets.US_ASCII)));

    assertThat(reason(vllm())).isEqualTo("metrics: it could not be read: ZipException");
  }

  @ParameterizedTest
  @CsvSource({
    "401,it answered with status 401; it wants credentials"
        + " (ServerMonitor.Builder.bearerToken| header)",
    "404,it answered with status 404| so it has no such page; are its metrics switched on?",
    "501,it answered with status 501; llama.cpp does so without --metrics",
    "503,it answered with status 503; it is loading or overloaded",
    "500,it answered with status 500"
  })
  void aStatusIsToldWithWhatToDo(int status, String reason) {
    server.status("/metrics", status);

    assertThat(reason(vllm())).isEqualTo("metrics: " + reason.replace('|', ','));
  }

  @Test
  void htmlInsteadOfMetricsIsToldSo() {
    server.page("/metrics", "<html><body>vllm:num_requests_running 3</body></html>");

    assertThat(reason(vllm())).isEqualTo("metrics: it answered with HTML instead of metrics");
  }

  @Test
  void nobodyListeningIsToldSo() throws Exception {
    // bound and not listening: nobody else gets the port, and a connection is refused
    try (SocketChannel refusing = SocketChannel.open()) {
      refusing.bind(new InetSocketAddress("127.0.0.1", 0));
      int port = ((InetSocketAddress) refusing.getLocalAddress()).getPort();

      assertThat(reason(builder().server("http://127.0.0.1:" + port), port))
          .isEqualTo("metrics: the connection was refused");
    }
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() {
    server.on("/metrics", exchange -> hold());

    assertThat(reason(impatient().server(server.url(), ServerKind.VLLM)))
        .isEqualTo("metrics: it did not answer within 500 ms");
  }

  @Test
  void headersThatDripAreGivenUp() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      Thread drip =
          new Thread(
              () -> {
                try {
                  while (true) {
                    OutputStream out = socket.accept().getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                  }
                } catch (IOException e) {
                  // the test is over
                }
              });
      drip.setDaemon(true);
      drip.start();
      int port = socket.getLocalPort();

      assertThat(reason(impatient().server("http://127.0.0.1:" + port, ServerKind.VLLM), port))
          .isEqualTo("metrics: it did not answer within 500 ms");
    }
  }

  @Test
  void aBodyThatDripsIsGivenUpAlthoughBytesKeepComing() {
    server.on(
        "/metrics",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            while (!awaitOver(20)) {
              out.write('x');
              out.flush();
            }
          }
        });

    assertThat(reason(impatient().server(server.url(), ServerKind.VLLM)))
        .isEqualTo("metrics: it did not answer within 500 ms");
  }

  @Test
  void aRedirectToAnotherServerIsNotFollowed() throws Exception {
    try (PageServer elsewhere = new PageServer().page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1))) {
      redirect("/metrics", elsewhere.url() + "/metrics?token=secret");

      assertThat(reason(vllm()))
          .isEqualTo(
              "metrics: it redirects (302) to "
                  + elsewhere.url()
                  + ", which is another server and was not asked; name that one if it is meant");
      assertThat(elsewhere.requests()).isEmpty();
    }
  }

  @Test
  void aRedirectWithinTheServerIsFollowed() {
    redirect("/metrics", "/metrics/");
    server.page("/metrics/", Pages.vllm(1, 9, 0.5, 1, 1));

    assertThat(known(vllm()).load().waiting()).isEqualTo(9);
  }

  @Test
  void redirectsInACircleAreGivenUp() {
    redirect("/metrics", "/metrics");

    assertThat(reason(vllm())).isEqualTo("metrics: it redirects more than 3 times");
  }

  @Test
  void aTlsServerThatIsNotTrustedIsToldSo() throws Exception {
    HttpsServer https = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(SSLContext.getDefault()));
    https.start();
    try {
      int port = https.getAddress().getPort();

      // it has no certificate to show
      assertThat(reason(builder().server("https://127.0.0.1:" + port), port))
          .startsWith("metrics: TLS failed: ");
    } finally {
      https.stop(0);
    }
  }

  @Test
  void tlsToAPlainServerIsToldSo() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      Thread plain =
          new Thread(
              () -> {
                try {
                  while (true) {
                    OutputStream out = socket.accept().getOutputStream();
                    out.write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                  }
                } catch (IOException e) {
                  // the test is over
                }
              });
      plain.setDaemon(true);
      plain.start();
      int port = socket.getLocalPort();

      assertThat(reason(builder().server("https://127.0.0.1:" + port, ServerKind.VLLM), port))
          .startsWith("metrics: TLS failed: ");
    }
  }

  @Test
  void aHostNameThatIsNotKnownIsToldSo() {
    try (ServerMonitor monitor = impatient().server("http://nowhere.invalid:8000").build()) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  String.valueOf(monitor.latest("nowhere.invalid", 8000).reason())
                      .startsWith("metrics: "));

      assertThat(monitor.latest("nowhere.invalid", 8000).reason())
          .isIn("metrics: its host name is not known", "metrics: it did not answer within 500 ms");
    }
  }

  @Test
  void aServerThatBecomesAnotherIsReadAnew() {
    server
        .page("/metrics", Pages.vllm(3, 14, 0.5, 9000, 9000))
        .page("/version", Pages.VLLM_VERSION)
        .page("/v1/models", Pages.VLLM_MODELS);
    try (ServerMonitor monitor = builder().server(server.url()).build()) {
      assertThat(known(monitor).info().kind()).isEqualTo(ServerKind.VLLM);

      server
          .without("/version")
          .page("/v1/models", "{\"data\":[{\"id\":\"other\",\"owned_by\":\"sglang\"}]}")
          // last: what a flight takes for the other server asks for the other pages
          .page("/metrics", Pages.oldSglang(10, 10));
      await().until(() -> latest(monitor).info().kind() == ServerKind.SGLANG);

      ServerSnapshot after = latest(monitor);
      assertThat(after.match()).isEqualTo(Match.EXACT);
      assertThat(after.info().version()).isNull();
      assertThat(after.info().models()).extracting(ServedModel::id).contains("other");
      assertThat(after.load().waiting()).isEqualTo(7);
      // the counters of the one are no ground for rates of the other, nor for a doubt
      assertThat(
              after.load().promptTokensPerSecond() == null
                  || after.load().promptTokensPerSecond() >= 0)
          .isTrue();
    }
  }

  @Test
  void aServerWithoutMetricsThatIsReplacedByOneThatHasSomeIsFound() {
    server.page("/api/version", "{\"version\":\"0.5.1\"}").page("/api/ps", "{\"models\":[]}");
    try (ServerMonitor monitor = builder().server(server.url()).build()) {
      assertThat(known(monitor).info().kind()).isEqualTo(ServerKind.OLLAMA);

      server
          .without("/api/version")
          .without("/api/ps")
          .page("/metrics", Pages.vllm(3, 14, 0.5, 1, 1));

      await().until(() -> latest(monitor).info().kind() == ServerKind.VLLM);
      assertThat(latest(monitor).load().waiting()).isEqualTo(14);
    }
  }

  @Test
  void countersThatRunBackwardsMakeTheReplicaUnknown() {
    AtomicLong requests = new AtomicLong();
    server.on(
        "/metrics",
        exchange ->
            PageServer.send(
                exchange,
                200,
                (requests.getAndIncrement() % 2 == 0
                        ? Pages.vllm(1, 1, 0.5, 9000, 9000)
                        : Pages.vllm(9, 9, 0.9, 10, 10))
                    .getBytes(StandardCharsets.US_ASCII)));

    try (ServerMonitor monitor = builder().server(server.url()).build()) {
      await().until(() -> String.valueOf(latest(monitor).reason()).startsWith("its counters ran"));

      assertThat(latest(monitor).load()).isEqualTo(ServerLoad.UNKNOWN);
      assertThat(latest(monitor).reason())
          .isEqualTo(
              "its counters ran backwards: it was restarted, or more than one server answers at"
                  + " this address; name the replicas with ServerMonitor.Builder.pool(..)");
    }
  }

  @Test
  void aRestartThatThePageTellsIsNoDoubt() {
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 9000, 9000) + "process_start_time_seconds 100\n");
    try (ServerMonitor monitor = builder().server(server.url()).build()) {
      known(monitor);

      server.page("/metrics", Pages.vllm(2, 7, 0.1, 10, 10) + "process_start_time_seconds 200\n");
      await()
          .until(
              () -> {
                assertThat(latest(monitor).match()).isEqualTo(Match.EXACT);
                return Long.valueOf(7).equals(latest(monitor).load().waiting());
              });
    }
  }

  @Test
  void afterAFailureTheLastSnapshotCountsUntilItIsTooOld() {
    server.page("/metrics", Pages.vllm(1, 14, 0.5, 1, 1));
    AtomicLong nanos = new AtomicLong(1);
    try (ServerMonitor monitor =
        builder().clocks(InstantSource.system(), nanos::get).server(server.url()).build()) {
      known(monitor);

      server.status("/metrics", 503);
      long asked = server.count("/metrics");
      // the third is sent once the second was taken for a failure
      await().atMost(Duration.ofSeconds(60)).until(() -> server.count("/metrics") >= asked + 3);
      assertThat(latest(monitor).isKnown()).isTrue();

      nanos.addAndGet(Duration.ofSeconds(31).toNanos());
      assertThat(latest(monitor).isKnown()).isFalse();
      assertThat(latest(monitor).reason())
          .isEqualTo("metrics: it answered with status 503; it is loading or overloaded");
    }
  }

  @Test
  void brokenGpuExportersLeaveTheServerKnown() throws Exception {
    server.page("/metrics", Pages.vllm(1, 14, 0.5, 1, 1));
    try (PageServer gpus = new PageServer().page("/metrics", "<html>")) {
      ServerMonitor monitor =
          builder()
              .server(MonitoredServer.builder(server.url()).gpus(gpus.url() + "/metrics").build())
              .build();
      try (monitor) {
        ServerSnapshot snapshot = known(monitor);

        assertThat(snapshot.load().waiting()).isEqualTo(14);
        assertThat(snapshot.gpus()).isEmpty();
        assertThat(snapshot.problems())
            .containsExactly(
                "GPUs of " + gpus.url() + ": it answered with HTML instead of metrics");
      }
    }
  }

  @Test
  void credentialsGoOnlyWhereTheyBelongAndIntoNoText() throws Exception {
    server.status("/metrics", 401);
    try (PageServer gpus = new PageServer().page("/metrics", Pages.dcgm("hostname"));
        ServerMonitor monitor =
            builder()
                .server(
                    MonitoredServer.builder(server.url())
                        .kind(ServerKind.VLLM)
                        .gpus(gpus.url() + "/metrics?key=hunter2")
                        .build())
                .bearerToken(server.url(), "hunter2")
                .build()) {
      await().until(() -> String.valueOf(latest(monitor).reason()).contains("401"));

      assertThat(server.authorizations()).isNotEmpty().allMatch("Bearer hunter2"::equals);
      assertThat(gpus.authorizations()).isEmpty();
      assertThat(monitor.explain() + latest(monitor)).doesNotContain("hunter2");
    }
  }

  private static final String TOO_LARGE =
      "its page is larger than 1048576 bytes (ServerMonitor.Builder.maxPageBytes)";

  private static ServerMonitor.Builder builder() {
    return ServerMonitor.builder()
        .interval(Duration.ofMillis(100))
        .maxAge(Duration.ofSeconds(30))
        // so long that what is no test of time never runs into it, however slow the machine
        .timeout(Duration.ofSeconds(30))
        .maxPageBytes(1_048_576);
  }

  private static ServerMonitor.Builder impatient() {
    return builder().timeout(Duration.ofMillis(500));
  }

  private ServerMonitor.Builder vllm() {
    return builder().server(server.url(), ServerKind.VLLM);
  }

  private String reason(ServerMonitor.Builder builder) {
    return reason(builder, server.port());
  }

  private static String reason(ServerMonitor.Builder builder, int port) {
    try (ServerMonitor monitor = builder.build()) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  String.valueOf(monitor.latest("127.0.0.1", port).reason())
                      .startsWith("metrics: "));
      return String.valueOf(monitor.latest("127.0.0.1", port).reason());
    }
  }

  private ServerSnapshot known(ServerMonitor.Builder builder) {
    try (ServerMonitor monitor = builder.build()) {
      return known(monitor);
    }
  }

  private ServerSnapshot known(ServerMonitor monitor) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> latest(monitor), ServerSnapshot::isKnown);
  }

  private ServerSnapshot latest(ServerMonitor monitor) {
    return monitor.latest("127.0.0.1", server.port());
  }

  private void redirect(String from, String to) {
    server.on(
        from,
        exchange -> {
          exchange.getResponseHeaders().set("Location", to);
          exchange.sendResponseHeaders(302, -1);
        });
  }

  private void endless(com.sun.net.httpserver.HttpExchange exchange, long bytes, AtomicLong sent)
      throws IOException {
    byte[] chunk = "x{a=\"b\"} 1\n".repeat(700).getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      while (sent.get() < bytes) {
        out.write(chunk);
        sent.addAndGet(chunk.length);
      }
    }
  }

  private void hold() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitOver(long millis) {
    try {
      return over.await(millis, java.util.concurrent.TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private static void packed(com.sun.net.httpserver.HttpExchange exchange, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Encoding", "gzip");
    PageServer.send(exchange, 200, body);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toByteArray();
  }
}
