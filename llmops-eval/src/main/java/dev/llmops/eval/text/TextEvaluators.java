package dev.llmops.eval.text;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Evaluators of an answer's text and form that need neither a model nor a key. All are free,
 * thread-safe and linear in the length of the text unless they say otherwise; those that normalise
 * read at most 4 million characters and are {@linkplain Skipped skipped} above. Unless a method
 * says otherwise the raw measure is 1 for a pass and 0 for a fail.
 */
public final class TextEvaluators {

  private TextEvaluators() {}

  /** How a phrase is looked for. */
  public enum Matching {
    /** Character for character. */
    EXACT,
    /** After NFKC, lower-casing and collapsing white space: {@code Ｐaris} matches {@code paris}. */
    IGNORE_CASE,
    /**
     * As {@link #IGNORE_CASE}, and a word is not cut: {@code cat} is not in {@code concatenate}.
     * Han, Hiragana and Katakana characters are words of their own.
     */
    WORDS
  }

  /** What {@link #length} counts. */
  public enum LengthUnit {
    /** Unicode code points. */
    CHARACTERS,
    /**
     * Runs of letters and digits; each Han, Hiragana or Katakana character is one. A run of Thai,
     * Lao, Khmer or Burmese is one word, which is too few.
     */
    WORDS,
    /** Lines, the empty ones too. */
    LINES
  }

  /**
   * {@code exact_match}: the output equals a reference character for character. {@code "Paris"}
   * against {@code "Paris."} → 0.
   */
  public static Evaluator exactMatch() {
    return Phrases.exactMatch();
  }

  /**
   * {@code normalized_exact_match}: equal after NFKC, lower-casing, collapsing white space, and
   * removing the punctuation around words. Signs that mean something stay: {@code -5}, {@code C#},
   * {@code 5%}. {@code " paris. "} against {@code "Paris"} → 1. Articles stay, unlike in SQuAD's
   * exact match.
   */
  public static Evaluator normalizedExactMatch() {
    return Phrases.normalizedExactMatch();
  }

  /**
   * {@code contains_any}: at least one phrase stands in the output.
   *
   * @param phrases any of them is enough; the case's references where empty
   * @param matching how they are looked for
   */
  public static Evaluator containsAny(List<String> phrases, Matching matching) {
    return Phrases.containsAny(phrases, matching);
  }

  /**
   * {@code contains_all}: every phrase stands in the output. The reason lists the missing ones.
   *
   * @param phrases all of them; the case's references where empty
   * @param matching how they are looked for
   */
  public static Evaluator containsAll(List<String> phrases, Matching matching) {
    return Phrases.containsAll(phrases, matching);
  }

  /** {@code starts_with}: the output begins with one of the phrases (references where empty). */
  public static Evaluator startsWith(List<String> phrases, Matching matching) {
    return Phrases.startsWith(phrases, matching);
  }

  /** {@code ends_with}: the output ends with one of the phrases (references where empty). */
  public static Evaluator endsWith(List<String> phrases, Matching matching) {
    return Phrases.endsWith(phrases, matching);
  }

  /**
   * {@code regex}: the pattern matches. It runs on RE2/J in linear time; what RE2 does not have
   * (look-around, back-references, possessive groups) is Errored {@code unsupported_pattern} with
   * the reason. Skipped where instructions of the pattern × characters exceed 200 million.
   *
   * @param pattern in the syntax of RE2, at most 10,000 characters
   * @param whole whether it must match the whole output, not just a part
   */
  public static Evaluator regex(String pattern, boolean whole) {
    return RegexMatch.of(pattern, whole);
  }

  /** {@code regex} with the patterns in the case's references; any of them is enough. */
  public static Evaluator regex(boolean whole) {
    return RegexMatch.ofReferences(whole);
  }

  /**
   * {@code length}: the length lies between the bounds. The reason tells the length.
   *
   * @param min 0 or more, inclusive
   * @param max {@code min} or more, inclusive
   */
  public static Evaluator length(LengthUnit unit, int min, int max) {
    return Lengths.of(unit, min, max);
  }

