package dev.llmops.sink;

import dev.llmops.CallScore;
import dev.llmops.CallSink;
import dev.llmops.ComponentStats;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends each record to a file as one self-contained line of JSON, which {@link JsonlReader} reads
 * back; {@code docs/sinks.md} has the schema. Without content unless asked for.
 *
 * <p>A line is written with one write and is complete once it is written: a crash loses what was
 * still queued, never a line. After a crash in the middle of a write the next line starts afresh.
 * The file is made for its owner only where the file system knows owners; a symbolic link in its
 * place is not followed.
 *
 * <p>When the file would grow over its limit it is renamed to {@code calls-<UTC time>-<n>.jsonl},
 * with n growing by one each time, and a new one begun; the oldest are deleted when there are too
 * many. One process at a time may write a file; several sinks of one process may share it.
 *
 * <p>Nothing is opened before the first record. Whatever goes wrong with the disk is counted, said
 * once in the log, and never thrown; the next record tries again. {@link dev.llmops.LlmOps} gives
 * this sink a queue and a thread of its own.
 */
public final class JsonlSink implements CallSink {

  /** When what was written is forced onto the disk. A crash of the process alone loses nothing. */
  public enum Sync {
    /** Whenever the system does; a power failure can lose the last seconds. The fastest. */
    NEVER,
    /** When the file is rotated or closed, and whenever the system does. The default. */
    ON_CLOSE,
    /** After each line, which costs a wait for the disk each. */
    EVERY_RECORD
  }

  static final int MAX_LINE_BYTES = 16 << 20;

  private static final Logger logger = LoggerFactory.getLogger(JsonlSink.class);

  private final JsonlFile file;
  private final Path path;
  private final Limits limits;
  private final ContentPolicy content;
  private final Logger log;

  private final LongAdder accepted = new LongAdder();
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String note;
  private volatile boolean closed;

  private JsonlSink(Builder builder) {
    path = builder.path;
    file = builder.file == null ? JsonlFile.at(path) : builder.file;
    limits = new Limits(builder.maxFileBytes, builder.maxRotatedFiles, builder.sync);
    content = builder.content;
    log = builder.log;
  }

  /**
   * Writes to this file, without content, in files of at most 64 MiB, 1 GiB in all.
   *
   * @throws IllegalArgumentException if the path is a directory
   */
  public static JsonlSink at(Path path) {
    return builder(path).build();
  }

  /** A builder with the settings of {@link #at}. */
  public static Builder builder(Path path) {
    return new Builder(path);
  }

  /** Writes the record. Thread-safe; waits for the disk. Never throws for the disk's reasons. */
  @Override
  public void accept(LlmRecord record) {
    accepted.increment();
    if (closed) {
      dropped.increment();
      return;
    }
    try {
      file.append(line(record), limits, this::trouble);
      written.increment();
    } catch (IOException e) {
      failed.increment();
      trouble("could not write: " + JsonlFile.reason(file.path(), e));
    } catch (RuntimeException e) {
      failed.increment();
      trouble("could not write: " + e.getClass().getName());
    }
  }

  @Override
  public ContentPolicy content() {
    return content;
  }

  /** True: it writes to a disk. */
  @Override
  public boolean blocks() {
    return true;
  }

  @Override
  public ComponentStats stats() {
    // the parts before the whole: a record that arrives meanwhile must not be counted twice
    long lines = written.sum();
    long left = dropped.sum();
    long lost = failed.sum();
    return new ComponentStats(
        "JsonlSink(" + JsonlFile.name(path) + ")", accepted.sum(), lines, left, lost, note);
  }

