package dev.llmops.eval.text;

import com.google.re2j.Pattern;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How much of a short reference an answer asserts, in words (see {@link CjkAnswers} for scripts
 * without spaces). The rules follow what a human reader looks at. Rules and weights were compared
 * on the development rows of EVOUNA (Wang et al. 2023, "Evaluating Open-QA Evaluation"), on which
 * other weights change the accuracy by less than 0.003; the threshold was chosen there and is
 * frozen.
 */
final class AnswerCorrectness {

  static final int MAX_OUTPUT = 100_000;
  static final int MAX_REFERENCES = 20_000;

  /** Recall at and above which an answer is right; maps to a raw measure of 0.5. */
  private static final double THRESHOLD = 0.33;

  private static final double FUNCTION_WEIGHT = 0.1;
  private static final double ASKED_WEIGHT = 0.2;
  private static final double NUMBER_WEIGHT = 1.5;
  private static final double FAMILY_NAME_WEIGHT = 2.5;

  /** What is left when a number of the reference is missing, or only hedged or denied. */
  private static final double WRONG = 0.2;

  private static final double NOT_KNOWN = 0.5;
  private static final double ALL_OF_A_SHORT_ANSWER = 0.5;
  private static final int SHORT_ANSWER = 4;

  private static final Set<String> FUNCTION_WORDS =
      Set.of(
          ("a an the of in on at to for and or by with from as is was were are be been it its his"
                  + " her their this that s t into about during who which what when where how why"
                  + " do does did has have had not no than then there also")
              .split(" ", -1));

  private static final Set<String> NEGATORS =
      Set.of(
          "not", "never", "neither", "nor", "isnt", "wasnt", "arent", "werent", "doesnt", "didnt");

  /** After a negator these do not deny what follows: "not only Paris", "not until 1966". */
  private static final Set<String> NOT_DENYING =
      Set.of(
          "only", "just", "until", "till", "before", "to", "have", "been", "be", "sure", "merely");

  private static final Set<String> HEDGES =
      Set.of("either", "possibly", "perhaps", "maybe", "might", "could");

  private static final Pattern ABSTAINS =
      Pattern.compile(
          "(?i)(?:could ?n.t|could not|can ?not|can.t|unable to|did ?n.t|did not)"
              + " (?:find|provide|locate|determine|answer)"
              + "|no (?:specific )?information|not sure|i don.t (?:know|have)|sorry");

  private final List<String> answer;
  private final Set<String> asserted;
  private final Set<String> all;
  private final Set<String> unhedged;
  private final Set<String> asked;
  private final String squashed;
  private final boolean abstains;

  private AnswerCorrectness(String output, String question) {
    List<String> tokens = WordTokens.of(output);
    answer = words(tokens);
    List<String> affirmed = withoutDenied(tokens);
    asserted = stems(affirmed);
    all = stems(tokens);
    unhedged = stems(withoutHedged(affirmed));
    asked = stems(WordTokens.of(question));
    squashed = String.join("", words(affirmed));
    abstains = ABSTAINS.matcher(output).find();
  }

  /** How well the best reference is met. */
  record Match(double value, double threshold, String reference, List<String> missing) {}

  static Evaluator create() {
    EvaluatorSpec spec =
        EvaluatorSpec.free("answer_correctness", Scale.UNIT, Need.OUTPUT, Need.REFERENCES);
    return Evaluators.of(spec, evalCase -> evaluate(spec, evalCase));
  }

  private static EvalResult evaluate(EvaluatorSpec spec, EvalCase evalCase) {
    String output = TextEvaluators.output(evalCase);
    int referenceChars = evalCase.references().stream().mapToInt(String::length).sum();
    if (output.length() > MAX_OUTPUT || referenceChars > MAX_REFERENCES) {
      return new Skipped(
          spec,
          "answer_correctness reads outputs of at most "
              + MAX_OUTPUT
              + " characters and references of at most "
              + MAX_REFERENCES
              + " in all, but there are "
              + output.length()
              + " and "
              + referenceChars);
    }
    if (evalCase.references().stream().anyMatch(String::isBlank)) {
      return new Skipped(spec, "a reference is blank; give the words of a right answer");
    }
    String question = evalCase.input();
    Match best = best(output, evalCase.references(), question == null ? "" : question);
    double raw = calibrated(best.value(), best.threshold());
    boolean right = raw >= 0.5;
    return new Scored(
        spec,
        raw,
        raw,
        (right ? "asserts " : "does not assert ")
            + Texts.quoted(best.reference())
            + (best.missing().isEmpty() ? "" : "; missing: " + String.join(", ", best.missing())),
        right ? "correct" : "incorrect",
        Spend.NONE);
  }

