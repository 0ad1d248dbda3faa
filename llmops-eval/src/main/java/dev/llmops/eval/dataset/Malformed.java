package dev.llmops.eval.dataset;

/** Something that cannot be read, with its place and without its content. */
final class Malformed extends Exception {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;
  private final String what;

  Malformed(int line, int column, String what) {
    super(what, null, false, false);
    this.line = line;
    this.column = column;
    this.what = what;
  }

  int line() {
    return line;
  }

  int column() {
    return column;
  }

  String what() {
    return what;
  }
}
