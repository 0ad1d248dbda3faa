package dev.llmops.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Gets pages without waiting: bounded in bytes, packed or not, and in time, headers and body
 * together. Follows a redirect only within one scheme, host and port. Credentials go only to the
 * origin they were given for and into no message.
 */
final class Fetcher {

  private static final int MAX_REDIRECTS = 3;
  private static final int CHUNK = 8_192;

  private final ScheduledExecutorService executor;
  private final Duration timeout;
  private final long maxBytes;
  private final Map<String, Map<String, String>> credentials;
  private final @Nullable SSLContext sslContext;
  private @Nullable HttpClient client; // made and used on the executor's thread only

  /**
   * A fetcher that runs everything on one thread.
   *
   * @param credentials headers by {@link #origin}
   */
  Fetcher(
      ScheduledExecutorService executor,
      Duration timeout,
      long maxBytes,
      Map<String, Map<String, String>> credentials,
      @Nullable SSLContext sslContext) {
    this.executor = executor;
    this.timeout = timeout;
    this.maxBytes = maxBytes;
    this.credentials = credentials;
    this.sslContext = sslContext;
  }

  /**
   * Gets a page.
   *
   * @return completes on the executor's thread; with a {@link PageException} when it fails
   */
  <T> CompletableFuture<Fetched<T>> get(URI uri, Supplier<? extends Body<T>> body) {
    CompletableFuture<Fetched<T>> page = new CompletableFuture<>();
    try {
      send(uri, body, page, 0);
    } catch (RuntimeException e) {
      page.completeExceptionally(failure(e));
    }
    return page;
  }

  /** Scheme, host and port, the port always written. */
  static String origin(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
    return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port;
  }

