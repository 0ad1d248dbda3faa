package dev.llmops.privacy;

/** Replaces a fixed string. Time linear in the text, times the literal's length at worst. */
record LiteralRedactor(String literal, String mark) implements Redactor {

  @Override
  public String redact(String text) {
    Replacement out = new Replacement(text, mark);
    int found = text.indexOf(literal);
    while (found >= 0) {
      int end = found + literal.length();
      found = text.indexOf(literal, out.replace(found, end) ? end : found + 1);
    }
    return out.result();
  }
}
