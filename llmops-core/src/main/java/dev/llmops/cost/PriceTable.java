package dev.llmops.cost;

import dev.llmops.Cost;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import dev.llmops.TokenUsage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prices by provider, model, service tier, length of the input and date. Immutable and thread-safe.
 *
 * <p>A model name is matched as a whole: first the exact name, then the dated versions that a price
 * names (<code>gpt-4o[-YYYY-MM-DD]</code>), then the longest beginning that a price declares with a
 * {@code *}; never a bare prefix. The response's model is tried first, then the request's, which
 * makes the cost an estimate. The tier is the response's, else the request's. The date is the
 * call's start, in UTC.
 *
 * <p>What is not in the table has no cost: a provider that a company runs itself (vLLM, Ollama), a
 * provider that sells another's models at prices of its own (Azure), a tier without a price. Fees
 * that are not for tokens (searches, containers, storage of caches, data residency) are not
 * counted, and models that always charge such fees are not in the bundled table.
 *
 * <p>{@code docs/cost.md} describes the files and has a worked example.
 */
public final class PriceTable implements Pricing {

  private static final Logger LOG = LoggerFactory.getLogger(PriceTable.class);

  /** Providers change prices several times a year; half a year is past any doubt. */
  private static final Duration OLD = Duration.ofDays(180);

  private static final PriceTable BUNDLED =
      new PriceTable(null, List.of(), InstantSource.system(), LOG::warn);

  private final @Nullable List<List<PriceLine>> layers;
  private final List<String> problems;
  private final InstantSource clock;
  private final Consumer<String> warning;
  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile @Nullable Lookup lookup;

  private PriceTable(
      @Nullable List<List<PriceLine>> layers,
      List<String> problems,
      InstantSource clock,
      Consumer<String> warning) {
    this.layers = layers;
    this.problems = List.copyOf(problems);
    this.clock = clock;
    this.warning = warning;
  }

  /**
   * The prices that come with this version, each with its source and the date it was read there.
   * They are loaded when the first call is priced. A warning is logged once when the newest of them
   * is older than 180 days.
   */
  public static PriceTable bundled() {
    return BUNDLED;
  }

