package dev.llmops.eval.dataset;

import java.util.List;
import java.util.Objects;

/**
 * A dataset that is not as it must be. Its message lists every problem with file, line and column;
 * it never quotes a row.
 */
public final class DatasetException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  DatasetException(String dataset, List<Problem> problems, boolean more) {
    super(message(dataset, problems, more));
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, in the order of the file; at most 20, reading stops there. */
  public List<Problem> problems() {
    return problems == null ? List.of() : problems;
  }

  private static String message(String dataset, List<Problem> problems, boolean more) {
    StringBuilder text = new StringBuilder("dataset [" + dataset + "] ");
    if (problems.size() == 1 && !more) {
      return text.append("has a problem: ").append(problems.get(0)).toString();
    }
    text.append("has ").append(problems.size()).append(" problems");
    text.append(more ? " or more; reading stopped there:" : ":");
    for (Problem problem : problems) {
      text.append("\n  ").append(problem);
    }
    return text.toString();
  }

  /**
   * What is wrong at one place.
   *
   * @param file as it was named when the dataset was read; the dataset's name when it comes from no
   *     file
   * @param line from 1; 0 for the whole file
   * @param column from 1; 0 for the whole line
   * @param what what is wrong, what is allowed and what to do; no content but names of fields and
   *     ids of cases
   */
  public record Problem(String file, int line, int column, String what) {

    /** Checks for null only. */
    public Problem {
      Objects.requireNonNull(file, "file must not be null");
      Objects.requireNonNull(what, "what must not be null");
    }

    /** {@code qa.jsonl:12:8: field "input" must be a text, but is a list}. */
    @Override
    public String toString() {
      return file
          + (line == 0 ? "" : ":" + line)
          + (line == 0 || column == 0 ? "" : ":" + column)
          + ": "
          + what;
    }
  }
}
