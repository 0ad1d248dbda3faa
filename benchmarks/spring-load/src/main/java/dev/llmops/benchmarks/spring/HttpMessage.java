package dev.llmops.benchmarks.spring;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * As much of HTTP/1.1 as both ends here need; a library's threads and buffers would be measured
 * with the application.
 *
 * @param startLine the request or status line
 * @param closes whether the sender closes the connection after it
 */
record HttpMessage(String startLine, boolean closes, byte[] body) {

  private static final int MAX_LINE = 64 * 1024;

  /** The next message, or null where the other side has closed the connection before one began. */
  static @Nullable HttpMessage read(InputStream in) throws IOException {
    String startLine = line(in);
    if (startLine == null) {
      return null;
    }
    int length = 0;
    boolean chunked = false;
    boolean closes = false;
    for (String header = required(in); !header.isEmpty(); header = required(in)) {
      int colon = header.indexOf(':');
      String name = header.substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT);
      if (name.equals("content-length")) {
        length = Integer.parseInt(header.substring(colon + 1).strip());
      } else if (name.equals("transfer-encoding")) {
        chunked = true;
      } else if (name.equals("connection")) {
        closes = header.toLowerCase(Locale.ROOT).contains("close");
      }
    }
    return new HttpMessage(startLine, closes, chunked ? chunks(in) : exactly(in, length));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(required(in).strip(), 16);
      body.writeBytes(exactly(in, size));
      required(in); // the end of the chunk, or of the last one's trailer, which nobody sends
      if (size == 0) {
        return body.toByteArray();
      }
    }
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the connection was closed within a body");
    }
    return bytes;
  }

  private static String required(InputStream in) throws IOException {
    String line = line(in);
    if (line == null) {
      throw new EOFException("the connection was closed within a message");
    }
    return line;
  }

  private static @Nullable String line(InputStream in) throws IOException {
    byte[] line = new byte[128];
    int length = 0;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return null;
      }
      if (length == line.length) {
        if (length >= MAX_LINE) {
          throw new IOException("a header line is longer than " + MAX_LINE + " bytes");
        }
        line = java.util.Arrays.copyOf(line, 2 * length);
      }
      line[length++] = (byte) next;
    }
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    return new String(line, 0, end, StandardCharsets.ISO_8859_1);
  }
}
