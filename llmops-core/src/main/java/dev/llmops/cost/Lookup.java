package dev.llmops.cost;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the line of a price table for a call. What was found once for a provider, its models and a
 * tier is kept in a bounded cache, so that a call costs one look-up. Thread-safe.
 */
final class Lookup {

  /** More than any application calls; a gateway's or an attacker's endless names are evicted. */
  static final int MAX_CACHED = 1024;

  /** Longer names are no model's: not looked up, not kept. */
  private static final int MAX_NAME = 256;

  /** Names that the conventions and clients used before, or use beside today's. */
  private static final Map<String, String> ALIASES =
      Map.ofEntries(
          Map.entry("az.ai.inference", "azure.ai.inference"),
          Map.entry("az.ai.openai", "azure.ai.openai"),
          Map.entry("bedrock", "aws.bedrock"),
          Map.entry("gemini", "gcp.gemini"),
          Map.entry("google_genai", "gcp.gen_ai"),
          Map.entry("mistral", "mistral_ai"),
          Map.entry("vertex_ai", "gcp.vertex_ai"),
          Map.entry("xai", "x_ai"));

  private final List<Map<String, Provider>> layers = new ArrayList<>();
  private final Cache<Key, Candidate[]> cache =
      Caffeine.newBuilder().maximumSize(MAX_CACHED).executor(Runnable::run).build();
  private final Function<Key, Candidate[]> resolver;

  /**
   * Indexes price lines.
   *
   * @param layers the first wins
   * @param onResolve run when something is looked up that the cache does not know
   * @throws IllegalArgumentException if two lines of a layer are for the same tokens
   */
  Lookup(List<List<PriceLine>> layers, Runnable onResolve) {
    for (List<PriceLine> lines : layers) {
      this.layers.add(index(lines));
    }
    this.resolver =
        key -> {
          onResolve.run();
          return resolve(key);
        };
  }

  @Nullable Cost price(
      String provider,
      @Nullable String requestModel,
      @Nullable String responseModel,
      @Nullable String tier,
      TokenUsage usage,
      Instant start) {
    Long input = usage.inputTokens();
    if (input == null
        || tooLong(provider)
        || tooLong(requestModel)
        || tooLong(responseModel)
        || tooLong(tier)) {
      return null;
    }
    Candidate[] candidates =
        cache.get(new Key(provider, requestModel, responseModel, tier), resolver);
    if (candidates == null) {
      return null;
    }
    long in = input;
    for (Candidate candidate : candidates) {
      PriceLine line = candidate.lineFor(in, start.getEpochSecond());
      if (line != null) {
        return line.cost(usage, in, candidate.assumed);
      }
    }
    return null;
  }

  /** How many look-ups are kept. */
  long cached() {
    cache.cleanUp();
    return cache.estimatedSize();
  }

  private Candidate[] resolve(Key key) {
    List<Candidate> found = new ArrayList<>(2);
    String provider = ALIASES.getOrDefault(key.provider, key.provider);
    String tier = tierName(key.tier);
    String first = key.responseModel != null ? key.responseModel : key.requestModel;
    if (first != null) {
      find(provider, first, tier, false, found);
    }
    String second = key.requestModel;
    if (second != null && !second.equals(first)) {
      find(provider, second, tier, true, found);
    }
    return found.toArray(new Candidate[0]);
  }

  private void find(
      String provider, String model, String tier, boolean assumed, List<Candidate> found) {
    for (Map<String, Provider> layer : layers) {
      Provider prices = layer.get(provider);
      List<PriceLine> lines = prices == null ? null : prices.find(model);
      Candidate candidate = lines == null ? null : Candidate.of(lines, tier, assumed);
      if (candidate != null) {
        found.add(candidate);
      }
    }
  }

