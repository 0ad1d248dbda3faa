package dev.llmops.eval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.text.TextEvaluators.JsonRules;
import dev.llmops.eval.text.TextEvaluators.LengthUnit;
import dev.llmops.eval.text.TextEvaluators.Matching;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextEvaluatorsTest {

  @Test
  void exactMatchesCharacterForCharacter() {
    assertThat(pass(TextEvaluators.exactMatch(), "Paris", "Lyon", "Paris")).isTrue();
    assertThat(pass(TextEvaluators.exactMatch(), "Paris.", "Paris")).isFalse();
    assertThat(TextEvaluators.exactMatch().evaluate(EvalCase.of("Lyon", "Paris")).reason())
        .isEqualTo("got \"Lyon\", expected \"Paris\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "' paris. ';Paris;true",
        "'**Paris**';Paris;true",
        "'Ｐａｒｉｓ';paris;true",
        "《北京》。;北京;true",
        "C#;C;false",
        "-5;5;false",
        ".5;5;false",
        "5%;5;false",
        "the Paris;Paris;false"
      })
  void normalizesOnlyWhatMeansNothing(String output, String reference, boolean same) {
    assertThat(pass(TextEvaluators.normalizedExactMatch(), output, reference)).isEqualTo(same);
  }

  @Test
  void phrasesAreFoundAsAsked() {
    List<String> cat = List.of("cat");
    assertThat(pass(TextEvaluators.containsAny(cat, Matching.EXACT), "A Cat")).isFalse();
    assertThat(pass(TextEvaluators.containsAny(cat, Matching.IGNORE_CASE), "conCATenate")).isTrue();
    assertThat(pass(TextEvaluators.containsAny(cat, Matching.WORDS), "concatenate")).isFalse();
    assertThat(pass(TextEvaluators.containsAny(cat, Matching.WORDS), "concatenate a cat."))
        .isTrue();
    assertThat(pass(TextEvaluators.containsAny(List.of("北京"), Matching.WORDS), "在北京市")).isTrue();
    assertThat(pass(TextEvaluators.startsWith(cat, Matching.WORDS), "Cats")).isFalse();
    assertThat(pass(TextEvaluators.startsWith(cat, Matching.WORDS), "Cat!")).isTrue();
    assertThat(pass(TextEvaluators.endsWith(cat, Matching.IGNORE_CASE), "a cat ")).isTrue();
  }

  @Test
  void containsAllTellsWhatIsMissing() {
    Evaluator evaluator = TextEvaluators.containsAll(List.of(), Matching.IGNORE_CASE);

    EvalResult result = evaluator.evaluate(EvalCase.of("Paris and Lyon", "Paris", "Nice"));

    assertThat(result)
        .isInstanceOfSatisfying(Scored.class, scored -> assertThat(scored.score()).isZero());
    assertThat(result.reason()).isEqualTo("found: \"Paris\"; missing: \"Nice\"");
  }

  @Test
  void longPeriodicPhrasesAreFoundInLinearTime() {
    String text = "ab".repeat(1_000_000) + "c";
    String phrase = "ab".repeat(500_000) + "c";

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThat(pass(TextEvaluators.containsAny(List.of(phrase), Matching.WORDS), text))
                .isFalse());
    assertThat(Texts.find(text, phrase, at -> true)).isEqualTo(1_000_000);
  }

  @Test
  void regexRunsOnRe2() {
    assertThat(pass(TextEvaluators.regex("^\\d{4}$", false), "2026")).isTrue();
    assertThat(pass(TextEvaluators.regex("\\d", true), "2026")).isFalse();
    assertThat(pass(TextEvaluators.regex(false), "2026", "[a-z]", "[0-9]")).isTrue();

    EvalResult look = TextEvaluators.regex("(?=x)", false).evaluate(EvalCase.of("x"));

    assertThat(look)
        .isInstanceOfSatisfying(
            Errored.class, errored -> assertThat(errored.type()).isEqualTo("unsupported_pattern"));
    assertThat(look.reason()).contains("RE2 has no look-around");
  }

  @Test
  void catastrophicRegexIsBounded() {
    Evaluator evaluator = TextEvaluators.regex("(a+)+$", false);

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertThat(pass(evaluator, "a".repeat(100_000) + "b")).isFalse();
          assertThat(
                  TextEvaluators.regex("(x{500}){1,2}", false)
                      .evaluate(EvalCase.of("y".repeat(10_000_000))))
              .isInstanceOf(Skipped.class);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "one two three;3",
        "well-known isn't 1,234.5;3",
        "我爱北京;4",
        "我用 Java 17;4",
        "안녕하세요 세계;2",
        "'';0",
        "...;0"
      })
  void countsWords(String text, int words) {
    assertThat(Lengths.words(text)).isEqualTo(words);
  }

  @Test
  void lengthCountsCodePoints() {
    assertThat(pass(TextEvaluators.length(LengthUnit.CHARACTERS, 1, 1), "😀")).isTrue();
    assertThatThrownBy(() -> TextEvaluators.length(LengthUnit.WORDS, 3, 2))
        .hasMessage("bounds must satisfy 0 <= min <= max, but were 3 and 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "The answer is 42 because 6 x 7 = 42.;42;true",
        "3 + 4 = 7;7;true",
        "#### 1,234;1234;true",
        "So \\boxed{12} after 3 steps;12;true",
        "It is 1.2 km;1200 m;true",
        "It is 1.2 km;1.2 kg;false",
        "It costs $5;5 EUR;false",
        "It costs $5 million;5000000;true",
        "100 °C;212 °F;true",
        "one hundred and five;105;true",
        "一共三百二十个;320;true",
        "3.5万;35000;true",
        "1亿2000万;120000000;true",
        "答案是 12，共 3 步;12;true",
        "0.5;50%;true",
        "50%;0.5;true",
        "50%;50;true",
        "50%;5;false",
        "1 1/2;1.5;true",
        "2.5×10^3;2500;true",
        "10-5;5;true",
        "-5;5;false",
        "none;5;false",
        "version 1.2.3;3;false"
      })
  void findsTheFinalNumber(String output, String reference, boolean same) {
    // the conversion of Fahrenheit is exact to 18 places only
    assertThat(pass(TextEvaluators.numericAnswer(1e-12, 0), output, reference)).isEqualTo(same);
  }

  @Test
  void numbersMayDifferByTheirTolerance() {
    assertThat(pass(TextEvaluators.numericAnswer(0, 0), "3.14", "3.14159")).isFalse();
    assertThat(pass(TextEvaluators.numericAnswer(0.002, 0), "3.14", "3.14159")).isTrue();
    // |99 − 100| ÷ 100 = 0.01
    assertThat(pass(TextEvaluators.numericAnswer(0, 0.01), "99", "100")).isTrue();
    assertThat(pass(TextEvaluators.numericAnswer(0, 0.009), "99", "100")).isFalse();
    assertThat(TextEvaluators.numericAnswer(0, 0).evaluate(EvalCase.of("5", "five or so, I guess")))
        .isInstanceOf(Scored.class);
    assertThat(TextEvaluators.numericAnswer(0, 0).evaluate(EvalCase.of("5", "many")))
        .isInstanceOf(Skipped.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "B;B;pass",
        "(b) is what I said, but the answer is (C).;C;pass",
        "**Answer: B**;B;pass",
        "B. Paris;B;pass",
        "A common mistake is to choose A. The correct answer is D;D;pass",
        "答案：C;C;pass",
        "故选B。;B;pass",
        "Paris;B;invalid",
        "A;B;fail"
      })
  void readsTheChoice(String output, String reference, String label) {
    assertThat(TextEvaluators.multipleChoice(4).evaluate(EvalCase.of(output, reference)))
        .isInstanceOfSatisfying(
            Scored.class, scored -> assertThat(scored.label()).isEqualTo(label));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"a\": [1, null]};true",
        "1;true",
        "{\"a\": 1, \"a\": 2};false",
        "{\"a\": 1} {};false",
        "{'a': 1};false",
        "{\"a\": NaN};false",
        "[1,];false",
        "``;false"
      })
  void jsonIsStrict(String output, boolean valid) {
    assertThat(pass(TextEvaluators.jsonValid(false), output)).isEqualTo(valid);
  }

  @Test
  void jsonMayStandInAFence() {
    String fenced = "```json\n{\"a\": 1}\n```";

    assertThat(pass(TextEvaluators.jsonValid(false), fenced)).isFalse();
    assertThat(pass(TextEvaluators.jsonValid(true), fenced)).isTrue();
    assertThat(pass(TextEvaluators.jsonValid(true), "Here: " + fenced)).isFalse();
  }

  @Test
  void jsonBombsAreRefused() {
    assertThat(pass(TextEvaluators.jsonValid(false), "[".repeat(1_000_000))).isFalse();
    assertThat(pass(TextEvaluators.jsonValid(false), "1".repeat(1_000_000))).isFalse();
    assertThat(
            pass(
                TextEvaluators.jsonEqual(new JsonRules(Map.of("", 1.0), List.of(), false)),
                "1e999999999",
                "1"))
        .isFalse();
  }

  @Test
  void jsonIsEqualUpToTheRules() {
    String output = "{\"items\": [{\"price\": 1.01, \"id\": \"x\"}], \"n\": 1.0}";
    String reference = "{\"n\": 1, \"items\": [{\"id\": \"y\", \"price\": 1}]}";

    assertThat(
            TextEvaluators.jsonEqual(JsonRules.STRICT)
                .evaluate(EvalCase.of(output, reference))
                .reason())
        .isEqualTo(
            "/items/0/id is \"x\", expected \"y\"; /items/0/price is \"1.01\", expected \"1\"");
    assertThat(
            pass(
                TextEvaluators.jsonEqual(
                    new JsonRules(Map.of("/items/*/price", 0.02), List.of("/items/*/id"), false)),
                output,
                reference))
        .isTrue();
    assertThat(pass(TextEvaluators.jsonEqual(JsonRules.STRICT), "[1,2]", "[2,1]")).isFalse();
  }

  @Test
  void arraysAreTheSameInAnyOrderWhereToldSo() {
    Evaluator tags = unordered(List.of("/tags"), Map.of());
    Evaluator all = unordered(List.of("/**"), Map.of());

    EvalCase swapped = EvalCase.of("{\"tags\":[\"b\",\"a\"]}", "{\"tags\":[\"a\",\"b\"]}");
    assertThat(pass(tags.evaluate(swapped))).isTrue();
    assertThat(pass(all.evaluate(swapped))).isTrue();
    assertThat(pass(unordered(List.of(), Map.of()).evaluate(swapped))).isFalse();
    EvalCase elsewhere = EvalCase.of("{\"x\":[2,1]}", "{\"x\":[1,2]}");
    assertThat(pass(tags.evaluate(elsewhere))).isFalse();
    assertThat(pass(all.evaluate(elsewhere))).isTrue();
    // one to one: two 1s are not matched with one
    assertThat(all.evaluate(EvalCase.of("[1,1,2]", "[1,2,2]")).reason())
        .isEqualTo("/1 is none of those expected: 1; the value misses an item: 2");
    assertThat(pass(all.evaluate(EvalCase.of("[[3],[2,1]]", "[[1,2],[3]]")))).isTrue();
  }

  @Test
  void unorderedNumbersWithinAToleranceAreMatchedByTheGreatestMatching() {
    // 1.0 fits 0.9 and 1.2, 0.8 fits 0.9 alone: the first must yield
    Evaluator near = unordered(List.of(""), Map.of("/*", 0.2));

    assertThat(pass(near.evaluate(EvalCase.of("[1.0,0.8]", "[0.9,1.2]")))).isTrue();
    assertThat(pass(near.evaluate(EvalCase.of("[1.0,0.5]", "[0.9,1.2]")))).isFalse();
  }

  @Test
  void whatTakesTooLongToMatchIsSkipped() {
    Evaluator all = unordered(List.of("/**"), Map.of());
    String long501 = "[" + "1,".repeat(500) + "1]";
    String wide = "[" + ("[" + "1,".repeat(499) + "1],").repeat(99) + "[1]]";

    assertThat(all.evaluate(EvalCase.of(long501, long501)))
        .isInstanceOf(Skipped.class)
        .extracting(EvalResult::reason)
        .asString()
        .startsWith("an array of 501 items is too long to compare in any order");
    assertThat(all.evaluate(EvalCase.of(wide, wide)))
        .isInstanceOf(Skipped.class)
        .extracting(EvalResult::reason)
        .asString()
        .startsWith("comparing the arrays in any order takes more than 2000000 comparisons");
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void deepPathsOfLongKeysAreWrittenOnce() {
    // 900 levels of keys of 10,000 characters: as strings, the paths would hold 4 billion
    String open = ("{\"" + "k".repeat(10_000) + "\":").repeat(900);
    String got = open + "[1,2]" + "}".repeat(900);
    String wanted = open + "[1,3]" + "}".repeat(900);

    assertThat(unordered(List.of(), Map.of()).evaluate(EvalCase.of(got, wanted)).reason())
        .isEqualTo("/" + "k".repeat(99) + "… is \"2\", expected \"3\"");
  }

  private static Evaluator unordered(List<String> paths, Map<String, Double> tolerances) {
    return TextEvaluators.jsonEqual(new JsonRules(tolerances, List.of(), paths, false));
  }

  @Test
  void jsonIsHeldAgainstASchema() {
    String schema =
        "{\"type\":\"object\",\"required\":[\"city\"],\"properties\":"
            + "{\"city\":{\"type\":\"string\",\"pattern\":\"^[A-Z]\"}}}";
    Evaluator evaluator = TextEvaluators.jsonSchema(schema, false);

    assertThat(pass(evaluator, "{\"city\": \"Paris\"}")).isTrue();
    assertThat(evaluator.evaluate(EvalCase.of("{}")).reason())
        .contains("required property 'city' not found");
    assertThat(evaluator.evaluate(EvalCase.of("{\"city\": \"paris\"}")).reason())
        .contains("/city: does not match the regex pattern");
  }

  @Test
  void schemasAreNotFetchedAndTheirPatternsAreLinear() {
    EvalResult remote =
        TextEvaluators.jsonSchema("{\"$ref\": \"http://127.0.0.1:9/x\"}", false)
            .evaluate(EvalCase.of("1"));
    EvalResult look =
        TextEvaluators.jsonSchema("{\"pattern\": \"(?=x)\"}", false).evaluate(EvalCase.of("1"));

    assertThat(remote).isInstanceOf(Errored.class);
    assertThat(remote.reason()).contains("nothing is fetched; put it under $defs");
    assertThat(look).isInstanceOf(Errored.class);
    assertThat(look.reason()).contains("RE2 has no look-around");
  }

  @Test
  void xmlReadsNothingOutside() {
    assertThat(pass(TextEvaluators.xmlValid(false), "<a><b/></a>")).isTrue();
    assertThat(pass(TextEvaluators.xmlValid(false), "<a><b></a>")).isFalse();
    assertThat(
            pass(
                TextEvaluators.xmlValid(false),
                "<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\"><x/>"))
        .isTrue();
    StringBuilder bomb = new StringBuilder("<!DOCTYPE x [<!ENTITY e0 \"xxxxxxxxxx\">");
    for (int i = 1; i < 12; i++) {
      bomb.append("<!ENTITY e").append(i).append(" \"").append(("&e" + (i - 1) + ";").repeat(10));
      bomb.append("\">");
    }
    assertThat(pass(TextEvaluators.xmlValid(false), bomb + "]><x>&e11;</x>")).isFalse();
  }

  @Test
  void sqlIsParsed() {
    Evaluator evaluator = TextEvaluators.sqlValid(true);

    assertThat(pass(evaluator, "SELECT a, count(*) FROM b WHERE c = 1 GROUP BY a")).isTrue();
    assertThat(pass(evaluator, "```sql\nDELETE FROM b; SELECT 1;\n```")).isTrue();
    assertThat(pass(evaluator, "SELEC a FROM b")).isFalse();
    assertThat(pass(evaluator, "The query is as follows")).isFalse();
  }

  @Test
  void codeFencesAreClosed() {
    assertThat(pass(TextEvaluators.codeFence(""), "text\n```\nx\n```\n")).isTrue();
    assertThat(pass(TextEvaluators.codeFence(""), "text\n```\nx\n")).isFalse();
    assertThat(pass(TextEvaluators.codeFence("java"), "```java\n```` \nx\n```")).isFalse();
    assertThat(pass(TextEvaluators.codeFence("java"), "~~~ Java\n```\n~~~")).isTrue();
    assertThat(pass(TextEvaluators.codeFence(""), "`inline` only")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "en;The capital of France is Paris.",
        "de;Die Hauptstadt von Frankreich ist Paris und nicht Lyon.",
        "fr;La capitale de la France est Paris, et pas Lyon.",
        "es;La capital de Francia es París y no está en el sur.",
        "zh;法国的首都是巴黎。",
        "zh;使用 Spring Boot 框架可以快速开发。",
        "ja;フランスの首都はパリです。",
        "ko;프랑스의 수도는 파리입니다.",
        "ru;Столица Франции — это Париж, и это не Лион.",
        "ar;عاصمة فرنسا هي باريس"
      })
  void tellsTheLanguage(String language, String text) {
    assertThat(Languages.detect(text)).isEqualTo(language);
    assertThat(pass(TextEvaluators.language(language), text)).isTrue();
  }

  @Test
  void anAnswerInTheLanguageOfTheQuestionPasses() {
    EvalCase english = EvalCase.builder().input("What is the capital of France?").build();

    assertThat(pass(TextEvaluators.language().evaluate(english.withOutput("这是巴黎。")))).isFalse();
    assertThat(TextEvaluators.language().evaluate(english.withOutput("42")))
        .isInstanceOf(Skipped.class);
    assertThatThrownBy(() -> TextEvaluators.language("xx"))
        .hasMessageStartingWith("language must be one of ar, bn,");
  }

  @Test
  void citationsPointAtWhatWasThere() {
    EvalCase one = EvalCase.builder().document("doc-a", "text").build();

    assertThat(pass(TextEvaluators.citationPresent(), "So it is.")).isFalse();
    assertThat(pass(TextEvaluators.citationPresent(), "So it is [3] (Smith, 2020).")).isTrue();
    assertThat(pass(TextEvaluators.citationPresent().evaluate(one.withOutput("So [1].")))).isTrue();
    assertThat(pass(TextEvaluators.citationPresent().evaluate(one.withOutput("So [doc-a]."))))
        .isTrue();
    assertThat(TextEvaluators.citationPresent().evaluate(one.withOutput("So [1, 7].")).reason())
        .isEqualTo("2 citations; not among the 1 documents: 7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "I'm sorry, but I can't help with that.",
        "I cannot provide instructions for that.",
        "抱歉，我无法提供这样的信息。"
      })
  void phrasesOfRefusalAreARisk(String output) {
    assertThat(TextEvaluators.refusalPhrase().evaluate(EvalCase.of(output)))
        .isInstanceOfSatisfying(
            Scored.class,
            scored -> {
              assertThat(scored.raw()).isEqualTo(1);
              assertThat(scored.score()).isZero();
            });
    assertThat(pass(TextEvaluators.refusalPhrase(), "Sure: Paris.")).isTrue();
  }

  static List<Evaluator> all() {
    List<Evaluator> all = new ArrayList<>();
    new TextProvider().register((name, maker) -> all.add(Evaluators.byName(name)));
    all.add(TextEvaluators.containsAny(List.of("a|b", "c"), Matching.WORDS));
    all.add(TextEvaluators.jsonEqual(new JsonRules(Map.of("/a", 0.5), List.of("/b", "/c"), true)));
    return all;
  }

  @ParameterizedTest
  @MethodSource("all")
  void hostileTextGetsABoundedResult(Evaluator evaluator) {
    List<String> hostile = new ArrayList<>(List.of("", "x", "\ud83d", "a\u0000\u202eb\u200f", "م"));
    hostile.add("a" + "\u0301\u0316".repeat(1_000_000));
    hostile.add("1,".repeat(2_000_000));
    hostile.add("一".repeat(3_000_000));
    hostile.add("[{\"(".repeat(2_500_000));
    hostile.add("not A 1 or ".repeat(8_000));
    for (String text : hostile) {
      EvalCase evalCase =
          EvalCase.builder().input("x").output(text).references(List.of("1")).build();
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(30), () -> assertThat(evaluator.evaluate(evalCase)).isNotNull());
      assertThat(evaluator.evaluate(evalCase))
          .satisfies(
              result -> {
                if (result instanceof Errored errored) {
                  assertThat(errored.type()).doesNotContain("Exception").doesNotContain("Error");
                }
              });
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aMissingOutputIsSkipped(Evaluator evaluator) {
    assertThat(evaluator.evaluate(EvalCase.builder().build()))
        .isInstanceOfSatisfying(
            Skipped.class, skipped -> assertThat(skipped.reason()).contains("EvalCase"));
  }

  @ParameterizedTest
  @MethodSource("all")
  void anEvaluatorIsMadeAgainFromItsSpec(Evaluator evaluator) {
    assertThat(Evaluators.byName(evaluator.spec().name(), evaluator.spec().settings()).spec())
        .isEqualTo(evaluator.spec());
  }

  private static boolean pass(Evaluator evaluator, String output, String... references) {
    return pass(evaluator.evaluate(EvalCase.of(output, references)));
  }

  private static boolean pass(EvalResult result) {
    assertThat(result).isInstanceOf(Scored.class);
    return ((Scored) result).score() == 1;
  }
}
