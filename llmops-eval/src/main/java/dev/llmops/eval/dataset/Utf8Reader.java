package dev.llmops.eval.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads UTF-8, with or without a byte order mark. Bytes that are none are reported, once a line,
 * and read as U+FFFD, so that the rest of the file is still checked.
 */
final class Utf8Reader extends Reader {

  private final InputStream in;
  private final String file;
  private final Problems problems;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final ByteBuffer bytes = ByteBuffer.allocate(8192).flip();
  private final CharBuffer chars = CharBuffer.allocate(8192).flip();
  private boolean started;
  private boolean ended;
  private int line = 1;
  private int column = 1;
  private int reportedLine;

  Utf8Reader(InputStream in, String file, Problems problems) {
    this.in = in;
    this.file = file;
    this.problems = problems;
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    while (!chars.hasRemaining()) {
      if (ended) {
        return -1;
      }
      decodeMore();
    }
    int count = Math.min(length, chars.remaining());
    chars.get(target, offset, count);
    return count;
  }

  private void decodeMore() throws IOException {
    chars.clear();
    boolean end = fill();
    if (!started) {
      started = true;
      skipMark();
    }
    int counted = 0;
    while (true) {
      CoderResult result = decoder.decode(bytes, chars, end);
      count(counted);
      counted = chars.position();
      if (result.isError()) {
        if (reportedLine != line) {
          reportedLine = line;
          problems.add(file, line, column, "text is not valid UTF-8; save the file as UTF-8");
        }
        bytes.position(bytes.position() + result.length());
        if (!chars.hasRemaining()) {
          break;
        }
        chars.put('\uFFFD');
        continue;
      }
      if (result.isUnderflow() && end) {
        ended = true;
      }
      break;
    }
    chars.flip();
  }

  /** Whether the input is at its end. */
  private boolean fill() throws IOException {
    bytes.compact();
    boolean end = false;
    // a mark is three bytes: the first look must see them all
    while (bytes.position() < 3 || bytes.position() < bytes.limit() / 2) {
      int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
      if (count < 0) {
        end = true;
        break;
      }
      bytes.position(bytes.position() + count);
    }
    bytes.flip();
    return end;
  }

  private void skipMark() {
    int first = peek(0);
    int second = peek(1);
    if (first == 0xEF && second == 0xBB && peek(2) == 0xBF) {
      bytes.position(bytes.position() + 3);
    } else if ((first == 0xFF && second == 0xFE) || (first == 0xFE && second == 0xFF)) {
      problems.add(file, 1, 1, "file is UTF-16; save it as UTF-8");
      reportedLine = 1;
    }
  }

  private int peek(int index) {
    return index < bytes.remaining() ? bytes.get(bytes.position() + index) & 0xFF : -1;
  }

  private void count(int from) {
    for (int i = from; i < chars.position(); i++) {
      if (chars.get(i) == '\n') {
        line++;
        column = 1;
      } else {
        column++;
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
