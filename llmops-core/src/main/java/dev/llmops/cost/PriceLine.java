package dev.llmops.cost;

import dev.llmops.Cost;
import dev.llmops.MessagePart.Modality;
import dev.llmops.TokenUsage;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of a price table: what the tokens of some models cost in one service tier, above some
 * number of input tokens, in some period. Immutable.
 */
final class PriceLine {

  /** Higher is a slip: the dearest public price known is 600 per million (o1-pro, 2025). */
  static final BigDecimal MAX_PER_MILLION = BigDecimal.valueOf(10_000);

  private static final long ABSENT = -1;

  /** Rates are whole numbers of 10^-15 currency units a token unless a price is finer. */
  private static final int SCALE = 15;

  private static final int MAX_SCALE = 24;

  private final List<String> providers;
  private final ModelPattern model;
  private final String tier;
  private final long above;
  private final @Nullable LocalDate from;
  private final @Nullable LocalDate until;
  private final long fromSecond;
  private final long untilSecond;
  private final int scale;
  private final long[] rates;
  private final boolean apart;
  private final String currency;
  private final @Nullable LocalDate checked;
  private final String where;
  private final String priceId;

  private PriceLine(Draft draft, String tier) {
    this.providers = List.copyOf(draft.providers);
    this.model = draft.model;
    this.tier = tier;
    this.above = draft.above;
    this.from = draft.from;
    this.until = draft.until;
    this.fromSecond = from == null ? Long.MIN_VALUE : second(from);
    this.untilSecond = until == null ? Long.MAX_VALUE : second(until);
    this.scale = scaleFor(draft.perMillion);
    this.rates = scaled(draft.perMillion, scale);
    this.apart =
        differs(Rate.AUDIO_INPUT, Rate.INPUT)
            || differs(Rate.IMAGE_INPUT, Rate.INPUT)
            || differs(Rate.AUDIO_OUTPUT, Rate.OUTPUT)
            || differs(Rate.IMAGE_OUTPUT, Rate.OUTPUT);
    this.currency = draft.currency;
    this.checked = draft.checked;
    this.where = draft.where;
    this.priceId = idOf(draft, tier);
  }

  List<String> providers() {
    return providers;
  }

  ModelPattern model() {
    return model;
  }

  String tier() {
    return tier;
  }

  /** Applies to calls with more input tokens than this. */
  long above() {
    return above;
  }

  @Nullable LocalDate checked() {
    return checked;
  }

  /** Where the line was written, for messages. */
  String where() {
    return where;
  }

  boolean validAt(long epochSecond) {
    return fromSecond <= epochSecond && epochSecond < untilSecond;
  }

  boolean overlaps(PriceLine other) {
    return above == other.above
        && tier.equals(other.tier)
        && fromSecond < other.untilSecond
        && other.fromSecond < untilSecond;
  }

