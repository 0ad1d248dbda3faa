package dev.llmops.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What goes over the wire, before a reply's faults are applied.
 *
 * @param chunks for a stream its events, each a block of lines without the blank line that ends it;
 *     otherwise the whole body as one element, or none for an empty body
 */
record Payload(int status, String contentType, boolean stream, List<String> chunks) {
  static final String JSON = "application/json";
  static final String EVENT_STREAM = "text/event-stream; charset=utf-8";

  private static final Pattern BLANK_LINES = Pattern.compile("(?:\\r?\\n){2,}");

  Payload {
    chunks = List.copyOf(chunks);
  }

  static Payload text(int status, String contentType, String body) {
    return new Payload(status, contentType, false, body.isEmpty() ? List.of() : List.of(body));
  }

  static Payload events(List<String> events) {
    return new Payload(200, EVENT_STREAM, true, events);
  }

  static List<String> eventsOf(String sse) {
    return BLANK_LINES.splitAsStream(sse.strip()).filter(event -> !event.isBlank()).toList();
  }

  /** The pieces in which the server writes: events with their end, or the halves of a body. */
  List<String> writes() {
    List<String> writes = new ArrayList<>();
    for (String chunk : chunks) {
      if (stream) {
        writes.add(chunk + "\n\n");
      } else {
        String firstHalf = firstHalf(chunk);
        writes.add(firstHalf);
        writes.add(chunk.substring(firstHalf.length()));
      }
    }
    return writes;
  }

  /** This payload with one chunk, counted from 1, broken off in the middle. */
  Payload brokenAt(int ordinal) {
    if (ordinal > chunks.size()) {
      throw new IllegalStateException(
          "malformed chunk must be one of the reply's "
              + chunks.size()
              + " chunks, but was number "
              + ordinal);
    }
    List<String> broken = new ArrayList<>(chunks);
    broken.set(ordinal - 1, firstHalf(chunks.get(ordinal - 1)));
    return new Payload(status, contentType, stream, broken);
  }

  private static String firstHalf(String text) {
    int middle = text.length() / 2;
    // never between the two halves of a surrogate pair
    return text.substring(
        0, middle > 0 && Character.isHighSurrogate(text.charAt(middle - 1)) ? middle - 1 : middle);
  }
}
