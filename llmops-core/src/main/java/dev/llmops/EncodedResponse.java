package dev.llmops;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored answer: a whole result, or the chunks of a stream in order.
 *
 * @param body the whole result, absent for a stream
 * @param chunks the chunks of a stream; empty for a whole result
 */
public record EncodedResponse(@Nullable JsonText body, List<JsonText> chunks) {

  /** Copies the chunks. */
  public EncodedResponse {
    chunks = List.copyOf(chunks);
  }

  /** A whole result. */
  public static EncodedResponse of(JsonText body) {
    return new EncodedResponse(body, List.of());
  }

  /** A stream. */
  public static EncodedResponse ofChunks(List<JsonText> chunks) {
    return new EncodedResponse(null, chunks);
  }
}
