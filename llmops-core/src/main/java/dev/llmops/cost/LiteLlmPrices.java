package dev.llmops.cost;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads LiteLLM's {@code model_prices_and_context_window.json}: an object of models, prices per
 * token in US dollars, by the keys of its {@code sample_spec} and the suffixes that its cost
 * calculator knows (BerriAI/litellm, as of July 2026). Keys that are not prices per token are
 * passed over; an entry that cannot be used is reported and left out.
 */
final class LiteLlmPrices {

  private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
  private static final int MAX_PROBLEMS = 1_000;

  private static final Map<String, Rate> KEYS =
      Map.ofEntries(
          Map.entry("input_cost_per_token", Rate.INPUT),
          Map.entry("output_cost_per_token", Rate.OUTPUT),
          Map.entry("cache_read_input_token_cost", Rate.CACHED),
          Map.entry("cache_creation_input_token_cost", Rate.CACHE_WRITE),
          Map.entry("cache_creation_input_token_cost_above_1hr", Rate.CACHE_WRITE_1H),
          Map.entry("output_cost_per_reasoning_token", Rate.REASONING),
          Map.entry("input_cost_per_audio_token", Rate.AUDIO_INPUT),
          Map.entry("cache_read_input_audio_token_cost", Rate.AUDIO_CACHED),
          Map.entry("output_cost_per_audio_token", Rate.AUDIO_OUTPUT),
          Map.entry("input_cost_per_image_token", Rate.IMAGE_INPUT),
          Map.entry("cache_read_input_image_token_cost", Rate.IMAGE_CACHED),
          Map.entry("output_cost_per_image_token", Rate.IMAGE_OUTPUT));

  private static final Map<String, String> TIERS =
      Map.of("batches", "batch", "flex", "flex", "priority", "priority");

  private static final Pattern KEY =
      Pattern.compile(
          "(?<base>[a-z_]+?(?:_above_1hr)?)(?:_above_(?<thousands>\\d{1,6})k_tokens)?"
              + "(?:_(?<tier>batches|flex|priority))?");

  /** Their names for providers, ours after the OpenTelemetry conventions. */
  private static final Map<String, String> PROVIDERS =
      Map.ofEntries(
          Map.entry("azure", "azure.ai.openai"),
          Map.entry("azure_ai", "azure.ai.inference"),
          Map.entry("azure_text", "azure.ai.openai"),
          Map.entry("bedrock", "aws.bedrock"),
          Map.entry("bedrock_converse", "aws.bedrock"),
          Map.entry("cohere_chat", "cohere"),
          Map.entry("gemini", "gcp.gemini|gcp.gen_ai"),
          Map.entry("mistral", "mistral_ai"),
          Map.entry("moonshot", "moonshot_ai"),
          Map.entry("text-completion-openai", "openai"),
          Map.entry("vertex_ai", "gcp.vertex_ai"),
          Map.entry("watsonx", "ibm.watsonx.ai"),
          Map.entry("xai", "x_ai"));

  private static final Set<String> MODES =
      Set.of("chat", "completion", "responses", "embedding", "audio_transcription", "realtime");

  private final String file;
  private final LocalDate date;
  private final Map<String, PriceLine> seen = new HashMap<>();
  private final List<PriceLine> lines = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private int skipped;

  private LiteLlmPrices(String file, LocalDate date) {
    this.file = file;
    this.date = date;
  }

  /**
   * Reads a file.
   *
   * @param file its name, for messages and price ids
   * @param date of the file
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it is not a JSON object
   */
  static LiteLlmPrices read(String file, LocalDate date, InputStream json) throws IOException {
    ObjectMapper mapper =
        JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    JsonNode models;
    try {
      models = mapper.readTree(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "LiteLLM price file ["
              + file
              + "]"
              + (e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr())
              + ": must be JSON, an object with a key a model; "
              + e.getOriginalMessage(),
          e);
    }
    if (models == null || !models.isObject()) {
      throw new IllegalArgumentException(
          "LiteLLM price file ["
              + file
              + "]: must be a JSON object with a key a model, but was "
              + (models == null ? "empty" : models.getNodeType().name().toLowerCase(Locale.ROOT)));
    }
    LiteLlmPrices prices = new LiteLlmPrices(file, date);
    models.properties().forEach(entry -> prices.add(entry.getKey(), entry.getValue()));
    return prices;
  }

  List<PriceLine> lines() {
    return lines;
  }

  /** What was left out and why, with its key; at most 1,000 of them. */
  List<String> problems() {
    return problems;
  }

  /** How many problems there were, reported or not. */
  int skipped() {
    return skipped;
  }

  private void add(String key, JsonNode entry) {
    if (key.equals("sample_spec")) {
      return;
    }
    try {
      if (!entry.isObject()) {
        throw new IllegalArgumentException("must be an object");
      }
      String mode = entry.path("mode").asText("chat");
      if (MODES.contains(mode)) {
        add(key, entry, mode);
      }
    } catch (IllegalArgumentException e) {
      problem(key, String.valueOf(e.getMessage()));
    }
  }

