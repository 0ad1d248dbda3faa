package dev.llmops.eval.text;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A regular expression on RE2/J, which takes linear time. */
final class RegexMatch {

  /** Program size × characters: some seconds at worst. */
  private static final long MAX_WORK = 200_000_000L;

  private static final int MAX_PATTERN = 10_000;

  private RegexMatch() {}

  static Evaluator ofReferences(boolean whole) {
    EvaluatorSpec spec =
        EvaluatorSpec.free("regex", Scale.UNIT, Need.OUTPUT, Need.REFERENCES)
            .withSettings(Map.of("whole", Boolean.toString(whole)));
    return Evaluators.of(
        spec,
        evalCase -> {
          EvalResult last = null;
          for (String regex : evalCase.references()) {
            last = match(spec, compile(regex), TextEvaluators.output(evalCase), whole);
            if (!(last instanceof Scored scored) || scored.score() == 1) {
              return last;
            }
          }
          return Objects.requireNonNull(last);
        });
  }

  static Evaluator of(String regex, boolean whole) {
    EvaluatorSpec spec =
        EvaluatorSpec.free("regex", Scale.UNIT, Need.OUTPUT)
            .withSettings(Map.of("pattern", regex, "whole", Boolean.toString(whole)));
    Compiled compiled = compile(regex);
    return Evaluators.of(
        spec, evalCase -> match(spec, compiled, TextEvaluators.output(evalCase), whole));
  }

  private static EvalResult match(
      EvaluatorSpec spec, Compiled compiled, String output, boolean whole) {
    Pattern pattern = compiled.pattern();
    if (pattern == null) {
      return new Errored(spec, "unsupported_pattern", compiled.problem(), Spend.NONE);
    }
    if ((long) pattern.programSize() * output.length() > MAX_WORK) {
      return new Skipped(
          spec,
          "a pattern of "
              + pattern.programSize()
              + " instructions on "
              + output.length()
              + " characters takes too long; their product must be at most "
              + MAX_WORK);
    }
    boolean pass = whole ? pattern.matches(output) : pattern.matcher(output).find();
    return Scored.of(
        spec,
        pass,
        pass ? "matches the pattern" : "does not match the pattern: " + Texts.quoted(output));
  }

  /** A pattern, or why it could not be made. */
  record Compiled(@Nullable Pattern pattern, String problem) {}

  static Compiled compile(String regex) {
    if (regex.length() > MAX_PATTERN) {
      return new Compiled(
          null,
          "pattern must have at most " + MAX_PATTERN + " characters, but has " + regex.length());
    }
    try {
      return new Compiled(Pattern.compile(regex), "");
    } catch (PatternSyntaxException e) {
      String why = e.getDescription() == null ? "syntax" : e.getDescription();
      boolean look = regex.contains("(?=") || regex.contains("(?!") || regex.contains("(?<");
      return new Compiled(
          null,
          "the pattern does not run on RE2: "
              + why
              + (look
                  ? "; RE2 has no look-around and no possessive groups, as they cannot be bounded"
                      + " in time: write it without, or combine two patterns"
                  : ""));
    } catch (StackOverflowError e) {
      return new Compiled(null, "the pattern is nested too deeply");
    }
  }
}
