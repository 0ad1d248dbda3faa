package dev.llmops.client.springai;

import dev.llmops.LlmRequest;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the models of a provider are served, as the application says: Spring AI does not tell. */
final class ModelServers {

  static final ModelServers UNKNOWN = new ModelServers(Map.of());

  private record Address(String host, int port) {}

  private final Map<String, Address> byProvider;

  private ModelServers(Map<String, Address> byProvider) {
    this.byProvider = byProvider;
  }

  /**
   * @throws IllegalArgumentException if a URL has no host, or a scheme other than http and https
   */
  static ModelServers of(Map<String, URI> urls) {
    Map<String, Address> found = new HashMap<>();
    urls.forEach((provider, url) -> found.put(key(provider), address(provider, url)));
    return new ModelServers(Map.copyOf(found));
  }

  /** Names the server of this provider, if it is known. */
  void name(@Nullable String provider, LlmRequest.Builder request) {
    if (provider != null && !byProvider.isEmpty()) {
      Address known = byProvider.get(key(provider));
      if (known != null) {
        request.server(known.host(), known.port());
      }
    }
  }

  private static Address address(String provider, URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    String host = url.getHost();
    if (host == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new IllegalArgumentException(
          "servers."
              + provider
              + " must be a URL such as http://gpu-1:8000, but was \""
              + url
              + "\"");
    }
    String plain =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    int port = url.getPort();
    return new Address(plain, port > 0 ? port : scheme.equals("http") ? 80 : 443);
  }

  private static String key(String provider) {
    return provider.toLowerCase(Locale.ROOT);
  }
}
