package dev.llmops.eval.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.MeasuredRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Prints what the evaluators without a trained model reach on the development rows, and what the
 * trained ones do to rows that they did not learn from. {@link TrainSafetyModels} prints the
 * cross-validated figures of the rest.
 */
class SafetyQualityTest {

  private Path data = Path.of(".");

  @BeforeEach
  void findData() {
    Path folder = Rows.folder();
    if (folder == null) {
      System.out.println("SKIPPED: SafetyQualityTest needs LLMOPS_EVAL_DATA");
    }
    assumeTrue(folder != null);
    data = folder;
  }

  private static void out(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private static Scored scored(Evaluator evaluator, EvalCase evalCase) {
    EvalResult result = evaluator.evaluate(evalCase);
    assertThat(result).as(result.reason()).isInstanceOf(Scored.class);
    return (Scored) result;
  }

  @Test
  void refusalByModel() {
    Evaluator refusal = SafetyEvaluators.refusal();
    Map<String, long[]> counts = new TreeMap<>();
    long right = 0;
    long all = 0;
    for (JsonNode row : Rows.of(data, "refusal_en.jsonl")) {
      String response = row.get("response").asText();
      boolean found = scored(refusal, EvalCase.of(response)).raw() >= 0.5;
      boolean ok = found == (row.get("refusal").asInt() == 1);
      long[] count = counts.computeIfAbsent(row.get("model").asText(), key -> new long[2]);
      count[0] += ok ? 1 : 0;
      count[1]++;
      right += ok ? 1 : 0;
      all++;
    }
    out("refusal, accuracy (rules; written against these rows)");
    out("  %-20s %s", "all", Quality.share(right, all));
    counts.forEach((model, c) -> out("  %-20s %s", model, Quality.share(c[0], c[1])));
    MeasuredRows.add(
        "safety",
        "`refusal`, accuracy (its rules saw these rows)",
        ".95",
        Quality.share(right, all),
        "refusal_en");
    assertThat((double) right / all).isGreaterThan(0.945);
  }

  @Test
  void swappedGroupsChangeToxicityLittle() {
    Evaluator toxicity = SafetyEvaluators.toxicity();
    Evaluator hate = SafetyEvaluators.hate();
    double sum = 0;
    long large = 0;
    long higher = 0;
    long pairs = 0;
    for (JsonNode row : Rows.of(data, "bias_pairs_en.jsonl")) {
      EvalCase one = EvalCase.of(row.get("stereotype").asText());
      EvalCase other = EvalCase.of(row.get("anti").asText());
      double difference = Math.abs(scored(toxicity, one).raw() - scored(toxicity, other).raw());
      sum += difference;
      large += difference > 0.2 ? 1 : 0;
      higher += scored(hate, one).raw() > scored(hate, other).raw() ? 1 : 0;
      pairs++;
    }
    out("bias pairs");
    out("  mean difference of toxicity %.3f n=%d", sum / pairs, pairs);
    out("  pairs that differ by more than .2: %s", Quality.share(large, pairs));
    out("  stereotype more hateful than its counterpart: %s", Quality.share(higher, pairs));
    MeasuredRows.add(
        "safety",
        "`toxicity` differs by more than .2 between swapped groups",
        "",
        Quality.share(large, pairs),
        "bias_pairs_en");
    assertThat(sum / pairs).isLessThan(0.12); // a known weakness: see the page
  }

  @Test
  void hiddenInstructionsGivenAsInput() {
    Evaluator injection = SafetyEvaluators.promptInjection();
    List<Double> scores = new ArrayList<>();
    List<Boolean> labels = new ArrayList<>();
    long flagged = 0;
    long harmless = 0;
    for (JsonNode row : Rows.of(data, "prompt_injection.jsonl")) {
      EvalCase input = EvalCase.builder().input(row.get("text").asText()).build();
      boolean label = row.get("label").asInt() == 1;
      Scored result = scored(injection, input);
      scores.add(result.raw());
      labels.add(label);
      if (!label && row.get("source").asText().equals("xsum_article")) {
        harmless++;
        flagged += result.raw() >= 0.5 ? 1 : 0;
      }
    }
    double[] s = scores.stream().mapToDouble(d -> d).toArray();
    boolean[] l = new boolean[s.length];
    for (int i = 0; i < l.length; i++) {
      l[i] = labels.get(i);
    }
    out(
        "prompt injection, all rows as input (most were learnt from): %s",
        Quality.aucWithInterval(s, l));
    out(
        "  articles as input that are flagged (never learnt): %s",
        Quality.share(flagged, harmless));
    MeasuredRows.add(
        "safety",
        "`prompt_injection`, AUC (most rows were learnt from)",
        "",
        Quality.aucWithInterval(s, l),
        "prompt_injection");
    MeasuredRows.add(
        "safety",
        "`prompt_injection`, articles flagged",
        "",
        Quality.share(flagged, harmless),
        "prompt_injection, xsum_article");
    assertThat(Quality.auc(s, l)).isGreaterThan(0.97);
  }

  /** Labelled types to what the evaluators call them; structured types beside these are missed. */
  private static final Map<String, String> KINDS =
      Map.ofEntries(
          Map.entry("EMAIL", "EMAIL"),
          Map.entry("PHONE", "PHONE"),
          Map.entry("CN_MOBILE", "PHONE"),
          Map.entry("CN_LANDLINE", "PHONE"),
          Map.entry("CREDIT_CARD", "CARD"),
          Map.entry("BANK_CARD", "CARD"),
          Map.entry("IBAN", "IBAN"),
          Map.entry("US_SSN", "SSN"),
          Map.entry("IP", "IP"),
          Map.entry("CN_ID", "CN_ID"),
          Map.entry("API_KEY", "SECRET"));

  /** Counts, not places: of 2 labelled and 3 found values of a kind in a text 2 are right. */
  @Test
  void personalDataByKind() {
    Evaluator pii = SafetyEvaluators.pii();
    Evaluator secrets = SafetyEvaluators.secrets();
    for (String file : List.of("pii_generated.jsonl", "pii_en.jsonl")) {
      Map<String, long[]> counts = new TreeMap<>();
      long clean = 0;
      long flagged = 0;
      for (JsonNode row : Rows.of(data, file)) {
        EvalCase text = EvalCase.of(row.get("text").asText());
        Map<String, Integer> found = new TreeMap<>(counts(scored(pii, text)));
        found.putAll(counts(scored(secrets, text)));
        Map<String, Integer> labelled = new TreeMap<>();
        for (JsonNode span : row.get("spans")) {
          String type = span.get("type").asText();
          if (KINDS.containsKey(type) || span.path("structured").asBoolean()) {
            labelled.merge(KINDS.getOrDefault(type, "without a kind: " + type), 1, Integer::sum);
          }
        }
        if (row.path("hard_negative").asBoolean()) {
          clean++;
          flagged += found.isEmpty() ? 0 : 1;
        }
        java.util.Set<String> kinds = new java.util.TreeSet<>(found.keySet());
        kinds.addAll(labelled.keySet());
        for (String kind : kinds) {
          int f = found.getOrDefault(kind, 0);
          int l = labelled.getOrDefault(kind, 0);
          for (String key : List.of(kind, "all")) {
            long[] count = counts.computeIfAbsent(key, k -> new long[3]);
            count[0] += Math.min(f, l);
            count[1] += f;
            count[2] += l;
          }
        }
      }
      out("%s, values by kind", file);
      counts.forEach(
          (kind, c) ->
              out(
                  "  %-32s precision %s  recall %s",
                  kind,
                  c[1] == 0 ? "–" : Quality.share(c[0], c[1]),
                  c[2] == 0 ? "–" : Quality.share(c[0], c[2])));
      long[] all = counts.getOrDefault("all", new long[3]);
      String rows = file.replace(".jsonl", "");
      MeasuredRows.add(
          "safety", "`pii` and `secrets`, precision", ".98", Quality.share(all[0], all[1]), rows);
      MeasuredRows.add(
          "safety", "`pii` and `secrets`, recall", ".90", Quality.share(all[0], all[2]), rows);
      assertThat((double) all[0] / all[1]).as("precision").isGreaterThanOrEqualTo(0.98);
      assertThat((double) all[0] / all[2]).as("recall").isGreaterThanOrEqualTo(0.90);
      if (clean > 0) {
        out("  look-alikes flagged %s", Quality.share(flagged, clean));
        MeasuredRows.add(
            "safety", "`pii`, look-alikes flagged", "", Quality.share(flagged, clean), rows);
        assertThat((double) flagged / clean).isLessThanOrEqualTo(0.02);
      }
    }
  }

  /** Of {@code found: 2 × EMAIL, 1 × IP}. */
  private static Map<String, Integer> counts(Scored result) {
    Map<String, Integer> counts = new TreeMap<>();
    if (result.raw() > 0) {
      for (String each : result.reason().substring("found: ".length()).split(", ", -1)) {
        String[] parts = each.split(" × ", -1);
        counts.put(parts[1], Integer.parseInt(parts[0]));
      }
    }
    return counts;
  }

  @Test
  void timeOfTwoHundredWords() {
    StringBuilder english = new StringBuilder();
    for (int i = 0; i < 25; i++) {
      english.append("The weather is not so nice today, perhaps! ");
    }
    EvalCase evalCase =
        EvalCase.builder().input(english.toString()).output(english.toString()).build();
    for (String name :
        List.of("toxicity", "hate", "profanity", "prompt_injection", "refusal", "pii", "secrets")) {
      Evaluator evaluator = Evaluators.byName(name);
      long best = Long.MAX_VALUE;
      for (int round = 0; round < 30; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
          scored(evaluator, evalCase);
        }
        best = Math.min(best, (System.nanoTime() - start) / 100);
      }
      out("  %-20s %.1f µs for 200 words (best of 30 × 100)", name, best / 1000.0);
    }
  }
}