  private void add(String key, JsonNode entry, String mode) {
    Map<String, Map<Long, Map<Rate, BigDecimal>>> tiers = prices(entry);
    if (entry.has("tiered_pricing")) {
      throw new IllegalArgumentException("tiered_pricing is not supported");
    }
    JsonNode request = entry.get("input_cost_per_request");
    if (request != null && request.asDouble() != 0) {
      throw new IllegalArgumentException(
          "input_cost_per_request: the cost of the tokens would not be the whole cost");
    }
    Map<Rate, BigDecimal> base =
        tiers.getOrDefault("standard", Map.of()).getOrDefault(0L, Map.of());
    if (base.isEmpty()) {
      return; // priced by image, second, page or query
    }
    boolean embedding = mode.equals("embedding");
    BigDecimal input = base.get(Rate.INPUT);
    BigDecimal output = base.get(Rate.OUTPUT);
    if (input == null) {
      throw new IllegalArgumentException("input_cost_per_token is missing");
    }
    if (output == null && !embedding) {
      throw new IllegalArgumentException("output_cost_per_token is missing");
    }
    if (input.signum() == 0 && (output == null || output.signum() == 0)) {
      throw new IllegalArgumentException(
          "input and output cost 0, which stands for \"not known\" as well as for \"free\"; if it"
              + " is free, say so with PriceTable.builder().price(provider, model)");
    }
    JsonNode named = entry.get("litellm_provider");
    if (named == null || !named.isTextual() || named.asText().isBlank()) {
      throw new IllegalArgumentException("litellm_provider is missing");
    }
    String family = named.asText().startsWith("vertex_ai") ? "vertex_ai" : named.asText();
    String provider = PROVIDERS.getOrDefault(family, family);
    // "groq/llama-3.1-8b-instant" is groq's llama-3.1-8b-instant
    String model = key.startsWith(family + "/") ? key.substring(family.length() + 1) : key;

    List<PriceLine> found = new ArrayList<>();
    tiers.forEach(
        (tier, bands) -> {
          Map<Rate, BigDecimal> whole = bands.getOrDefault(0L, Map.of());
          if (!whole.containsKey(Rate.INPUT) || (!embedding && !whole.containsKey(Rate.OUTPUT))) {
            problem(key, tier + " needs the cost of input and of output; tier left out");
            return;
          }
          bands.forEach(
              (above, rates) ->
                  found.addAll(lines(key, provider, model, tier, above, whole, rates, embedding)));
        });
    if (same(provider, model, found)) {
      lines.addAll(found);
    }
  }

  private List<PriceLine> lines(
      String key,
      String provider,
      String model,
      String tier,
      long above,
      Map<Rate, BigDecimal> whole,
      Map<Rate, BigDecimal> rates,
      boolean embedding) {
    PriceLine.Draft draft =
        new PriceLine.Draft(
            "LiteLLM price file [" + file + "] key \"" + key + "\"",
            List.of(provider.split("\\|")),
            ModelPattern.literal(model));
    draft.tiers(List.of(tier));
    draft.above(above);
    draft.source(file);
    draft.checked(date);
    // what a band does not name costs what it costs below the band, as in LiteLLM's calculator
    Map<Rate, BigDecimal> all = new EnumMap<>(Rate.class);
    all.putAll(whole);
    all.putAll(rates);
    all.forEach(
        (rate, price) -> {
          boolean unused = embedding && rate == Rate.OUTPUT && price.signum() == 0;
          // 0 for a part is a gap in the file rather than a gift
          boolean gap = price.signum() == 0 && rate != Rate.INPUT && rate != Rate.OUTPUT;
          if (!unused && !gap) {
            draft.price(rate, price);
          }
        });
    return draft.lines();
  }

  /** Whether these lines are new; the same model under two keys must cost the same. */
  private boolean same(String provider, String model, List<PriceLine> found) {
    boolean fresh = true;
    for (PriceLine line : found) {
      PriceLine other =
          seen.putIfAbsent(
              provider + '\n' + model + '\n' + line.tier() + '\n' + line.above(), line);
      if (other == null) {
        continue;
      }
      fresh = false;
      for (Rate rate : Rate.values()) {
        BigDecimal one = other.perMillion(rate);
        BigDecimal two = line.perMillion(rate);
        if (one == null ? two != null : !one.equals(two)) {
          throw new IllegalArgumentException(
              "costs otherwise than under " + other.where() + "; the first is kept");
        }
      }
    }
    return fresh;
  }

  private static Map<String, Map<Long, Map<Rate, BigDecimal>>> prices(JsonNode entry) {
    Map<String, Map<Long, Map<Rate, BigDecimal>>> tiers = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : entry.properties()) {
      Matcher key = KEY.matcher(field.getKey());
      Rate rate = key.matches() ? KEYS.get(key.group("base")) : null;
      if (rate == null || field.getValue().isNull()) {
        continue;
      }
      String tier = key.group("tier");
      String thousands = key.group("thousands");
      tiers
          .computeIfAbsent(tier == null ? "standard" : tierOf(tier), t -> new HashMap<>())
          .computeIfAbsent(
              thousands == null ? 0L : Long.parseLong(thousands) * 1_000,
              above -> new EnumMap<>(Rate.class))
          .put(rate, perMillion(field.getKey(), field.getValue()));
    }
    return tiers;
  }

  private static String tierOf(String suffix) {
    String tier = TIERS.get(suffix);
    return tier == null ? suffix : tier;
  }

  private static BigDecimal perMillion(String key, JsonNode value) {
    String text = value.isNumber() || value.isTextual() ? value.asText() : value.toString();
    BigDecimal number = PriceCsv.number(key, text.strip());
    if (number.signum() < 0) {
      throw new IllegalArgumentException(key + " must be 0 or more, but was " + text);
    }
    return number.multiply(MILLION).stripTrailingZeros();
  }

  private void problem(String key, String what) {
    skipped++;
    if (problems.size() < MAX_PROBLEMS) {
      problems.add("LiteLLM price file [" + file + "] key \"" + PriceCsv.cut(key) + "\": " + what);
    }
  }

  /** The models that have a price, for messages. */
  int models() {
    Set<String> models = new TreeSet<>();
    lines.forEach(line -> models.add(line.providers() + line.model().text()));
    return models.size();
  }

  /** The first problem, if any. */
  @Nullable String firstProblem() {
    return problems.isEmpty() ? null : problems.get(0);
  }
}
