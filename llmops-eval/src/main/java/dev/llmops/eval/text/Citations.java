package dev.llmops.eval.text;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.Document;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Whether an answer cites, and only what was there to cite. */
final class Citations {

  /** [1], [1, 2], [^1], 【1】, and a bracketed name such as [doc-3]. */
  private static final Pattern BRACKETED =
      Pattern.compile(
          "[\\[【]\\^?((?:[0-9]{1,3}(?:\\s*[,，、–-]\\s*[0-9]{1,3})*)|[A-Za-z][\\w.:/#-]{0,99})[\\]】]");

  private static final Pattern URL = Pattern.compile("https?://[^\\s)\\]>\"'，。）】]+");
  private static final Pattern AUTHOR_YEAR =
      Pattern.compile("\\([A-Z\\p{Lu}][^()\\n]{1,60},\\s*(?:1[5-9]|20)[0-9]{2}[a-z]?\\)");

  private Citations() {}

  static Evaluator create() {
    EvaluatorSpec spec = EvaluatorSpec.free("citation_present", Scale.UNIT, Need.OUTPUT);
    return Evaluators.of(spec, evalCase -> evaluate(spec, evalCase));
  }

  private static EvalResult evaluate(EvaluatorSpec spec, EvalCase evalCase) {
    String output = TextEvaluators.output(evalCase);
    if (output.length() > Texts.MAX_CHARS) {
      return Phrases.tooLong(spec);
    }
    int documents = evalCase.context().size();
    Set<String> ids = new HashSet<>();
    for (Document document : evalCase.context()) {
      if (document.id() != null) {
        ids.add(document.id());
      }
    }
    int found = 0;
    Set<String> unknown = new LinkedHashSet<>();
    Matcher bracketed = BRACKETED.matcher(output);
    while (bracketed.find()) {
      String cited = bracketed.group(1);
      boolean numeric = Character.isDigit(cited.charAt(0));
      if (numeric) {
        for (String each : cited.split("[^0-9]+", -1)) {
          found++;
          int number = Integer.parseInt(each);
          if (documents > 0 && !ids.contains(each) && (number < 1 || number > documents)) {
            unknown.add(each);
          }
        }
      } else if (ids.contains(cited)) {
        found++;
      }
    }
    found += count(URL, output) + count(AUTHOR_YEAR, output);
    if (found == 0) {
      return Scored.of(spec, false, "no citation");
    }
    return Scored.of(
        spec,
        unknown.isEmpty(),
        found
            + (found == 1 ? " citation" : " citations")
            + (unknown.isEmpty()
                ? ""
                : "; not among the " + documents + " documents: " + String.join(", ", unknown)));
  }

  private static int count(Pattern pattern, String text) {
    int count = 0;
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      count++;
    }
    return count;
  }
}
