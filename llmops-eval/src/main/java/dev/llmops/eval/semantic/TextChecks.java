package dev.llmops.eval.semantic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What holds for the texts of any model. */
final class TextChecks {

  private TextChecks() {}

  static @Nullable String whyNot(Embeddings embeddings, List<String> texts) {
    for (String text : texts) {
      if (text.length() > embeddings.maxInputChars()) {
        return "a text has "
            + text.length()
            + " characters, and "
            + embeddings.model()
            + " takes at most "
            + embeddings.maxInputChars()
            + "; give the part to judge, or a model with a longer input";
      }
      if (isBlank(text)) {
        return "a text is blank, and a blank text has no meaning to compare";
      }
    }
    return null;
  }

  static void check(Embeddings embeddings, List<String> texts) {
    String why = embeddings.whyNot(texts);
    if (why != null) {
      throw new EmbeddingException("unsuitable_text", why);
    }
  }

  /** Whether there is nothing to see: white space, controls, marks and the like only. */
  static boolean isBlank(String text) {
    return text.codePoints().noneMatch(TextChecks::isVisible);
  }

  /**
   * The text as a native tokenizer can take it: characters that carry no text (controls, lone
   * surrogates) become spaces.
   */
  static String clean(String text) {
    if (text.codePoints().noneMatch(TextChecks::isUnsafe)) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().forEach(c -> clean.appendCodePoint(isUnsafe(c) ? ' ' : c));
    return clean.toString();
  }

  private static boolean isVisible(int c) {
    // what the tokenizers drop: of such characters alone no vector can be made
    int type = Character.getType(c);
    return !Character.isWhitespace(c)
        && !Character.isSpaceChar(c)
        && !isUnsafe(c)
        && type != Character.FORMAT
        && type != Character.PRIVATE_USE
        && type != Character.NON_SPACING_MARK
        && type != Character.ENCLOSING_MARK
        && c != 0xFFFD;
  }

  private static boolean isUnsafe(int c) {
    int type = Character.getType(c);
    return (type == Character.CONTROL && !Character.isWhitespace(c))
        || type == Character.SURROGATE
        || type == Character.UNASSIGNED;
  }
}
