package dev.llmops.eval.safety;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client of {@code POST /moderations} as OpenAI documents it (platform.openai.com, API reference,
 * "Moderations", read 2025) and other servers speak it. Thread-safe; no retries.
 */
public final class ModerationEndpoint {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 1 << 20;

  private final HttpClient http;
  private final URI uri;
  private final @Nullable String apiKey;
  private final @Nullable String model;
  private final Duration timeout;

  private ModerationEndpoint(
      URI uri, @Nullable String apiKey, @Nullable String model, Duration timeout) {
    this.uri = uri;
    this.apiKey = apiKey;
    this.model = model;
    this.timeout = timeout;
    this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  /**
   * The endpoint below a base address, such as {@code https://api.openai.com/v1}.
   *
   * @param apiKey sent as a bearer token; null for none
   * @param model such as {@code omni-moderation-latest}; null for the server's own choice
   * @param timeout for the answer's head; above 0
   * @throws IllegalArgumentException if the address is not http or https, or the timeout not above
   *     0
   */
  public static ModerationEndpoint of(
      URI baseUrl, @Nullable String apiKey, @Nullable String model, Duration timeout) {
    String scheme = baseUrl.getScheme();
    if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
      throw new IllegalArgumentException(
          "baseUrl must start with http:// or https://, but its scheme was " + scheme);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be above 0, but was " + timeout);
    }
    String base = baseUrl.toString();
    URI uri = URI.create((base.endsWith("/") ? base : base + "/") + "moderations");
    return new ModerationEndpoint(uri, apiKey, model, timeout);
  }

  /**
   * Asks the endpoint. Blocks.
   *
   * @throws Failure if there is no answer that can be read; its message has nothing of the text
   */
  public Verdict moderate(String text) {
    Objects.requireNonNull(text, "text must not be null");
    try {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("input", text);
      if (model != null) {
        body.put("model", model);
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .timeout(timeout)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
      if (apiKey != null) {
        request.header("Authorization", "Bearer " + apiKey);
      }
      HttpResponse<InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        if (response.statusCode() != 200) {
          throw new Failure(
              "http_" + response.statusCode(),
              "the moderation endpoint answered with status " + response.statusCode());
        }
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
          throw new Failure("too_large", "the moderation endpoint answered with more than 1 MiB");
        }
        return verdict(JSON.readTree(bytes));
      }
    } catch (JsonProcessingException e) {
      throw new Failure("malformed", "the moderation endpoint did not answer with JSON");
    } catch (HttpTimeoutException e) {
      throw new Failure("timeout", "the moderation endpoint did not answer within " + timeout);
    } catch (IOException e) {
      throw new Failure(
          "connection", "the moderation endpoint could not be reached: " + e.getClass().getName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", "the thread was interrupted");
    }
  }

  private static Verdict verdict(@Nullable JsonNode answer) {
    JsonNode result = answer == null ? null : answer.path("results").path(0);
    if (result == null || !result.path("category_scores").isObject()) {
      throw new Failure(
          "malformed", "the moderation endpoint's answer has no results[0].category_scores");
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    result
        .path("category_scores")
        .properties()
        .forEach(
            each -> {
              double score = each.getValue().asDouble(Double.NaN);
              if (!(score >= 0 && score <= 1)) {
                throw new Failure(
                    "malformed", "a category score of the moderation endpoint is not in 0 to 1");
              }
              scores.put(each.getKey(), score);
            });
    if (scores.isEmpty() || !result.path("flagged").isBoolean()) {
      throw new Failure(
          "malformed", "the moderation endpoint's answer has no categories or no flag");
    }
    return new Verdict(result.path("flagged").asBoolean(), scores);
  }

  /**
   * What the endpoint said.
   *
   * @param flagged whether it calls the text harmful in any category
   * @param scores by category, 0 to 1
   */
  public record Verdict(boolean flagged, Map<String, Double> scores) {
    /** Copies the scores. */
    public Verdict {
      scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }
  }

  /** There was no answer that could be read. */
  public static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String type;

    Failure(String type, String message) {
      super(message);
      this.type = type;
    }

    /** A low-cardinality name: {@code http_429}, {@code timeout}, {@code malformed} … */
    public String type() {
      return type;
    }
  }
}
