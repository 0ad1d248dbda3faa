package dev.llmops.eval.dataset;

import dev.llmops.eval.EvalCase;

/**
 * One case as one line of JSON, in the schema of the dataset's JSONL: for journals, reports and
 * other machines. The recorded {@link EvalCase#call()} is left out. A case that is written and read
 * is equal to itself, apart from that call.
 */
public final class CaseJson {

  private CaseJson() {}

  /** The line, without its end. */
  public static String write(EvalCase evalCase) {
    return JsonValues.compact(CaseWriter.row(evalCase));
  }

  /**
   * The case of a line.
   *
   * @throws IllegalArgumentException if it is not such a line; the message says where and why, and
   *     quotes no content
   */
  public static EvalCase read(String json) {
    Problems problems = new Problems("case");
    EvalCase found = null;
    try {
      found =
          new CaseReader("case", problems)
              .read(JsonValues.parse(json.toCharArray(), json.length(), 1));
    } catch (Malformed e) {
      problems.add("case", e.line(), e.column(), e.what());
    }
    try {
      problems.throwIfAny();
    } catch (DatasetException e) {
      throw new IllegalArgumentException(e.problems().get(0).toString());
    }
    if (found == null) {
      throw new IllegalArgumentException("the line holds no case");
    }
    return found;
  }
}
