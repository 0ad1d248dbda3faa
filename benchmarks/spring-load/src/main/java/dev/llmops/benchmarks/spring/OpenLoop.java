package dev.llmops.benchmarks.spring;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks at a constant rate, whatever the answers take. The time of a request is counted from when it
 * was due, not from when it could be sent: a server that stalls is charged with all who had to wait
 * behind the stall (no coordinated omission).
 */
final class OpenLoop {

  private static final int TIMEOUT_MILLIS = 10_000;

  /** As many may be on the way at once; more wait, and their time runs. */
  private static final int CONNECTIONS = 64;

  private static final AtomicLong CONVERSATION = new AtomicLong();

  private OpenLoop() {}

  /**
   * What was measured.
   *
   * @param nanos the times of the requests that were answered with 200, in no order
   * @param failed how many were not
   */
  record Slice(long[] nanos, int failed) {}

  /**
   * Asks for {@code lead} without measuring, then for {@code duration}.
   *
   * @param paths asked for in turn, each time with a new conversation's id
   */
  static Slice run(int port, List<String> paths, double perSecond, Duration lead, Duration duration)
      throws InterruptedException {
    double interval = 1e9 / perSecond;
    int first = (int) Math.round(lead.toNanos() / interval);
    int count = first + (int) Math.round(duration.toNanos() / interval);
    long[] nanos = new long[count]; // 0: failed
    AtomicInteger next = new AtomicInteger();
    long begin = System.nanoTime() + 10_000_000; // all threads are there by then
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      Thread thread =
          new Thread(
              () -> {
                try (Connection connection = new Connection(port)) {
                  for (int at = next.getAndIncrement(); at < count; at = next.getAndIncrement()) {
                    long due = begin + (long) (at * interval);
                    sleepUntil(due);
                    if (connection.ask(request(paths.get(at % paths.size())))) {
                      nanos[at] = System.nanoTime() - due;
                    }
                  }
                }
              },
              "load");
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long[] answered = Arrays.stream(nanos, first, count).filter(each -> each > 0).toArray();
    return new Slice(answered, count - first - answered.length);
  }

  private static byte[] request(String path) {
    return ("GET "
            + path
            + " HTTP/1.1\r\nhost: 127.0.0.1\r\nX-Conversation-Id: "
            + CONVERSATION.incrementAndGet()
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void sleepUntil(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Of one thread; opened at its first request, and again after a failure. */
  private static final class Connection implements AutoCloseable {

    private final int port;
    private @Nullable Socket socket;
    private @Nullable BufferedInputStream in;

    Connection(int port) {
      this.port = port;
    }

    boolean ask(byte[] request) {
      try {
        Socket to = socket;
        BufferedInputStream from = in;
        if (to == null || from == null) {
          to = new Socket();
          socket = to;
          to.setTcpNoDelay(true);
          to.setSoTimeout(TIMEOUT_MILLIS);
          to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
          from = new BufferedInputStream(to.getInputStream(), 16 * 1024);
          in = from;
        }
        to.getOutputStream().write(request);
        HttpMessage answer = HttpMessage.read(from);
        if (answer == null) {
          close();
          return false;
        }
        if (answer.closes()) {
          close();
        }
        return answer.startLine().startsWith("HTTP/1.1 200") && answer.body().length > 0;
      } catch (IOException | NumberFormatException e) {
        close();
        return false;
      }
    }

    @Override
    public void close() {
      Socket open = socket;
      socket = null;
      in = null;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          // nothing left to do
        }
      }
    }
  }
}
