package dev.llmops.eval.dataset;

import dev.llmops.Message;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.internal.LinearText;

/** What a case asks, without what makes no difference to a reader. */
final class Asked {

  private Asked() {}

  /** Empty when it asks nothing in words. */
  static String of(EvalCase evalCase) {
    StringBuilder text = new StringBuilder();
    if (evalCase.input() != null) {
      text.append(normalized(evalCase.input()));
    }
    for (Message message : evalCase.messages()) {
      text.append('\n').append(message.role()).append(':').append(normalized(message.text()));
    }
    boolean asks = text.chars().anyMatch(Character::isLetterOrDigit);
    evalCase.context().forEach(each -> text.append("\n ").append(normalized(each.text())));
    return asks ? text.toString() : "";
  }

  /** NFKC, lower case, one space for every run of anything but letters, digits and symbols. */
  static String normalized(String text) {
    String plain = LinearText.lower(LinearText.nfkc(text));
    StringBuilder out = new StringBuilder(plain.length());
    boolean gap = false;
    for (int i = 0; i < plain.length(); ) {
      int c = plain.codePointAt(i);
      i += Character.charCount(c);
      if (isGap(c)) {
        gap = true;
        continue;
      }
      if (gap && out.length() > 0) {
        out.append(' ');
      }
      gap = false;
      out.appendCodePoint(c);
    }
    return out.toString();
  }

  /** Symbols stay: 2+2 and 2-2 are two questions. The hyphen-minus counts as a symbol. */
  private static boolean isGap(int c) {
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT ->
          true;
      case Character.OTHER_PUNCTUATION -> "%*/\\@#&".indexOf(c) < 0;
      default -> false;
    };
  }
}
