package dev.llmops.eval.dataset;

import dev.llmops.eval.dataset.DatasetException.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with a dataset, up to a bound. */
final class Problems {

  static final int MAX = 20;

  private final String dataset;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> said = new HashSet<>();
  private boolean more;

  Problems(String dataset) {
    this.dataset = dataset;
  }

  void add(String file, int line, int column, String what) {
    if (problems.size() < MAX) {
      problems.add(new Problem(file, line, column, what));
    } else {
      more = true;
    }
  }

  /** Whether this is said for the first time, of the things that are said once a dataset. */
  boolean first(String what) {
    return said.size() < 1_000 && said.add(what);
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  int size() {
    return problems.size();
  }

  /** Whether there is no use in reading on. */
  boolean isFull() {
    return more;
  }

  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new DatasetException(dataset, problems, more);
    }
  }
}
