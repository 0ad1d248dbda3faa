package dev.llmops.privacy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces the matches of a user's pattern, within a budget of reads. */
record RegexRedactor(Pattern pattern, String mark) implements Redactor {

  private static final long BASE_READS = 10_000;
  private static final long READS_PER_CHAR = 100;

  @Override
  public String redact(String text) {
    long budget = BASE_READS + READS_PER_CHAR * text.length();
    Replacement out = new Replacement(text, mark);
    Matcher matcher = pattern.matcher(new Counted(text, new long[] {budget}));
    try {
      while (matcher.find()) {
        if (matcher.end() > matcher.start()) {
          out.replace(matcher.start(), matcher.end());
        }
      }
    } catch (BudgetSpent spent) {
      throw new IllegalStateException(
          "the pattern for "
              + mark
              + " read more than "
              + budget
              + " characters of a text of "
              + text.length()
              + "; rewrite it without nested or adjacent repetition");
    } catch (StackOverflowError deep) {
      // no cause: its trace is long and says nothing
      throw new IllegalStateException(
          "the pattern for "
              + mark
              + " overflowed the stack on a text of "
              + text.length()
              + " characters; rewrite it without repeated groups, or make them possessive");
    }
    return out.result();
  }

  private static final class BudgetSpent extends RuntimeException {

    BudgetSpent() {
      super(null, null, false, false);
    }
  }

  private record Counted(CharSequence text, long[] left) implements CharSequence {

    @Override
    public char charAt(int index) {
      if (--left[0] < 0) {
        throw new BudgetSpent();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), left);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