  /** Closes the file; records that come later are counted as dropped. */
  @Override
  public void close(Duration deadline) {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = Thread.interrupted(); // close all the same: the deadline bounds it
    boolean locked = false;
    try {
      locked = file.lock().tryLock(Checks.nanos(deadline), TimeUnit.NANOSECONDS);
      if (locked) {
        file.close(limits.sync() != Sync.NEVER);
      } else {
        trouble("could not be closed in time: a write still waits for the disk");
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (IOException e) {
      trouble("could not close: " + JsonlFile.reason(file.path(), e));
    } finally {
      if (locked) {
        file.lock().unlock();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static byte[] line(LlmRecord record) throws IOException {
    try {
      return RecordEncoder.line(record, MAX_LINE_BYTES);
    } catch (RecordEncoder.LineTooLong e) {
      return RecordEncoder.line(withoutContent(record), MAX_LINE_BYTES);
    }
  }

  private static LlmRecord withoutContent(LlmRecord record) {
    String problem = "content left out: the line would be longer than " + MAX_LINE_BYTES + " bytes";
    if (record instanceof LlmCall call) {
      List<String> problems = new ArrayList<>(call.problems());
      problems.add(problem);
      return ContentPolicy.none()
          .apply(
              new LlmCall(
                  call.ref(),
                  call.parent(),
                  call.context(),
                  call.request(),
                  call.outcome(),
                  call.timing(),
                  call.cost(),
                  call.attempts(),
                  call.origin(),
                  call.weight(),
                  call.server(),
                  problems));
    }
    if (record instanceof LlmStep step) {
      List<String> problems = new ArrayList<>(step.problems());
      problems.add(problem);
      return ContentPolicy.none()
          .apply(
              new LlmStep(
                  step.ref(),
                  step.parent(),
                  step.context(),
                  step.request(),
                  step.result(),
                  step.error(),
                  step.timing(),
                  step.weight(),
                  problems));
    }
    return ContentPolicy.none().apply((CallScore) record);
  }

  /** Says each trouble once, and shows the last one in the stats. */
  private void trouble(String what) {
    String message = "JSONL file [" + path + "]: " + what;
    note = what;
    if (told.size() < 100 && told.add(what)) {
      log.warn("{} (said once; LlmOps.stats() counts)", message);
    }
  }

  /** How the files are kept. */
  record Limits(long maxFileBytes, int maxRotatedFiles, Sync sync) {}

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private final Path path;
    private ContentPolicy content = ContentPolicy.none();
    private long maxFileBytes = 64L << 20;
    private int maxRotatedFiles = 15;
    private Sync sync = Sync.ON_CLOSE;
    private @Nullable JsonlFile file;
    private Logger log = logger;

    private Builder(Path path) {
      this.path = Objects.requireNonNull(path, "path must not be null");
    }

    /** What content is written; none unless said. */
    public Builder content(ContentPolicy content) {
      this.content = Objects.requireNonNull(content, "content must not be null");
      return this;
    }

    /**
     * A file does not grow over this many bytes, unless a single line is longer; 1 or more, default
     * 64 MiB.
     */
    public Builder maxFileBytes(long maxFileBytes) {
      Checks.between(maxFileBytes, 1, Long.MAX_VALUE / 2, "maxFileBytes");
      this.maxFileBytes = maxFileBytes;
      return this;
    }

    /**
     * How many files are kept beside the one that is written; the oldest are deleted. 0 to 10,000,
     * default 15.
     */
    public Builder maxRotatedFiles(int maxRotatedFiles) {
      Checks.between(maxRotatedFiles, 0, 10_000, "maxRotatedFiles");
      this.maxRotatedFiles = maxRotatedFiles;
      return this;
    }

    /** When what was written is forced onto the disk; {@link Sync#ON_CLOSE} unless said. */
    public Builder sync(Sync sync) {
      this.sync = Objects.requireNonNull(sync, "sync must not be null");
      return this;
    }

    /** For tests of what a disk can do. */
    Builder file(JsonlFile file) {
      this.file = file;
      return this;
    }

    Builder log(Logger log) {
      this.log = log;
      return this;
    }

    /**
     * The sink; it opens nothing yet.
     *
     * @throws IllegalArgumentException if the path is a directory
     */
    public JsonlSink build() {
      if (Files.isDirectory(path)) {
        throw new IllegalArgumentException(
            "path must be a file such as calls.jsonl, but ["
                + path
                + "] is a directory; give the path of a file in it");
      }
      return new JsonlSink(this);
    }
  }
}