  /**
   * {@code numeric_answer}: the final number of the output equals that of a reference. The final
   * number follows the last {@code ####}, {@code \boxed}, {@code answer is}, {@code answer:},
   * {@code A:} or {@code 答案} on its line; else it is the last one of the text. Numbers in words
   * count only where no digits stand. Known units and currencies on both sides are converted, and
   * differ where they measure different things; {@code 50%} equals {@code 50} and {@code 0.5}.
   * {@code "1.2 km"} against {@code "1200 m"} → 1. An output without a number scores 0; a reference
   * without one is Skipped.
   *
   * @param absolute allowed difference in units of the reference (base units where converted), 0 or
   *     more
   * @param relative allowed difference as a share of the reference, 0 or more; the greater counts
   */
  public static Evaluator numericAnswer(double absolute, double relative) {
    return NumericAnswer.of(absolute, relative);
  }

  /**
   * {@code answer_correctness}: whether a long, chatty output asserts a short reference, without a
   * judge. The measure is the weighted recall of the best reference: 1 a word; 0.1 a function word;
   * 0.2 a word of the question ({@link EvalCase#input()}, where given); 1.5 a number, and one that
   * is missing makes the answer wrong; 2.5 the last word of a name. Numbers, dates, plurals,
   * accents and footnote marks are read in all their writings; a word also matches by a common
   * beginning. What is denied ("it is not Paris") or only one of several hedged candidates does not
   * count; an output that says it does not know must match twice as well. Chinese and Japanese
   * references are compared by pairs of characters. The recall is mapped so that 0.5 is the
   * threshold (0.33 for words, 0.2 for characters) that was chosen on labelled rows; the label says
   * {@code correct} or {@code incorrect}. Reads outputs of at most 100,000 characters and
   * references of 20,000.
   *
   * <p>Reference {@code "Wilhelm Conrad Röntgen"}: weights 1, 1 and 2.5. Output {@code "It was
   * Wilhelm Roentgen."}: 1 ÷ 4.5 = 0.222 → 0.337, incorrect; {@code "Wilhelm Röntgen"}: 3.5 ÷ 4.5 =
   * 0.778 → 0.834, correct.
   */
  public static Evaluator answerCorrectness() {
    return AnswerCorrectness.create();
  }

  /**
   * {@code multiple_choice}: the output takes the choice whose letter is the reference. An
   * announced choice ({@code the answer is (B)}, {@code 答案：B}, {@code 选B}) comes before one that
   * leads the text ({@code B. Paris}) and one in brackets. No choice found scores 0 with the label
   * {@code invalid}.
   *
   * @param choices how many there are, 2 to 26
   */
  public static Evaluator multipleChoice(int choices) {
    return MultipleChoice.of(choices);
  }

  /**
   * {@code json_valid}: the output is one JSON value by RFC 8259, without a member twice; at most
   * 1000 levels deep.
   *
   * @param fenced whether the value may stand in one code fence
   */
  public static Evaluator jsonValid(boolean fenced) {
    return Json.valid(fenced);
  }

  /**
   * {@code json_schema}: the output is JSON that the schema allows. Needs {@code
   * com.networknt:json-schema-validator} 1.5, an optional dependency. Patterns run on RE2/J;
   * nothing is fetched for a {@code $ref}. A schema that cannot be used is Errored {@code
   * invalid_schema}.
   *
   * @param schema draft 4 to 2020-12 by its {@code $schema}; 2020-12 without
   * @param fenced whether the value may stand in one code fence
   */
  public static Evaluator jsonSchema(String schema, boolean fenced) {
    return JsonSchemas.of(schema, fenced);
  }

  /** {@code json_schema} with the schema in the case's first reference. */
  public static Evaluator jsonSchema(boolean fenced) {
    return JsonSchemas.ofReference(fenced);
  }

  /**
   * {@code xml_valid}: the output is one well-formed XML document (XML 1.0 with namespaces).
   * Nothing outside of it is read; entities that grow beyond the JDK's limits are a fail.
   *
   * @param fenced whether the document may stand in one code fence
   */
  public static Evaluator xmlValid(boolean fenced) {
    return Markup.xml(fenced);
  }

  /**
   * {@code sql_valid}: JSqlParser reads the output as one or more statements. It knows the common
   * grammar of many dialects, neither tables nor types, so a pass is not a promise that a database
   * runs it. Needs {@code com.github.jsqlparser:jsqlparser} 5.3, an optional dependency. Reads at
   * most 20,000 characters, for at most two seconds; a parser thread is made for each call.
   *
   * @param fenced whether the SQL may stand in one code fence
   */
  public static Evaluator sqlValid(boolean fenced) {
    return SqlCheck.of(fenced);
  }

