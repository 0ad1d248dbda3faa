package dev.llmops.benchmarks.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.benchmarks.spring.OpenLoop.Slice;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OpenLoopTest {

  /**
   * 100 a second, nobody is answered until 50 have asked, which is in half a second at the
   * earliest: those who were due before waited for it.
   */
  @Test
  void whoWaitsBehindAStallIsCounted() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress())) {
      answer(server, new CountDownLatch(50), "200 OK");

      Slice slice =
          OpenLoop.run(
              server.getLocalPort(), List.of("/"), 100, Duration.ZERO, Duration.ofSeconds(1));

      assertThat(slice.failed()).isZero();
      assertThat(slice.nanos()).hasSize(100);
      // the 50th is due after 490 ms, so the 29 that are due after 0 to 280 ms wait for 210 or more
      assertThat(Arrays.stream(slice.nanos()).filter(nanos -> nanos > 200_000_000).count())
          .isGreaterThanOrEqualTo(29L);
    }
  }

  @Test
  void whatIsNotAnsweredWith200HasFailedAndHasNoTime() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress())) {
      answer(server, new CountDownLatch(0), "500 no");

      Slice slice =
          OpenLoop.run(
              server.getLocalPort(),
              List.of("/"),
              100,
              Duration.ofMillis(50),
              Duration.ofMillis(200));

      assertThat(slice.failed()).isEqualTo(20);
      assertThat(slice.nanos()).isEmpty();
    }
  }

  @Test
  void theModelAsksForTheToolOnceAndStreamsInPieces() throws Exception {
    try (Backends backends = Backends.start()) {
      String tools =
          "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"find\",\"parameters\":"
              + "{\"type\":\"object\",\"properties\":{\"topic\":{\"type\":\"string\"}}}}}]";

      assertThat(chat(backends, "{\"messages\":[]," + tools + "}")).contains(Backends.ANSWER);
      assertThat(chat(backends, "{\"messages\":[\"" + Backends.NEEDS_TOOL + "\"]," + tools + "}"))
          .contains("\"finish_reason\":\"tool_calls\"")
          .contains("\"name\":\"find\",\"arguments\":\"{\\\"topic\\\":");
      assertThat(
              chat(
                  backends,
                  "{\"messages\":[\""
                      + Backends.NEEDS_TOOL
                      + "\",{\"role\":\"tool\"}],"
                      + tools
                      + "}"))
          .contains(Backends.ANSWER);
      assertThat(chat(backends, "{\"stream\":true}").lines().filter(line -> !line.isBlank()))
          .hasSize(12) // the role, eight pieces, the reason, the usage, the end
          .allMatch(line -> line.startsWith("data: "))
          .last()
          .isEqualTo("data: [DONE]");
      assertThat(backends.chats()).isEqualTo(4);
    }
  }

  private static String chat(Backends backends, String body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(backends.url() + "/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  /** On a thread a connection, nobody before so many have asked. */
  private static void answer(ServerSocket server, CountDownLatch asked, String status) {
    AtomicInteger count = new AtomicInteger();
    Thread acceptor =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try {
                  Socket connection = server.accept();
                  Thread thread =
                      new Thread(
                          () -> serve(connection, asked, status),
                          "answer " + count.incrementAndGet());
                  thread.setDaemon(true);
                  thread.start();
                } catch (IOException e) {
                  return; // closed
                }
              }
            },
            "accept");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  private static void serve(Socket connection, CountDownLatch asked, String status) {
    byte[] answer =
        ("HTTP/1.1 " + status + "\r\ncontent-length: 2\r\n\r\nok")
            .getBytes(StandardCharsets.US_ASCII);
    try (connection) {
      BufferedInputStream in = new BufferedInputStream(connection.getInputStream());
      while (HttpMessage.read(in) != null) {
        asked.countDown();
        asked.await();
        connection.getOutputStream().write(answer);
      }
    } catch (IOException | InterruptedException e) {
      // the load is done
    }
  }
}
