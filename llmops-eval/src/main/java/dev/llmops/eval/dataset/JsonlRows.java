package dev.llmops.eval.dataset;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One object a line; blank lines are left out, broken ones reported. */
final class JsonlRows implements Rows {

  private final Utf8Reader in;
  private final String file;
  private final Problems problems;
  private final char[] buffer = new char[8192];
  private int position;
  private int limit;
  private char[] text = new char[1024];
  private int length;
  private boolean tooLong;
  private int line;

  JsonlRows(Utf8Reader in, String file, Problems problems) {
    this.in = in;
    this.file = file;
    this.problems = problems;
  }

  @Override
  public @Nullable Value next() throws IOException {
    while (!problems.isFull() && nextLine()) {
      if (tooLong) {
        problems.add(file, line, 0, "line " + Budget.TOO_LONG);
      } else if (!isBlank()) {
        try {
          return JsonValues.parse(text, length, line);
        } catch (Malformed e) {
          problems.add(file, e.line(), e.column(), e.what());
        }
      }
    }
    return null;
  }

  private boolean nextLine() throws IOException {
    length = 0;
    tooLong = false;
    boolean any = false;
    while (true) {
      if (position == limit) {
        limit = in.read(buffer, 0, buffer.length);
        position = 0;
        if (limit < 0) {
          limit = 0;
          line += any ? 1 : 0;
          return any;
        }
      }
      any = true;
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      append(end);
      if (end < limit) {
        position = end + 1;
        line++;
        return true;
      }
      position = end;
    }
  }

  private void append(int end) {
    int count = end - position;
    if (tooLong || length + count > Limits.CASE_CHARS) {
      tooLong = true;
      return;
    }
    if (length + count > text.length) {
      text = Arrays.copyOf(text, Math.max(length + count, text.length * 2));
    }
    System.arraycopy(buffer, position, text, length, count);
    length += count;
  }

  private boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