  /**
   * {@code code_fence}: there is a fenced code block and all are closed (CommonMark 0.31, section
   * 4.5; blocks inside lists and quotes are not looked at).
   *
   * @param language that at least one of them must name; any where empty
   */
  public static Evaluator codeFence(String language) {
    return CodeFences.of(language);
  }

  /**
   * {@code language}: the output is mainly in the expected language, told by script and, for Latin
   * and Cyrillic, by frequent words. Code blocks and addresses do not count. Skipped where fewer
   * than two telling words or characters stand; dialects and related languages that are not listed
   * are not told apart.
   *
   * @param expected ISO 639-1 code, one of ar bn de el en es fr he hi hy id it ja ka ko nl pl pt ru
   *     sv ta th tr uk vi zh
   */
  public static Evaluator language(String expected) {
    return Languages.of(expected);
  }

  /** {@code language}: the output is in the language of the input. */
  public static Evaluator language() {
    return Languages.of(null);
  }

  /**
   * {@code citation_present}: the output cites at least once ({@code [1]}, {@code [^1]}, {@code
   * 【1】}, a document's id in brackets, an address, {@code (Smith, 2020)}), and, where the case has
   * {@linkplain EvalCase#context() documents}, no number that is none of them. Whether the source
   * says so is not looked at.
   */
  public static Evaluator citationPresent() {
    return Citations.create();
  }

  /**
   * {@code refusal_phrase}: whether the first 300 characters hold a phrase of refusal, English or
   * Chinese; raw 1 for a refusal, the lower the better (where a refusal is wanted, negate it). It
   * misses refusals in other words and partial ones.
   */
  public static Evaluator refusalPhrase() {
    return RefusalPhrases.create();
  }

  /**
   * {@code json_equal}: the output is the same JSON value as a reference. The order of members does
   * not count, that of items does unless the rules say otherwise; {@code 1} equals {@code 1.0}. The
   * reason lists the first five differences by path. Arrays whose order does not count are matched
   * one to one by a greatest matching; above 500 items, or two million comparisons in all, the case
   * is {@linkplain Skipped skipped}.
   */
  public static Evaluator jsonEqual(JsonRules rules) {
    return JsonEquality.of(rules);
  }

  /**
   * What two JSON values may differ in. Paths are JSON Pointers (RFC 6901) in which a segment
   * {@code *} stands for any one: {@code /items/&#42;/price}.
   *
   * @param tolerances allowed absolute difference of the numbers at a path; the first that matches
   *     counts
   * @param ignored paths that are not compared
   * @param unordered paths of arrays whose order does not count; {@code /&#42;&#42;} stands for all
   *     arrays
   * @param fenced whether the value may stand in one code fence
   */
  public record JsonRules(
      Map<String, Double> tolerances,
      List<String> ignored,
      List<String> unordered,
      boolean fenced) {

    /** Nothing may differ. */
    public static final JsonRules STRICT = new JsonRules(Map.of(), List.of(), false);

    /** Rules by which the order of every array counts. */
    public JsonRules(Map<String, Double> tolerances, List<String> ignored, boolean fenced) {
      this(tolerances, ignored, List.of(), fenced);
    }

    /** Checks and copies. */
    public JsonRules {
      tolerances = Collections.unmodifiableMap(new LinkedHashMap<>(tolerances));
      tolerances.forEach(
          (path, tolerance) -> {
            checkPath(path);
            if (!(tolerance >= 0) || tolerance.isInfinite()) {
              throw new IllegalArgumentException(
                  "tolerance of " + path + " must be 0 or more, but was " + tolerance);
            }
          });
      ignored = List.copyOf(ignored);
      ignored.forEach(JsonRules::checkPath);
      unordered = List.copyOf(unordered);
      unordered.forEach(JsonRules::checkPath);
    }

    private static void checkPath(String path) {
      if (!path.isEmpty() && !path.startsWith("/")) {
        throw new IllegalArgumentException(
            "path must be empty or begin with \"/\", but was \"" + path + "\"");
      }
    }
  }

  /** The output of a case whose evaluator needs one. */
  static String output(EvalCase evalCase) {
    return Objects.requireNonNull(evalCase.output());
  }

  /** A list as {@link dev.llmops.eval.EvaluatorSettings#list} reads it. */
  static String joined(List<String> items) {
    return String.join("|", items.stream().map(each -> each.replace("|", "\\|")).toList());
  }
}