  /**
   * The cost of these tokens, or null when a count that matters is absent, the counts contradict
   * each other, or the line says that the price is not known.
   *
   * @param in the input tokens, so that the usage need not box them again
   */
  @Nullable Cost cost(TokenUsage usage, long in, boolean assumed) {
    if (!has(Rate.INPUT)) {
      return null;
    }
    Long output = usage.outputTokens();
    long out;
    if (has(Rate.OUTPUT)) {
      if (output == null) {
        return null;
      }
      out = output;
    } else if (output == null || output == 0) {
      out = 0;
    } else {
      return null;
    }
    long reasoning = orZero(usage.reasoningTokens());
    long write = orZero(usage.cacheWriteInputTokens());
    Long cachedCount = usage.cachedInputTokens();
    boolean estimated = assumed;

    long audioIn = 0;
    long audioCached = 0;
    long audioOut = 0;
    long imageIn = 0;
    long imageCached = 0;
    long imageOut = 0;
    long cached = orZero(cachedCount);
    List<TokenUsage.ModalityUsage> modalities = usage.modalities();
    if (!modalities.isEmpty()) {
      long allIn = 0;
      long allOut = 0;
      long allCached = 0;
      boolean cachedSplit = true;
      for (int i = 0; i < modalities.size(); i++) {
        TokenUsage.ModalityUsage each = modalities.get(i);
        long eachIn = orZero(each.inputTokens());
        long eachOut = orZero(each.outputTokens());
        long eachCached = orZero(each.cachedInputTokens());
        if (eachCached > eachIn || eachIn > in - allIn || eachOut > out - allOut) {
          return null;
        }
        allIn += eachIn;
        allOut += eachOut;
        allCached += eachCached;
        if (each.modality() == Modality.AUDIO) {
          audioIn += eachIn;
          audioCached += eachCached;
          audioOut += eachOut;
        } else if (each.modality() == Modality.IMAGE) {
          imageIn += eachIn;
          imageCached += eachCached;
          imageOut += eachOut;
        } else {
          continue;
        }
        cachedSplit &= each.cachedInputTokens() != null || eachIn == 0;
      }
      if (cachedCount == null) {
        cached = allCached;
      } else if (allCached > cached) {
        return null;
      }
      if (!has(Rate.AUDIO_INPUT)) {
        estimated |= audioIn > 0;
        audioIn = 0;
        audioCached = 0;
      }
      if (!has(Rate.IMAGE_INPUT)) {
        // every provider of the table that has no price for images bills them as text
        imageIn = 0;
        imageCached = 0;
      }
      if (!has(Rate.AUDIO_OUTPUT)) {
        estimated |= audioOut > 0;
        audioOut = 0;
      }
      if (!has(Rate.IMAGE_OUTPUT)) {
        estimated |= imageOut > 0;
        imageOut = 0;
      }
      estimated |= !cachedSplit && cached > 0 && (audioIn > 0 || imageIn > 0);
    } else if (apart) {
      estimated = true; // no word of the modalities: taken for text
    }

    if (cached > in || write > in - cached || reasoning > out) {
      return null;
    }
    long textCached = cached - audioCached - imageCached;
    long textIn = in - audioIn - imageIn - textCached - write;
    long reasoned = has(Rate.REASONING) ? reasoning : 0;
    long textOut = out - audioOut - imageOut - reasoned;
    if (textCached < 0 || textIn < 0 || textOut < 0) {
      return null;
    }
    estimated |= textCached > 0 && !has(Rate.CACHED);
    estimated |= audioCached > 0 && !has(Rate.AUDIO_CACHED);
    estimated |= imageCached > 0 && !has(Rate.IMAGE_CACHED);
    // the counts do not tell how long the cache entry lives: the shorter, usual time is assumed
    estimated |=
        write > 0 && (!has(Rate.CACHE_WRITE) || differs(Rate.CACHE_WRITE_1H, Rate.CACHE_WRITE));
    estimated |= out > 0 && differs(Rate.REASONING, Rate.OUTPUT) && usage.reasoningTokens() == null;

    BigDecimal amount;
    try {
      long sum = 0;
      sum = plus(sum, textIn, rate(Rate.INPUT));
      sum = plus(sum, textCached, rate(Rate.CACHED, Rate.INPUT));
      sum = plus(sum, write, rate(Rate.CACHE_WRITE, Rate.INPUT));
      sum = plus(sum, audioIn - audioCached, rate(Rate.AUDIO_INPUT));
      sum = plus(sum, audioCached, rate(Rate.AUDIO_CACHED, Rate.AUDIO_INPUT));
      sum = plus(sum, imageIn - imageCached, rate(Rate.IMAGE_INPUT));
      sum = plus(sum, imageCached, rate(Rate.IMAGE_CACHED, Rate.IMAGE_INPUT));
      sum = plus(sum, textOut, rate(Rate.OUTPUT));
      sum = plus(sum, reasoned, rate(Rate.REASONING));
      sum = plus(sum, audioOut, rate(Rate.AUDIO_OUTPUT));
      sum = plus(sum, imageOut, rate(Rate.IMAGE_OUTPUT));
      amount = decimal(sum, scale);
    } catch (ArithmeticException e) {
      amount =
          big(textIn, rate(Rate.INPUT))
              .add(big(textCached, rate(Rate.CACHED, Rate.INPUT)))
              .add(big(write, rate(Rate.CACHE_WRITE, Rate.INPUT)))
              .add(big(audioIn - audioCached, rate(Rate.AUDIO_INPUT)))
              .add(big(audioCached, rate(Rate.AUDIO_CACHED, Rate.AUDIO_INPUT)))
              .add(big(imageIn - imageCached, rate(Rate.IMAGE_INPUT)))
              .add(big(imageCached, rate(Rate.IMAGE_CACHED, Rate.IMAGE_INPUT)))
              .add(big(textOut, rate(Rate.OUTPUT)))
              .add(big(reasoned, rate(Rate.REASONING)))
              .add(big(audioOut, rate(Rate.AUDIO_OUTPUT)))
              .add(big(imageOut, rate(Rate.IMAGE_OUTPUT)))
              .stripTrailingZeros();
    }
    return new Cost(amount, currency, priceId, estimated);
  }

