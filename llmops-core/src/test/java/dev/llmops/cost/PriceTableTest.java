package dev.llmops.cost;

import static dev.llmops.cost.Calls.NOW;
import static dev.llmops.cost.Calls.amount;
import static dev.llmops.cost.Calls.price;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.llmops.Cost;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.MessagePart.Modality;
import dev.llmops.TokenUsage;
import dev.llmops.TokenUsage.ModalityUsage;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceTableTest {

  private static final TokenUsage USAGE = TokenUsage.of(1_000, 500);

  /** Input 2.50, cached 1.25, output 10: what gpt-4o cost in 2026. */
  private static final PriceTable GPT_4O =
      PriceTable.builder()
          .price("openai", "gpt-4o[-YYYY-MM-DD]")
          .input("2.50")
          .cachedInput("1.25")
          .output("10")
          .build();

  @Test
  void cachedTokensArePartOfTheInputAndBilledOnce() {
    TokenUsage usage =
        TokenUsage.builder().inputTokens(1_000).cachedInputTokens(400).outputTokens(500).build();

    Cost cost = price(GPT_4O, "openai", "gpt-4o", usage);

    // (1,000 − 400) × 2.50 = 1,500;  400 × 1.25 = 500;  500 × 10 = 5,000;  7,000 / 1,000,000
    assertThat(cost)
        .isEqualTo(
            new Cost(
                new BigDecimal("0.007"), "USD", "openai/gpt-4o[-YYYY-MM-DD] (own price)", false));
  }

  @Test
  void cacheWritesAndReadsOfClaudeAreBilledApart() {
    PriceTable prices =
        PriceTable.builder()
            .price("anthropic", "claude-sonnet-4-5")
            .input("3")
            .cachedInput("0.30")
            .cacheWrite("3.75")
            .output("15")
            .build();
    TokenUsage usage =
        TokenUsage.builder()
            .inputTokens(10_000)
            .cachedInputTokens(6_000)
            .cacheWriteInputTokens(3_000)
            .outputTokens(1_000)
            .build();

    // 1,000 × 3 = 3,000;  6,000 × 0.30 = 1,800;  3,000 × 3.75 = 11,250;  1,000 × 15 = 15,000
    assertThat(amount(price(prices, "anthropic", "claude-sonnet-4-5", usage))).isEqualTo("0.03105");
  }

  @Test
  void openAisNameAtAnotherServerIsAnEstimate() {
    for (String host : List.of("127.0.0.1", "gateway.example", "notopenai.com")) {
      assertThat(priceAt(host).estimated()).as(host).isTrue();
    }
    for (String host : List.of("api.openai.com", "eu.api.openai.com")) {
      assertThat(priceAt(host).estimated()).as(host).isFalse();
      assertThat(priceAt(host).amount()).isEqualByComparingTo(priceAt("127.0.0.1").amount());
    }
  }

  private static Cost priceAt(String host) {
    LlmRequest request =
        LlmRequest.builder(LlmRequest.CHAT, "openai").model("gpt-4o").server(host, 443).build();
    LlmResponse response = LlmResponse.builder().usage(TokenUsage.of(1_000, 500)).build();
    return Objects.requireNonNull(
        PriceTable.bundled().price(request, response, Instant.parse("2026-11-01T00:00:00Z")));
  }

  @Test
  void reasoningIsPartOfTheOutput() {
    TokenUsage usage =
        TokenUsage.builder().inputTokens(100).outputTokens(500).reasoningTokens(450).build();
    PriceTable apart =
        PriceTable.builder().price("p", "m").input("2").output("8").reasoning("3").build();

    // 100 × 2.50 + 500 × 10 = 5,250
    assertThat(amount(price(GPT_4O, "openai", "gpt-4o", usage))).isEqualTo("0.00525");
    // 100 × 2 + (500 − 450) × 8 + 450 × 3 = 200 + 400 + 1,350
    assertThat(amount(price(apart, "p", "m", usage))).isEqualTo("0.00195");
    assertThat(price(apart, "p", "m", TokenUsage.of(100, 500)))
        .isEqualTo(new Cost(new BigDecimal("0.0042"), "USD", "p/m (own price)", true));
  }

  @Test
  void audioIsBilledApartWhereItHasAPrice() {
    PriceTable prices =
        PriceTable.builder()
            .price("openai", "gpt-audio")
            .input("2.50")
            .output("10")
            .audioInput("32")
            .audioOutput("64")
            .build();
    TokenUsage usage =
        TokenUsage.builder()
            .inputTokens(300)
            .outputTokens(220)
            .modalities(
                List.of(
                    new ModalityUsage(Modality.TEXT, 100L, 20L, null),
                    new ModalityUsage(Modality.AUDIO, 200L, 200L, null)))
            .build();

    // 100 × 2.50 + 200 × 32 + 20 × 10 + 200 × 64 = 250 + 6,400 + 200 + 12,800
    assertThat(price(prices, "openai", "gpt-audio", usage))
        .isEqualTo(
            new Cost(new BigDecimal("0.01965"), "USD", "openai/gpt-audio (own price)", false));
  }

  @Test
  void audioWithoutAPriceOfItsOwnIsAnEstimate() {
    TokenUsage usage =
        TokenUsage.builder()
            .inputTokens(300)
            .outputTokens(0)
            .modalities(List.of(new ModalityUsage(Modality.AUDIO, 200L, null, null)))
            .build();

    assertThat(price(GPT_4O, "openai", "gpt-4o", usage))
        .extracting(Cost::amount, Cost::estimated)
        .containsExactly(new BigDecimal("0.00075"), true); // 300 × 2.50
  }

  @Test
  void countsWithoutModalitiesAreAnEstimateWhereModalitiesCostDifferently() {
    PriceTable prices =
        PriceTable.builder().price("p", "m").input("1").output("2").audioInput("3").build();

    assertThat(price(prices, "p", "m", USAGE))
        .extracting(Cost::amount, Cost::estimated)
        .containsExactly(new BigDecimal("0.002"), true); // 1,000 × 1 + 500 × 2
  }

  @Test
  void aCachedCountWithoutACachedPriceIsBilledAsInputAndSaidToBeAnEstimate() {
    PriceTable prices = PriceTable.builder().price("p", "m").input("2").output("4").build();
    TokenUsage usage =
        TokenUsage.builder().inputTokens(1_000).cachedInputTokens(400).outputTokens(500).build();

    assertThat(price(prices, "p", "m", usage))
        .extracting(Cost::amount, Cost::estimated)
        .containsExactly(new BigDecimal("0.004"), true); // 1,000 × 2 + 500 × 4
    assertThat(price(prices, "p", "m", USAGE)).extracting(Cost::estimated).isEqualTo(false);
  }

  @Test
  void aCacheWriteOfUnknownLifeTimeIsAnEstimate() {
    TokenUsage usage =
        TokenUsage.builder()
            .inputTokens(1_000)
            .cacheWriteInputTokens(1_000)
            .outputTokens(0)
            .build();

    Cost cost = price(PriceTable.bundled(), "anthropic", "claude-haiku-4-5", usage);

    assertThat(cost)
        .extracting(Cost::amount, Cost::estimated)
        .containsExactly(new BigDecimal("0.00125"), true); // 1,000 × 1.25, not 1,000 × 2 (1 h)
  }

  @Test
  void contradictingOrMissingCountsHaveNoCost() {
    assertThat(priceOf(TokenUsage.builder().inputTokens(10).outputTokens(1).cachedInputTokens(11)))
        .isNull();
    assertThat(
            priceOf(
                TokenUsage.builder()
                    .inputTokens(10)
                    .outputTokens(1)
                    .cachedInputTokens(6)
                    .cacheWriteInputTokens(5)))
        .isNull();
    assertThat(priceOf(TokenUsage.builder().inputTokens(10).outputTokens(1).reasoningTokens(2)))
        .isNull();
    assertThat(
            priceOf(
                TokenUsage.builder()
                    .inputTokens(10)
                    .outputTokens(1)
                    .modalities(List.of(new ModalityUsage(Modality.AUDIO, 11L, 0L, null)))))
        .isNull();
    assertThat(priceOf(TokenUsage.builder().inputTokens(10))).isNull();
    assertThat(priceOf(TokenUsage.builder().outputTokens(10))).isNull();
    assertThat(priceOf(TokenUsage.builder())).isNull();
  }

  @Test
  void nothingUsedCostsNothing() {
    assertThat(amount(price(GPT_4O, "openai", "gpt-4o", TokenUsage.of(0, 0)))).isEqualTo("0");
  }

  @Test
  void aFreeModelSaysSo() {
    PriceTable prices =
        PriceTable.builder().price("local", "my-model").input("0").output("0").build();

    assertThat(amount(price(prices, "local", "my-model", USAGE))).isEqualTo("0");
    assertThat(price(prices, "local", "other", USAGE)).isNull();
  }

  @Test
  void hugeCountsStayExact() {
    long tokens = 9_000_000_000_000_000_000L;

    // 9 × 10^18 × 2.50 / 1,000,000 = 2.25 × 10^13: too much for scaled longs
    assertThat(amount(price(GPT_4O, "openai", "gpt-4o", TokenUsage.of(tokens, 0))))
        .isEqualTo("22500000000000");
  }

  @Test
  void finePricesStayExact() {
    PriceTable prices =
        PriceTable.builder().price("p", "m").input("0.00000000125").output("0.1").build();

    // 3 × 1.25 × 10^-9 / 10^6 + 7 × 0.1 / 10^6 = 3.75 × 10^-15 + 7 × 10^-7
    assertThat(amount(price(prices, "p", "m", TokenUsage.of(3, 7))))
        .isEqualTo("0.00000070000000375");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "auto", "default", "Default ", "standard", "on_demand"})
  void theOrdinaryTierHasManyNames(String tier) {
    assertThat(amount(price(GPT_4O, "openai", "gpt-4o", null, tier, null, USAGE, NOW)))
        .isEqualTo("0.0075"); // 1,000 × 2.50 + 500 × 10
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, flex, 0.00375", // 1,000 × 1.25 + 500 × 5
        "flex, -, 0.00375",
        "priority, flex, 0.00375", // asked for priority, served as flex
        "flex, default, 0.0075",
        "-, FLEX, 0.00375",
        "-, priority, unknown",
        "scale, -, unknown",
      })
  void theTierThatServedTheCallCounts(String asked, String served, String expected) {
    PriceTable prices =
        GPT_4O.with(
            PriceTable.builder()
                .price("openai", "gpt-4o")
                .tier("flex")
                .input("1.25")
                .output("5")
                .build());

    assertThat(amount(price(prices, "openai", "gpt-4o", null, asked, served, USAGE, NOW)))
        .isEqualTo(expected);
  }

  @Test
  void theModelThatAnsweredCountsThenTheOneAskedFor() {
    PriceTable prices =
        PriceTable.builder()
            .price("p", "asked")
            .input("1")
            .output("1")
            .price("p", "answered")
            .input("2")
            .output("2")
            .build();

    Cost answered = price(prices, "p", "asked", "answered", null, null, USAGE, NOW);
    Cost asked = price(prices, "p", "asked", "unheard-of", null, null, USAGE, NOW);

    assertThat(answered)
        .extracting(Cost::amount, Cost::estimated)
        .containsExactly(new BigDecimal("0.003"), false);
    assertThat(asked)
        .extracting(Cost::amount, Cost::estimated)
        .containsExactly(new BigDecimal("0.0015"), true);
    assertThat(price(prices, "p", null, "answered", null, null, USAGE, NOW)).isNotNull();
    assertThat(price(prices, "p", null, null, null, null, USAGE, NOW)).isNull();
  }

  @Test
  void theExactVersionComesBeforeTheFamilyAndTheLongestBeginningWins() {
    PriceTable prices =
        PriceTable.builder()
            .price("p", "m[-YYYY-MM-DD]")
            .input("1")
            .output("0")
            .price("p", "m-2026-01-01")
            .input("2")
            .output("0")
            .price("p", "ft:*")
            .input("3")
            .output("0")
            .price("p", "ft:m:*")
            .input("4")
            .output("0")
            .build();
    TokenUsage million = TokenUsage.of(1_000_000, 0);

    assertThat(amount(price(prices, "p", "m", million))).isEqualTo("1");
    assertThat(amount(price(prices, "p", "m-2026-01-02", million))).isEqualTo("1");
    assertThat(amount(price(prices, "p", "m-2026-01-01", million))).isEqualTo("2");
    assertThat(amount(price(prices, "p", "ft:x", million))).isEqualTo("3");
    assertThat(amount(price(prices, "p", "ft:m:acme", million))).isEqualTo("4");
    assertThat(price(prices, "p", "ft:", million)).isNull();
  }

  @Test
  void oneTableLiesOnTopOfAnother() {
    PriceTable prices =
        PriceTable.bundled()
            .with(
                PriceTable.builder()
                    .price("openai", "gpt-4o")
                    .input("2")
                    .output("8")
                    .price("azure.ai.openai", "my-deployment")
                    .input("3")
                    .output("9")
                    .currency("EUR")
                    .source("our contract")
                    .checked(LocalDate.of(2026, 11, 1))
                    .build());

    assertThat(amount(price(prices, "openai", "gpt-4o", USAGE)))
        .isEqualTo("0.006"); // 1,000 × 2 + 500 × 8
    assertThat(amount(price(prices, "openai", "gpt-4o-2024-08-06", USAGE)))
        .isEqualTo("0.0075"); // still the bundled one
    assertThat(price(prices, "azure.ai.openai", "my-deployment", USAGE))
        .isEqualTo(
            new Cost(
                new BigDecimal("0.0075"),
                "EUR",
                "azure.ai.openai/my-deployment (our contract, 2026-11-01)",
                false));
  }

  @Test
  void olderNamesOfProvidersAreUnderstood() {
    PriceTable prices = PriceTable.builder().price("vertex_ai", "m").input("1").output("1").build();

    assertThat(price(prices, "gcp.vertex_ai", "m", USAGE)).isNotNull();
    assertThat(price(prices, "vertex_ai", "m", USAGE)).isNotNull();
    assertThat(price(prices, "gcp.gemini", "m", USAGE)).isNull();
  }

  @Test
  void anOldTableIsSaidOnceWithWhatToDo() {
    List<String> log = new ArrayList<>();
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-05-10T00:00:00Z"));
    PriceTable prices =
        PriceTable.builder()
            .price("p", "m")
            .input("1")
            .output("1")
            .checked(LocalDate.of(2026, 1, 1))
            .price("p", "n")
            .input("1")
            .output("1")
            .checked(LocalDate.of(2025, 1, 1))
            .build()
            .withClock(now::get, log::add);

    price(prices, "p", "m", USAGE);
    now.set(Instant.parse("2026-06-30T00:00:00Z")); // 180 days after 2026-01-01
    price(prices, "p", "n", USAGE);
    assertThat(log).isEmpty();
    now.set(Instant.parse("2026-07-01T00:00:00Z"));
    price(prices, "p", "unknown", USAGE);
    price(prices, "p", "unknown as well", USAGE);

    assertThat(log)
        .containsExactly(
            "the price table is old: its newest price was read on 2026-01-01, 181 days ago, and"
                + " costs may be wrong; update llmops, or put newer prices on top:"
                + " LlmOps.builder().pricing(PriceTable.bundled().with(PriceTable.readLiteLlm("
                + "Path.of(\"model_prices_and_context_window.json\"))))");
  }

  @Test
  void hostileModelNamesNeitherFillTheCacheNorCostMemory() {
    PriceTable prices = PriceTable.builder().price("p", "m").input("1").output("1").build();

    for (int i = 0; i < 5_000; i++) {
      assertThat(price(prices, "p", "m", "made-up-" + i, null, null, USAGE, NOW)).isNotNull();
    }
    assertThat(price(prices, "p", "m", "x".repeat(1_000_000), null, null, USAGE, NOW)).isNull();

    assertThat(prices.lookup().cached()).isLessThanOrEqualTo(Lookup.MAX_CACHED);
  }

  @Test
  void manyThreadsSeeTheSamePrices() throws Exception {
    PriceTable prices = PriceTable.bundled().with(GPT_4O);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        String model = i % 2 == 0 ? "gpt-4o" : "gpt-4.1";
        calls.add(() -> model + amount(price(prices, "openai", model, USAGE)));
      }
      for (Future<String> each : threads.invokeAll(calls)) {
        assertThat(each.get()).isIn("gpt-4o0.0075", "gpt-4.10.006");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aPriceCostsFewBytes() {
    LlmRequest request = LlmRequest.chat("openai", "gpt-4o");
    LlmResponse response =
        LlmResponse.builder()
            .model("gpt-4o-2024-08-06")
            .usage(
                TokenUsage.builder()
                    .inputTokens(1_000)
                    .cachedInputTokens(400)
                    .outputTokens(500)
                    .build())
            .build();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 50_000; i++) {
      GPT_4O.price(request, response, NOW);
    }

    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      GPT_4O.price(request, response, NOW);
    }
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / 10_000;

    // the key 32, the amount 40, the cost 32, and the boxed counts where they are not optimised
    // away
    assertThat(each).isLessThanOrEqualTo(208);
  }

  @Test
  void theBuilderSaysWhatIsWrong() {
    assertThatThrownBy(() -> PriceTable.builder().input("1"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("begin a price with price(provider, model) first");
    assertThatThrownBy(() -> PriceTable.builder().price("p", "m").input("-1"))
        .hasMessage("input must be between 0 and 10000 per 1 million tokens, but was -1");
    assertThatThrownBy(() -> PriceTable.builder().price("p", "m").input("2,50"))
        .hasMessage("input must be a decimal number such as 2.50, but was \"2,50\"");
    assertThatThrownBy(() -> PriceTable.builder().price("p", "m").input("1e-999999999"))
        .hasMessage("input must be a decimal number such as 2.50, but was \"1e-999999999\"");
    assertThatThrownBy(() -> PriceTable.builder().price("p", "m").output("1").build())
        .hasMessageStartingWith("price of m: input is missing");
    assertThatThrownBy(
            () -> PriceTable.builder().price("p", "m").input("1").cachedInput("2").build())
        .hasMessage("price of m: cached must not be above input, but was 2 and 1");
    assertThatThrownBy(() -> PriceTable.builder().price("p", "m").tier("Batch"))
        .hasMessage(
            "tier must be a lower-case name such as standard, batch, flex or priority, but was"
                + " \"Batch\"");
    assertThatThrownBy(
            () ->
                PriceTable.builder()
                    .price("p", "m")
                    .input("1")
                    .from(LocalDate.of(2026, 2, 1))
                    .until(LocalDate.of(2026, 2, 1))
                    .build())
        .hasMessage("price of m: from must be before until, but was 2026-02-01 and 2026-02-01");
    assertThatThrownBy(
            () ->
                PriceTable.builder()
                    .price("p", "m[-x]")
                    .input("1")
                    .price("p", "m-x")
                    .input("2")
                    .build())
        .hasMessage(
            "price of p/m-x: model \"m-x\" already has a price for tier standard above 0 tokens in"
                + " this period (price of p/m[-x]); end the older one with until");
  }

  private static Cost priceOf(TokenUsage.Builder usage) {
    return price(GPT_4O, "openai", "gpt-4o", usage.build());
  }
}
