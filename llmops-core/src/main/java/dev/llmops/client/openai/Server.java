package dev.llmops.client.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.core.ClientOptions;
import java.net.URI;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a client's requests go.
 *
 * @param provider the provider's name in the conventions, or a custom one
 * @param named whether the caller chose the name, so that no base URL changes it
 * @param address host, absent when the client does not tell
 * @param port absent when the address is
 * @param streamHandlers where the client runs the handlers of its streams, absent when not told
 */
record Server(
    String provider,
    boolean named,
    @Nullable String address,
    @Nullable Integer port,
    @Nullable Executor streamHandlers) {

  private static final String OPENAI = "openai"; // also when only the wire format is known

  /** Hosts, or ends of host names that start with a dot, and the provider behind them. */
  private static final String[][] PROVIDERS = {
    {"api.openai.com", OPENAI},
    {".api.openai.com", OPENAI}, // data residency: eu.api.openai.com
    {".openai.azure.com", "azure.ai.openai"},
    {".openai.azure.us", "azure.ai.openai"},
    {".openai.azure.cn", "azure.ai.openai"},
    {".cognitiveservices.azure.com", "azure.ai.openai"},
    {".services.ai.azure.com", "azure.ai.inference"},
    {".inference.ai.azure.com", "azure.ai.inference"},
    {"api.groq.com", "groq"},
    {"api.deepseek.com", "deepseek"},
    {"api.x.ai", "x_ai"},
    {".api.x.ai", "x_ai"},
    {"api.mistral.ai", "mistral_ai"},
    {"api.perplexity.ai", "perplexity"},
    {"api.moonshot.ai", "moonshot_ai"},
    {"api.moonshot.cn", "moonshot_ai"},
    {"api.cohere.ai", "cohere"},
    {"api.cohere.com", "cohere"},
    {"api.anthropic.com", "anthropic"},
    {"generativelanguage.googleapis.com", "gcp.gemini"},
    {"aiplatform.googleapis.com", "gcp.vertex_ai"},
    {"-aiplatform.googleapis.com", "gcp.vertex_ai"},
    {"openrouter.ai", "openrouter"},
  };

  /**
   * Reads the options of a client of openai-java itself. Others (decorators, mocks) are not asked:
   * they may count or forbid the call that this takes.
   */
  static Server of(Class<?> type, Object client, @Nullable String provider) {
    @Nullable ClientOptions[] seen = new ClientOptions[1];
    if (RecordedService.isClientsOwn(type, client)) {
      // building options has no effect of its own: they share the client's HTTP client and threads,
      // and only those who set one on the builder own it
      Consumer<ClientOptions.Builder> look = options -> seen[0] = options.build();
      try {
        Object unused =
            client instanceof OpenAIClient sync
                ? sync.withOptions(look)
                : ((OpenAIClientAsync) client).withOptions(look);
      } catch (RuntimeException e) {
        // a client that cannot copy its options still works; its address stays unknown
      }
    }
    Server unknown =
        new Server(provider == null ? OPENAI : provider, provider != null, null, null, null);
    ClientOptions options = seen[0];
    return options == null ? unknown : unknown.with(options);
  }

  /** The same server with these options, under the caller's name if there is one. */
  Server with(ClientOptions options) {
    String base = options.baseUrl();
    URI uri;
    try {
      uri = URI.create(base);
    } catch (IllegalArgumentException e) {
      return new Server(provider, named, null, null, options.streamHandlerExecutor());
    }
    String host = uri.getHost();
    if (host == null) {
      return new Server(provider, named, null, null, options.streamHandlerExecutor());
    }
    String address =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    int port = uri.getPort();
    if (port < 1 || port > 65_535) {
      port = "http".equalsIgnoreCase(uri.getScheme()) ? 80 : 443;
    }
    return new Server(
        named ? provider : provider(address, uri.getPath()),
        named,
        address,
        port,
        options.streamHandlerExecutor());
  }

  private static String provider(String host, @Nullable String path) {
    String lower = host.toLowerCase(Locale.ROOT);
    for (String[] known : PROVIDERS) {
      boolean end = known[0].startsWith(".") || known[0].startsWith("-");
      if (end ? lower.endsWith(known[0]) : lower.equals(known[0])) {
        // one Azure resource serves both APIs
        return known[1].equals("azure.ai.inference") && path != null && path.startsWith("/openai")
            ? "azure.ai.openai"
            : known[1];
      }
    }
    return lower.startsWith("bedrock-runtime.") && lower.contains(".amazonaws.com")
        ? "aws.bedrock"
        : OPENAI;
  }
}
