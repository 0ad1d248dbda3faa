package dev.llmops.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.llmops.CallRef;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Timing;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every free evaluator that has a name, on hostile cases: a result within its range, a Skipped or a
 * named Errored, never an exception and never a hang. The time-outs are a safety net only; what is
 * quadratic must bound itself.
 */
class FreeEvaluatorsFuzzTest {

  /**
   * A million with {@code -Psimulation}; 10 MB take five minutes: {@code -Dfuzz.chars=10000000}.
   */
  private static final int LARGE =
      Integer.getInteger(
          "fuzz.chars",
          "full".equals(System.getProperty("llmops.simulation")) ? 1_000_000 : 150_000);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final Duration FOR_ALL_SMALL = Duration.ofSeconds(60);
  private static final Duration FOR_ONE_LARGE = Duration.ofSeconds(60);

  /**
   * Of the thread's own time, which grows little with the load of the machine: 9 s for 150,000
   * characters, of which linear work takes a twenty-fourth. A square is 22,500,000,000 steps.
   */
  private static final Duration WORK_A_CHARACTER = Duration.ofNanos(60_000);

  /** Pieces that parsers, tokenizers, patterns and case mappings stumble over. */
  private static final List<String> PIECES =
      List.of(
          "a",
          "The",
          "Paris",
          "not",
          "I'm sorry",
          "42",
          "-1e999",
          "1,2.3",
          "½",
          "٣",
          "三",
          " ",
          "\n",
          "\t",
          "\u0000",
          "\u001b[31m",
          "\u202e",
          "\u200f",
          "\ufeff",
          "\u0301",
          "\u0345",
          "Σ",
          "ς",
          "İ",
          "ß",
          "ﬁ",
          "Ａ",
          "ก",
          "ภาษา",
          "مرحبا",
          "שלום",
          "中文",
          "。",
          "👍🏽",
          "👨‍👩‍👧",
          "\ud83d",
          "\ude00",
          "\uffff",
          "{",
          "}",
          "[",
          "]",
          "\"",
          "\\",
          "\\u0000",
          ":",
          ",",
          "null",
          "<a>",
          "</a>",
          "<!DOCTYPE a [<!ENTITY b \"c\">]>",
          "&b;",
          "```",
          "```json\n",
          "~~~",
          "#",
          "####",
          "[1]",
          "(B)",
          "Answer:",
          "$",
          "%",
          "http://x.y",
          "a@b.c",
          "4111111111111111",
          "+1 555 123 4567",
          "sk-",
          "AKIA",
          "-----BEGIN",
          "SELECT * FROM t WHERE",
          "(",
          ")",
          "*",
          "?",
          "|",
          "^",
          "(?=",
          "\\b",
          ".*");