  /** The price of 1 million tokens, or null when there is none; for tests and messages. */
  @Nullable BigDecimal perMillion(Rate rate) {
    return has(rate)
        ? BigDecimal.valueOf(rates[rate.ordinal()], scale).movePointRight(6).stripTrailingZeros()
        : null;
  }

  @Override
  public String toString() {
    return priceId;
  }

  private boolean has(Rate rate) {
    return rates[rate.ordinal()] != ABSENT;
  }

  /** Whether there is a price for this part, and another than the whole's. */
  private boolean differs(Rate part, Rate whole) {
    return has(part) && rates[part.ordinal()] != rates[whole.ordinal()];
  }

  private long rate(Rate rate) {
    long value = rates[rate.ordinal()];
    return value == ABSENT ? 0 : value; // then there are no tokens of it: checked above
  }

  private long rate(Rate rate, Rate otherwise) {
    return has(rate) ? rates[rate.ordinal()] : rate(otherwise);
  }

  private static long plus(long sum, long tokens, long rate) {
    return Math.addExact(sum, Math.multiplyExact(tokens, rate));
  }

  private BigDecimal big(long tokens, long rate) {
    return BigDecimal.valueOf(tokens).multiply(BigDecimal.valueOf(rate, scale));
  }

  /** Without trailing zeros, made with one allocation. */
  private static BigDecimal decimal(long unscaled, int scale) {
    long value = unscaled;
    int digits = scale;
    while (digits > 0 && value % 10 == 0) {
      value /= 10;
      digits--;
    }
    return BigDecimal.valueOf(value, digits);
  }

  private static long orZero(@Nullable Long count) {
    return count == null ? 0 : count;
  }

  private static long second(LocalDate date) {
    return date.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
  }

  private static int scaleFor(Map<Rate, BigDecimal> perMillion) {
    int scale = SCALE;
    for (BigDecimal price : perMillion.values()) {
      scale = Math.max(scale, price.stripTrailingZeros().scale() + 6);
    }
    return scale;
  }

  private static long[] scaled(Map<Rate, BigDecimal> perMillion, int scale) {
    long[] rates = new long[Rate.values().length];
    for (Rate rate : Rate.values()) {
      BigDecimal price = perMillion.get(rate);
      rates[rate.ordinal()] =
          price == null ? ABSENT : price.movePointRight(scale - 6).longValueExact();
    }
    return rates;
  }

  private static String idOf(Draft draft, String tier) {
    StringBuilder id = new StringBuilder(96);
    id.append(String.join("|", draft.providers)).append('/').append(draft.model.text());
    if (!tier.equals(Draft.STANDARD)) {
      id.append(' ').append(tier);
    }
    if (draft.above > 0) {
      id.append(" >").append(draft.above);
    }
    id.append(" (").append(draft.source);
    if (draft.checked != null) {
      id.append(", ").append(draft.checked);
    }
    return id.append(')').toString();
  }

  /** A line in the making, the same for every kind of source. Not thread-safe. */
  static final class Draft {

    static final String STANDARD = "standard";

