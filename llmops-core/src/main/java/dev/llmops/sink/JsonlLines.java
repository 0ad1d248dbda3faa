package dev.llmops.sink;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines without holding more than one, and that one only up to a bound.
 * Not thread-safe.
 */
final class JsonlLines implements Closeable {

  private final InputStream in;
  private final int maxLineBytes;
  private long left;
  private final byte[] buffer = new byte[65_536];
  private int position;
  private int limit;

  private byte[] line = new byte[8_192];
  private int length;
  private boolean tooLong;
  private boolean ended;
  private long number;
  private long start;
  private long end;

  /**
   * Reads at most this many bytes of the stream; what is appended meanwhile is not seen.
   *
   * @param maxLineBytes more bytes of a line than this are skipped
   */
  JsonlLines(InputStream in, long maxBytes, int maxLineBytes) {
    this.in = in;
    this.left = maxBytes;
    this.maxLineBytes = maxLineBytes;
  }

  /** Goes to the next line, or answers false at the end. */
  boolean next() throws IOException {
    length = 0;
    tooLong = false;
    ended = false;
    start = end;
    while (position < limit || fill()) {
      int stop = position;
      while (stop < limit && buffer[stop] != '\n') {
        stop++;
      }
      keep(position, stop);
      end += stop - position;
      position = stop;
      if (stop < limit) {
        position++;
        end++;
        ended = true;
        break;
      }
    }
    if (start == end) {
      return false;
    }
    number++;
    if (number == 1 && length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB) {
      System.arraycopy(line, 3, line, 0, length -= 3); // an editor's byte order mark
    }
    return true;
  }

  /** The bytes of the current line, valid up to {@link #length()} until the next one is read. */
  byte[] bytes() {
    return line;
  }

  int length() {
    return length;
  }

  /** Whether the line has nothing but white space. */
  boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
        return false;
      }
    }
    return !tooLong;
  }

  /** Whether the line is longer than allowed; {@link #bytes()} is then only its beginning. */
  boolean isTooLong() {
    return tooLong;
  }

  /** Whether the line ended with a line feed: if not, it is the last and may be torn. */
  boolean isEnded() {
    return ended;
  }

  /** The current line's number, from 1. */
  long number() {
    return number;
  }

  /** Where the current line starts in the file, in bytes. */
  long start() {
    return start;
  }

  /** Where the next line starts. */
  long end() {
    return end;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean fill() throws IOException {
    int wanted = (int) Math.min(buffer.length, left);
    int read = wanted == 0 ? -1 : in.read(buffer, 0, wanted);
    if (read < 0) {
      return false;
    }
    left -= read;
    position = 0;
    limit = read;
    return true;
  }

  private void keep(int from, int to) {
    int more = to - from;
    if (more > maxLineBytes - length) {
      more = maxLineBytes - length;
      tooLong = true;
    }
    if (length + more > line.length) {
      line =
          Arrays.copyOf(
              line, (int) Math.min(maxLineBytes, Math.max(length + more, 2L * line.length)));
    }
    System.arraycopy(buffer, from, line, length, more);
    length += more;
  }
}
