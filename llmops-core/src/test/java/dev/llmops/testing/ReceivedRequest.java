package dev.llmops.testing;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request as it reached the server.
 *
 * @param method the HTTP method, upper case
 * @param path the path from the root, such as {@code /v1/chat/completions}, without the query
 * @param query the query as sent, without the question mark; null if there was none
 * @param headers all headers; names are matched without regard to case
 * @param body the body as UTF-8 text, empty if there was none
 */
public record ReceivedRequest(
    String method,
    String path,
    @Nullable String query,
    Map<String, List<String>> headers,
    String body) {

  public ReceivedRequest {
    Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
    headers = Collections.unmodifiableMap(copy);
  }

  /** The first value of a header, null if it was not sent. */
  public @Nullable String header(String name) {
    List<String> values = headers.get(name);
    return values == null || values.isEmpty() ? null : values.get(0);
  }

  /** Method and path only: headers may carry a key and the body a prompt. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
