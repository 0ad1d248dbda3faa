package dev.llmops.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.CallRef;
import dev.llmops.Cost;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.commons.text.similarity.JaccardSimilarity;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.commons.text.similarity.LongestCommonSubsequence;

/**
 * What each free evaluator is measured on: 200 words of English, in the form that it judges, held
 * against a text of which every seventh word is another. Beside it, where there is one, what a Java
 * user would otherwise write.
 */
final class EvaluatorCases {

  /** The row that all times are divided by. */
  static final String UNIT = "lower-casing and splitting the text";

  private static final List<String> VOCABULARY =
      List.of(
          "the", "river", "rises", "in", "hills", "north", "of", "town", "and", "runs", "for",
          "forty", "miles", "before", "it", "meets", "sea", "where", "small", "boats", "carry",
          "grain", "to", "harbour", "every", "morning");
  private static final int WORDS = 200;
  private static final String OUTPUT = words(0) + " The answer is 42.";
  private static final String REFERENCE = words(7) + " The answer is 42.";
  private static final String JSON = json(OUTPUT);
  private static final String SCHEMA =
      "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
          + "\"properties\":{\"id\":{\"type\":\"integer\"},\"word\":{\"type\":\"string\"}},"
          + "\"required\":[\"id\",\"word\"]}}},\"required\":[\"items\"]}";
  private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

  private EvaluatorCases() {}

  /** The names of all free evaluators. */
  static List<String> names() {
    return Evaluators.names().stream()
        .filter(name -> !name.equals("g_eval")) // paid, and nothing without your criteria
        .filter(name -> make(name).spec().costClass() == EvaluatorSpec.CostClass.FREE)
        .toList();
  }

  /** One evaluation; the evaluator must measure something. */
  static Supplier<Object> evaluation(String name) {
    Evaluator evaluator = make(name);
    EvalCase evalCase = evalCase(name);
    EvalResult result = evaluator.evaluate(evalCase);
    if (!(result instanceof EvalResult.Scored)) {
      throw new IllegalStateException(name + " measured nothing: " + result.reason());
    }
    return () -> evaluator.evaluate(evalCase);
  }

  /**
   * What else a user could write, by the evaluator that it stands for; the first word is a label.
   */
  static Map<String, Map.Entry<String, Supplier<Object>>> alternatives() {
    Map<String, Map.Entry<String, Supplier<Object>>> all = new LinkedHashMap<>();
    String fresh = new String(REFERENCE.toCharArray());
    all.put("exact_match", Map.entry("`String.equals`", () -> OUTPUT.equals(fresh)));
    all.put(
        "normalized_exact_match",
        Map.entry("`strip`, `equalsIgnoreCase`", () -> OUTPUT.strip().equalsIgnoreCase(fresh)));
    all.put("contains_all", Map.entry("`String.contains`", () -> OUTPUT.contains("harbour")));
    Pattern pattern = Pattern.compile("answer is (\\d+)");
    all.put("regex", Map.entry("`java.util.regex`", () -> pattern.matcher(OUTPUT).find()));
    all.put("length", Map.entry("`split`, length", () -> WHITE_SPACE.split(OUTPUT).length));
    all.put("json_valid", Map.entry("Jackson `readTree`", () -> tree(JSON)));
    JsonNode wanted = tree(JSON);
    all.put("json_equal", Map.entry("Jackson, `equals`", () -> tree(JSON).equals(wanted)));
    LevenshteinDistance levenshtein = LevenshteinDistance.getDefaultInstance();
    all.put(
        "levenshtein",
        Map.entry(
            "Commons Text `LevenshteinDistance`", () -> levenshtein.apply(OUTPUT, REFERENCE)));
    JaroWinklerSimilarity jaroWinkler = new JaroWinklerSimilarity();
    all.put(
        "jaro_winkler",
        Map.entry(
            "Commons Text `JaroWinklerSimilarity`", () -> jaroWinkler.apply(OUTPUT, REFERENCE)));
    JaccardSimilarity jaccard = new JaccardSimilarity();
    all.put(
        "jaccard",
        Map.entry(
            "Commons Text `JaccardSimilarity`, of characters",
            () -> jaccard.apply(OUTPUT, REFERENCE)));
    all.put(
        "token_recall", Map.entry("`split`, `HashSet.retainAll`", () -> shared(OUTPUT, REFERENCE)));
    LongestCommonSubsequence subsequence = new LongestCommonSubsequence();
    all.put(
        "rouge_l",
        Map.entry(
            "Commons Text `LongestCommonSubsequence`, of characters",
            () -> subsequence.apply(OUTPUT, REFERENCE)));
    return all;
  }

  static Object unit() {
    return WHITE_SPACE.split(OUTPUT.toLowerCase(Locale.ROOT));
  }

  private static Evaluator make(String name) {
    return Evaluators.byName(
        name,
        switch (name) {
          case "contains_any", "contains_all" -> Map.of("phrases", "harbour");
          case "starts_with" -> Map.of("phrases", "the river");
          case "ends_with" -> Map.of("phrases", "is 42.");
          case "regex" -> Map.of("pattern", "answer is (\\d+)");
          case "json_schema" -> Map.of("schema", SCHEMA);
          case "language" -> Map.of("language", "en");
          case "tool_call_valid" ->
              Map.of("tools", "[{\"name\":\"search\",\"parameters\":{\"type\":\"object\"}}]");
          default -> Map.of();
        });
  }

