package dev.llmops.eval.replay;

import dev.llmops.CallInterceptor;
import dev.llmops.ModelCall;
import dev.llmops.privacy.Redactor;
import dev.llmops.privacy.Redactors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cassette: a folder with one file for each answer, to be committed beside the tests.
 *
 * <pre>{@code
 * CassetteStore cassette = CassetteStore.at(Path.of("src/test/cassettes/qa"));
 * String answer = cassette.use(() -> assistant.answer("What is the capital of France?"));
 * }</pre>
 *
 * <p>It reaches every {@link dev.llmops.LlmOps} that records the calls made inside of {@link #use},
 * through {@link dev.llmops.LlmContext}; work on another thread belongs to it where the context
 * does ({@link dev.llmops.LlmContext#wrap}). It does not reach calls that no {@code LlmOps} records
 * ({@code LlmOps.noop()}, {@code LLMOPS_ENABLED=false}, a client that is not wrapped).
 *
 * <p>A call is named by a SHA-256 over what is asked (provider, operation, model, parameters,
 * messages, tools, all that the client sends in its body), the case and the iteration of the
 * context, and by how many equal calls were made before it. Nothing of the run or the time is in
 * it, nor {@code user}, {@code safety_identifier}, {@code prompt_cache_key} and {@code metadata},
 * which name the caller. Equal calls of one case and iteration that run at the same time are told
 * apart by which of them starts first: they may swap answers.
 *
 * <p>Stored are answers, refusals of the model among them. Not stored are errors that the client
 * throws, streams that were left before their end, and answers that report a passing failure of the
 * server. Texts are redacted before they are written, the key is taken before. Headers are never
 * seen. A file is written to a temporary name, forced to the disk, and renamed: what was stored
 * stays stored when the process is killed, and any number of threads and processes may record at
 * once.
 *
 * <p>Thread-safe.
 */
public final class CassetteStore {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");
  private static final String TEMPORARY = ".tmp";
  private static final Duration LEFT_BEHIND = Duration.ofHours(1);
  private static final AtomicLong WRITES = new AtomicLong();

  private final Path folder;
  private final CassetteMode mode;
  private final boolean modeByCode;
  private final Redaction redaction;
  private final Duration staleAfter;
  private final @Nullable String recordCommand;
  private final InstantSource clock;
  private final Instant opened;
  private final Set<Path> used = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean swept = new AtomicBoolean();

  private CassetteStore(Builder builder) {
    folder = builder.folder;
    modeByCode = builder.mode != null;
    mode = builder.mode != null ? builder.mode : CassetteMode.configured();
    redaction = new Redaction(builder.redactor);
    staleAfter = builder.staleAfter;
    recordCommand = builder.recordCommand;
    clock = builder.clock;
    opened = clock.instant();
  }

  /**
   * The cassette in this folder, in the mode that is {@linkplain CassetteMode#configured()
   * configured}. The folder is made when the first answer is stored.
   */
  public static CassetteStore at(Path folder) {
    return builder(folder).build();
  }

  /** The cassette in this folder, in this mode whatever is configured. */
  public static CassetteStore at(Path folder, CassetteMode mode) {
    return builder(folder).mode(mode).build();
  }

  /** A builder with the defaults of {@link #at(Path)}. */
  public static Builder builder(Path folder) {
    return new Builder(folder);
  }

  /**
   * The folder of a cassette that is named by somebody who must not leave the root: an annotation,
   * a setting, a test's display name.
   *
   * @param name one or more names of ASCII letters, digits, {@code _}, {@code -} and (not first)
   *     {@code .}, divided by {@code /}
   * @throws IllegalArgumentException if it is not of that form
   */
  public static Path folder(Path root, String name) {
    Path folder = root;
    for (String each : name.split("/", -1)) {
      if (!NAME.matcher(each).matches()) {
        throw new IllegalArgumentException(
            "name of a cassette must be names of ASCII letters, digits, _, - and . divided by /,"
                + " each of 1 to 100 characters and not starting with a ., but was \""
                + name
                + "\"");
      }
      folder = folder.resolve(each);
    }
    return folder;
  }

  /**
   * Runs the body with this cassette and gives back what it returns.
   *
   * @throws E what the body throws
   * @throws CassetteException if the body ended well although a call could not be replayed: an
   *     application that has a fallback must not hide that
   */
  public <T, E extends Exception> T use(ModelCall<T, E> body) throws E {
    CassetteSession session = open();
    T result;
    try {
      result = body.call();
    } finally {
      session.close();
    }
    session.verify();
    return result;
  }

  /**
   * Puts the cassette in for the calls of this thread, until the session is closed. Each session
   * counts equal calls from the start.
   */
  public CassetteSession open() {
    return CassetteSession.open(this);
  }

  /**
   * This cassette for {@link dev.llmops.LlmOps.Builder#interceptor}: for all calls of that
   * instance, with or without a session. Equal calls are counted from here on, so that a program
   * replays what it recorded when it runs again from its start.
   */
  public CallInterceptor interceptor() {
    return CassetteSession.unscoped(this);
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  /** What is done with calls. */
  public CassetteMode mode() {
    return mode;
  }

  /**
   * The files of all stored answers, by name.
   *
   * @throws UncheckedIOException if the folder cannot be listed
   */
  public List<Path> entries() {
    return files(false);
  }

  /**
   * The files that no call has used since this store was made, by name: what changed prompts and
   * removed cases leave behind. Only telling after a run of everything that uses the cassette.
   *
   * @throws UncheckedIOException if the folder cannot be listed
   */
  public List<Path> unused() {
    List<Path> files = new ArrayList<>(entries());
    files.removeIf(used::contains);
    return files;
  }

  /**
   * Deletes the {@link #unused()} files.
   *
   * @return what was deleted
   * @throws IllegalStateException if no call has used the cassette since this store was made, as
   *     everything would go
   * @throws UncheckedIOException if a file cannot be deleted; those before it are gone
   */
  public List<Path> removeUnused() {
    if (used.isEmpty()) {
      throw new IllegalStateException(
          "cassette ["
              + folder
              + "] was not used by any call, so all of it would be removed; run everything that uses"
              + " it first, or delete the folder");
    }
    List<Path> files = unused();
    try {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cassette [" + folder + "] could not be cleared", e);
    }
    return files;
  }

  /** The folder and the mode. */
  @Override
  public String toString() {
    return "CassetteStore[" + folder + ", " + mode + "]";
  }

  /** Where a call's answer is, or will be. */
  Path file(CallKey key, int occurrence) {
    return folder.resolve(key.fileName(occurrence));
  }

  /**
   * The stored answer, absent if there is none.
   *
   * @throws CassetteException if there is one that cannot be read
   */
  @Nullable Entry read(CallKey key, Path file) {
    byte[] content;
    try {
      content = content(file);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw Entry.bad(
          file,
          1,
          Files.isSymbolicLink(file)
              ? "is a symbolic link, which is not followed"
              : "could not be read: " + e.getClass().getSimpleName());
    }
    Entry entry = Entry.parse(file, content);
    if (!entry.key().equals(key.text())) {
      throw Entry.bad(
          file, 1, "field \"key\" is not that of the call which the file is named after");
    }
    return entry;
  }

  /**
   * Stores an answer; it is on the disk when this returns.
   *
   * @throws IOException if it could not be written; what was there before is as it was
   */
  void write(Path file, byte[] content) throws IOException {
    boolean interrupted = Thread.interrupted(); // an interrupt would close the channel under us
    Path temporary =
        folder.resolve(
            "."
                + file.getFileName()
                + "."
                + ProcessHandle.current().pid()
                + "-"
                + WRITES.incrementAndGet()
                + TEMPORARY);
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
      }
      if (swept.compareAndSet(false, true)) {
        sweep();
      }
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          int unused = channel.write(bytes);
        }
        channel.force(true);
      }
      try {
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  void use(Path file) {
    used.add(file);
  }

  boolean isStale(Entry entry) {
    return entry.recorded().plus(staleAfter).isBefore(opened);
  }

  /** The time to note; whole seconds are stored, so rounded up: what is new is not stale. */
  Instant now() {
    return clock.instant().plusMillis(999);
  }

  Redaction redaction() {
    return redaction;
  }

  /** How many answers of the call's case and iteration are stored, under whatever key. */
  int ofSameCase(CallKey key) {
    String prefix = key.prefix();
    int count = 0;
    if (!prefix.isEmpty()) {
      for (Path file : entries()) {
        count += String.valueOf(file.getFileName()).startsWith(prefix) ? 1 : 0;
      }
    }
    return count;
  }

  /** How the person who reads it records what is missing. */
  String howToRecord() {
    if (recordCommand != null) {
      return "record it with: " + recordCommand;
    }
    if (modeByCode) {
      return "record it with CassetteMode.RECORD in place of the "
          + mode
          + " that the code gives to CassetteStore";
    }
    return "record it with: "
        + (System.getProperty("org.gradle.test.worker") == null
            ? "mvn test -D" + CassetteMode.PROPERTY + "=record"
            : CassetteMode.VARIABLE + "=record ./gradlew test");
  }

  private static byte[] content(Path file) throws IOException {
    try (SeekableByteChannel in =
        Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      long size = in.size();
      if (size > Json.MAX_ENTRY_BYTES) {
        throw Entry.bad(
            file, 1, "must be at most " + Json.MAX_ENTRY_BYTES + " bytes, but is " + size);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining() && in.read(bytes) >= 0) {
        // a read may be short
      }
      return bytes.hasRemaining()
          ? java.util.Arrays.copyOf(bytes.array(), bytes.position())
          : bytes.array();
    }
  }

  private List<Path> files(boolean temporary) {
    List<Path> files = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return files;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        String name = String.valueOf(file.getFileName());
        if (temporary
            ? name.startsWith(".") && name.endsWith(TEMPORARY)
            : !name.startsWith(".") && name.endsWith(".json")) {
          files.add(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new UncheckedIOException("cannot list [" + folder + "]", e.getCause());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list [" + folder + "]", e);
    }
    Collections.sort(files);
    return files;
  }

  /** Removes what processes that were killed while they wrote have left. */
  private void sweep() throws IOException {
    Instant before = Instant.now().minus(LEFT_BEHIND);
    for (Path file : files(true)) {
      try {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          Files.deleteIfExists(file);
        }
      } catch (NoSuchFileException e) {
        // another process was faster
      }
    }
  }

  /** Collects how a cassette works. Not thread-safe. */
  public static final class Builder {
    private final Path folder;
    private @Nullable CassetteMode mode;
    private Redactor redactor = Redactors.secrets();
    private Duration staleAfter = Duration.ZERO;
    private @Nullable String recordCommand;
    private InstantSource clock = InstantSource.system();

    private Builder(Path folder) {
      this.folder =
          Objects.requireNonNull(folder, "folder must not be null").toAbsolutePath().normalize();
    }

    /** The mode, whatever is {@linkplain CassetteMode#configured() configured}. */
    public Builder mode(CassetteMode mode) {
      this.mode = Objects.requireNonNull(mode, "mode must not be null");
      return this;
    }

    /**
     * What takes secrets and personal data out of what is written; {@link Redactors#secrets()}
     * unless said. A replayed answer has the marks in place of what was taken out. Where it throws,
     * the answer is not stored.
     */
    public Builder redactor(Redactor redactor) {
      this.redactor = Objects.requireNonNull(redactor, "redactor must not be null");
      return this;
    }

    /**
     * How old an answer must be for {@link CassetteMode#REFRESH} to ask again; zero unless said:
     * everything that was stored before this store was made.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder staleAfter(Duration age) {
      if (age.isNegative()) {
        throw new IllegalArgumentException("staleAfter must be 0 or more, but was " + age);
      }
      this.staleAfter = age;
      return this;
    }

    /**
     * The command that the message of a missing answer names, such as {@code mvn test -Dtest=QaTest
     * -Dllmops.cassette=record}; by default that of a whole build.
     */
    public Builder recordCommand(String command) {
      this.recordCommand = Objects.requireNonNull(command, "command must not be null");
      return this;
    }

    /** The clock that says when an answer was recorded, for tests. */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock must not be null");
      return this;
    }

    /**
     * The cassette.
     *
     * @throws IllegalArgumentException if the configured mode is none
     */
    public CassetteStore build() {
      return new CassetteStore(this);
    }
  }
}