  /**
   * Reads prices from a CSV file in UTF-8, of the form that {@code docs/cost.md} describes.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if a line cannot be understood; the message names the file and
   *     the line, what is wrong and what is allowed
   */
  public static PriceTable read(Path file) {
    try {
      return of(PriceCsv.read(nameOf(file), Files.readAllLines(file)), List.of());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Reads prices from a file in the form of LiteLLM's {@code model_prices_and_context_window.json}.
   * Entries that cannot be used are left out, reported by {@link #problems()} and logged in one
   * line. The prices carry the date of the file's last change.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it is not a JSON object
   */
  public static PriceTable readLiteLlm(Path file) {
    try (InputStream json = Files.newInputStream(file)) {
      LocalDate date =
          LocalDate.ofInstant(Files.getLastModifiedTime(file).toInstant(), ZoneOffset.UTC);
      LiteLlmPrices prices = LiteLlmPrices.read(nameOf(file), date, json);
      if (prices.firstProblem() != null) {
        LOG.warn(
            "read prices of {} models from {}, left out {} entries (PriceTable.problems() names"
                + " them), the first: {}",
            prices.models(),
            nameOf(file),
            prices.skipped(),
            prices.firstProblem());
      }
      return of(prices.lines(), prices.problems());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** A builder for prices in code. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * This table with another on top: what the other has no price for is looked up here.
   *
   * @param newer wins
   */
  public PriceTable with(PriceTable newer) {
    Objects.requireNonNull(newer, "newer must not be null");
    List<List<PriceLine>> both = new ArrayList<>(newer.layers());
    both.addAll(layers());
    List<String> all = new ArrayList<>(newer.problems);
    all.addAll(problems);
    return new PriceTable(List.copyOf(both), all, clock, warning);
  }

  /**
   * What the call cost, or null when the provider, the model, the tier or a needed count is not
   * known, or when the counts contradict each other (more cached than input tokens).
   */
  @Override
  public @Nullable Cost price(LlmRequest request, LlmResponse response, Instant start) {
    TokenUsage usage = response.usage();
    String tier = response.serviceTier();
    Cost cost =
        lookup()
            .price(
                request.provider(),
                request.model(),
                response.model(),
                tier != null ? tier : request.parameters().serviceTier(),
                usage,
                start);
    return cost == null || cost.estimated() || !isBehindAnotherServer(request)
        ? cost
        : new Cost(cost.amount(), cost.currency(), cost.priceId(), true);
  }

  /**
   * Whether OpenAI's wire format is spoken by a server that is not OpenAI's: a gateway that passes
   * the price on, or a server of one's own that only borrows the model's name. Nobody can tell, so
   * the cost is an estimate.
   */
  private static boolean isBehindAnotherServer(LlmRequest request) {
    String address = request.serverAddress();
    return address != null
        && request.provider().equals("openai")
        && !address.equals("api.openai.com")
        && !address.endsWith(".openai.com");
  }

  /** The newest date on which one of these prices was read at its source; null when none says. */
  public @Nullable LocalDate date() {
    LocalDate newest = null;
    for (List<PriceLine> lines : layers()) {
      for (PriceLine line : lines) {
        LocalDate checked = line.checked();
        if (checked != null && (newest == null || checked.isAfter(newest))) {
          newest = checked;
        }
      }
    }
    return newest;
  }

  /**
   * What was left out when the table was read from a LiteLLM file: file, key and reason; at most
   * 1,000. Empty for other tables.
   */
  public List<String> problems() {
    return problems;
  }

  @Override
  public String toString() {
    int size = layers().stream().mapToInt(List::size).sum();
    return "PriceTable[" + size + " prices, newest of " + date() + "]";
  }

  PriceTable withClock(InstantSource newClock, Consumer<String> newWarning) {
    return new PriceTable(layers, problems, newClock, newWarning);
  }

  List<List<PriceLine>> layers() {
    return layers == null ? Bundled.LAYERS : layers;
  }

  Lookup lookup() {
    Lookup found = lookup;
    if (found == null) {
      // two threads may both build it; either will do
      found = new Lookup(layers(), this::warnIfOld);
      lookup = found;
    }
    return found;
  }

  private void warnIfOld() {
    if (warned.get()) {
      return;
    }
    LocalDate date = date();
    if (date == null) {
      return;
    }
    Instant read = date.atStartOfDay(ZoneOffset.UTC).toInstant();
    Duration age = Duration.between(read, clock.instant());
    if (age.compareTo(OLD) > 0 && warned.compareAndSet(false, true)) {
      warning.accept(
          "the price table is old: its newest price was read on "
              + date
              + ", "
              + age.toDays()
              + " days ago, and costs may be wrong; update llmops, or put newer prices on top:"
              + " LlmOps.builder().pricing(PriceTable.bundled().with(PriceTable.readLiteLlm("
              + "Path.of(\"model_prices_and_context_window.json\"))))");
    }
  }

  private static PriceTable of(List<PriceLine> lines, List<String> problems) {
    PriceTable table =
        new PriceTable(List.of(List.copyOf(lines)), problems, InstantSource.system(), LOG::warn);
    table.lookup(); // two prices for the same tokens are an error of the file: say it now
    return table;
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static UncheckedIOException unreadable(Path file, IOException e) {
    return new UncheckedIOException("price table [" + file + "]: cannot be read: " + e, e);
  }

  /** Loaded by the first use. */
  private static final class Bundled {
    private static final String FILE = "prices.csv";
    static final List<List<PriceLine>> LAYERS = List.of(List.copyOf(load()));

    private static List<PriceLine> load() {
      try (InputStream in = PriceTable.class.getResourceAsStream(FILE)) {
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    Objects.requireNonNull(in, "prices.csv is missing in the jar"),
                    StandardCharsets.UTF_8));
        return PriceCsv.read(FILE, reader.lines().toList());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Collects prices. {@link #price} begins one; what follows belongs to it. Amounts are per 1
   * million tokens, as decimal text such as {@code "2.50"}, between 0 and 10,000; a model that
   * costs nothing says {@code "0"}. Not thread-safe.
   */
  public static final class Builder {
    private final List<PriceLine> lines = new ArrayList<>();
    private PriceLine.@Nullable Draft draft;

    private Builder() {}

    /**
     * Begins a price.
     *
     * @param provider as in {@link LlmRequest#provider()}, such as {@code openai} or your own name
     * @param model a name, or a pattern as in {@code docs/cost.md}
     */
    public Builder price(String provider, String model) {
      finish();
      draft =
          new PriceLine.Draft(
              "price of " + provider + "/" + model, List.of(provider), ModelPattern.parse(model));
      return this;
    }

    /** Of input tokens; each price needs it. */
    public Builder input(String perMillion) {
      return rate(Rate.INPUT, perMillion);
    }

    /** Of output tokens; without it, answers must have none, as embeddings. */
    public Builder output(String perMillion) {
      return rate(Rate.OUTPUT, perMillion);
    }

    /** Of input tokens read from the prompt cache. */
    public Builder cachedInput(String perMillion) {
      return rate(Rate.CACHED, perMillion);
    }

    /** Of input tokens written to the prompt cache, for its usual life time. */
    public Builder cacheWrite(String perMillion) {
      return rate(Rate.CACHE_WRITE, perMillion);
    }

    /** Of reasoning tokens, where they cost otherwise than output. */
    public Builder reasoning(String perMillion) {
      return rate(Rate.REASONING, perMillion);
    }

    /** Of audio tokens in the input, where they cost otherwise than text. */
    public Builder audioInput(String perMillion) {
      return rate(Rate.AUDIO_INPUT, perMillion);
    }

    /** Of audio tokens in the output, where they cost otherwise than text. */
    public Builder audioOutput(String perMillion) {
      return rate(Rate.AUDIO_OUTPUT, perMillion);
    }

    /** Of image tokens in the input, where they cost otherwise than text. */
    public Builder imageInput(String perMillion) {
      return rate(Rate.IMAGE_INPUT, perMillion);
    }

    /** Of image tokens in the output, where they cost otherwise than text. */
    public Builder imageOutput(String perMillion) {
      return rate(Rate.IMAGE_OUTPUT, perMillion);
    }

    /** The service tier, lower case; {@code standard} unless said. */
    public Builder tier(String tier) {
      draft().tiers(List.of(tier));
      return this;
    }

    /** For calls with more input tokens than this; then for all of their tokens. */
    public Builder aboveInputTokens(long inputTokens) {
      draft().above(inputTokens);
      return this;
    }

    /** From the start of this day on, UTC; since ever unless said. */
    public Builder from(LocalDate date) {
      draft().from(date);
      return this;
    }

    /** Until the start of this day, UTC; without end unless said. */
    public Builder until(LocalDate date) {
      draft().until(date);
      return this;
    }

    /** ISO 4217 code; {@code USD} unless said. */
    public Builder currency(String code) {
      draft().currency(code);
      return this;
    }

    /** Where the price is from, for {@link Cost#priceId()}. */
    public Builder source(String source) {
      draft().source(source);
      return this;
    }

    /** When it was read there. */
    public Builder checked(LocalDate date) {
      draft().checked(date);
      return this;
    }

    /**
     * The table.
     *
     * @throws IllegalArgumentException if a price is incomplete, or two are for the same tokens
     */
    public PriceTable build() {
      finish();
      return of(lines, List.of());
    }

    private Builder rate(Rate rate, String perMillion) {
      draft().price(rate, PriceCsv.number(rate.column(), perMillion));
      return this;
    }

    private PriceLine.Draft draft() {
      if (draft == null) {
        throw new IllegalStateException("begin a price with price(provider, model) first");
      }
      return draft;
    }

    private void finish() {
      if (draft != null) {
        try {
          lines.addAll(draft.lines());
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "price of " + draft.model() + ": " + e.getMessage(), e);
        }
        draft = null;
      }
    }
  }
}
