package dev.llmops.spring;

import dev.llmops.ContentPolicy;
import dev.llmops.cost.CostBudget;
import dev.llmops.cost.CostBudget.Window;
import dev.llmops.otel.ContentPlacement;
import dev.llmops.otel.SemConvDialect;
import dev.llmops.privacy.Redactor;
import dev.llmops.privacy.Redactors;
import dev.llmops.sink.JsonlSink;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
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
 * @param redaction What is replaced in captured content.
 * @param otel Spans, metrics and events over the application's OpenTelemetry.
 * @param metrics What metrics are measured under, in OpenTelemetry and in Micrometer.
 * @param jsonl Records as lines of a file.
 * @param log Calls as lines of the log.
 * @param ring The latest records in memory.
 * @param sampling Which calls the file and the log get.
 * @param pricing Where prices come from.
 * @param budget What calls may cost.
 * @param openai Beans of the official OpenAI client.
 * @param springAi Spring AI.
 * @param langchain4j LangChain4j.
 */
@ConfigurationProperties("llmops")
public record LlmOpsProperties(
    boolean enabled,
    Content content,
    Redaction redaction,
    Otel otel,
    Metrics metrics,
    Jsonl jsonl,
    Log log,
    Ring ring,
    Sampling sampling,
    Pricing pricing,
    Budget budget,
    OpenAi openai,
    SpringAi springAi,
    LangChain4j langchain4j) {

  private static final int MAX_RING_CAPACITY = 1_048_576;
  private static final int MAX_ROTATED_FILES = 10_000;
  private static final int MAX_QUEUE_CAPACITY = 1_048_576;
  private static final int MAX_METRIC_SERIES = 100_000;
  private static final int MAX_BUDGET_KEYS = 1_048_576;
  private static final double MIN_RATE = 1e-9;

  /**
   * With what is said; a group of which nothing is has its defaults. Without {@code @DefaultValue},
   * for which Boot's binder would bind such a group a second time.
   */
  public LlmOpsProperties(
      @DefaultValue("true") boolean enabled,
      @Nullable Content content,
      @Nullable Redaction redaction,
      @Nullable Otel otel,
      @Nullable Metrics metrics,
      @Nullable Jsonl jsonl,
      @Nullable Log log,
      @Nullable Ring ring,
      @Nullable Sampling sampling,
      @Nullable Pricing pricing,
      @Nullable Budget budget,
      @Nullable OpenAi openai,
      @Nullable SpringAi springAi,
      @Nullable LangChain4j langchain4j) {
    this.enabled = enabled;
    this.content = content == null ? Content.UNSET : content;
    this.redaction = redaction == null ? Redaction.UNSET : redaction;
    this.otel = otel == null ? Otel.UNSET : otel;
    this.metrics = metrics == null ? Metrics.UNSET : metrics;
    this.jsonl = jsonl == null ? Jsonl.UNSET : jsonl;
    this.log = log == null ? Log.UNSET : log;
    this.ring = ring == null ? Ring.UNSET : ring;
    this.sampling = sampling == null ? Sampling.UNSET : sampling;
    this.pricing = pricing == null ? Pricing.UNSET : pricing;
    this.budget = budget == null ? Budget.UNSET : budget;
    this.openai = openai == null ? OpenAi.UNSET : openai;
    this.springAi = springAi == null ? SpringAi.UNSET : springAi;
    this.langchain4j = langchain4j == null ? LangChain4j.UNSET : langchain4j;
  }

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

    static final Content UNSET = new Content(null, ContentPolicy.DEFAULT_MAX_CHARS);

    private static final String DEFAULT_MAX_CHARS = "" + ContentPolicy.DEFAULT_MAX_CHARS;

    /** Checks the range. */
    public Content {
      between(maxChars, 1, Integer.MAX_VALUE, "llmops.content.max-chars");
    }
  }

  /**
   * {@code llmops.redaction}: of content that is captured as {@code redacted}.
   *
   * @param kinds What is replaced: all, or some of secrets, pii, email, iban, ip, cn-id, card,
   *     us-ssn, cn-mobile and phone. Unless said, what Redactor beans replace, and without such a
   *     bean all.
   * @param patterns Regular expressions of your own by name; what they match is replaced by the
   *     name, before all else: the matches of llmops.redaction.patterns.employee-id by
   *     [EMPLOYEE_ID].
   */
  public record Redaction(
      @DefaultValue Set<RedactionKind> kinds, @DefaultValue Map<String, String> patterns) {

    static final Redaction UNSET = new Redaction(Set.of(), Map.of());

    /** Checks the patterns; copies both. */
    public Redaction {
      kinds = Collections.unmodifiableSet(new LinkedHashSet<>(kinds));
      patterns = Collections.unmodifiableMap(new LinkedHashMap<>(patterns));
      patterns.forEach(
          (name, pattern) -> {
            Redactor unused = redactor(name, pattern);
          });
    }

    /** The redactors of the patterns, in their order. */
    List<Redactor> ofPatterns() {
      return patterns.entrySet().stream()
          .map(each -> redactor(each.getKey(), each.getValue()))
          .toList();
    }

    private static Redactor redactor(String name, String pattern) {
      String property = "llmops.redaction.patterns." + name;
      if (pattern.isBlank()) {
        throw new IllegalArgumentException(
            property + " must be a regular expression, but is blank");
      }
      Pattern compiled;
      try {
        compiled = Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            property
                + " must be a regular expression of java.util.regex, but at index "
                + e.getIndex()
                + ": "
                + e.getDescription()
                + " (in a .properties file a backslash is written twice)");
      }
      String label = name.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
      try {
        return Redactors.regex(compiled, label);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            property + " must be named by letters, digits and -, beginning with a letter");
      }
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
   * @param contentPlacement Where content goes: span, event or span-and-event. Unless said, as
   *     OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT says, else the span.
   * @param emitEvent Whether each sampled call also becomes the event
   *     gen_ai.client.inference.operation.details. Unless said, as
   *     OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT says, else when content goes to events.
   * @param toolDetails Whether captured tool definitions carry descriptions and parameter schemas.
   * @param chunkTimes Whether the time of each chunk of a stream is measured
   *     (gen_ai.client.operation.time_per_output_chunk), in Micrometer as well.
   */
  public record Otel(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("latest") SemConvDialect dialect,
      @Nullable ContentCapture content,
      @Nullable ContentPlacement contentPlacement,
      @Nullable Boolean emitEvent,
      @DefaultValue("false") boolean toolDetails,
      @DefaultValue("false") boolean chunkTimes) {

    static final Otel UNSET = new Otel(true, SemConvDialect.LATEST, null, null, null, false, false);
  }

  /**
   * {@code llmops.metrics}: of OpenTelemetry and of Micrometer.
   *
   * @param tags Tags of calls (LlmContext.tag) that become labels, as llmops.tag.NAME; none unless
   *     said. Each value is a series of its own in every metric of calls.
   * @param maxSeries How many combinations of labels calls are measured under, and steps apart from
   *     them, 1 to 100,000; what is new beyond it is measured together, and counted.
   */
  public record Metrics(@DefaultValue List<String> tags, @DefaultValue("1000") int maxSeries) {

    static final Metrics UNSET = new Metrics(List.of(), 1000);

    /** Checks the range and the names. */
    public Metrics {
      tags = List.copyOf(tags);
      if (tags.stream().anyMatch(String::isBlank)) {
        throw new IllegalArgumentException("llmops.metrics.tags must not contain a blank name");
      }
      between(maxSeries, 1, MAX_METRIC_SERIES, "llmops.metrics.max-series");
    }
  }

  /**
   * {@code llmops.jsonl}.
   *
   * @param path The file that gets a line of JSON for each call, step and score; none unless said.
   * @param maxFileSize A file does not grow over this size; it is renamed and a new one begun.
   * @param maxFiles How many files are kept, the one that is written included; the oldest are
   *     deleted. 1 to 10,001.
   * @param content How much of prompts and answers is written; unless said, llmops.content.capture.
   * @param sync When what was written is forced onto the disk: never, on-close (of the file), or
   *     every-record, which waits for the disk each time.
   * @param queueCapacity How many records may wait to be written, 1 to 1,048,576; more are dropped
   *     and counted.
   * @param queueSize How much memory those may take, estimated; 1B or more.
   */
  public record Jsonl(
      @Nullable Path path,
      @DefaultValue("64MB") DataSize maxFileSize,
      @DefaultValue("16") int maxFiles,
      @Nullable ContentCapture content,
      @DefaultValue("on-close") JsonlSink.Sync sync,
      @DefaultValue("2048") int queueCapacity,
      @DefaultValue("64MB") DataSize queueSize) {

    static final Jsonl UNSET =
        new Jsonl(
            null,
            DataSize.ofMegabytes(64),
            16,
            null,
            JsonlSink.Sync.ON_CLOSE,
            2048,
            DataSize.ofMegabytes(64));

    /** Checks the ranges; a blank path is none. */
    public Jsonl {
      path = blankToNull(path);
      positive(maxFileSize, "llmops.jsonl.max-file-size");
      between(maxFiles, 1, MAX_ROTATED_FILES + 1, "llmops.jsonl.max-files");
      between(queueCapacity, 1, MAX_QUEUE_CAPACITY, "llmops.jsonl.queue-capacity");
      positive(queueSize, "llmops.jsonl.queue-size");
    }
  }

  /**
   * {@code llmops.log}.
   *
   * @param enabled Whether each call is a line of the log dev.llmops.calls at INFO, without
   *     content.
   */
  public record Log(@DefaultValue("false") boolean enabled) {

    static final Log UNSET = new Log(false);
  }

  /**
   * {@code llmops.ring}.
   *
   * @param capacity How many of the latest records are kept in memory, as the bean RingSink; 1 to
   *     1,048,576. None unless said.
   * @param maxSize How much memory their texts may take, estimated; the oldest go. 1B or more.
   * @param content How much of prompts and answers is kept; unless said, llmops.content.capture.
   */
  public record Ring(
      @Nullable Integer capacity,
      @DefaultValue("64MB") DataSize maxSize,
      @Nullable ContentCapture content) {

    static final Ring UNSET = new Ring(null, DataSize.ofMegabytes(64), null);

    /** Checks the ranges. */
    public Ring {
      positive(maxSize, "llmops.ring.max-size");
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

    static final Sampling UNSET = new Sampling(1, true, null, null, "USD");

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
      isoCode(currency, "llmops.sampling.currency");
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

    static final Pricing UNSET = new Pricing(null, true);

    /** A blank path is none. */
    public Pricing {
      file = blankToNull(file);
    }
  }

  /**
   * {@code llmops.budget}: what calls may cost by the price table, in fixed windows by UTC, in this
   * process. Judges' calls do not count. Other budgets are beans of type CostBudget.
   *
   * @param hourly What all calls together may cost an hour; no limit unless said.
   * @param daily What all calls together may cost a day; no limit unless said.
   * @param monthly What all calls together may cost a month; no limit unless said.
   * @param perUserHourly What the calls of each user may cost an hour; no limit unless said. Calls
   *     without a user (LlmContext.user, llmops.context.user) pass.
   * @param perUserDaily What the calls of each user may cost a day; no limit unless said.
   * @param perUserMonthly What the calls of each user may cost a month; no limit unless said.
   * @param perConversationDaily What the calls of each conversation may cost a day; no limit unless
   *     said. Calls without a conversation pass.
   * @param perModelDaily What the calls of each model may cost a day; no limit unless said.
   * @param currency The ISO 4217 code that the limits are in.
   * @param action What happens to calls when a budget is spent: refuse or warn.
   * @param refuseUnpriced Whether calls of models without a known price in this currency are
   *     refused as soon as there is a limit.
   * @param maxKeys How many users (conversations, models) a budget holds apart, 2 to 1,048,576;
   *     beyond it those who spent least recently are forgotten and counted.
   */
  public record Budget(
      @Nullable BigDecimal hourly,
      @Nullable BigDecimal daily,
      @Nullable BigDecimal monthly,
      @Nullable BigDecimal perUserHourly,
      @Nullable BigDecimal perUserDaily,
      @Nullable BigDecimal perUserMonthly,
      @Nullable BigDecimal perConversationDaily,
      @Nullable BigDecimal perModelDaily,
      @DefaultValue("USD") String currency,
      @DefaultValue("refuse") BudgetAction action,
      @DefaultValue("false") boolean refuseUnpriced,
      @DefaultValue("10000") int maxKeys) {

    static final Budget UNSET =
        new Budget(
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            "USD",
            BudgetAction.REFUSE,
            false,
            10_000);

    /** Checks the ranges. */
    public Budget {
      positive(hourly, "llmops.budget.hourly");
      positive(daily, "llmops.budget.daily");
      positive(monthly, "llmops.budget.monthly");
      positive(perUserHourly, "llmops.budget.per-user-hourly");
      positive(perUserDaily, "llmops.budget.per-user-daily");
      positive(perUserMonthly, "llmops.budget.per-user-monthly");
      positive(perConversationDaily, "llmops.budget.per-conversation-daily");
      positive(perModelDaily, "llmops.budget.per-model-daily");
      isoCode(currency, "llmops.budget.currency");
      between(maxKeys, 2, MAX_BUDGET_KEYS, "llmops.budget.max-keys");
    }

    /** The budgets that are asked for. */
    List<CostBudget> budgets(dev.llmops.Pricing prices) {
      List<CostBudget> all = new ArrayList<>();
      add(all, Window.HOUR, hourly, prices, each -> each);
      add(all, Window.DAY, daily, prices, each -> each);
      add(all, Window.MONTH, monthly, prices, each -> each);
      add(all, Window.HOUR, perUserHourly, prices, CostBudget.Builder::perUser);
      add(all, Window.DAY, perUserDaily, prices, CostBudget.Builder::perUser);
      add(all, Window.MONTH, perUserMonthly, prices, CostBudget.Builder::perUser);
      add(all, Window.DAY, perConversationDaily, prices, CostBudget.Builder::perConversation);
      add(all, Window.DAY, perModelDaily, prices, CostBudget.Builder::perModel);
      return all;
    }

    private void add(
        List<CostBudget> to,
        Window window,
        @Nullable BigDecimal limit,
        dev.llmops.Pricing prices,
        UnaryOperator<CostBudget.Builder> whose) {
      if (limit == null) {
        return;
      }
      CostBudget.Builder builder =
          whose.apply(CostBudget.of(window, limit, currency)).maxKeys(maxKeys);
      if (action == BudgetAction.WARN) {
        builder.warnOnly();
      }
      if (refuseUnpriced) {
        builder.refuseUnpriced(prices);
      }
      to.add(builder.build());
    }

    private static void positive(@Nullable BigDecimal limit, String property) {
      if (limit != null && limit.signum() <= 0) {
        throw new IllegalArgumentException(
            property + " must be above 0, but was " + limit + "; leave it out for no limit");
      }
    }
  }

  /**
   * {@code llmops.openai}.
   *
   * @param enabled Whether beans of type OpenAIClient and OpenAIClientAsync are wrapped, so that
   *     their calls are recorded.
   */
  public record OpenAi(@DefaultValue("true") boolean enabled) {

    static final OpenAi UNSET = new OpenAi(true);
  }

  /**
   * {@code llmops.spring-ai}.
   *
   * @param enabled Whether the observations of Spring AI are recorded.
   * @param spans Whose spans a trace has for Spring AI: ours, in place of its own, or theirs, with
   *     cost and all else added that they lack.
   * @param servers Where the models of a provider are served, such as
   *     llmops.spring-ai.servers.openai=http://gpu-1:8000, by Spring AI's name of the provider.
   */
  public record SpringAi(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("ours") SpringAiSpans spans,
      @DefaultValue Map<String, URI> servers) {

    static final SpringAi UNSET = new SpringAi(true, SpringAiSpans.OURS, Map.of());

    /** Copies the servers. */
    public SpringAi {
      servers = Map.copyOf(servers);
    }
  }

  /**
   * {@code llmops.langchain4j}.
   *
   * @param enabled Whether beans of LangChain4j are wrapped (models, retrievers, tool providers, AI
   *     services), so that what they do is recorded.
   */
  public record LangChain4j(@DefaultValue("true") boolean enabled) {

    static final LangChain4j UNSET = new LangChain4j(true);
  }

  private static void between(int value, int min, int max, String property) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          property + " must be between " + min + " and " + max + ", but was " + value);
    }
  }

  /** Prices are in codes of capital letters, so that others would match no cost. */
  static void isoCode(String code, String property) {
    if (!code.matches("[A-Z]{3}")) {
      throw new IllegalArgumentException(
          property
              + " must be an ISO 4217 code of three capital letters such as USD, but was \""
              + code
              + "\"");
    }
  }

  private static void positive(DataSize size, String property) {
    if (size.toBytes() < 1) {
      throw new IllegalArgumentException(property + " must be 1B or more, but was " + size);
    }
  }

  private static @Nullable Path blankToNull(@Nullable Path path) {
    return path == null || path.toString().isBlank() ? null : path;
  }
}
