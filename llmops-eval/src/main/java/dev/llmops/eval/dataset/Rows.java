package dev.llmops.eval.dataset;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The rows of a file, one at a time. */
interface Rows extends Closeable {

  /** The next row that can be read, or null at the end; what cannot is a problem. */
  @Nullable Value next() throws IOException;
}
