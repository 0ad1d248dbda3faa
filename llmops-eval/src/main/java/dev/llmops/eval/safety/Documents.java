package dev.llmops.eval.safety;

import java.util.ArrayList;
import java.util.List;

/** Looks at a document sentence by sentence, as one sentence in a long text is easily outvoted. */
final class Documents {

  private static final int LONGEST_SENTENCE = 400;

  /**
   * A sentence.
   *
   * @param start in the document, in UTF-16 units
   * @param end behind its last character
   * @param words its words
   */
  record Span(int start, int end, Words words) {}

  /**
   * The most suspicious sentence.
   *
   * @param margin its margin; negative infinity where the document has no words
   * @param index which sentence
   * @param count how many sentences there are
   * @param suspicious how many are above the model's threshold
   */
  record Worst(double margin, int start, int end, int index, int count, int suspicious) {}

  private Documents() {}

  /** Sentences end at {@code . ! ? 。 ！ ？}, at a line break, or after 400 characters. */
  static List<Span> spans(String text) {
    List<Span> spans = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean last = i + 1 == text.length();
      boolean stop = c == '.' || c == '!' || c == '?';
      boolean ends =
          last
              || c == '\n'
              || "。！？；".indexOf(c) >= 0
              || (stop && Character.isWhitespace(text.charAt(i + 1)))
              || i - start >= LONGEST_SENTENCE;
      if (ends) {
        Words words = Words.of(text.substring(start, i + 1));
        if (words.count > 1) {
          spans.add(new Span(start, i + 1, words));
        }
        start = i + 1;
      }
    }
    return spans;
  }

  static Worst worst(LinearModel model, List<Span> spans) {
    Worst worst = new Worst(Double.NEGATIVE_INFINITY, 0, 0, -1, spans.size(), 0);
    int suspicious = 0;
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      double margin = model.margin(span.words());
      if (model.probability(margin) >= model.threshold) {
        suspicious++;
      }
      if (margin > worst.margin()) {
        worst = new Worst(margin, span.start(), span.end(), i, spans.size(), 0);
      }
    }
    return new Worst(
        worst.margin(), worst.start(), worst.end(), worst.index(), spans.size(), suspicious);
  }
}
