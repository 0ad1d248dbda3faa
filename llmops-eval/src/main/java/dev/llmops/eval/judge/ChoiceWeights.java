package dev.llmops.eval.judge;

import dev.llmops.eval.internal.LinearText;
import dev.llmops.eval.judge.JudgeAnswer.TokenLogprob;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The choices' values weighted by the probability that the model gave to the beginning of each
 * choice's name, at the token where the answers part.
 *
 * @param mean Σ p·value ÷ Σ p over the choices that were among the alternatives
 * @param missing 1 − Σ p: what the alternatives shown do not account for, 0 to 1
 */
record ChoiceWeights(double mean, double missing) {

  /** Null when the log-probabilities are not there or do not tell the choices apart. */
  static @Nullable ChoiceWeights of(Rubric rubric, JudgeAnswer answer, int valueStart) {
    // from the end: what follows the choice is plain ASCII, while the tokens of the reason may be
    // pieces of characters that no text can show
    String tail = answer.text().substring(valueStart);
    int quote = tail.startsWith("\"") ? 1 : 0;
    List<TokenLogprob> tokens = answer.logprobs();
    for (int end = tokens.size(); end > 0 && end >= tokens.size() - 2; end--) { // end marks
      ChoiceWeights weights = at(rubric, tokens, end, tail, quote);
      if (weights != null) {
        return weights;
      }
    }
    return null;
  }

  private static @Nullable ChoiceWeights at(
      Rubric rubric, List<TokenLogprob> tokens, int end, String tail, int quote) {
    int first = end;
    StringBuilder spelled = new StringBuilder();
    while (first > 0 && spelled.length() < tail.length() - quote) {
      first--;
      spelled.insert(0, tokens.get(first).token());
    }
    String wanted = tail.substring(quote);
    if (!spelled.toString().endsWith(wanted)) {
      return null;
    }
    // what of the token lies before the name: a quote, a blank
    String before = spelled.substring(0, spelled.length() - wanted.length());
    if (before.length() >= tokens.get(first).token().length()) {
      return null;
    }
    if (begun(rubric, tokens.get(first).token().substring(before.length())) == null) {
      return null; // two names begin so: this token does not decide
    }
    double sum = 0;
    double weighted = 0;
    for (TokenLogprob each : tokens.get(first).alternatives()) {
      JudgeChoice choice =
          each.token().startsWith(before)
              ? begun(rubric, each.token().substring(before.length()))
              : null;
      double probability = Math.exp(each.logprob());
      if (choice != null && probability >= 0 && probability <= 1) {
        sum += probability;
        weighted += probability * choice.value();
      }
    }
    return sum > 0 ? new ChoiceWeights(weighted / sum, Math.max(0, 1 - sum)) : null;
  }

  /** The only choice that can begin so, or null. */
  private static @Nullable JudgeChoice begun(Rubric rubric, String piece) {
    String lower = LinearText.lower(piece);
    int end = 0;
    while (end < lower.length() && isOfName(lower.charAt(end))) {
      end++;
    }
    boolean whole = end < lower.length(); // the closing quote is in the same token
    String name = lower.substring(0, end);
    JudgeChoice found = null;
    for (JudgeChoice each : rubric.choices()) {
      String full = each.name().toLowerCase(Locale.ROOT);
      if (whole ? full.equals(name) : !name.isEmpty() && full.startsWith(name)) {
        if (found != null) {
          return null;
        }
        found = each;
      }
    }
    return found;
  }

  private static boolean isOfName(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  }

  String note() {
    return String.format(Locale.ROOT, "probability mass missing: %.4f", missing);
  }
}
