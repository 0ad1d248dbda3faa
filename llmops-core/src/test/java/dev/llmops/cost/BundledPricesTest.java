package dev.llmops.cost;

import static dev.llmops.cost.Calls.amount;
import static dev.llmops.cost.Calls.price;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundledPricesTest {

  private static final PriceTable PRICES = PriceTable.bundled();

  /** One million in and none out costs the input price, and the other way round. */
  private static final TokenUsage INPUT = TokenUsage.of(1_000_000, 0);

  /** Long context would begin with a million tokens; a thousand stay below every threshold. */
  private static final TokenUsage SHORT = TokenUsage.of(1_000, 1_000);

  @Test
  void everyLineIsSane() {
    List<PriceLine> lines = PRICES.layers().get(0);

    assertThat(lines).hasSizeGreaterThan(200);
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.checked())
                  .isBetween(LocalDate.of(2025, 6, 1), LocalDate.of(2026, 11, 21));
              assertThat(line.toString()).matches(".+ \\([a-z.]+\\.(com|dev|ai)/.+, 20..-..-..\\)");
            });
  }

  @Test
  void everyPriceIsPositiveAndInProportion() {
    for (PriceLine line : PRICES.layers().get(0)) {
      BigDecimal input = line.perMillion(Rate.INPUT);
      if (input == null) {
        assertThat(line.above()).as("%s", line).isPositive();
        continue;
      }
      for (Rate rate : Rate.values()) {
        BigDecimal price = line.perMillion(rate);
        if (price != null) {
          assertThat(price).as("%s %s", line, rate).isPositive();
        }
      }
      BigDecimal output = line.perMillion(Rate.OUTPUT);
      if (output != null) {
        // every provider of the table: output costs 1 to 10 times the input
        assertThat(output).as("%s", line).isBetween(input, input.multiply(BigDecimal.TEN));
      }
      BigDecimal cached = line.perMillion(Rate.CACHED);
      if (cached != null) {
        assertThat(cached).as("%s", line).isLessThan(input);
      }
      BigDecimal write = line.perMillion(Rate.CACHE_WRITE);
      if (write != null) {
        assertThat(write).as("%s", line).isBetween(input, input.multiply(new BigDecimal("1.26")));
      }
      BigDecimal hour = line.perMillion(Rate.CACHE_WRITE_1H);
      if (hour != null) {
        assertThat(hour).as("%s", line).isEqualByComparingTo(input.add(input));
      }
    }
  }

  @Test
  void longInputCostsMoreAndBatchCostsLess() {
    assertThat(amount(price(PRICES, "gcp.gemini", "gemini-2.5-pro", TokenUsage.of(200_000, 0))))
        .isEqualTo("0.25"); // 200,000 × 1.25 / 1,000,000
    assertThat(amount(price(PRICES, "gcp.gemini", "gemini-2.5-pro", TokenUsage.of(200_001, 10))))
        .isEqualTo("0.5001525"); // 200,001 × 2.50 / 1,000,000 + 10 × 15 / 1,000,000

    Cost batch = price(PRICES, "openai", "gpt-4o", null, null, "batch", SHORT, Calls.NOW);

    assertThat(amount(batch)).isEqualTo("0.00625"); // 1,000 × (1.25 + 5) / 1,000,000
    assertThat(batch).isNotNull();
    assertThat(batch.priceId())
        .isEqualTo(
            "openai/gpt-4o[-YYYY-MM-DD] batch (developers.openai.com/api/docs/pricing,"
                + " 2026-07-11)");
  }

  /** Names that a prefix match would mix up, with the price of a million input tokens. */
  @ParameterizedTest
  @CsvSource({
    "openai, gpt-4, 30",
    "openai, gpt-4-0613, 30",
    "openai, gpt-4-32k, 60",
    "openai, gpt-4-turbo, 10",
    "openai, gpt-4-turbo-2024-04-09, 10",
    "openai, gpt-4-1106-preview, 10",
    "openai, gpt-4o, 2.5",
    "openai, gpt-4o-2024-08-06, 2.5",
    "openai, gpt-4o-2024-11-20, 2.5",
    "openai, gpt-4o-2024-05-13, 5",
    "openai, gpt-4o-mini, 0.15",
    "openai, gpt-4o-mini-2024-07-18, 0.15",
    "openai, gpt-4.1, 2",
    "openai, gpt-4.1-2025-04-14, 2",
    "openai, gpt-4.1-mini, 0.4",
    "openai, gpt-4.1-nano, 0.1",
    "openai, gpt-5, 1.25",
    "openai, gpt-5-2025-08-07, 1.25",
    "openai, gpt-5-mini, 0.25",
    "openai, gpt-5-nano, 0.05",
    "openai, gpt-5-pro, 15",
    "openai, gpt-5.1, 1.25",
    "openai, gpt-5.1-codex-mini, 0.25",
    "openai, gpt-5.2, 1.75",
    "openai, gpt-5.2-pro, 21",
    "openai, o1, 15",
    "openai, o1-pro, 150",
    "openai, o3, 2",
    "openai, o3-mini, 1.1",
    "openai, o3-pro, 20",
    "openai, text-embedding-3-small, 0.02",
    "openai, text-embedding-3-large, 0.13",
    "anthropic, claude-opus-4-20250514, 15",
    "anthropic, claude-opus-4-0, 15",
    "anthropic, claude-opus-4-1-20250805, 15",
    "anthropic, claude-opus-4-5-20251101, 5",
    "anthropic, claude-opus-4-5, 5",
    "anthropic, claude-opus-5, 5",
    "anthropic, claude-opus-5-5, 4",
    "anthropic, claude-sonnet-5, 2",
    "anthropic, claude-fable-5, 10",
    "anthropic, claude-fable-5-1, 10",
    "gcp.gemini, gemini-2.5-flash, 0.3",
    "gcp.gemini, gemini-2.5-flash-lite, 0.1",
    "gcp.gemini, models/gemini-2.5-flash, 0.3",
    "gcp.vertex_ai, gemini-2.5-flash-lite, 0.1",
    "aws.bedrock, us.anthropic.claude-3-5-haiku-20241022-v1:0, 0.8",
    "aws.bedrock, anthropic.claude-3-5-haiku-20241022-v1:0, 0.8",
    "aws.bedrock, global.anthropic.claude-opus-4-6-v1, 5",
    "aws.bedrock, global.anthropic.claude-opus-4-6-v1:0, 5",
    "aws.bedrock, amazon.titan-embed-text-v1, 0.1",
    "aws.bedrock, amazon.titan-embed-text-v2:0, 0.02",
    "groq, openai/gpt-oss-120b, 0.15",
    "groq, openai/gpt-oss-20b, 0.075",
  })
  void confusableNamesKeepTheirOwnPrice(String provider, String model, BigDecimal input) {
    Cost cost = price(PRICES, provider, model, TokenUsage.of(100_000, 0));

    assertThat(cost).isNotNull();
    assertThat(cost.amount()).isEqualByComparingTo(input.movePointLeft(1)); // a tenth of a million
    assertThat(cost.currency()).isEqualTo("USD");
  }

  @ParameterizedTest
  @CsvSource({
    "openai, gpt-4o-audio-preview",
    "openai, gpt-4o-audio-preview-2024-12-17",
    "openai, gpt-4o-realtime-preview",
    "openai, gpt-4o-search-preview",
    "openai, gpt-4o-2024-99-99",
    "openai, gpt-4o-YYYY-MM-DD",
    "openai, gpt-4o-20240806",
    "openai, gpt-4o-mini-tts",
    "openai, gpt-4o:extended",
    "openai, gpt-4.5-preview",
    "openai, gpt-4.1-micro",
    "openai, gpt-5.4-mega",
    "openai, gpt-50",
    "openai, gpt-",
    "openai, gpt",
    "openai, o1-mini",
    "openai, o1-preview",
    "openai, o",
    "openai, GPT-4O",
    "openai, ft:gpt-4o-2024-08-06:acme::abc",
    "openai, openai/gpt-4o",
    "openai, claude-opus-4-5",
    "anthropic, gpt-4o",
    "anthropic, claude-opus-4-50",
    "anthropic, claude-opus-4-2",
    "anthropic, claude-opus-4-5-latest-internal",
    "azure.ai.openai, gpt-4o",
    "azure.ai.inference, gpt-4o",
    "aws.bedrock, us.anthropic.claude-opus-4-6-v1",
    "aws.bedrock, eu.anthropic.claude-haiku-4-5-20251001-v1:0",
    "aws.bedrock, anthropic.claude-opus-4-7",
    "gcp.vertex_ai, claude-opus-4-5",
    "gcp.gemini, gemini-2.5-flash-image",
    "gcp.gemini, gemini-2.5-pro-preview-tts",
    "vllm, gpt-4o",
    "local, my-model",
    "ollama, llama3.1",
  })
  void whatIsNotInTheTableHasNoPrice(String provider, String model) {
    assertThat(price(PRICES, provider, model, SHORT)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-4o", "gpt-4o-mini", "gpt-4.1-nano", "gpt-4"})
  void noNameIsPricedByItsBeginningOrContinuation(String model) {
    for (int end = 0; end < model.length(); end++) {
      String prefix = model.substring(0, end);
      if (!Set.of("gpt-4", "gpt-4o", "gpt-4.1").contains(prefix) && !prefix.isEmpty()) {
        assertThat(price(PRICES, "openai", prefix, SHORT)).as(prefix).isNull();
      }
    }
    assertThat(price(PRICES, "openai", model + "x", SHORT)).isNull();
    assertThat(price(PRICES, "openai", model + "-x", SHORT)).isNull();
    assertThat(price(PRICES, "openai", "x" + model, SHORT)).isNull();
  }

  @Test
  void thePriceOfTheDayCounts() {
    // OpenAI lowered gpt-5.6-luna from 1.00 to 0.20 on 2026-07-30
    TokenUsage usage = TokenUsage.of(100_000, 0);

    assertThat(amountAt("gpt-5.6-luna", usage, "2026-07-08T23:59:59Z")).isEqualTo("unknown");
    assertThat(amountAt("gpt-5.6-luna", usage, "2026-07-09T00:00:00Z")).isEqualTo("0.1");
    assertThat(amountAt("gpt-5.6-luna", usage, "2026-07-29T23:59:59.999Z")).isEqualTo("0.1");
    assertThat(amountAt("gpt-5.6-luna", usage, "2026-07-30T00:00:00Z")).isEqualTo("0.02");
  }

  @Test
  void longInputInATierWithoutALongPriceIsUnknown() {
    // gpt-5.4 costs more above 272,000 tokens; what flex costs there is not in the table
    TokenUsage brief = TokenUsage.of(272_000, 0);
    TokenUsage long1 = TokenUsage.of(272_001, 0);

    assertThat(amount(price(PRICES, "openai", "gpt-5.4", null, "flex", null, brief, Calls.NOW)))
        .isEqualTo("0.34"); // 272,000 × 1.25 / 1,000,000
    assertThat(price(PRICES, "openai", "gpt-5.4", null, "flex", null, long1, Calls.NOW)).isNull();
    assertThat(amount(price(PRICES, "openai", "gpt-5.4", long1)))
        .isEqualTo("1.360005"); // 272,001 × 5 / 1,000,000
  }

  @Test
  void aLineWithoutPricesSaysThatTheyAreNotKnown() {
    assertThat(amount(price(PRICES, "x_ai", "grok-4.5", TokenUsage.of(199_999, 0))))
        .isEqualTo("0.399998"); // 199,999 × 2 / 1,000,000
    assertThat(price(PRICES, "x_ai", "grok-4.5", TokenUsage.of(200_000, 0))).isNull();
  }

  @Test
  void embeddingsHaveNoOutput() {
    TokenUsage usage = TokenUsage.builder().inputTokens(8_000).build();

    assertThat(amount(price(PRICES, "openai", "text-embedding-3-small", usage)))
        .isEqualTo("0.00016"); // 8,000 × 0.02 / 1,000,000
    assertThat(price(PRICES, "openai", "text-embedding-3-small", TokenUsage.of(8_000, 1))).isNull();
    assertThat(price(PRICES, "openai", "gpt-4o", usage)).isNull();
  }

  @Test
  void theTableHasADate() {
    assertThat(PRICES.date()).isEqualTo(LocalDate.of(2026, 11, 11));
    assertThat(PRICES.problems()).isEmpty();
    assertThat(PRICES.toString()).matches("PriceTable\\[\\d+ prices, newest of 2026-11-11]");
    assertThat(price(PRICES, "openai", "gpt-4.1", INPUT)).isNotNull();
  }

  private static String amountAt(String model, TokenUsage usage, String start) {
    return amount(price(PRICES, "openai", model, null, null, null, usage, Instant.parse(start)));
  }
}
