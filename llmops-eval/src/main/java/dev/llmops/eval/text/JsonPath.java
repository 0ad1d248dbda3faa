package dev.llmops.eval.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a value stands in a JSON text: a link to the one above. Written out only where something
 * differs, as paths of a hostile text are long: 1,000 levels of keys of 10,000 characters.
 */
final class JsonPath {

  static final JsonPath ROOT = new JsonPath(null, null, -1);

  private static final int MAX_SHOWN = 100;

  private final @Nullable JsonPath above;
  private final @Nullable String name;
  private final int index;
  private final int depth;

  private JsonPath(@Nullable JsonPath above, @Nullable String name, int index) {
    this.above = above;
    this.name = name;
    this.index = index;
    this.depth = above == null ? 0 : above.depth + 1;
  }

  JsonPath member(String member) {
    return new JsonPath(this, member, -1);
  }

  JsonPath item(int item) {
    return new JsonPath(this, null, item);
  }

  /** The segments of a JSON Pointer (RFC 6901), which is empty or begins with a slash. */
  static List<String> segments(String pointer) {
    return pointer.isEmpty()
        ? List.of()
        : Stream.of(pointer.substring(1).split("/", -1))
            .map(each -> each.replace("~1", "/").replace("~0", "~"))
            .toList();
  }

  boolean matchesAny(List<List<String>> patterns) {
    for (List<String> pattern : patterns) {
      if (matches(pattern)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it has these segments, where {@code *} is any one. */
  boolean matches(List<String> pattern) {
    if (pattern.size() != depth) {
      return false;
    }
    JsonPath at = this;
    for (int i = depth - 1; i >= 0; i--) {
      String wanted = pattern.get(i);
      if (!wanted.equals("*") && !wanted.equals(at.segment())) {
        return false;
      }
      at = Objects.requireNonNull(at.above);
    }
    return true;
  }

  /** The JSON Pointer, at most 100 characters of it. */
  @Override
  public String toString() {
    Deque<String> segments = new ArrayDeque<>();
    for (JsonPath at = this; at.above != null; at = at.above) {
      String segment = at.segment();
      segments.push(segment.substring(0, Math.min(segment.length(), MAX_SHOWN + 1)));
    }
    StringBuilder pointer = new StringBuilder();
    for (String segment : segments) {
      pointer.append('/').append(segment.replace("~", "~0").replace("/", "~1"));
      if (pointer.length() > MAX_SHOWN) {
        return pointer.substring(0, MAX_SHOWN) + "…";
      }
    }
    return pointer.toString();
  }

  private String segment() {
    return name != null ? name : Integer.toString(index);
  }
}
