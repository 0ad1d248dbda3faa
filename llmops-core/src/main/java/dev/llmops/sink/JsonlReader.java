package dev.llmops.sink;

import dev.llmops.LlmRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records back from the files of a {@link JsonlSink}, one line at a time: what is read equals
 * what was written.
 *
 * <pre>{@code
 * try (Stream<LlmRecord> records = JsonlReader.at(Path.of("calls.jsonl")).read()) {
 *   records.forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>A line that cannot be read is left out and reported; the lines around it are read. Fields that
 * this version does not know are ignored; a newer schema or an unknown type is reported. Files may
 * be read while a sink of this process writes: what was written before {@link #read()} is seen.
 *
 * <p>Not thread-safe: one thread at a time.
 */
public final class JsonlReader {

  private static final Logger logger = LoggerFactory.getLogger(JsonlReader.class);
  private static final int MAX_LISTED = 1_000;

  private final Path path;
  private final int maxLineBytes;
  private final @Nullable Consumer<Problem> listener;
  private final Logger log;
  private final List<Problem> problems = new ArrayList<>();
  private long problemCount;

  private JsonlReader(Builder builder) {
    path = builder.path;
    maxLineBytes = builder.maxLineBytes;
    listener = builder.listener;
    log = builder.log;
  }

  /**
   * Reads a file and what was rotated away from it, one rotated file, or all {@code .jsonl} files
   * of a directory.
   */
  public static JsonlReader at(Path path) {
    return builder(path).build();
  }

  /** A builder with the settings of {@link #at}. */
  public static Builder builder(Path path) {
    return new Builder(path);
  }

  /**
   * The records, oldest file first, in the order of their lines; read as the stream is consumed.
   * Close the stream, unless it is consumed to its end.
   *
   * @throws UncheckedIOException if the path does not exist, has no such file or cannot be read;
   *     also from the stream, when a file stops being readable
   */
  public Stream<LlmRecord> read() {
    problems.clear();
    problemCount = 0;
    Cursor cursor = new Cursor(open());
    return StreamSupport.stream(cursor, false).onClose(cursor::close);
  }

  /** What was left out since {@link #read()}, at most the first 1,000. */
  public List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** How many lines were left out since {@link #read()}. */
  public long problemCount() {
    return problemCount;
  }

  /** The files to read, oldest first; those that are still written are open already. */
  private ArrayDeque<Source> open() {
    ArrayDeque<Source> sources = new ArrayDeque<>();
    try {
      for (JsonlFile file : files(path)) {
        file.lock().lock(); // no rotation between listing and opening
        try {
          for (Path rotated : file.rotated()) {
            sources.add(new Source(rotated, null, Long.MAX_VALUE));
          }
          if (Files.exists(file.path())) {
            long size = Files.size(file.path());
            sources.add(new Source(file.path(), Files.newInputStream(file.path()), size));
          }
        } finally {
          file.lock().unlock();
        }
      }
      if (sources.isEmpty()) {
        throw new NoSuchFileException(path.toString());
      }
      return sources;
    } catch (IOException e) {
      sources.forEach(Source::close);
      throw unreadable(path, e);
    }
  }

  /** The sets of files at a path: that of a file, or all of a directory. */
  static List<JsonlFile> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(JsonlFile.at(path));
    }
    TreeMap<Path, JsonlFile> files = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, "*.jsonl")) {
      for (Path entry : entries) {
        Path base = JsonlFile.base(entry);
        files.putIfAbsent(base, JsonlFile.at(base));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return List.copyOf(files.values());
  }

  /** An error for a path that cannot be read, in the house's form. */
  static UncheckedIOException unreadable(Path path, IOException e) {
    String message;
    if (!(e instanceof NoSuchFileException)) {
      message = "JSONL file [" + path + "] cannot be read: " + JsonlFile.reason(path, e);
    } else if (Files.isDirectory(path)) {
      message = "directory [" + path + "] has no file whose name ends in .jsonl";
    } else {
      message =
          "JSONL file ["
              + path
              + "] does not exist; give the path that JsonlSink.at(..) was given, or its directory";
    }
    return new UncheckedIOException(message, e);
  }

  /** The record of the current line; null, and a problem reported, when it has none. */
  static @Nullable LlmRecord decode(Path file, JsonlLines lines, Consumer<Problem> report) {
    if (lines.isBlank()) {
      return null;
    }
    String what;
    if (lines.isTooLong()) {
      what = "is longer than is read (JsonlReader.Builder.maxLineBytes)";
    } else {
      try {
        return RecordDecoder.decode(lines.bytes(), 0, lines.length());
      } catch (RecordDecoder.Unreadable e) {
        String message = Objects.requireNonNullElse(e.getMessage(), "cannot be read");
        what = lines.isEnded() ? message : "is cut off: it has no line feed, and " + message;
      }
    }
    report.accept(new Problem(file, lines.number(), what));
    return null;
  }

  private void report(Problem problem) {
    problemCount++;
    if (problems.size() < MAX_LISTED) {
      problems.add(problem);
    }
    if (listener != null) {
      listener.accept(problem);
    }
  }

  private void summarize() {
    if (listener == null && problemCount > 0) {
      log.warn(
          "read [{}] but left out {} that could not be read, the first: {};"
              + " JsonlReader.problems() lists them",
          path,
          problemCount == 1 ? "1 line" : problemCount + " lines",
          problems.get(0));
    }
  }

  /**
   * A line that was left out.
   *
   * @param file the file
   * @param line the line's number, from 1; 0 for the whole file
   * @param what what is wrong with it, in plain words and without content
   */
  public record Problem(Path file, long line, String what) {

    /** Checks for null only. */
    public Problem {
      Objects.requireNonNull(file, "file must not be null");
      Objects.requireNonNull(what, "what must not be null");
    }

    /** {@code calls.jsonl line 12: is not valid JSON at column 7}. */
    @Override
    public String toString() {
      return JsonlFile.name(file) + (line == 0 ? "" : " line " + line) + ": " + what;
    }
  }

  /** A file to read, opened when its turn comes unless it is open already. */
  private record Source(Path file, @Nullable InputStream in, long size) {

    InputStream open() throws IOException {
      return in == null ? Files.newInputStream(file) : in;
    }

    void close() {
      if (in != null) {
        try {
          in.close();
        } catch (IOException e) {
          // nothing was written to it
        }
      }
    }
  }

  private final class Cursor extends Spliterators.AbstractSpliterator<LlmRecord> {
    private final ArrayDeque<Source> sources;
    private @Nullable JsonlLines lines;
    private @Nullable Path file;
    private boolean done;

    Cursor(ArrayDeque<Source> sources) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
      this.sources = sources;
    }

    @Override
    public boolean tryAdvance(Consumer<? super LlmRecord> action) {
      while (!done) {
        LlmRecord record;
        try {
          record = advance();
        } catch (IOException e) {
          Path broken = file == null ? path : file;
          close();
          throw unreadable(broken, e);
        }
        if (record != null) {
          action.accept(record);
          return true;
        }
      }
      return false;
    }

    private @Nullable LlmRecord advance() throws IOException {
      JsonlLines current = lines;
      if (current == null) {
        Source source = sources.poll();
        if (source == null) {
          close();
          return null;
        }
        file = source.file();
        try {
          lines = new JsonlLines(source.open(), source.size(), maxLineBytes);
        } catch (NoSuchFileException e) {
          report(new Problem(source.file(), 0, "was deleted by rotation before it was read"));
        }
        return null;
      }
      if (current.next()) {
        return decode(Objects.requireNonNull(file), current, JsonlReader.this::report);
      }
      current.close();
      lines = null;
      return null;
    }

    void close() {
      if (done) {
        return;
      }
      done = true;
      for (Iterator<Source> rest = sources.iterator(); rest.hasNext(); ) {
        rest.next().close();
      }
      sources.clear();
      JsonlLines current = lines;
      lines = null;
      if (current != null) {
        try {
          current.close();
        } catch (IOException e) {
          // nothing was written to it
        }
      }
      summarize();
    }
  }

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private final Path path;
    private int maxLineBytes = JsonlSink.MAX_LINE_BYTES;
    private @Nullable Consumer<Problem> listener;
    private Logger log = logger;

    private Builder(Path path) {
      this.path = Objects.requireNonNull(path, "path must not be null");
    }

    /**
     * Longer lines are left out, so that no file can fill the heap; 1 to 1,073,741,824 bytes,
     * default 16 MiB, which is the longest line that {@link JsonlSink} writes.
     */
    public Builder maxLineBytes(int maxLineBytes) {
      Checks.between(maxLineBytes, 1, 1 << 30, "maxLineBytes");
      this.maxLineBytes = maxLineBytes;
      return this;
    }

    /**
     * Is told of each line that is left out, on the thread that reads; what it throws ends the
     * reading. Without it the log says how many there were.
     */
    public Builder onProblem(Consumer<Problem> listener) {
      this.listener = Objects.requireNonNull(listener, "listener must not be null");
      return this;
    }

    Builder log(Logger log) {
      this.log = log;
      return this;
    }

    /** The reader; it opens nothing yet. */
    public JsonlReader build() {
      return new JsonlReader(this);
    }
  }
}
