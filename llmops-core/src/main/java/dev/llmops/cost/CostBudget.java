package dev.llmops.cost;

import dev.llmops.CallInterceptor;
import dev.llmops.Cost;
import dev.llmops.EncodedResponse;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Pricing;
import dev.llmops.TokenUsage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses calls, or warns, once so much money is spent in an hour, a day or a month, by UTC:
 *
 * <pre>{@code
 * CostBudget budget = CostBudget.daily("50", "USD").build();
 * LlmOps ops = LlmOps.builder().interceptor(budget).note(budget::explain).build();
 * }</pre>
 *
 * <p>Spent is what finished calls cost by the price table, counted in the window in which they end.
 * A call is refused when the limit is reached; what is in flight then is not known yet, so that the
 * limit can be passed by the calls that run at once. A call without a known cost adds nothing and
 * is counted ({@link Status#unpriced()}), as is one in another currency. A judge's calls ({@link
 * Origin#JUDGE}) are neither counted nor refused: they have a cap of their own.
 *
 * <p>The caller gets a {@link BudgetExceededException} and nothing is sent; the call is recorded as
 * failed, with the class of that exception as the error's type. The first refusal or warning of a
 * window is logged, and the first refusal for want of a price. It holds as long as llmops is on,
 * and within this process: several instances of an application have a budget each, and a restart
 * begins anew.
 *
 * <p>Thread-safe. A call that passes takes no lock and allocates nothing here.
 */
public final class CostBudget implements CallInterceptor {

  /** A fixed window by UTC. */
  public enum Window {
    /** From full hour to full hour. */
    HOUR("hourly"),
    /** From midnight to midnight. */
    DAY("daily"),
    /** From the first of a month to the next. */
    MONTH("monthly");

    private final String adverb;

    Window(String adverb) {
      this.adverb = adverb;
    }

    ZonedDateTime startOf(Instant time) {
      ZonedDateTime utc = time.atZone(ZoneOffset.UTC);
      return switch (this) {
        case HOUR -> utc.truncatedTo(ChronoUnit.HOURS);
        case DAY -> utc.truncatedTo(ChronoUnit.DAYS);
        case MONTH -> utc.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
      };
    }

    Instant endOf(ZonedDateTime start) {
      return switch (this) {
        case HOUR -> start.plusHours(1).toInstant();
        case DAY -> start.plusDays(1).toInstant();
        case MONTH -> start.plusMonths(1).toInstant();
      };
    }
  }

  /**
   * How a budget stands. Amounts are of the current window, counts since the budget was made.
   *
   * @param name {@code daily}, {@code monthly per user}
   * @param limit what may be spent in a window; of a budget per user, by each
   * @param currency the ISO 4217 code that amounts are in
   * @param refuses whether calls over the limit are refused; otherwise they are only counted
   * @param since when the window began
   * @param resetsAt when the next one begins
   * @param spent by all calls that count
   * @param over calls that were refused or, when it only warns, let pass over the limit
   * @param refusedUnpriced calls that were refused because no price in this currency is known for
   *     their model
   * @param unpriced calls whose cost is not known, so that {@code spent} is without it
   * @param otherCurrency calls whose cost is in another currency and not in {@code spent}
   * @param withoutKey calls of a budget per user (conversation, model, tag) that told none, and
   *     were not held to it
   * @param keys users (conversations, models, values) held now; 0 without such a key
   * @param forgottenKeys those whose spending was forgotten for want of room ({@link
   *     Builder#maxKeys})
   */
  public record Status(
      String name,
      BigDecimal limit,
      String currency,
      boolean refuses,
      Instant since,
      Instant resetsAt,
      BigDecimal spent,
      long over,
      long refusedUnpriced,
      long unpriced,
      long otherCurrency,
      long withoutKey,
      long keys,
      long forgottenKeys) {}

  private static final Logger logger = LoggerFactory.getLogger(CostBudget.class);

  private static final LlmResponse ONE_TOKEN_IN =
      LlmResponse.builder().usage(TokenUsage.builder().inputTokens(1).build()).build();
  private static final LlmResponse ONE_TOKEN_EACH_WAY =
      LlmResponse.builder().usage(TokenUsage.of(1, 1)).build();

  private final BigDecimal limit;
  private final String currency;
  private final Window window;
  private final BudgetKey key;
  private final boolean single;
  private final String name;
  private final boolean refuses;
  private final @Nullable Pricing requiredPrices;
  private final int maxKeys;
  private final InstantSource clock;
  private final Logger log;
  private final Decision pass = Decision.proceed(new Spending());
  private final AtomicReference<Period> current;

  private final LongAdder over = new LongAdder();
  private final LongAdder refusedUnpriced = new LongAdder();
  private final LongAdder unpriced = new LongAdder();
  private final LongAdder otherCurrency = new LongAdder();
  private final LongAdder withoutKey = new LongAdder();
  private final LongAdder forgottenKeys = new LongAdder();

  private CostBudget(Builder builder) {
    limit = builder.limit;
    currency = builder.currency;
    window = builder.window;
    key = builder.key;
    single = key.kind() == BudgetKey.Kind.ALL;
    name = window.adverb + key.suffix();
    refuses = builder.refuses;
    requiredPrices = builder.requiredPrices;
    maxKeys = builder.maxKeys;
    clock = builder.clock;
    log = builder.log;
    current = new AtomicReference<>(new Period(clock.instant()));
  }

  /**
   * A budget an hour; see {@link #daily}.
   *
   * @param limit above 0, such as {@code 0.50}
   * @param currency an ISO 4217 code
   */
  public static Builder hourly(String limit, String currency) {
    return of(Window.HOUR, limit, currency);
  }

  /**
   * A budget a day, for all calls together unless the builder says otherwise.
   *
   * @param limit above 0, such as {@code 50}
   * @param currency an ISO 4217 code
   */
  public static Builder daily(String limit, String currency) {
    return of(Window.DAY, limit, currency);
  }

  /**
   * A budget a month; see {@link #daily}.
   *
   * @param limit above 0, such as {@code 1000}
   * @param currency an ISO 4217 code
   */
  public static Builder monthly(String limit, String currency) {
    return of(Window.MONTH, limit, currency);
  }

  /**
   * A budget of this window.
   *
   * @param limit above 0
   * @param currency an ISO 4217 code
   */
  public static Builder of(Window window, BigDecimal limit, String currency) {
    return new Builder(window, limit, currency);
  }

  private static Builder of(Window window, String limit, String currency) {
    Objects.requireNonNull(limit, "limit must not be null");
    BigDecimal amount;
    try {
      amount = new BigDecimal(limit);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "limit must be an amount such as 50 or 0.25, but was \"" + limit + "\"");
    }
    return of(window, amount, currency);
  }

  @Override
  public Decision before(Attempt attempt) {
    LlmContext context = attempt.context();
    if (context.origin() == Origin.JUDGE) {
      return Decision.proceed();
    }
    LlmRequest request = attempt.request();
    Period now = period();
    if (requiredPrices != null) {
      BudgetExceededException unpriced = unpriced(requiredPrices, request, now);
      if (unpriced != null) {
        refusedUnpriced.increment();
        return refuse(now, unpriced);
      }
    }
    if (single) {
      return now.total.get().compareTo(limit) < 0 ? pass : over(now, now.total.get());
    }
    String who = key.of(request, context);
    if (who == null) {
      withoutKey.increment();
      return pass;
    }
    BigDecimal spent = now.accounts.spent(who);
    if (spent.compareTo(limit) < 0) {
      return pass;
    }
    now.accounts.touch(who); // who keeps trying is not forgotten
    return over(now, spent);
  }

  /** False: it decides by money alone. */
  @Override
  public boolean needsContent() {
    return false;
  }

  /** What all calls that count have spent in this window. */
  public BigDecimal spent() {
    return period().total.get();
  }

  /**
   * What one user (conversation, model, value of the tag) has spent in this window; 0 when it is
   * not known.
   *
   * @throws IllegalStateException if the budget is for all calls together
   */
  public BigDecimal spent(String of) {
    if (single) {
      throw new IllegalStateException(
          "the " + name + " budget is for all calls together; use spent()");
    }
    return period().accounts.spent(BudgetKey.bounded(of));
  }

  /**
   * What is left of this window, 0 or more.
   *
   * @throws IllegalStateException if each user (conversation, model, value) has a limit of its own
   */
  public BigDecimal remaining() {
    if (!single) {
      throw new IllegalStateException(
          "the " + name + " budget has a limit for each; use remaining(String)");
    }
    return left(spent());
  }

  /**
   * What is left of this window for one user (conversation, model, value of the tag), 0 or more.
   *
   * @throws IllegalStateException if the budget is for all calls together
   */
  public BigDecimal remaining(String of) {
    return left(spent(of));
  }

  /** When this window ends. */
  public Instant resetsAt() {
    return period().end;
  }

  /** How it stands. */
  public Status status() {
    Period now = period();
    return new Status(
        name,
        limit,
        currency,
        refuses,
        now.start,
        now.end,
        now.total.get(),
        over.sum(),
        refusedUnpriced.sum(),
        unpriced.sum(),
        otherCurrency.sum(),
        withoutKey.sum(),
        now.accounts.size(),
        forgottenKeys.sum());
  }

  /** How it stands in plain words, for {@code LlmOps.Builder.note}. Names no user. */
  public String explain() {
    Status status = status();
    StringBuilder text = new StringBuilder("Budget ").append(name).append(": ");
    text.append(status.spent().toPlainString());
    text.append(single ? " of " : " spent by all, the limit is ");
    text.append(limit.toPlainString()).append(' ').append(currency);
    text.append(single ? " spent" : " each").append(" until ");
    text.append(status.resetsAt()).append("; ");
    text.append(status.over()).append(refuses ? " calls refused." : " calls over it let pass.");
    say(
        text,
        status.refusedUnpriced(),
        "calls of models without a price in " + currency + " refused.");
    say(text, status.unpriced(), "calls without a known cost are not in it.");
    say(text, status.otherCurrency(), "calls in another currency are not in it.");
    say(text, status.withoutKey(), key.missing());
    say(text, status.forgottenKeys(), "times spending was forgotten for want of room (maxKeys).");
    return text.toString();
  }

  @Override
  public String toString() {
    return "CostBudget[" + name + ", " + limit.toPlainString() + " " + currency + "]";
  }

  private static void say(StringBuilder text, long count, String what) {
    if (count > 0) {
      text.append(' ').append(count).append(' ').append(what);
    }
  }

  private BigDecimal left(BigDecimal spent) {
    return limit.subtract(spent).max(BigDecimal.ZERO);
  }

  private Decision over(Period now, BigDecimal spent) {
    over.increment();
    BudgetExceededException exceeded =
        refuses || !now.toldSpent.get()
            ? BudgetExceededException.spent(name, limit, spent, currency, now.end)
            : null;
    return exceeded == null ? pass : refuse(now, exceeded);
  }

  /** Refuses if it shall; the first of a window and reason is logged in either case. */
  private Decision refuse(Period now, BudgetExceededException exceeded) {
    boolean isUnpriced = exceeded.unpricedModel() != null;
    boolean refused = refuses || isUnpriced;
    AtomicBoolean told = isUnpriced ? now.toldUnpriced : now.toldSpent;
    if (!told.get() && told.compareAndSet(false, true)) {
      log.warn(
          "{}; {}; further such calls of this window are only counted, see CostBudget.status()",
          exceeded.getMessage(),
          refused ? "the call was refused" : "the call goes on, as the budget only warns");
    }
    return refused ? Decision.refuse(exceeded) : pass;
  }

  /**
   * Why the budget cannot be held for a model, null when it can: its price is known and in the
   * budget's currency. Only what is sure to make text must have a price of its output: embeddings,
   * scores and moderations have none, and operations without a name in the conventions may not.
   */
  private @Nullable BudgetExceededException unpriced(
      Pricing prices, LlmRequest request, Period now) {
    Cost both = prices.price(request, ONE_TOKEN_EACH_WAY, clock.instant());
    if (isInCurrency(both)) {
      return null;
    }
    Cost input = makesText(request) ? null : prices.price(request, ONE_TOKEN_IN, clock.instant());
    if (isInCurrency(input)) {
      return null;
    }
    Cost other = both != null ? both : input;
    String model = request.model() == null ? "no model" : request.model();
    return BudgetExceededException.unpriced(
        name,
        limit,
        now.total.get(),
        currency,
        now.end,
        request.provider() + "/" + model,
        other == null ? null : other.currency());
  }

  /** Costs are not converted: {@link #add} counts one in another currency and adds nothing. */
  private boolean isInCurrency(@Nullable Cost cost) {
    return cost != null && cost.currency().equals(currency);
  }

  private static boolean makesText(LlmRequest request) {
    return switch (request.operation()) {
      case LlmRequest.CHAT, LlmRequest.GENERATE_CONTENT, LlmRequest.TEXT_COMPLETION -> true;
      default -> false;
    };
  }

  /** The current window; a clock that is set back does not open an old one again. */
  private Period period() {
    Period now = Objects.requireNonNull(current.get());
    if (clock.millis() < now.endMillis) {
      return now;
    }
    Period next = new Period(clock.instant());
    return current.compareAndSet(now, next) ? next : Objects.requireNonNull(current.get());
  }

  private void add(LlmCall call) {
    Integer attempts = call.attempts();
    if (attempts != null && attempts == 0) {
      return; // answered from a store
    }
    Cost cost = call.cost();
    if (cost == null) {
      if (mayHaveCost(call)) {
        unpriced.increment();
      }
      return;
    }
    if (!cost.currency().equals(currency)) {
      otherCurrency.increment();
      return;
    }
    if (cost.amount().signum() == 0) {
      return;
    }
    Period now = period();
    now.total.add(cost.amount());
    if (!single) {
      String who = key.of(call.request(), call.context());
      if (who != null) {
        now.accounts.open(who).add(cost.amount());
      }
    }
  }

  /** All but calls that failed before anything came. */
  private static boolean mayHaveCost(LlmCall call) {
    LlmResponse response = call.outcome().response();
    return !(call.outcome() instanceof Outcome.Failed)
        || (response != null && !response.usage().isEmpty());
  }

  /** What is told of calls that were let pass. */
  private final class Spending implements Tap {

    @Override
    public void onEnd(LlmCall call, @Nullable EncodedResponse response) {
      add(call);
    }

    @Override
    public boolean wantsResponse() {
      return false;
    }
  }

  /** One window. */
  private final class Period {
    final Instant start;
    final Instant end;
    final long endMillis;
    final Amount total = new Amount();
    final BudgetAccounts accounts = new BudgetAccounts(maxKeys, forgottenKeys);
    final AtomicBoolean toldSpent = new AtomicBoolean();
    final AtomicBoolean toldUnpriced = new AtomicBoolean();

    Period(Instant now) {
      ZonedDateTime begin = window.startOf(now);
      start = begin.toInstant();
      end = window.endOf(begin);
      endMillis = end.toEpochMilli();
    }
  }

  /** Settings of a {@link CostBudget}; all are optional. Not thread-safe. */
  public static final class Builder {

    private static final int DEFAULT_MAX_KEYS = 10_000;
    private static final int MAX_MAX_KEYS = 1_048_576;

    private final Window window;
    private final BigDecimal limit;
    private final String currency;
    private BudgetKey key = BudgetKey.ALL;
    private boolean refuses = true;
    private @Nullable Pricing requiredPrices;
    private int maxKeys = DEFAULT_MAX_KEYS;
    private InstantSource clock = InstantSource.system();
    private Logger log = logger;

    private Builder(Window window, BigDecimal limit, String currency) {
      this.window = Objects.requireNonNull(window, "window must not be null");
      this.limit = Objects.requireNonNull(limit, "limit must not be null");
      this.currency = Objects.requireNonNull(currency, "currency must not be null");
      if (limit.signum() <= 0) {
        throw new IllegalArgumentException("limit must be above 0, but was " + limit);
      }
      if (!currency.matches("[A-Z]{3}")) {
        throw new IllegalArgumentException(
            "currency must be an ISO 4217 code of three capital letters such as USD, but was \""
                + currency
                + "\"");
      }
    }

    /** Each user has the limit. Calls without a user are not held to it, and counted. */
    public Builder perUser() {
      key = BudgetKey.USER;
      return this;
    }

    /** Each conversation has the limit. Calls without one are not held to it, and counted. */
    public Builder perConversation() {
      key = BudgetKey.CONVERSATION;
      return this;
    }

    /** Each model has the limit, by the name that is asked for. */
    public Builder perModel() {
      key = BudgetKey.MODEL;
      return this;
    }

    /**
     * Each value of a tag has the limit; the request's tags win over the context's. Calls without
     * the tag are not held to it, and counted.
     */
    public Builder perTag(String tag) {
      if (tag.isBlank()) {
        throw new IllegalArgumentException("tag must not be blank");
      }
      key = BudgetKey.tag(tag);
      return this;
    }

    /** Lets calls over the limit pass: they are counted, and the first of a window is logged. */
    public Builder warnOnly() {
      refuses = false;
      return this;
    }

    /**
     * Refuses calls of models that these prices do not know, or know in another currency only,
     * whatever was spent and also with {@link #warnOnly}: the budget could not be held for them. A
     * price of the input alone is enough for all but chat, {@code generate_content} and text
     * completion. Asks for a price before each call.
     *
     * @param prices those of the {@code LlmOps}: what tells the cost of a call
     */
    public Builder refuseUnpriced(Pricing prices) {
      requiredPrices = Objects.requireNonNull(prices, "prices must not be null");
      return this;
    }

    /**
     * How many users (conversations, models, values) are held at most; 2 to 1,048,576, 10,000
     * unless said. Beyond it the spending of those who spent least recently is forgotten and
     * counted; at least the latest half is always held. About 200 bytes each.
     */
    public Builder maxKeys(int maxKeys) {
      if (maxKeys < 2 || maxKeys > MAX_MAX_KEYS) {
        throw new IllegalArgumentException(
            "maxKeys must be between 2 and " + MAX_MAX_KEYS + ", but was " + maxKeys);
      }
      this.maxKeys = maxKeys;
      return this;
    }

    /** Tells which window it is; the system's unless said. */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock must not be null");
      return this;
    }

    Builder log(Logger log) {
      this.log = log;
      return this;
    }

    /** The budget, with nothing spent. */
    public CostBudget build() {
      return new CostBudget(this);
    }
  }
}
