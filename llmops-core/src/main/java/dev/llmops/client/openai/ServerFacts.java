package dev.llmops.client.openai;

import com.openai.core.http.Headers;
import dev.llmops.LlmResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;

/** Picks the response headers that say something about the server, from a list of allowed names. */
final class ServerFacts {

  private static final int MAX_CHARS = 256;
  private static final String FORWARDED = "llm_provider-"; // LiteLLM's prefix for upstream headers

  private static final Set<String> NAMES =
      Set.of(
          "x-request-id",
          "openai-processing-ms",
          "openai-version",
          "openai-model",
          "x-ms-region",
          "x-ms-deployment-name",
          "x-ms-rai-invoked",
          "apim-request-id",
          "azureml-model-session",
          "cmp-upstream-response-duration",
          "server",
          "server-timing",
          "retry-after",
          "retry-after-ms",
          "x-compute-type",
          "x-compute-time",
          "x-total-time",
          "x-validation-time",
          "x-queue-time",
          "x-inference-time",
          "x-time-per-token",
          "x-amzn-bedrock-invocation-latency");

  private static final Set<String> LITELLM =
      Set.of(
          "x-litellm-call-id",
          "x-litellm-model-id",
          "x-litellm-model-api-base", // names the replica
          "x-litellm-model-group",
          "x-litellm-model-name",
          "x-litellm-version",
          "x-litellm-response-cost",
          "x-litellm-response-duration-ms",
          "x-litellm-overhead-duration-ms",
          "x-litellm-callback-duration-ms",
          "x-litellm-attempted-retries",
          "x-litellm-attempted-fallbacks",
          "x-litellm-max-fallbacks");

  private ServerFacts() {}

  static void copy(Headers headers, LlmResponse.Builder into) {
    copy(headers, into::header);
  }

  static void copy(Headers headers, BiConsumer<String, String> into) {
    for (String name : headers.names()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (isAllowed(lower)) {
        List<String> values = headers.values(name);
        if (!values.isEmpty()) {
          String value = values.get(0);
          into.accept(lower, value.length() > MAX_CHARS ? value.substring(0, MAX_CHARS) : value);
        }
      }
    }
  }

  private static boolean isAllowed(String name) {
    return NAMES.contains(name)
        || name.startsWith("x-ratelimit-")
        || name.equals("x-envoy-upstream-service-time")
        || LITELLM.contains(name)
        || (name.startsWith(FORWARDED) && isAllowed(name.substring(FORWARDED.length())));
  }
}
