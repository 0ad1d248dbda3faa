package dev.llmops.eval.safety;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    each(text, spans::add);
    return spans;
  }

  /** One sentence after the other, as all of a long text at once take many times its memory. */
  static Worst worst(LinearModel model, String text) {
    Search search = new Search(model);
    each(text, search);
    Span worst = search.worst;
    return new Worst(
        search.margin,
        worst == null ? 0 : worst.start(),
        worst == null ? 0 : worst.end(),
        search.index,
        search.count,
        search.suspicious);
  }

  private static void each(String text, Consumer<Span> to) {
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
          to.accept(new Span(start, i + 1, words));
        }
        start = i + 1;
      }
    }
  }

  private static final class Search implements Consumer<Span> {
    private final LinearModel model;
    private double margin = Double.NEGATIVE_INFINITY;
    private @Nullable Span worst;
    private int index = -1;
    private int count;
    private int suspicious;

    Search(LinearModel model) {
      this.model = model;
    }

    @Override
    public void accept(Span span) {
      double of = model.margin(span.words());
      if (model.probability(of) >= model.threshold) {
        suspicious++;
      }
      if (of > margin) {
        margin = of;
        worst = span;
        index = count;
      }
      count++;
    }
  }
}