    private final String where;
    private final List<String> providers;
    private final ModelPattern model;
    private final Map<Rate, BigDecimal> perMillion = new EnumMap<>(Rate.class);
    private List<String> tiers = List.of(STANDARD);
    private long above;
    private @Nullable LocalDate from;
    private @Nullable LocalDate until;
    private String currency = "USD";
    private String source = "own price";
    private @Nullable LocalDate checked;

    Draft(String where, List<String> providers, ModelPattern model) {
      this.where = where;
      this.providers = providers;
      this.model = model;
      for (String provider : providers) {
        if (provider.isBlank()) {
          throw new IllegalArgumentException("provider must not be blank");
        }
      }
    }

    String model() {
      return model.text();
    }

    void price(Rate rate, BigDecimal perMillionTokens) {
      if (perMillionTokens.signum() < 0 || perMillionTokens.compareTo(MAX_PER_MILLION) > 0) {
        throw new IllegalArgumentException(
            rate.column()
                + " must be between 0 and "
                + MAX_PER_MILLION
                + " per 1 million tokens, but was "
                + perMillionTokens.toPlainString());
      }
      if (perMillionTokens.stripTrailingZeros().scale() > MAX_SCALE - 6
          || perMillionTokens.precision() > 17) {
        throw new IllegalArgumentException(
            rate.column() + " must have at most 17 digits, but was " + perMillionTokens);
      }
      perMillion.put(rate, perMillionTokens);
    }

    void tiers(List<String> names) {
      for (String name : names) {
        if (name.isBlank() || !name.equals(name.strip().toLowerCase(Locale.ROOT))) {
          throw new IllegalArgumentException(
              "tier must be a lower-case name such as standard, batch, flex or priority, but was \""
                  + name
                  + "\"");
        }
      }
      this.tiers = names;
    }

    void above(long inputTokens) {
      if (inputTokens < 0) {
        throw new IllegalArgumentException("above must not be negative, but was " + inputTokens);
      }
      this.above = inputTokens;
    }

    void from(@Nullable LocalDate date) {
      this.from = date;
    }

    void until(@Nullable LocalDate date) {
      this.until = date;
    }

    void currency(String code) {
      if (!code.matches("[A-Z]{3}")) {
        throw new IllegalArgumentException(
            "currency must be an ISO 4217 code of three capital letters, but was \"" + code + "\"");
      }
      this.currency = code;
    }

    void source(String text) {
      if (text.isBlank()) {
        throw new IllegalArgumentException("source must not be blank");
      }
      this.source = text;
    }

    void checked(@Nullable LocalDate date) {
      this.checked = date;
    }

    /** One line a tier. */
    List<PriceLine> lines() {
      BigDecimal input = perMillion.get(Rate.INPUT);
      if (input == null && !(perMillion.isEmpty() && above > 0)) {
        throw new IllegalArgumentException(
            "input is missing; leave every price out only to say that prices are not known above a"
                + " number of input tokens");
      }
      notAbove(Rate.CACHED, Rate.INPUT);
      notAbove(Rate.AUDIO_CACHED, Rate.AUDIO_INPUT);
      notAbove(Rate.IMAGE_CACHED, Rate.IMAGE_INPUT);
      if (from != null && until != null && !from.isBefore(until)) {
        throw new IllegalArgumentException(
            "from must be before until, but was " + from + " and " + until);
      }
      if (scaleFor(perMillion) > SCALE) {
        for (BigDecimal price : perMillion.values()) {
          if (price.movePointRight(scaleFor(perMillion) - 6).precision() > 18) {
            throw new IllegalArgumentException(
                "prices of one line must have at most 18 digits together, but were "
                    + perMillion.values());
          }
        }
      }
      return tiers.stream().map(tier -> new PriceLine(this, tier)).toList();
    }

    private void notAbove(Rate part, Rate whole) {
      BigDecimal price = perMillion.get(part);
      BigDecimal limit = perMillion.get(whole);
      if (price != null && (limit == null || price.compareTo(limit) > 0)) {
        throw new IllegalArgumentException(
            part.column()
                + " must not be above "
                + whole.column()
                + ", but was "
                + price.toPlainString()
                + " and "
                + (limit == null ? "absent" : limit.toPlainString()));
      }
    }
  }
}