  private static Match best(String output, List<String> references, String question) {
    String cut = question.length() > MAX_REFERENCES ? "" : question;
    AnswerCorrectness words = null;
    CjkAnswers characters = null;
    Match best = null;
    for (String reference : references) {
      Match match;
      if (CjkAnswers.isCjk(reference)) {
        characters = characters == null ? new CjkAnswers(output, cut) : characters;
        match = characters.match(reference);
      } else {
        words = words == null ? new AnswerCorrectness(output, cut) : words;
        match = words.match(reference, output);
      }
      if (best == null
          || calibrated(match.value(), match.threshold())
              > calibrated(best.value(), best.threshold())) {
        best = match;
      }
    }
    if (words != null && best != null && best.value() < ALL_OF_A_SHORT_ANSWER) {
      return words.shortAnswer(references, best);
    }
    return Objects.requireNonNull(best);
  }

  /** Straight from 0 to the threshold, and from there to 1, with 0.5 at the threshold. */
  private static double calibrated(double value, double threshold) {
    return value < threshold
        ? 0.5 * value / threshold
        : 0.5 + 0.5 * (value - threshold) / (1 - threshold);
  }

  private Match match(String reference, String output) {
    List<String> tokens = words(WordTokens.of(reference));
    if (tokens.isEmpty()) {
      boolean equal = Phrases.normalized(output).equals(Phrases.normalized(reference));
      return new Match(equal ? 1 : 0, THRESHOLD, reference, List.of());
    }
    boolean negative = tokens.stream().anyMatch(each -> NEGATORS.contains(each));
    String joined = String.join("", tokens);
    List<String> missing = new ArrayList<>();
    double value =
        joined.length() >= 6 && squashed.contains(joined)
            ? 1
            : recall(tokens, reference, negative ? all : asserted, missing);
    if (!tokens.contains("or")
        && value >= THRESHOLD
        && recall(tokens, reference, negative ? all : unhedged, new ArrayList<>()) < THRESHOLD
        && unhedged.size() < asserted.size()) {
      value = WRONG;
    }
    return new Match(abstains ? value * NOT_KNOWN : value, THRESHOLD, reference, missing);
  }

  private double recall(
      List<String> tokens, String reference, Set<String> held, List<String> missing) {
    boolean name = isName(reference, tokens.size());
    double got = 0;
    double total = 0;
    boolean numberMissing = false;
    for (int i = 0; i < tokens.size(); i++) {
      String token = stem(tokens.get(i));
      boolean number = isNumber(token);
      double weight = 1;
      if (FUNCTION_WORDS.contains(token)) {
        weight = FUNCTION_WEIGHT;
      } else if (asked.contains(token)) {
        weight = ASKED_WEIGHT;
      } else if (number) {
        weight = NUMBER_WEIGHT;
      } else if (name && i == tokens.size() - 1) {
        weight = FAMILY_NAME_WEIGHT;
      }
      total += weight;
      if (holds(token, held)) {
        got += weight;
      } else {
        numberMissing |= number;
        if (weight >= 1 && missing.size() < 5) {
          missing.add(Texts.quoted(tokens.get(i)));
        }
      }
    }
    double recall = got / total;
    return numberMissing ? Math.min(recall, WRONG) : recall;
  }

  private boolean holds(String token, Set<String> held) {
    if (held.contains(token)) {
      return true;
    }
    if (isNumber(token)) {
      return token.length() == 4 && token.indexOf('.') < 0 && withFootnote(token, held);
    }
    if (token.length() >= 6 && squashed.contains(token)) {
      return true;
    }
    return token.length() >= 5 && sharesStem(token, held);
  }

  /** "in 19661." is the year 1966 with the number of a footnote. */
  private static boolean withFootnote(String year, Set<String> held) {
    for (char note = '0'; note <= '9'; note++) {
      if (held.contains(year + note)) {
        return true;
      }
    }
    return false;
  }

  /** A common beginning of 5 letters and of 70 % of the longer word: "Russian", "Russia". */
  private boolean sharesStem(String token, Set<String> held) {
    for (String other : held) {
      if (other.length() >= 5
          && other.charAt(0) == token.charAt(0)
          && !asked.contains(other)
          && !isNumber(other)) {
        int common = 0;
        int shorter = Math.min(other.length(), token.length());
        while (common < shorter && other.charAt(common) == token.charAt(common)) {
          common++;
        }
        if (common >= 5 && common >= 0.7 * Math.max(other.length(), token.length())) {
          return true;
        }
      }
    }
    return false;
  }

