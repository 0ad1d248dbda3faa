package dev.llmops.client.springai;

import dev.llmops.LlmRequest;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the models of a provider are served, as the application says: Spring AI does not tell. */
final class ModelServers {

  static final ModelServers UNKNOWN = new ModelServers(Map.of());

  private static final int MAX_PORT = 65_535;

  // not URI.getHost(), which is null for the "_" that names of Docker Compose's services may have
  private static final Pattern AUTHORITY =
      Pattern.compile(
          "(?:.*@)?(?:\\[(?<literal>[^\\]]+)\\]|(?<host>[A-Za-z0-9._-]+))(?::(?<port>[0-9]{0,5}))?");

  private record Address(String host, int port) {}

  private final Map<String, Address> byProvider;

  private ModelServers(Map<String, Address> byProvider) {
    this.byProvider = byProvider;
  }

  /**
   * @param urls by provider; user and password in one are ignored
   * @throws IllegalArgumentException if a URL has no host, a port above 65535, or a scheme other
   *     than http and https; shows the URL without its user, password and query
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
    String authority = url.getRawAuthority();
    Matcher parts = AUTHORITY.matcher(authority == null ? "" : authority);
    boolean fits = parts.matches() && (scheme.equals("http") || scheme.equals("https"));
    String digits = fits ? parts.group("port") : null;
    int port = digits == null || digits.isEmpty() ? 0 : Integer.parseInt(digits);
    if (!fits || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "servers."
              + provider
              + " must be a URL such as http://gpu-1:8000, but was \""
              + withoutSecrets(url)
              + "\"");
    }
    String literal = parts.group("literal");
    String host = literal == null ? parts.group("host") : literal;
    return new Address(host, port > 0 ? port : scheme.equals("http") ? 80 : 443);
  }

  /** Without user, password, query and fragment, whichever of them it has. */
  private static String withoutSecrets(URI url) {
    String whole = url.toString();
    String shown = whole.split("[?#]", 2)[0];
    int at = whole.lastIndexOf('@'); // of a password with "?" or "#" in it, beyond what is shown
    if (at < 0) {
      return shown;
    }
    int slashes = shown.indexOf("://");
    String scheme = slashes < 0 || slashes > at ? "" : shown.substring(0, slashes + 3);
    return scheme + "***" + (at < shown.length() ? shown.substring(at) : "");
  }

  private static String key(String provider) {
    return provider.toLowerCase(Locale.ROOT);
  }
}