  private static EvalCase evalCase(String name) {
    EvalCase.Builder builder =
        EvalCase.builder()
            .input(REFERENCE)
            .output(OUTPUT)
            .references(List.of(REFERENCE))
            .document("doc-1", REFERENCE);
    switch (name) {
      case "json_valid", "json_schema" -> builder.output(JSON);
      case "json_equal" -> builder.output(JSON).references(List.of(JSON));
      case "xml_valid" ->
          builder.output("<p>" + OUTPUT.replace(" river ", "<b>river</b>") + "</p>");
      case "sql_valid" -> builder.output(sql());
      case "code_fence" -> builder.output("```java\n" + OUTPUT.replace(' ', '\n') + "\n```\n");
      case "multiple_choice" ->
          builder.output(OUTPUT + " The correct answer is (B).").references(List.of("B"));
      case "citation_present" -> builder.output(OUTPUT + " [1]");
      case "answer_correctness" -> builder.input("What is the answer?").references(List.of("42"));
      default -> {}
    }
    if (name.startsWith("tool_call")
        || name.equals("trajectory_match")
        || name.equals("steps")
        || name.equals("repeated_tool_calls")) {
      builder.toolCalls(calls(0)).expectedToolCalls(calls(1));
    } else if (List.of("sample_agreement", "majority_share", "selfcheck_ngram").contains(name)) {
      builder.sample(REFERENCE).sample(OUTPUT).sample(REFERENCE);
    } else if (name.endsWith("_consistency") || name.endsWith("_sensitivity")) {
      builder.variant(REFERENCE, REFERENCE).variant(OUTPUT, OUTPUT);
    } else if (name.equals("bias")) {
      builder.variant(REFERENCE.replace("town", "city"), REFERENCE);
    }
    List<String> ids = new ArrayList<>(Arrays.asList(OUTPUT.split(" ", -1)));
    builder.retrievedIds(ids).relevantIds(List.of("harbour", "sea", "grain", "nowhere"));
    if (List.of(
            "latency",
            "time_to_first_token",
            "output_tokens",
            "total_tokens",
            "cost",
            "finish_reason",
            "call_error")
        .contains(name)) {
      builder.call(call());
    }
    return builder.build();
  }

  private static List<ToolCall> calls(int first) {
    List<ToolCall> calls = new ArrayList<>();
    for (int i = first; i < first + 5; i++) {
      calls.add(
          new ToolCall(
              "search",
              JsonText.of("{\"query\":\"" + VOCABULARY.get(i) + "\",\"limit\":" + i + "}"),
              ToolCall.Execution.SUCCEEDED));
    }
    return calls;
  }

  private static LlmCall call() {
    return new LlmCall(
        CallRef.of("0".repeat(31) + "1"),
        null,
        LlmContext.EMPTY,
        LlmRequest.chat("local", "m"),
        new Outcome.Completed(
            LlmResponse.ofText(OUTPUT).toBuilder()
                .usage(TokenUsage.of(250, 260))
                .finishReasons(List.of("stop"))
                .build()),
        Timing.of(
            Instant.EPOCH,
            Duration.ofSeconds(2),
            Duration.ofMillis(300),
            Duration.ofMillis(310),
            9),
        new Cost(new BigDecimal("0.01"), "USD", "list", true),
        1,
        Origin.APPLICATION,
        1,
        List.of());
  }

  /** 200 words; every {@code other}-th is another one, none where it is 0. */
  private static String words(int other) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < WORDS; i++) {
      int shift = other > 0 && i % other == other - 1 ? 5 : 0;
      words.add(VOCABULARY.get((i * 7 + i / 26 + shift) % VOCABULARY.size()));
    }
    words.set(0, "The");
    words.set(1, "river");
    return String.join(" ", words) + ".";
  }

  private static String json(String text) {
    StringBuilder json = new StringBuilder("{\"items\":[");
    int id = 0;
    for (String word : text.split(" ", -1)) {
      json.append(id == 0 ? "" : ",").append("{\"id\":").append(id++);
      json.append(",\"word\":\"").append(word).append("\"}");
    }
    return json.append("]}").toString();
  }

  private static String sql() {
    StringBuilder sql = new StringBuilder("SELECT town, river FROM harbours WHERE sea = 'north'");
    for (int i = 0; i < 48; i++) {
      sql.append(" OR grain = ").append(i);
    }
    return sql.toString();
  }

  private static JsonNode tree(String json) {
    try {
      return Mapper.JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double shared(String output, String reference) {
    Set<String> wanted =
        new HashSet<>(List.of(WHITE_SPACE.split(reference.toLowerCase(Locale.ROOT))));
    int all = wanted.size();
    wanted.retainAll(Set.of(distinct(output)));
    return (double) wanted.size() / all;
  }

  private static String[] distinct(String text) {
    return Arrays.stream(WHITE_SPACE.split(text.toLowerCase(Locale.ROOT)))
        .distinct()
        .toArray(String[]::new);
  }

  private static final class Mapper {
    static final ObjectMapper JSON = new ObjectMapper();
  }
}