  /** An answer of a few words that all stand in the references: "Portland". */
  private Match shortAnswer(List<String> references, Match best) {
    Set<String> content = new HashSet<>();
    for (String each : answer) {
      String token = stem(each);
      if (!FUNCTION_WORDS.contains(token) && !asked.contains(token)) {
        content.add(token);
      }
    }
    if (content.isEmpty() || content.size() > SHORT_ANSWER) {
      return best;
    }
    Set<String> expected = new HashSet<>();
    for (String reference : references) {
      expected.addAll(stems(WordTokens.of(reference)));
    }
    for (String token : content) {
      if (!expected.contains(token)
          && !(token.length() >= 5 && !isNumber(token) && sharesStem(token, expected))) {
        return best;
      }
    }
    boolean denied = !all.equals(asserted);
    return denied
        ? best
        : new Match(ALL_OF_A_SHORT_ANSWER, THRESHOLD, best.reference(), best.missing());
  }

  /** Two to four capitalised words and nothing else. */
  private static boolean isName(String reference, int tokens) {
    if (tokens < 2 || tokens > 4) {
      return false;
    }
    int words = 0;
    boolean inWord = false;
    for (int i = 0; i < reference.length(); i++) {
      char c = reference.charAt(i);
      boolean letter = Character.isLetter(c);
      if (letter && !inWord) {
        words++;
        if (!Character.isUpperCase(c)) {
          return false;
        }
      }
      inWord = letter;
    }
    return words == tokens;
  }

  /** Leaves out up to three words that a negator denies: "it is not Paris". */
  private static List<String> withoutDenied(List<String> tokens) {
    List<String> kept = new ArrayList<>(tokens.size());
    int index = 0;
    while (index < tokens.size()) {
      String token = tokens.get(index);
      kept.add(token);
      index++;
      boolean instead =
          index < tokens.size()
              && ((token.equals("rather") && tokens.get(index).equals("than"))
                  || (token.equals("instead") && tokens.get(index).equals("of")));
      if (instead || NEGATORS.contains(token)) {
        int from = instead ? index + 1 : index;
        if (from < tokens.size() && NOT_DENYING.contains(tokens.get(from))) {
          continue;
        }
        while (from < tokens.size() && FUNCTION_WORDS.contains(tokens.get(from))) {
          kept.add(tokens.get(from));
          from++;
        }
        int end = from;
        while (end < tokens.size()
            && end - from < 3
            && !isMark(tokens.get(end))
            && !FUNCTION_WORDS.contains(tokens.get(end))
            && !tokens.get(end).equals("but")) {
          end++;
        }
        index = end;
      }
    }
    return kept;
  }

  /** Leaves out the rest of a sentence in which a hedge is followed by alternatives. */
  private static List<String> withoutHedged(List<String> tokens) {
    List<String> kept = new ArrayList<>(tokens.size());
    int start = 0;
    while (start < tokens.size()) {
      int end = start;
      int hedge = -1;
      boolean alternatives = false;
      while (end < tokens.size() && !tokens.get(end).equals(WordTokens.SENTENCE)) {
        String token = tokens.get(end);
        boolean modal = token.equals("might") || token.equals("could");
        if (hedge < 0
            && HEDGES.contains(token)
            && (!modal || (end + 1 < tokens.size() && tokens.get(end + 1).equals("be")))) {
          hedge = end;
        }
        alternatives |= hedge >= 0 && token.equals("or");
        end++;
      }
      kept.addAll(tokens.subList(start, alternatives ? hedge : end));
      start = end + 1;
    }
    return kept;
  }

  private static List<String> words(List<String> tokens) {
    return tokens.stream().filter(each -> !isMark(each)).toList();
  }

  private static Set<String> stems(List<String> tokens) {
    Set<String> stems = new HashSet<>();
    for (String token : tokens) {
      if (!isMark(token)) {
        stems.add(stem(token));
      }
    }
    return stems;
  }

  private static boolean isMark(String token) {
    return token.equals(WordTokens.SENTENCE) || token.equals(WordTokens.CLAUSE);
  }

  private static boolean isNumber(String token) {
    return Character.isDigit(token.charAt(0));
  }

  /** English plurals only; {@link #sharesStem} sees to the rest. */
  private static String stem(String token) {
    if (token.length() < 4 || isNumber(token) || !token.endsWith("s")) {
      return token;
    }
    if (token.endsWith("ies")) {
      return token.substring(0, token.length() - 3) + "y";
    }
    if (token.endsWith("sses")
        || token.endsWith("ches")
        || token.endsWith("shes")
        || token.endsWith("xes")) {
      return token.substring(0, token.length() - 2);
    }
    return token.endsWith("ss") || token.endsWith("us") || token.endsWith("is")
        ? token
        : token.substring(0, token.length() - 1);
  }
}
