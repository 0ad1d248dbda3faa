package dev.llmops.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a metrics page as its bytes come: Prometheus' text format 0.0.4 and OpenMetrics 1.0 (their
 * specifications at prometheus.io and openmetrics.io), line by line, in memory that does not grow
 * with the page. Comments, exemplars, timestamps and metrics that nobody asks for are passed over;
 * NaN and the infinities count as absent; of a series that comes twice the first is taken.
 */
final class PageParser implements Body<Page> {

  private static final int MAX_LINE = 65_536;
  private static final int MAX_LABELS = 64;
  private static final int MAX_NUMBER = 64;
  private static final int MEMO = 128;

  /** Prefixes that exporters put before names we know: Ray's agent and AMD's exporter. */
  private static final byte[] RAY = "ray_".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] AMD = "amd_".getBytes(StandardCharsets.US_ASCII);

  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private final MetricNames names;
  private final int maxSeries;
  private final List<Page.Sample> samples = new ArrayList<>();
  private final Set<Series> seen = new HashSet<>();
  private final @Nullable String[] memo = new @Nullable String[MEMO];

  private byte[] carry = new byte[512];
  private int carried;
  private boolean skipping;
  private boolean ended;
  private boolean ray;
  private byte first;
  private long lines;
  private long unreadable;
  private boolean full;

  // where the line being read stands
  private int at;
  private final String[] labels = new String[2 * MAX_LABELS];
  private int labelCount;

  /**
   * A reader of one page.
   *
   * @param names what to keep
   * @param maxSeries how many series to keep at most
   */
  PageParser(MetricNames names, int maxSeries) {
    this.names = names;
    this.maxSeries = maxSeries;
  }

  @Override
  public void feed(byte[] bytes, int from, int to) {
    int start = from;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        if (carried > 0 || skipping) {
          keep(bytes, start, i);
          if (!skipping) {
            line(carry, 0, carried);
          }
          carried = 0;
          skipping = false;
        } else {
          line(bytes, start, i);
        }
        start = i + 1;
      }
    }
    if (start < to) {
      keep(bytes, start, to);
    }
  }

  @Override
  public Page finish() {
    if (carried > 0 && !skipping) {
      line(carry, 0, carried);
      carried = 0;
    }
    if (samples.isEmpty()) {
      throw new PageException(
          first == '<'
              ? "it answered with HTML instead of metrics"
              : first == '{' || first == '['
                  ? "it answered with JSON instead of metrics"
                  : lines == 0
                      ? "it answered with an empty page instead of metrics"
                      : "none of its metrics is known here (" + lines + " lines)");
    }
    String complaint =
        full
            ? "more than " + maxSeries + " series: the rest was left out"
            : unreadable > 0 ? unreadable + " lines could not be read" : null;
    return new Page(samples, ray, complaint);
  }

  private void keep(byte[] bytes, int from, int to) {
    int length = to - from;
    if (skipping) {
      return;
    }
    if (carried + length > MAX_LINE) {
      skipping = true;
      unreadable++;
      carried = 0;
      return;
    }
    if (carried + length > carry.length) {
      carry =
          Arrays.copyOf(carry, Math.min(MAX_LINE, Math.max(carry.length * 2, carried + length)));
    }
    System.arraycopy(bytes, from, carry, carried, length);
    carried += length;
  }

  private void line(byte[] line, int from, int to) {
    int end = to > from && line[to - 1] == '\r' ? to - 1 : to;
    int start = skipBlanks(line, from, end);
    if (start == end || ended) {
      return;
    }
    byte head = line[start];
    if (first == 0) {
      first = head;
    }
    if (head == '#') {
      ended = isEof(line, start, end);
      return;
    }
    lines++;
    int hash = 0;
    int i = start;
    if (startsWith(line, start, end, RAY) && startsWith(line, start + 4, end, VLLM)) {
      i = start + RAY.length;
    } else if (startsWith(line, start, end, AMD) && startsWith(line, start + 4, end, GPU)) {
      i = start + AMD.length;
    }
    int nameStart = i;
    while (i < end && isNameByte(line[i])) {
      hash = MetricNames.hash(hash, line[i]);
      i++;
    }
    int slot = names.find(line, nameStart, i, hash);
    if (slot < 0) {
      return;
    }
    at = i;
    sample(line, end, slot, nameStart - start == RAY.length && line[start] == 'r');
  }

  private static final byte[] VLLM = "vllm".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GPU = "gpu_".getBytes(StandardCharsets.US_ASCII);

  private void sample(byte[] line, int end, int slot, boolean fromRay) {
    labelCount = 0;
    int labelsFrom = at;
    if (at < end && line[at] == '{' && !labels(line, end)) {
      unreadable++;
      return;
    }
    int labelsTo = at;
    int start = skipBlanks(line, at, end);
    int stop = start;
    while (stop < end && line[stop] != ' ' && line[stop] != '\t') {
      stop++;
    }
    if (start == stop || stop - start > MAX_NUMBER) {
      unreadable++;
      return;
    }
    double value;
    try {
      value = number(line, start, stop);
    } catch (NumberFormatException e) {
      unreadable++;
      return;
    }
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return;
    }
    if (samples.size() >= maxSeries) {
      full = true;
      return;
    }
    if (seen.add(new Series(slot, hashOf(line, labelsFrom, labelsTo)))) {
      ray |= fromRay;
      samples.add(new Page.Sample(names.name(slot), Arrays.copyOf(labels, labelCount), value));
    }
  }

  /** Reads {@code {a="b", c="d",}} and leaves {@code at} behind it. */
  private boolean labels(byte[] line, int end) {
    int i = at + 1;
    while (true) {
      i = skipBlanks(line, i, end);
      if (i == end) {
        return false;
      }
      if (line[i] == '}') {
        at = i + 1;
        return true;
      }
      int from = i;
      while (i < end && isLabelByte(line[i])) {
        i++;
      }
      int to = i;
      i = skipBlanks(line, i, end);
      if (to == from || i == end || line[i] != '=') {
        return false;
      }
      i = skipBlanks(line, i + 1, end);
      if (i == end || line[i] != '"' || labelCount == labels.length) {
        return false;
      }
      int valueFrom = ++i;
      boolean escaped = false;
      while (i < end && line[i] != '"') {
        if (line[i] == '\\') {
          escaped = true;
          i++;
        }
        i++;
      }
      if (i >= end) {
        return false;
      }
      labels[labelCount++] = text(line, from, to);
      labels[labelCount++] = escaped ? unescape(line, valueFrom, i) : text(line, valueFrom, i);
      i = skipBlanks(line, i + 1, end);
      if (i < end && line[i] == ',') {
        i++;
      } else if (i == end || line[i] != '}') {
        return false;
      }
    }
  }

  /** The text of these bytes; the same one again where it was just seen. */
  private String text(byte[] line, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + line[i];
    }
    int slot = (hash ^ (hash >>> 16)) & (MEMO - 1);
    String last = memo[slot];
    if (last != null && isSame(last, line, from, to)) {
      return last;
    }
    String text = new String(line, from, to - from, StandardCharsets.UTF_8);
    memo[slot] = text;
    return text;
  }

  private static boolean isSame(String text, byte[] line, int from, int to) {
    if (text.length() != to - from) {
      return false;
    }
    for (int i = from; i < to; i++) {
      // a byte of a longer character is negative and never the same
      if (text.charAt(i - from) != line[i]) {
        return false;
      }
    }
    return true;
  }

  private static String unescape(byte[] line, int from, int to) {
    byte[] plain = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      byte b = line[i];
      if (b == '\\' && i + 1 < to) {
        byte next = line[++i];
        b = next == 'n' ? (byte) '\n' : next;
      }
      plain[length++] = b;
    }
    return new String(plain, 0, length, StandardCharsets.UTF_8);
  }

  /**
   * A number as Go writes it. Up to 15 digits and a small power of ten are exact in doubles, so one
   * multiplication rounds once (Clinger, "How to read floating point numbers accurately", 1990);
   * the rest is left to the JDK.
   */
  static double number(byte[] line, int from, int to) {
    int i = from;
    boolean negative = line[i] == '-';
    if (negative || line[i] == '+') {
      i++;
    }
    long digits = 0;
    int count = 0;
    int scale = 0;
    boolean point = false;
    boolean any = false;
    for (; i < to; i++) {
      byte b = line[i];
      if (b >= '0' && b <= '9') {
        any = true;
        if (count > 0 || b != '0') {
          count++;
        }
        if (count > 15) {
          return slowNumber(line, from, to);
        }
        digits = digits * 10 + (b - '0');
        scale -= point ? 1 : 0;
      } else if (b == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    if (!any) {
      return slowNumber(line, from, to);
    }
    if (i < to) {
      if (line[i] != 'e' && line[i] != 'E') {
        return slowNumber(line, from, to);
      }
      i++;
      boolean minus = i < to && line[i] == '-';
      if (i < to && (minus || line[i] == '+')) {
        i++;
      }
      if (i == to || to - i > 3) {
        return slowNumber(line, from, to);
      }
      int exponent = 0;
      for (; i < to; i++) {
        if (line[i] < '0' || line[i] > '9') {
          return slowNumber(line, from, to);
        }
        exponent = exponent * 10 + (line[i] - '0');
      }
      scale += minus ? -exponent : exponent;
    }
    if (scale < -22 || scale > 22) {
      return slowNumber(line, from, to);
    }
    double value = scale < 0 ? digits / POWERS[-scale] : digits * POWERS[scale];
    return negative ? -value : value;
  }

  private static double slowNumber(byte[] line, int from, int to) {
    String text = new String(line, from, to - from, StandardCharsets.ISO_8859_1);
    for (int i = 0; i < text.length(); i++) {
      // parseDouble would also take "1d", "0x1p3" and blanks
      if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
        return switch (text.toLowerCase(java.util.Locale.ROOT)) {
          case "nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity" -> Double.NaN;
          default -> throw new NumberFormatException("not a number");
        };
      }
    }
    return Double.parseDouble(text);
  }

  private static long hashOf(byte[] line, int from, int to) {
    long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bits
    for (int i = from; i < to; i++) {
      hash = (hash ^ line[i]) * 0x100000001b3L;
    }
    return hash;
  }

  private static int skipBlanks(byte[] line, int from, int end) {
    int i = from;
    while (i < end && (line[i] == ' ' || line[i] == '\t')) {
      i++;
    }
    return i;
  }

  private static boolean startsWith(byte[] line, int from, int end, byte[] prefix) {
    if (end - from < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (line[from + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isEof(byte[] line, int start, int end) {
    return end - start == 5
        && line[start + 1] == ' '
        && line[start + 2] == 'E'
        && line[start + 3] == 'O'
        && line[start + 4] == 'F';
  }

  private static boolean isNameByte(byte b) {
    return isLabelByte(b) || b == ':';
  }

  private static boolean isLabelByte(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '_'
        || b == '-'; // not allowed by the format, but dcgm-exporter lets users name labels so
  }

  /** A metric and the hash of its labels as they were written. */
  private record Series(int slot, long labels) {}
}