  /** The names of the ordinary tier differ; every other name stands for itself. */
  private static String tierName(@Nullable String tier) {
    if (tier == null) {
      return PriceLine.Draft.STANDARD;
    }
    String name = tier.strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      // "auto" is what OpenAI, Anthropic and Groq take when nothing is asked; "standard_only" is
      // Anthropic's and "on_demand" Groq's name for the ordinary tier
      case "", "auto", "default", "on_demand", "standard_only" -> PriceLine.Draft.STANDARD;
      default -> name;
    };
  }

  private static boolean tooLong(@Nullable String name) {
    return name != null && name.length() > MAX_NAME;
  }

  private static Map<String, Provider> index(List<PriceLine> lines) {
    Map<String, Provider> providers = new HashMap<>();
    for (PriceLine line : lines) {
      for (String name : line.providers()) {
        providers.computeIfAbsent(ALIASES.getOrDefault(name, name), n -> new Provider()).add(line);
      }
    }
    return providers;
  }

  private record Key(
      String provider,
      @Nullable String requestModel,
      @Nullable String responseModel,
      @Nullable String tier) {}

  /** The lines of one provider, by what a model name must look like. */
  private static final class Provider {
    private final Map<String, List<PriceLine>> exact = new HashMap<>();
    private final Map<String, List<PriceLine>> dated = new HashMap<>();
    private final Map<String, List<PriceLine>> prefixes = new HashMap<>();

    void add(PriceLine line) {
      line.model().exact().forEach(name -> add(exact, name, line));
      line.model().dated().forEach(name -> add(dated, name, line));
      line.model().prefixes().forEach(name -> add(prefixes, name, line));
    }

    /** The name itself, else its dated family, else the longest declared beginning. */
    @Nullable List<PriceLine> find(String model) {
      List<PriceLine> lines = exact.get(model);
      if (lines == null) {
        String family = ModelPattern.withoutDate(model);
        lines = family == null ? null : dated.get(family);
      }
      if (lines == null && !prefixes.isEmpty()) {
        for (int end = model.length() - 1; lines == null && end > 0; end--) {
          lines = prefixes.get(model.substring(0, end));
        }
      }
      return lines;
    }

    private static void add(Map<String, List<PriceLine>> map, String name, PriceLine line) {
      List<PriceLine> lines = map.computeIfAbsent(name, n -> new ArrayList<>(2));
      for (PriceLine other : lines) {
        if (other.overlaps(line)) {
          throw new IllegalArgumentException(
              line.where()
                  + ": model \""
                  + name
                  + "\" already has a price for tier "
                  + line.tier()
                  + " above "
                  + line.above()
                  + " tokens in this period ("
                  + other.where()
                  + "); end the older one with until");
        }
      }
      lines.add(line);
    }
  }

  /** The lines of one model and tier, those for the longest input first. */
  private static final class Candidate {
    private final PriceLine[] lines;
    private final long maxInput;
    private final boolean assumed;

    private Candidate(PriceLine[] lines, long maxInput, boolean assumed) {
      this.lines = lines;
      this.maxInput = maxInput;
      this.assumed = assumed;
    }

    static @Nullable Candidate of(List<PriceLine> all, String tier, boolean assumed) {
      List<PriceLine> own = new ArrayList<>();
      long maxInput = Long.MAX_VALUE;
      for (PriceLine line : all) {
        if (line.tier().equals(tier)) {
          own.add(line);
        }
      }
      if (own.isEmpty()) {
        return null;
      }
      // a model whose standard price rises with long input has no known price for long input in a
      // tier that does not say it: the short one would be too low
      for (PriceLine line : all) {
        if (line.tier().equals(PriceLine.Draft.STANDARD)
            && line.above() > 0
            && own.stream().noneMatch(each -> each.above() == line.above())) {
          maxInput = Math.min(maxInput, line.above());
        }
      }
      own.sort(Comparator.comparingLong(PriceLine::above).reversed());
      return new Candidate(own.toArray(new PriceLine[0]), maxInput, assumed);
    }

    @Nullable PriceLine lineFor(long input, long epochSecond) {
      if (input > maxInput) {
        return null;
      }
      for (PriceLine line : lines) {
        if ((input > line.above() || line.above() == 0) && line.validAt(epochSecond)) {
          return line;
        }
      }
      return null;
    }
  }
}
