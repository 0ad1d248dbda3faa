package dev.llmops.eval.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.dataset.CaseJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The scores of a run that later ones are compared with, case by case: a small file that is
 * committed and reads well in a diff, a line a case, without content. Immutable.
 *
 * <p>It is what a person once looked at and accepted; nothing here picks the best of several runs,
 * which would be a baseline that luck made. A case counts as the same while its id, input and
 * references are the same; cases that are new, gone or changed are left out of a comparison, and
 * counted.
 */
public final class Baseline {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SCHEMA = 1;
  private static final int HASH_CHARS = 12;

  private final String name;
  private final String dataset;
  private final Map<String, String> evaluators;
  private final Map<String, Entry> cases;

  private Baseline(
      String name, String dataset, Map<String, String> evaluators, Map<String, Entry> cases) {
    this.name = name;
    this.dataset = dataset;
    this.evaluators = Collections.unmodifiableMap(new TreeMap<>(evaluators));
    this.cases = Collections.unmodifiableMap(new TreeMap<>(cases));
  }

  /**
   * What this run scored.
   *
   * @throws IllegalArgumentException if the run left cases out, or has runs without a score: a
   *     baseline with holes would hide what is lost there
   */
  public static Baseline of(EvalReport report) {
    if (report.ending().kind() != EvalReport.Ending.Kind.COMPLETE || report.runs().isEmpty()) {
      throw new IllegalArgumentException(
          "report must be of a complete run with at least one case, but was " + report);
    }
    Map<String, String> evaluators = new TreeMap<>();
    report.evaluators().forEach(each -> evaluators.put(each.name(), each.signature()));
    Map<String, Entry> cases = new TreeMap<>();
    for (CaseRun run : report.runs()) {
      Entry entry =
          cases.computeIfAbsent(
              run.caseId(), id -> new Entry(hash(run.evalCase()), new TreeMap<>()));
      for (EvalResult result : run.results()) {
        if (!(result instanceof Scored scored)) {
          throw new IllegalArgumentException(
              "case "
                  + run.caseId()
                  + " has no score of "
                  + result.by().name()
                  + ": "
                  + result.reason()
                  + "; a baseline needs a score of every case");
        }
        entry
            .scores()
            .computeIfAbsent(result.by().name(), unused -> new ArrayList<>())
            .add(scored.score());
      }
    }
    return new Baseline(report.name(), report.dataset().version(), evaluators, cases);
  }

  /**
   * Reads a file that {@link #save} wrote.
   *
   * @throws IllegalArgumentException if it is no baseline; the message says why
   * @throws UncheckedIOException if it cannot be read
   */
  public static Baseline load(Path path) {
    Baseline baseline = loadIfPresent(path);
    if (baseline == null) {
      throw new UncheckedIOException(
          new NoSuchFileException(
              path + ": there is no baseline; write one with Baseline.of(report).save(path)"));
    }
    return baseline;
  }

