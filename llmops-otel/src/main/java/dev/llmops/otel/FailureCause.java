package dev.llmops.otel;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why an export failed, in plain words, with the setting to change. Exception messages and the
 * collector's own text are left out: either may echo content or credentials.
 */
final class FailureCause {
  private FailureCause() {}

  static String of(@Nullable Throwable failure, String endpoint) {
    if (failure == null) {
      return "the exporter gave no reason; look for its own message under io.opentelemetry.exporter";
    }
    Set<Throwable> chain = chain(failure);
    if (any(chain, UnresolvedAddressException.class) || any(chain, UnknownHostException.class)) {
      return "host not found: nothing in DNS for "
          + endpoint
          + "; check OTEL_EXPORTER_OTLP_ENDPOINT";
    }
    if (any(chain, HttpConnectTimeoutException.class) || any(chain, NoRouteToHostException.class)) {
      return "no connection to "
          + endpoint
          + ": the host does not answer; check OTEL_EXPORTER_OTLP_ENDPOINT and the network between";
    }
    if (any(chain, ConnectException.class)) {
      return "connection refused: nothing listens on "
          + endpoint
          + "; is the collector running? set OTEL_EXPORTER_OTLP_ENDPOINT";
    }
    if (any(chain, HttpTimeoutException.class) || any(chain, InterruptedIOException.class)) {
      return "no answer in time from "
          + endpoint
          + "; is the collector overloaded? OTEL_EXPORTER_OTLP_TIMEOUT (10 s) sets how long to wait";
    }
    if (any(chain, SSLException.class)) {
      return "TLS handshake failed with "
          + endpoint
          + "; check https or http in OTEL_EXPORTER_OTLP_ENDPOINT, and OTEL_EXPORTER_OTLP_CERTIFICATE";
    }
    if (any(chain, IOException.class)) {
      return "connection broke ("
          + failure.getClass().getSimpleName()
          + ") at "
          + endpoint
          + "; is this port OTLP over "
          + "the protocol in use? 4318 is usual for http/protobuf, 4317 for grpc (OTEL_EXPORTER_OTLP_PROTOCOL)";
    }
    return failure.getClass().getSimpleName()
        + " while exporting to "
        + endpoint
        + "; look for the exporter's own message "
        + "under io.opentelemetry.exporter";
  }

  static String ofHttpStatus(int status, String endpoint) {
    String advice =
        switch (status) {
          case 401, 403 ->
              "it wants other credentials; set OTEL_EXPORTER_OTLP_HEADERS (authorization=...)";
          case 404, 405 ->
              "no OTLP receiver under this path; OTEL_EXPORTER_OTLP_ENDPOINT is the base without /v1/..., and a backend that "
                  + "takes no metrics or logs wants OTEL_METRICS_EXPORTER or OTEL_LOGS_EXPORTER set to none";
          case 413 -> "the batch is too large for it; lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
          case 415 ->
              "it does not take protobuf here; check OTEL_EXPORTER_OTLP_PROTOCOL and the port";
          case 429, 502, 503, 504 ->
              "it is overloaded or not ready; see its own log, and OTEL_BSP_MAX_QUEUE_SIZE for a longer wait";
          default -> "see the collector's own log for the reason";
        };
    return "HTTP " + status + " from " + endpoint + ": " + advice;
  }

  static String ofGrpcStatus(String status, String endpoint) {
    String advice =
        switch (status) {
          case "UNAUTHENTICATED", "PERMISSION_DENIED" ->
              "it wants other credentials; set OTEL_EXPORTER_OTLP_HEADERS (authorization=...)";
          case "UNIMPLEMENTED" ->
              "no OTLP receiver for this signal there; check OTEL_EXPORTER_OTLP_ENDPOINT, or set OTEL_METRICS_EXPORTER or "
                  + "OTEL_LOGS_EXPORTER to none";
          case "UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED" ->
              "it is overloaded, not ready or not there; check OTEL_EXPORTER_OTLP_ENDPOINT and its own log";
          default -> "see the collector's own log for the reason";
        };
    return "gRPC status " + status + " from " + endpoint + ": " + advice;
  }

  static String rejected(long rejected, int sent, String signal, String endpoint) {
    return endpoint
        + " took the batch but rejected "
        + Math.min(rejected, sent)
        + " of "
        + sent
        + " "
        + signal
        + "; see the collector's own log for the reason";
  }

  private static boolean any(Set<Throwable> chain, Class<? extends Throwable> type) {
    return chain.stream().anyMatch(type::isInstance);
  }

  /**
   * The failure, its causes and what they suppressed: senders hang the attempts of a retry on the
   * last one.
   */
  private static Set<Throwable> chain(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> open = new ArrayDeque<>();
    open.add(failure);
    while (!open.isEmpty() && seen.size() < 32) {
      Throwable next = open.poll();
      if (seen.add(next)) {
        Throwable cause = next.getCause();
        if (cause != null) {
          open.add(cause);
        }
        Collections.addAll(open, next.getSuppressed());
      }
    }
    return seen;
  }
}