  static List<String> free() {
    return Evaluators.names().stream()
        .filter(name -> !name.equals("g_eval")) // paid, and nothing without your criteria
        .filter(name -> Evaluators.byName(name).spec().costClass() == EvaluatorSpec.CostClass.FREE)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("free")
  void smallHostileCases(String name) {
    Evaluator evaluator = Evaluators.byName(name);
    List<EvalCase> cases = new ArrayList<>(List.of(EvalCase.builder().build()));
    for (String each : List.of("", " ", "x", "\ud83d", "\u0000", "م", "[", "{}", "0")) {
      cases.add(everywhere(each, each));
      cases.add(everywhere(each, ""));
      cases.add(everywhere("", each));
    }
    Random random = new Random(20261122);
    for (int i = 0; i < 400; i++) {
      cases.add(everywhere(text(random), text(random)));
    }

    assertTimeoutPreemptively(
        FOR_ALL_SMALL, () -> cases.forEach(each -> check(evaluator, each, "a small case")));
  }

  @ParameterizedTest
  @MethodSource("free")
  void largeHostileCases(String name) {
    Evaluator evaluator = Evaluators.byName(name);
    Map<String, String> large = new LinkedHashMap<>();
    large.put("words", "the cat sat. ".repeat(LARGE / 13));
    large.put("one word", "a".repeat(LARGE));
    large.put("Han", "一".repeat(LARGE));
    large.put("capital sigmas", "Σ".repeat(LARGE));
    large.put("marks", "a" + "\u0301\u0316".repeat(LARGE / 2));
    large.put("lone surrogates", "\ud83d".repeat(LARGE));
    large.put("right to left", "مرحبا ".repeat(LARGE / 6));
    large.put("control characters", "\u0000\u001b\u202e".repeat(LARGE / 3));
    large.put("spaces", " ".repeat(LARGE));
    large.put("lines", "\n".repeat(LARGE));
    large.put("numbers", "1,".repeat(LARGE / 2));
    large.put("open brackets", "[".repeat(LARGE));
    large.put("deep objects", "{\"a\":".repeat(LARGE / 5));
    large.put("a wide array", "[" + "1,".repeat(LARGE / 2 - 1) + "1]");
    large.put("open tags", "<a>".repeat(LARGE / 3));
    large.put("fences", "```\n".repeat(LARGE / 4));

    large.forEach(
        (shape, text) ->
            assertTimeoutPreemptively(
                FOR_ONE_LARGE,
                () -> {
                  long before = THREADS.getCurrentThreadCpuTime();
                  check(evaluator, everywhere(text, "Paris"), shape);
                  check(evaluator, everywhere(text, text), shape);
                  Duration work = Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - before);
                  assertThat(work)
                      .as("work on %,d characters, %s", LARGE, shape)
                      .isLessThan(WORK_A_CHARACTER.multipliedBy(LARGE));
                },
                shape));
  }

  private static void check(Evaluator evaluator, EvalCase evalCase, String what) {
    EvalResult result = evaluator.evaluate(evalCase);
    assertThat(result).as(what).isNotNull();
    assertThat(result.by().name()).isEqualTo(evaluator.spec().name());
    assertThat(result.reason().length()).as("length of the reason, " + what).isLessThan(10_000);
    if (result instanceof Errored errored) {
      // a class name would be an exception that nobody foresaw
      assertThat(errored.type()).as(what).doesNotContain(".");
    } else if (result instanceof Scored scored) {
      assertThat(scored.raw())
          .as("raw, " + what)
          .isBetween(evaluator.spec().scale().min(), evaluator.spec().scale().max());
    }
  }

  /** A case in which everything that can be a text is one of two. */
  private static EvalCase everywhere(String one, String other) {
    LlmRequest request =
        LlmRequest.chat("local", "m").toBuilder().messages(List.of(Message.user(other))).build();
    LlmCall call =
        new LlmCall(
            CallRef.of("0".repeat(31) + "1"),
            null,
            LlmContext.EMPTY,
            request,
            new Outcome.Completed(LlmResponse.ofText(one)),
            Timing.of(Instant.EPOCH, Duration.ofSeconds(1)),
            null,
            1,
            Origin.APPLICATION,
            1,
            List.of());
    return EvalCase.builder()
        .id("fuzz")
        .input(other)
        .messages(request.messages())
        .output(one)
        .sample(other)
        .sample(one)
        .variant(other, one)
        .references(List.of(other, one))
        .document(other, one)
        .document(null, other)
        .retrievedIds(List.of(one, other, one))
        .relevantIds(List.of(other, one + "?"))
        .toolCalls(
            List.of(
                new ToolCall(one, JsonText.of(other), ToolCall.Execution.FAILED),
                new ToolCall(other, JsonText.of(one), ToolCall.Execution.MISSING)))
        .expectedToolCalls(List.of(new ToolCall(other, JsonText.of(one))))
        .metadata("slice", one)
        .call(call)
        .build();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(24);
    for (int i = 0; i < pieces; i++) {
      text.append(
          random.nextInt(8) == 0
              ? Character.toString(random.nextInt(Character.MAX_CODE_POINT + 1))
              : PIECES.get(random.nextInt(PIECES.size())));
      text.append(random.nextBoolean() ? " " : "");
    }
    return text.toString();
  }
}
