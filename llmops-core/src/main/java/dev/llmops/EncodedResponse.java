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

  /**
   * The whole result, for a call that is not streamed.
   *
   * @throws IllegalArgumentException if this is a stream; says what to do
   */
  public JsonText requireBody() {
    if (body == null) {
      throw new IllegalArgumentException(
          "an interceptor answered a call that is not streamed with a stream of "
              + chunks.size()
              + " chunks, so nothing was sent; answer it with EncodedResponse.of(body), or record"
              + " the call again as it is made now");
    }
    return body;
  }

  /**
   * The chunks, for a streamed call.
   *
   * @throws IllegalArgumentException if this is a whole result; says what to do
   */
  public List<JsonText> requireChunks() {
    if (body != null) {
      throw new IllegalArgumentException(
          "an interceptor answered a streamed call with a whole answer, so nothing was sent;"
              + " answer it with EncodedResponse.ofChunks(chunks), or record the call again as it"
              + " is made now");
    }
    return chunks;
  }
}
