package dev.llmops.cost;

import static dev.llmops.cost.Calls.amount;
import static dev.llmops.cost.Calls.price;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceFilesTest {

  private static final TokenUsage USAGE = TokenUsage.of(1_000, 500);

  @TempDir private Path folder;

  @Test
  void aFileOfOurOwnFormIsRead() throws IOException {
    PriceTable prices =
        PriceTable.read(
            write(
                "own.csv",
                """
                # our contract
                provider, model,          tier,       input, cached, output, currency, source,              checked

                openai,   gpt-4o,         ,           2,     1,      8,      ,         "Contract 7, annex", 2026-11-01
                openai,   gpt-4o,         batch|flex, 1e0,   ,       4,      ,         "a ""good"" price",
                my-vllm,  llama[-8b|-70b],,           0.10,  ,       0.10,   EUR,      ,
                """));

    assertThat(price(prices, "openai", "gpt-4o", USAGE))
        .extracting(Calls::amount, Cost::currency, Cost::priceId)
        .containsExactly("0.006", "USD", "openai/gpt-4o (Contract 7, annex, 2026-11-01)");
    assertThat(price(prices, "openai", "gpt-4o", null, "flex", null, USAGE, Calls.NOW))
        .extracting(Calls::amount, Cost::priceId)
        .containsExactly("0.003", "openai/gpt-4o flex (a \"good\" price)");
    assertThat(price(prices, "my-vllm", "llama-8b", USAGE))
        .extracting(Calls::amount, Cost::currency)
        .containsExactly("0.00015", "EUR");
    assertThat(prices.date()).isEqualTo(LocalDate.of(2026, 11, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "provider,model,input,price; line 1: column \"price\" is not known; allowed are provider,",
        "provider,model,input,input; line 1: column \"input\" is there twice; allowed are",
        "provider,model,output; line 1: column \"input\" is missing in the header",
        "{; line 1: column \"{\" is not known; allowed are",
        "#; the header line is missing",
      })
  void aBadHeaderSaysWhatIsAllowed(String header, String message) throws IOException {
    Path file = write("own.csv", header + "\n");

    assertThatThrownBy(() -> PriceTable.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("price table [own.csv]")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "p,m,x,,,,; input must be a decimal number such as 2.50, but was \"x\"",
        "p,m,-1,,,,; input must be between 0 and 10000 per 1 million tokens, but was -1",
        "p,m,25000,,,,; input must be between 0 and 10000 per 1 million tokens, but was 25000",
        "p,m,1e-999999999,,,,; input must be a decimal number such as 2.50, but was",
        "p,m,,1,,,; input is missing",
        "p,m,,,,,; input is missing",
        ",m,1,,,,; provider is missing",
        "p,,1,,,,; model is missing",
        "p,gpt-4*,1,,,,; model \"gpt-4*\": * is allowed only at the end",
        "p,m,1,1; must have 7 cells as the header has, but has 4",
        "p,m,1,1,200k,,; above must be a number of input tokens such as 200000, but was \"200k\"",
        "p,m,1,1,,2026-7-1,; from must be a date such as 2026-07-30, but was \"2026-7-1\"",
        "p,m,1,1,,,dollars; currency must be an ISO 4217 code of three capital letters, but was",
        "p,\"m,1,1,,,; a quoted cell is not closed: the \" is missing",
        "p,\"m\"x,1,1,,,; a quoted cell must be followed by a comma",
      })
  void aBadLineIsNamedWithWhatIsAllowed(String line, String message) throws IOException {
    Path file =
        write("own.csv", "provider,model,input,output,above,from,currency\n\n" + line + "\n");

    assertThatThrownBy(() -> PriceTable.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("price table [own.csv] line 3: " + message);
  }

  @Test
  void twoPricesForTheSameTokensAreAnErrorOfTheFile() throws IOException {
    Path file =
        write("own.csv", "provider,model,input,from,until\np,m,1,,2026-07-02\np,m,2,2026-07-01,\n");

    assertThatThrownBy(() -> PriceTable.read(file))
        .hasMessage(
            "price table [own.csv] line 3: model \"m\" already has a price for tier standard above"
                + " 0 tokens in this period (price table [own.csv] line 2); end the older one with"
                + " until");
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> PriceTable.read(folder.resolve("none.csv")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("none.csv")
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> PriceTable.readLiteLlm(folder.resolve("none.json")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("none.json");
  }

  @Test
  void aLiteLlmFileIsRead() throws IOException {
    Path file =
        write(
            "litellm.json",
            """
            {
              "sample_spec": {"input_cost_per_token": "a number", "litellm_provider": "one of"},
              "acme-large": {
                "litellm_provider": "openai", "mode": "chat", "max_tokens": 1000,
                "input_cost_per_token": 2e-06, "output_cost_per_token": "8e-06",
                "cache_read_input_token_cost": 0.0000005,
                "cache_creation_input_token_cost": 2.5E-6,
                "cache_creation_input_token_cost_above_1hr": 4e-6,
                "input_cost_per_token_above_200k_tokens": 4e-06,
                "output_cost_per_token_above_200k_tokens": 1.2e-05,
                "input_cost_per_token_batches": 1e-06, "output_cost_per_token_batches": 4e-06,
                "input_cost_per_token_flex": 1e-06, "output_cost_per_token_flex": 4e-06,
                "input_cost_per_token_priority": 4e-06, "output_cost_per_token_priority": 16e-06,
                "input_cost_per_token_above_200k_tokens_priority": 8e-06,
                "output_cost_per_reasoning_token": 9e-06,
                "input_cost_per_audio_token": 3e-05,
                "supports_vision": true, "search_context_cost_per_query": {"low": 0.01}
              },
              "groq/acme-fast": {
                "litellm_provider": "groq", "input_cost_per_token": 5e-08,
                "output_cost_per_token": 8e-08
              },
              "vertex_ai/acme": {
                "litellm_provider": "vertex_ai-acme_models", "mode": "chat",
                "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06
              },
              "gemini/acme": {
                "litellm_provider": "gemini", "mode": "chat",
                "input_cost_per_token": 2e-06, "output_cost_per_token": 2e-06
              },
              "us.acme.model-v1:0": {
                "litellm_provider": "bedrock_converse", "mode": "chat",
                "input_cost_per_token": 3e-06, "output_cost_per_token": 3e-06
              },
              "acme-embed": {
                "litellm_provider": "openai", "mode": "embedding",
                "input_cost_per_token": 2e-08, "output_cost_per_token": 0.0
              },
              "acme-image": {
                "litellm_provider": "openai", "mode": "image_generation",
                "output_cost_per_image": 0.04
              }
            }
            """);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-11-20T08:00:00Z")));

    PriceTable prices = PriceTable.readLiteLlm(file);

    TokenUsage text =
        TokenUsage.builder()
            .inputTokens(1_000)
            .cachedInputTokens(400)
            .outputTokens(500)
            .reasoningTokens(100)
            .modalities(
                java.util.List.of(
                    new TokenUsage.ModalityUsage(
                        dev.llmops.MessagePart.Modality.TEXT, 1_000L, 500L, 400L)))
            .build();
    assertThat(prices.problems()).isEmpty();
    assertThat(price(prices, "openai", "acme-large", text))
        .extracting(Calls::amount, Cost::estimated, Cost::priceId)
        // 600 × 2 + 400 × 0.50 + 400 × 8 + 100 × 9 = 1,200 + 200 + 3,200 + 900
        .containsExactly("0.0055", false, "openai/acme-large (litellm.json, 2026-11-20)");
    assertThat(amount(price(prices, "openai", "acme-large", TokenUsage.of(200_001, 0))))
        .isEqualTo("0.800004"); // 200,001 × 4
    assertThat(amountOf(prices, "acme-large", "batch")).isEqualTo("0.003"); // 1,000 × 1 + 500 × 4
    assertThat(amountOf(prices, "acme-large", "flex")).isEqualTo("0.003");
    assertThat(amountOf(prices, "acme-large", "priority")).isEqualTo("0.012");
    assertThat(amountOf(prices, "acme-large", "scale")).isEqualTo("unknown");
    assertThat(amount(price(prices, "groq", "acme-fast", USAGE))).isEqualTo("0.00009");
    assertThat(amount(price(prices, "gcp.vertex_ai", "acme", USAGE))).isEqualTo("0.0015");
    assertThat(amount(price(prices, "gcp.gemini", "acme", USAGE))).isEqualTo("0.003");
    assertThat(amount(price(prices, "gcp.gen_ai", "acme", USAGE))).isEqualTo("0.003");
    assertThat(amount(price(prices, "aws.bedrock", "us.acme.model-v1:0", USAGE)))
        .isEqualTo("0.0045");
    assertThat(
            amount(
                price(
                    prices, "openai", "acme-embed", TokenUsage.builder().inputTokens(50).build())))
        .isEqualTo("0.000001");
    assertThat(price(prices, "openai", "acme-image", USAGE)).isNull();
    assertThat(price(prices, "openai", "sample_spec", USAGE)).isNull();
    assertThat(prices.date()).isEqualTo(LocalDate.of(2026, 11, 20));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'input_cost_per_token': 'abc', 'output_cost_per_token': 1e-6; input_cost_per_token must be"
            + " a decimal number such as 2.50, but was \"abc\"",
        "'input_cost_per_token': -1e-6, 'output_cost_per_token': 1e-6; input_cost_per_token must be"
            + " 0 or more, but was -0.000001",
        "'input_cost_per_token': 1e-999999999, 'output_cost_per_token': 1e-6; input_cost_per_token"
            + " must be a decimal number",
        "'input_cost_per_token': true, 'output_cost_per_token': 1e-6; input_cost_per_token must be"
            + " a decimal number such as 2.50, but was \"true\"",
        "'input_cost_per_token': 1e-6; output_cost_per_token is missing",
        "'output_cost_per_token': 1e-6; input_cost_per_token is missing",
        "'input_cost_per_token': 0.0, 'output_cost_per_token': 0; input and output cost 0, which"
            + " stands for",
        "'input_cost_per_token': 2.5, 'output_cost_per_token': 1e-6; input must be between 0 and"
            + " 10000 per 1 million tokens, but was 2500000",
        "'input_cost_per_token': 1e-6, 'output_cost_per_token': 1e-6, 'input_cost_per_request':"
            + " 0.01; input_cost_per_request: the cost of the tokens would not be the whole cost",
        "'input_cost_per_token': 1e-6, 'output_cost_per_token': 1e-6, 'tiered_pricing': [];"
            + " tiered_pricing is not supported",
        "'input_cost_per_token': 1e-6, 'output_cost_per_token': 1e-6,"
            + " 'cache_read_input_token_cost': 2e-6; cached must not be above input, but was 2"
            + " and 1",
      })
  void aBadLiteLlmEntryIsReportedWithItsKeyAndLeftOut(String prices, String message)
      throws IOException {
    String entry = prices.replace('\'', '"').replace("\"abc\"", "\"abc\"");
    Path file =
        write(
            "litellm.json",
            "{\"bad\": {\"litellm_provider\": \"openai\", "
                + entry
                + "}, \"none\": 3, \"good\": {\"litellm_provider\": \"openai\","
                + " \"input_cost_per_token\": 1e-6, \"output_cost_per_token\": 1e-6}}");

    PriceTable table = PriceTable.readLiteLlm(file);

    assertThat(table.problems()).hasSize(2);
    assertThat(table.problems().get(0))
        .startsWith("LiteLLM price file [litellm.json] key \"bad\": " + message);
    assertThat(table.problems().get(1))
        .isEqualTo("LiteLLM price file [litellm.json] key \"none\": must be an object");
    assertThat(price(table, "openai", "bad", USAGE)).isNull();
    assertThat(price(table, "openai", "good", USAGE)).isNotNull();
  }

  @Test
  void twoLiteLlmKeysForOneModelMustAgree() throws IOException {
    String same = "\"input_cost_per_token\": 1e-6, \"output_cost_per_token\": 1e-6}";
    Path file =
        write(
            "litellm.json",
            "{\"m\": {\"litellm_provider\": \"groq\", "
                + same
                + ", \"groq/m\": {\"litellm_provider\": \"groq\", "
                + same
                + ", \"n\": {\"litellm_provider\": \"groq\", "
                + same
                + ", \"groq/n\": {\"litellm_provider\": \"groq\", "
                + same.replace("1e-6}", "2e-6}")
                + "}");

    PriceTable table = PriceTable.readLiteLlm(file);

    assertThat(table.problems())
        .containsExactly(
            "LiteLLM price file [litellm.json] key \"groq/n\": costs otherwise than under LiteLLM"
                + " price file [litellm.json] key \"n\"; the first is kept");
    assertThat(amount(price(table, "groq", "n", USAGE))).isEqualTo("0.0015");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[]; LiteLLM price file [litellm.json]: must be a JSON object with a key a model, but was"
            + " array",
        "provider,model; LiteLLM price file [litellm.json] line 1: must be JSON",
        "{\"a\": ; LiteLLM price file [litellm.json] line",
      })
  void whatIsNotAJsonObjectIsAnError(String text, String message) throws IOException {
    Path file = write("litellm.json", text);

    assertThatThrownBy(() -> PriceTable.readLiteLlm(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  private static String amountOf(PriceTable prices, String model, String tier) {
    return amount(price(prices, "openai", model, null, tier, null, USAGE, Calls.NOW));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
