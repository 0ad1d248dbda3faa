package dev.llmops.privacy;

import org.jspecify.annotations.Nullable;

/**
 * Collects replacements by one mark from left to right, leaving the marks that are there already.
 */
final class Replacement {

  private final String text;
  private final String mark;
  private @Nullable StringBuilder out;
  private int copied;

  /** The start of the first mark in the text that does not end before the replacement, or -1. */
  private int existing;

  Replacement(String text, String mark) {
    this.text = text;
    this.mark = mark;
    this.existing = text.indexOf(mark);
  }

  /** Replaces {@code start} to {@code end}, unless that lies within an existing mark. */
  boolean replace(int start, int end) {
    while (existing >= 0 && existing + mark.length() <= start) {
      existing = text.indexOf(mark, existing + 1);
    }
    if (existing >= 0 && existing <= start && end <= existing + mark.length()) {
      return false;
    }
    if (out == null) {
      out = new StringBuilder(text.length());
    }
    out.append(text, copied, start).append(mark);
    copied = end;
    return true;
  }

  String result() {
    return out == null ? text : out.append(text, copied, text.length()).toString();
  }
}