  private <T> void send(
      URI uri, Supplier<? extends Body<T>> body, CompletableFuture<Fetched<T>> page, int hops) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .GET()
            .timeout(timeout)
            .header("Accept", "text/plain;version=0.0.4, application/json;q=0.9, */*;q=0.1")
            .header("Accept-Encoding", "gzip")
            .header("User-Agent", "llmops");
    credentials.getOrDefault(origin(uri), Map.of()).forEach(request::setHeader);
    CompletableFuture<HttpResponse<Outcome<T>>> sent =
        client()
            .sendAsync(
                request.build(),
                info ->
                    info.statusCode() == 200
                        ? new Collector<>(body.get(), isGzip(info.headers()), maxBytes)
                        : new Refusal<>());
    ScheduledFuture<?> alarm =
        executor.schedule(
            () -> {
              page.completeExceptionally(timedOut());
              sent.cancel(true);
            },
            timeout.toNanos(),
            TimeUnit.NANOSECONDS);
    CompletableFuture<Void> told =
        sent.handleAsync(
            (response, error) -> {
              alarm.cancel(false);
              if (!page.isDone()) {
                arrived(uri, body, page, hops, response, error);
              }
              return null;
            },
            executor);
    told.exceptionally(
        error -> {
          page.completeExceptionally(failure(error));
          return null;
        });
  }

  private <T> void arrived(
      URI uri,
      Supplier<? extends Body<T>> body,
      CompletableFuture<Fetched<T>> page,
      int hops,
      @Nullable HttpResponse<Outcome<T>> response,
      @Nullable Throwable error) {
    if (response == null) {
      page.completeExceptionally(failure(error));
      return;
    }
    int status = response.statusCode();
    if (status >= 301 && status <= 308) {
      URI next = next(uri, response.headers().firstValue("Location").orElse(""));
      if (next == null || !origin(next).equals(origin(uri))) {
        page.completeExceptionally(
            new PageException(
                "it redirects ("
                    + status
                    + ") to "
                    + (next == null ? "an address that cannot be read" : origin(next))
                    + ", which is another server and was not asked; name that one if it is meant"));
      } else if (hops == MAX_REDIRECTS) {
        page.completeExceptionally(
            new PageException("it redirects more than " + MAX_REDIRECTS + " times"));
      } else {
        send(next, body, page, hops + 1);
      }
      return;
    }
    Outcome<T> outcome = response.body();
    if (status != 200) {
      page.completeExceptionally(new PageException(status));
    } else if (outcome.failure() != null) {
      page.completeExceptionally(outcome.failure());
    } else if (outcome.value() != null) {
      page.complete(new Fetched<>(outcome.value(), response.headers()));
    } else {
      page.completeExceptionally(new PageException("it answered with nothing"));
    }
  }

  private HttpClient client() {
    if (client == null) {
      HttpClient.Builder builder =
          HttpClient.newBuilder()
              // some servers log or refuse the offer of HTTP/2 that the JDK's client makes
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(timeout)
              .executor(executor);
      client = (sslContext == null ? builder : builder.sslContext(sslContext)).build();
    }
    return client;
  }

  private PageException timedOut() {
    return PageException.unanswered("it did not answer within " + timeout.toMillis() + " ms");
  }

  private PageException failure(@Nullable Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof PageException page) {
      return page;
    }
    if (cause instanceof HttpTimeoutException) {
      return timedOut();
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof UnresolvedAddressException) {
        return PageException.unanswered("its host name is not known");
      }
      if (each instanceof SSLException) {
        String told = Checks.text(each.getMessage());
        return PageException.unanswered(
            "TLS failed: " + (told == null ? each.getClass().getSimpleName() : told));
      }
    }
    return PageException.unanswered(
        cause instanceof ConnectException
            ? "the connection was refused"
            // only the class: a message may repeat what the server sent
            : "it could not be read: "
                + (cause == null ? "no cause" : cause.getClass().getSimpleName()));
  }

  private static @Nullable URI next(URI from, String location) {
    try {
      URI next = location.isEmpty() ? null : from.resolve(location);
      return next == null || next.getHost() == null || next.getScheme() == null ? null : next;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isGzip(HttpHeaders headers) {
    return headers.firstValue("Content-Encoding").orElse("").strip().equalsIgnoreCase("gzip");
  }

  /**
   * A page that came.
   *
   * @param headers those of its response
   */
  record Fetched<T>(T value, HttpHeaders headers) {}

  /** A value, or why there is none. */
  private record Outcome<T>(@Nullable T value, @Nullable PageException failure) {}

  /** The body of an answer that is not wanted: not read at all. */
  private static final class Refusal<T> implements HttpResponse.BodySubscriber<Outcome<T>> {
    @Override
    public CompletionStage<Outcome<T>> getBody() {
      return CompletableFuture.completedFuture(new Outcome<>(null, null));
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> item) {}

    @Override
    public void onError(Throwable throwable) {}

    @Override
    public void onComplete() {}
  }

  /** Feeds a body as it comes, and stops where it grows too large. */
  private static final class Collector<T> implements HttpResponse.BodySubscriber<Outcome<T>> {
    private final CompletableFuture<Outcome<T>> result = new CompletableFuture<>();
    private final Body<T> body;
    private final long maxBytes;
    private final @Nullable ByteArrayOutputStream packed;
    private final byte[] chunk = new byte[CHUNK];
    private long total;
    private Flow.@Nullable Subscription subscription;

    Collector(Body<T> body, boolean gzip, long maxBytes) {
      this.body = body;
      this.maxBytes = maxBytes;
      this.packed = gzip ? new ByteArrayOutputStream(CHUNK) : null;
    }

    @Override
    public CompletionStage<Outcome<T>> getBody() {
      return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      if (result.isDone()) {
        return;
      }
      try {
        for (ByteBuffer buffer : buffers) {
          count(buffer.remaining());
          while (buffer.hasRemaining()) {
            int length = Math.min(chunk.length, buffer.remaining());
            buffer.get(chunk, 0, length);
            if (packed != null) {
              packed.write(chunk, 0, length);
            } else {
              body.feed(chunk, 0, length);
            }
          }
        }
      } catch (PageException e) {
        stop(e);
      } catch (RuntimeException e) {
        stop(new PageException("it could not be read: " + e.getClass().getSimpleName()));
      }
    }

    @Override
    public void onError(Throwable throwable) {
      result.completeExceptionally(throwable);
    }

    @Override
    public void onComplete() {
      if (result.isDone()) {
        return;
      }
      try {
        if (packed != null) {
          unpack(packed.toByteArray());
        }
        result.complete(new Outcome<>(body.finish(), null));
      } catch (PageException e) {
        result.complete(new Outcome<>(null, e));
      } catch (IOException | RuntimeException e) {
        result.complete(
            new Outcome<>(
                null, new PageException("it could not be read: " + e.getClass().getSimpleName())));
      }
    }

    private void unpack(byte[] bytes) throws IOException {
      total = 0;
      try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        int length;
        while ((length = in.read(chunk)) > 0) {
          count(length);
          body.feed(chunk, 0, length);
        }
      }
    }

    private void count(int more) {
      total += more;
      if (total > maxBytes) {
        throw new PageException(
            "its page is larger than " + maxBytes + " bytes (ServerMonitor.Builder.maxPageBytes)");
      }
    }

    private void stop(PageException why) {
      result.complete(new Outcome<>(null, why));
      if (subscription != null) {
        subscription.cancel();
      }
    }
  }
}
