package dev.llmops.client.openai;

import com.openai.core.http.Headers;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.ChunkReader;
import dev.llmops.StreamRecorder;
import dev.llmops.server.ServerTiming;
import org.jspecify.annotations.Nullable;

/** Tells what the headers say with the first chunk, then reads the chunks. */
final class ChunksAfterHeaders<C> implements ChunkReader<C> {

  private final ChunkReader<C> chunks;
  private @Nullable Headers headers;

  ChunksAfterHeaders(ChunkReader<C> chunks, Headers headers) {
    this.chunks = chunks;
    this.headers = headers;
  }

  @Override
  public void read(C chunk, StreamRecorder recorder) {
    Headers first = headers;
    if (first != null) {
      headers = null;
      ServerFacts.copy(first, recorder::header);
      recorder.serverTiming(
          ServerTiming.read(Timings.headers(first), ServerTiming.Body.NONE, true));
    }
    chunks.read(chunk, recorder);
  }

  @Override
  public CallError readError(Throwable error) {
    return chunks.readError(error);
  }

  @Override
  public @Nullable CallCodec<?> codec() {
    return chunks.codec();
  }
}
