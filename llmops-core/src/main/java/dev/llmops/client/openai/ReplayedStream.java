package dev.llmops.client.openai;

import com.openai.core.http.StreamResponse;
import dev.llmops.CallCodec;
import dev.llmops.ChunkReader;
import dev.llmops.EncodedResponse;
import dev.llmops.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A stored stream, given again. */
record ReplayedStream(List<Object> chunks) implements StreamResponse<Object> {

  /**
   * Reads all chunks at once, so that what cannot be read fails where the request would have.
   *
   * @throws IllegalArgumentException if a chunk cannot be read, or the answer is not a stream's
   */
  static ReplayedStream of(ChunkReader<?> reader, EncodedResponse stored) {
    List<JsonText> told = stored.requireChunks();
    CallCodec<?> codec = Objects.requireNonNull(reader.codec());
    List<Object> chunks = new ArrayList<>(told.size());
    for (JsonText chunk : told) {
      chunks.add(codec.decode(chunk));
    }
    return new ReplayedStream(chunks);
  }

  @Override
  public Stream<Object> stream() {
    return chunks.stream();
  }

  @Override
  public void close() {}
}
