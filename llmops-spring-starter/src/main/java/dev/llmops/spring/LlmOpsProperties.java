package dev.llmops.spring;

import dev.llmops.ContentPolicy;
import dev.llmops.otel.SemConvDialect;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties under {@code llmops}. A value out of range stops the start with a message that
 * names the property and what is allowed.
 *
 * @param enabled Whether calls are recorded. When false, the LlmOps bean is LlmOps.noop() and no
 *     client is wrapped.
 * @param content How much of prompts and answers is captured.
 * @param otel Spans, metrics and events over the application's OpenTelemetry.
 * @param jsonl Records as lines of a file.
 * @param log Calls as lines of the log.
 * @param ring The latest records in memory.
 * @param sampling Which calls the file and the log get.
 * @param pricing Where prices come from.
 * @param openai Beans of the official OpenAI client.
 * @param springAi Spring AI.
 * @param langchain4j LangChain4j.
 */
@ConfigurationProperties("llmops")
public record LlmOpsProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue Content content,
    @DefaultValue Otel otel,
    @DefaultValue Jsonl jsonl,
    @DefaultValue Log log,
    @DefaultValue Ring ring,
    @DefaultValue Sampling sampling,
    @DefaultValue Pricing pricing,
    @DefaultValue OpenAi openai,
    @DefaultValue SpringAi springAi,
    @DefaultValue LangChain4j langchain4j) {

  private static final int MAX_RING_CAPACITY = 1_048_576;
  private static final int MAX_ROTATED_FILES = 10_000;
  private static final double MIN_RATE = 1e-9;

  /**
   * {@code llmops.content}.
   *
   * @param capture How much of prompts and answers every consumer gets that has no setting of its
   *     own: none, redacted or full. None unless said; then OpenTelemetry follows
   *     OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT.
   * @param maxChars Longer texts are cut, in UTF-16 characters; 1 or more.
   */
  public record Content(
      @Nullable ContentCapture capture, @DefaultValue(DEFAULT_MAX_CHARS) int maxChars) {

    private static final String DEFAULT_MAX_CHARS = "" + ContentPolicy.DEFAULT_MAX_CHARS;

    /** Checks the range. */
    public Content {
      between(maxChars, 1, Integer.MAX_VALUE, "llmops.content.max-chars");
    }
  }

  /**
   * {@code llmops.otel}.
   *
   * @param enabled Whether calls become spans, metrics and events over the application's
   *     OpenTelemetry, if it has one.
   * @param dialect Which version of the GenAI conventions names follow: latest, or v1-41, which
   *     most backends read.
   * @param content How much of prompts and answers goes onto spans or events; unless said,
   *     llmops.content.capture.
   * @param chunkTimes Whether the time of each chunk of a stream is measured
   *     (gen_ai.client.operation.time_per_output_chunk).
   */
  public record Otel(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("latest") SemConvDialect dialect,
      @Nullable ContentCapture content,
      @DefaultValue("false") boolean chunkTimes) {}

  /**
   * {@code llmops.jsonl}.
   *
   * @param path The file that gets a line of JSON for each call, step and score; none unless said.
   * @param maxFileSize A file does not grow over this size; it is renamed and a new one begun.
   * @param maxFiles How many files are kept, the one that is written included; the oldest are
   *     deleted. 1 to 10,001.
   * @param content How much of prompts and answers is written; unless said, llmops.content.capture.
   */
  public record Jsonl(
      @Nullable Path path,
      @DefaultValue("64MB") DataSize maxFileSize,
      @DefaultValue("16") int maxFiles,
      @Nullable ContentCapture content) {

    /** Checks the ranges; a blank path is none. */
    public Jsonl {
      path = blankToNull(path);
      if (maxFileSize.toBytes() < 1) {
        throw new IllegalArgumentException(
            "llmops.jsonl.max-file-size must be 1B or more, but was " + maxFileSize);
      }
      between(maxFiles, 1, MAX_ROTATED_FILES + 1, "llmops.jsonl.max-files");
    }
  }

  /**
   * {@code llmops.log}.
   *
   * @param enabled Whether each call is a line of the log dev.llmops.calls at INFO, without
   *     content.
   */
  public record Log(@DefaultValue("false") boolean enabled) {}

  /**
   * {@code llmops.ring}.
   *
   * @param capacity How many of the latest records are kept in memory, as the bean RingSink; 1 to
   *     1,048,576. None unless said.
   * @param content How much of prompts and answers is kept; unless said, llmops.content.capture.
   */
  public record Ring(@Nullable Integer capacity, @Nullable ContentCapture content) {

    /** Checks the range. */
    public Ring {
      if (capacity != null) {
        between(capacity, 1, MAX_RING_CAPACITY, "llmops.ring.capacity");
      }
    }
  }

  /**
   * {@code llmops.sampling}: of the file and the log. The ring has the latest of all calls, and
   * OpenTelemetry samples by its own settings.
   *
   * @param rate The share of traces that is kept, 0.0 to 1.0.
   * @param keepErrors Whether failed calls are always kept.
   * @param keepSlowerThan Calls that took longer are always kept; no such rule unless said.
   * @param keepDearerThan Calls that cost more are always kept; no such rule unless said.
   * @param currency The ISO 4217 code that keep-dearer-than is in.
   */
  public record Sampling(
      @DefaultValue("1.0") double rate,
      @DefaultValue("true") boolean keepErrors,
      @Nullable Duration keepSlowerThan,
      @Nullable BigDecimal keepDearerThan,
      @DefaultValue("USD") String currency) {

    /** Checks the ranges. */
    public Sampling {
      if (rate != 0 && !(rate >= MIN_RATE && rate <= 1)) {
        throw new IllegalArgumentException(
            "llmops.sampling.rate must be 0 or between " + MIN_RATE + " and 1.0, but was " + rate);
      }
      if (keepSlowerThan != null && keepSlowerThan.isNegative()) {
        throw new IllegalArgumentException(
            "llmops.sampling.keep-slower-than must not be negative, but was " + keepSlowerThan);
      }
      if (keepDearerThan != null && keepDearerThan.signum() < 0) {
        throw new IllegalArgumentException(
            "llmops.sampling.keep-dearer-than must not be negative, but was " + keepDearerThan);
      }
      if (currency.length() != 3) {
        throw new IllegalArgumentException(
            "llmops.sampling.currency must be an ISO 4217 code of three letters such as USD, but"
                + " was \""
                + currency
                + "\"");
      }
    }
  }

  /**
   * {@code llmops.pricing}.
   *
   * @param file Prices of your own, which win over the bundled ones: a CSV file as in docs/cost.md,
   *     or, when its name ends in .json, a file in LiteLLM's form.
   * @param bundled Whether the prices that come with llmops are used where no other is known.
   */
  public record Pricing(@Nullable Path file, @DefaultValue("true") boolean bundled) {

    /** A blank path is none. */
    public Pricing {
      file = blankToNull(file);
    }
  }

  /**
   * {@code llmops.openai}.
   *
   * @param enabled Whether beans of type OpenAIClient and OpenAIClientAsync are wrapped, so that
   *     their calls are recorded.
   */
  public record OpenAi(@DefaultValue("true") boolean enabled) {}

  /**
   * {@code llmops.spring-ai}.
   *
   * @param enabled Whether the observations of Spring AI are recorded.
   * @param spans Whose spans a trace has for Spring AI: ours, in place of its own, or theirs, with
   *     the cost added.
   */
  public record SpringAi(
      @DefaultValue("true") boolean enabled, @DefaultValue("ours") SpringAiSpans spans) {}

  /**
   * {@code llmops.langchain4j}.
   *
   * @param enabled Whether beans of LangChain4j are wrapped (models, retrievers, tool providers, AI
   *     services), so that what they do is recorded.
   */
  public record LangChain4j(@DefaultValue("true") boolean enabled) {}

  private static void between(int value, int min, int max, String property) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          property + " must be between " + min + " and " + max + ", but was " + value);
    }
  }

  private static @Nullable Path blankToNull(@Nullable Path path) {
    return path == null || path.toString().isBlank() ? null : path;
  }
}