  /** Reads a file that {@link #save} wrote; null when there is none, which no gate passes. */
  public static @Nullable Baseline loadIfPresent(Path path) {
    JsonNode root;
    try {
      root = JSON.readTree(Files.readString(path));
    } catch (NoSuchFileException e) {
      return null;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "baseline ["
              + path
              + "] line "
              + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
              + ": not JSON; resolve what a merge left, or write it anew");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (root == null || root.path("schema").asInt() != SCHEMA || !root.path("cases").isObject()) {
      throw new IllegalArgumentException(
          "baseline ["
              + path
              + "] must be an object with \"schema\": "
              + SCHEMA
              + " and \"cases\"; write it anew with this version");
    }
    Map<String, String> evaluators = new TreeMap<>();
    root.path("evaluators")
        .properties()
        .forEach(e -> evaluators.put(e.getKey(), e.getValue().asText()));
    Map<String, Entry> cases = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : root.path("cases").properties()) {
      cases.put(each.getKey(), entry(path, each.getKey(), each.getValue()));
    }
    return new Baseline(
        root.path("name").asText(), root.path("dataset").asText(), evaluators, cases);
  }

  /**
   * Writes the file, whole or not at all.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void save(Path path) {
    try {
      Path target = path.toAbsolutePath();
      Files.createDirectories(Objects.requireNonNull(target.getParent()));
      Path half = Files.createTempFile(target.getParent(), ".baseline", ".tmp");
      try {
        Files.writeString(half, text());
        Files.move(
            half, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(half);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("baseline [" + path + "] cannot be written", e);
    }
  }

  /** The name of the run it is from. */
  public String name() {
    return name;
  }

  /** How many cases it holds. */
  public int size() {
    return cases.size();
  }

  /** A case's mean score, absent when it is not here. */
  public @Nullable Double score(String caseId, String evaluator) {
    Entry entry = cases.get(caseId);
    List<Double> scores = entry == null ? null : entry.scores().get(evaluator);
    return scores == null ? null : mean(scores, null);
  }

  /** Name and size. */
  @Override
  public String toString() {
    return "Baseline[" + name + ", " + cases.size() + " cases]";
  }

  /** The cases that both have, in the report's order. */
  Pairs pairs(EvalReport report, String evaluator, @Nullable Double threshold) {
    EvaluatorSpec spec = Objects.requireNonNull(report.evaluator(evaluator));
    String signature = evaluators.get(evaluator);
    if (!spec.signature().equals(signature)) {
      return Pairs.nothing(
          signature == null
              ? "the baseline has no scores of " + evaluator + "; write it anew."
              : "the baseline was measured by "
                  + signature
                  + " and the run by "
                  + spec.signature()
                  + ", which cannot be compared; write the baseline anew.");
    }
    Map<String, List<Double>> now = new LinkedHashMap<>();
    Map<String, String> hashes = new LinkedHashMap<>();
    for (CaseRun run : report.runs()) {
      if (run.result(evaluator) instanceof Scored scored) {
        now.computeIfAbsent(run.caseId(), unused -> new ArrayList<>()).add(scored.score());
        hashes.putIfAbsent(run.caseId(), hash(run.evalCase()));
      }
    }
    List<Double> before = new ArrayList<>();
    List<Double> after = new ArrayList<>();
    boolean same = true;
    int fresh = 0;
    int changed = 0;
    for (Map.Entry<String, List<Double>> each : now.entrySet()) {
      Entry entry = cases.get(each.getKey());
      List<Double> scores = entry == null ? null : entry.scores().get(evaluator);
      if (entry == null || scores == null) {
        fresh++;
      } else if (!entry.hash().equals(hashes.get(each.getKey()))) {
        changed++;
      } else {
        before.add(mean(scores, threshold));
        after.add(mean(each.getValue(), threshold));
        same &= scores.size() == each.getValue().size();
      }
    }
    long gone = cases.keySet().stream().filter(id -> !now.containsKey(id)).count();
    if (before.isEmpty()) {
      return Pairs.nothing(
          "the run and the baseline have no case in common ("
              + fresh
              + " new, "
              + changed
              + " changed, "
              + gone
              + " gone); write the baseline anew.");
    }
    String note =
        fresh + changed + gone == 0
            ? ""
            : "Compared are "
                + before.size()
                + " cases; left out are "
                + fresh
                + " new, "
                + changed
                + " changed and "
                + gone
                + " gone since the baseline. ";
    return new Pairs(array(before), array(after), same, note, null);
  }

  private String text() {
    // by hand down to the case, so that a case is a line
    StringBuilder text = new StringBuilder("{\n  \"schema\": ").append(SCHEMA);
    text.append(",\n  \"name\": ").append(json(name));
    text.append(",\n  \"dataset\": ").append(json(dataset));
    text.append(",\n  \"evaluators\": {");
    String comma = "\n    ";
    for (Map.Entry<String, String> each : evaluators.entrySet()) {
      text.append(comma).append(json(each.getKey())).append(": ").append(json(each.getValue()));
      comma = ",\n    ";
    }
    text.append("\n  },\n  \"cases\": {");
    comma = "\n    ";
    for (Map.Entry<String, Entry> each : cases.entrySet()) {
      text.append(comma).append(json(each.getKey())).append(": ").append(each.getValue().json());
      comma = ",\n    ";
    }
    return text.append("\n  }\n}\n").toString();
  }

  private static Entry entry(Path path, String id, JsonNode node) {
    Map<String, List<Double>> scores = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : node.path("scores").properties()) {
      List<Double> all = new ArrayList<>();
      for (JsonNode score : each.getValue()) {
        if (!score.isNumber() || !(score.asDouble() >= 0 && score.asDouble() <= 1)) {
          throw new IllegalArgumentException(
              "baseline ["
                  + path
                  + "] case "
                  + id
                  + ": scores must be numbers between 0.0 and 1.0");
        }
        all.add(score.asDouble());
      }
      if (all.isEmpty()) {
        throw new IllegalArgumentException(
            "baseline [" + path + "] case " + id + ": scores must not be empty");
      }
      scores.put(each.getKey(), all);
    }
    return new Entry(node.path("case").asText(), scores);
  }

  /** Of what is asked, not of what was answered. */
  private static String hash(EvalCase evalCase) {
    EvalCase.Builder asked =
        EvalCase.builder()
            .input(evalCase.input())
            .messages(evalCase.messages())
            .references(evalCase.references())
            .relevantIds(evalCase.relevantIds())
            .expectedToolCalls(evalCase.expectedToolCalls());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(CaseJson.write(asked.build()).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, HASH_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  private static double mean(List<Double> scores, @Nullable Double threshold) {
    double sum = 0;
    for (double score : scores) {
      sum += threshold == null ? score : score >= threshold ? 1 : 0;
    }
    return sum / scores.size();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static String json(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One case: the hash of what is asked, and each evaluator's scores, one a repetition. */
  private record Entry(String hash, Map<String, List<Double>> scores) {

    String json() {
      ObjectNode node = JSON.createObjectNode().put("case", hash);
      ObjectNode all = node.putObject("scores");
      scores.forEach(
          (name, values) -> {
            ArrayNode array = all.putArray(name);
            values.forEach(array::add);
          });
      return node.toString();
    }
  }

  /**
   * Case by case: before and now.
   *
   * @param sameRepetitions whether each case was repeated as often
   * @param note what was left out, in a sentence; empty when nothing was
   * @param why there is nothing to compare, absent when there is
   */
  record Pairs(
      double[] before, double[] now, boolean sameRepetitions, String note, @Nullable String why) {

    static Pairs nothing(String why) {
      return new Pairs(new double[0], new double[0], true, "", why);
    }
  }
}
