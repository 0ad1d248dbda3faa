package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import java.util.ArrayList;
import java.util.List;

/** Exact match, F1 and token recall of short answers; see {@link ReferenceMetrics#squadF1()}. */
record QuestionAnswering(Kind kind, AnswerNormalization normalization) implements TextMetric {

  /** Cells of the table for the longest common run of CMRC. */
  private static final long MAX_RUN_CELLS = 400_000_000L;

  /** Which measure. */
  enum Kind {
    EXACT_MATCH,
    F1,
    RECALL
  }

  @Override
  public EvalResult measure(EvaluatorSpec spec, String output, List<String> references) {
    Answer answer = answer(output);
    double best = -1;
    Answer closest = answer;
    for (Answer reference : answers(references)) {
      double value = value(answer, reference);
      if (value > best) {
        best = value;
        closest = reference;
      }
    }
    if (best < 0) {
      throw new NotMeasurable(
          spec.name() + " is not defined: no reference has more than articles and punctuation");
    }
    String reason = TokenDifference.of(answer.words, closest.words);
    return kind == Kind.EXACT_MATCH
        ? Scored.of(spec, best == 1, reason)
        : Scored.of(spec, best, reason);
  }

  /** The value against one reference, also where it would be left out among others. */
  double value(String output, String reference) {
    return value(answer(output), answer(reference));
  }

  /**
   * An answer as it is compared.
   *
   * @param words its tokens
   * @param text what must be equal for an exact match
   */
  private record Answer(List<String> words, String text) {}

  private double value(Answer output, Answer reference) {
    if (kind == Kind.EXACT_MATCH) {
      return output.text.equals(reference.text) ? 1 : 0;
    }
    if (normalization == AnswerNormalization.CMRC) {
      return value(
          commonRun(output.words, reference.words), output.words.size(), reference.words.size());
    }
    if (output.words.isEmpty() || reference.words.isEmpty()) {
      return output.words.isEmpty() && reference.words.isEmpty() ? 1 : 0;
    }
    return value(
        overlap(output.words, reference.words), output.words.size(), reference.words.size());
  }

  private double value(int same, int output, int reference) {
    if (same == 0) {
      return 0;
    }
    double precision = (double) same / output;
    double recall = (double) same / reference;
    return kind == Kind.RECALL ? recall : 2 * precision * recall / (precision + recall);
  }

  private static int overlap(List<String> output, List<String> reference) {
    Vocabulary vocabulary = new Vocabulary();
    NgramCounts counts = new NgramCounts(1, reference.size());
    counts.addReference(vocabulary.ids(reference));
    return (int) counts.matches(vocabulary.ids(output))[0];
  }

  /** The length of the longest run of tokens that both have. */
  private static int commonRun(List<String> output, List<String> reference) {
    Vocabulary vocabulary = new Vocabulary();
    int[] rows = vocabulary.ids(output);
    int[] columns = vocabulary.ids(reference);
    NotMeasurable.checkCells(rows.length, columns.length, MAX_RUN_CELLS);
    int[] runs = new int[columns.length + 1];
    int longest = 0;
    for (int row : rows) {
      for (int j = columns.length; j > 0; j--) {
        runs[j] = row == columns[j - 1] ? runs[j - 1] + 1 : 0;
        longest = Math.max(longest, runs[j]);
      }
    }
    return longest;
  }

  /** Those of the references that count. */
  private List<Answer> answers(List<String> references) {
    List<Answer> all = new ArrayList<>();
    references.forEach(each -> all.add(answer(each)));
    if (normalization == AnswerNormalization.CMRC) {
      return all;
    }
    List<Answer> counting = new ArrayList<>(all);
    counting.removeIf(each -> each.words.isEmpty());
    // the SQuAD script takes references that normalise to nothing for "no answer"
    return counting.isEmpty() && normalization == AnswerNormalization.SQUAD ? all : counting;
  }

  private Answer answer(String text) {
    NotMeasurable.checkChars(text);
    return switch (normalization) {
      case UNIVERSAL -> {
        List<String> words = UniversalText.answerWords(text);
        yield new Answer(words, String.join(" ", words));
      }
      case SQUAD -> {
        List<String> words = squadWords(text);
        yield new Answer(words, String.join(" ", words));
      }
      case CMRC -> {
        String plain = CmrcSegments.withoutPunctuation(text);
        yield new Answer(kind == Kind.EXACT_MATCH ? List.of(plain) : CmrcSegments.of(text), plain);
      }
    };
  }

  /**
   * The official normalisation: lower case, ASCII punctuation deleted, the articles a, an and the
   * dropped where they are whole words, split at white space.
   */
  static List<String> squadWords(String text) {
    String lower = PythonText.lower(text);
    StringBuilder plain = new StringBuilder(lower.length());
    for (int i = 0; i < lower.length(); i++) {
      if (!PythonText.isAsciiPunctuation(lower.charAt(i))) {
        plain.append(lower.charAt(i));
      }
    }
    StringBuilder out = new StringBuilder(plain.length());
    int i = 0;
    while (i < plain.length()) {
      int start = i;
      while (i < plain.length() && PythonText.isAlphanumeric(plain.codePointAt(i))) {
        i += Character.charCount(plain.codePointAt(i));
      }
      if (i == start) {
        int codePoint = plain.codePointAt(i);
        i += Character.charCount(codePoint);
        out.appendCodePoint(codePoint);
      } else if (isArticle(plain, start, i)) {
        out.append(' ');
      } else {
        out.append(plain, start, i);
      }
    }
    return PythonText.split(out);
  }

  private static boolean isArticle(StringBuilder text, int start, int end) {
    if (end - start > 3) {
      return false;
    }
    String word = text.substring(start, end);
    return word.equals("a") || word.equals("an") || word.equals("the");
  }
}
