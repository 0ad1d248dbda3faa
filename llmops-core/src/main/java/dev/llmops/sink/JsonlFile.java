package dev.llmops.sink;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSONL file and those that were rotated away from it: {@code calls.jsonl} and {@code
 * calls-20261121T101530123Z-7.jsonl}. The number grows by one with each rotation and gives the
 * order; the time is for people.
 *
 * <p>There is one object a file in the process, so that sinks, readers and deletions of the same
 * file keep out of each other's way.
 */
final class JsonlFile {

  // A file is one thing in a process, whoever opens it. The map holds nobody alive.
  private static final Cache<Path, JsonlFile> FILES = Caffeine.newBuilder().weakValues().build();

  private static final Pattern ROTATED = Pattern.compile("(.+)-\\d{8}T\\d{9}Z-(\\d{1,18})");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  private final Path path;
  private final Opener opener;
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable OutputStream out;
  private @Nullable Object key;
  private boolean torn;
  private long rotateAbove;

  JsonlFile(Path path, Opener opener) {
    this.path = path;
    this.opener = opener;
  }

  /** The file at this path; the same object for the same file. */
  static JsonlFile at(Path path) {
    Path real = real(path.toAbsolutePath().normalize());
    return Objects.requireNonNull(FILES.get(real, key -> new JsonlFile(key, JsonlFile::appendTo)));
  }

  Path path() {
    return path;
  }

  ReentrantLock lock() {
    return lock;
  }

  /**
   * Appends one line, line feed included, with one write; rotates before if it would not fit.
   *
   * @param trouble is told what went wrong beside the line, in plain words
   * @throws IOException if the line was not written
   */
  void append(byte[] line, JsonlSink.Limits limits, Consumer<String> trouble) throws IOException {
    lock.lock();
    boolean interrupted = Thread.interrupted(); // an interrupt would close the file under us
    try {
      long size = open();
      if (size > 0
          && size + line.length > limits.maxFileBytes()
          && size + line.length > rotateAbove) {
        size = rotate(size, limits, trouble);
      }
      OutputStream to = Objects.requireNonNull(out);
      try {
        to.write(torn ? onFreshLine(line) : line);
        torn = false;
        if (limits.sync() == JsonlSink.Sync.EVERY_RECORD) {
          force();
        }
      } catch (IOException e) {
        close(false); // a part may be written: opening it again finds out
        throw e;
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      lock.unlock();
    }
  }

  /** Lets go of the file; the next line opens it again. */
  void close(boolean sync) throws IOException {
    OutputStream open = out;
    out = null;
    if (open != null) {
      try {
        if (sync) {
          force();
        }
      } finally {
        open.close();
      }
    }
  }

  /** What was rotated away and is still there, oldest first. */
  List<Path> rotated() throws IOException {
    List<Path> rotated = new ArrayList<>();
    Path directory = parent();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          if (isRotated(file)) {
            rotated.add(file);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    rotated.sort(Comparator.comparingLong(JsonlFile::sequence));
    return rotated;
  }

  /** The file that a rotated one was rotated away from; itself when it was not. */
  static Path base(Path file) {
    String name = name(file);
    Matcher matcher = ROTATED.matcher(stem(name));
    return matcher.matches() ? file.resolveSibling(matcher.group(1) + extension(name)) : file;
  }

  /** Makes a new empty file, for its owner only where the file system knows owners. */
  static void createOwnerOnly(Path file) throws IOException {
    FileAttribute<?>[] attributes =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (SeekableByteChannel made = Files.newByteChannel(file, options, attributes)) {
      made.position();
    }
  }

  /** Why an operation on the file failed, for a person. */
  static String reason(Path file, IOException e) {
    if (Files.isSymbolicLink(file)) {
      return "it is a symbolic link, which is not followed; give the path it points to";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
    return reason == null ? e.getClass().getName() : reason;
  }

  /** Opens the file for appending, or again if it is not the one at the path any more. */
  private long open() throws IOException {
    if (out != null) {
      try {
        BasicFileAttributes attributes = attributes();
        if (Objects.equals(attributes.fileKey(), key)) {
          return attributes.size();
        }
      } catch (NoSuchFileException e) {
        // moved or deleted by somebody: go on in a new one
      }
      close(false);
    }
    Path directory = parent();
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    try {
      createOwnerOnly(path);
    } catch (FileAlreadyExistsException e) {
      // append to it
    }
    BasicFileAttributes attributes = attributes();
    if (!attributes.isRegularFile()) {
      throw new IOException("it is not a regular file");
    }
    torn = attributes.size() > 0 && !endsWithLineFeed(attributes.size());
    key = attributes.fileKey();
    rotateAbove = 0;
    out = opener.open(path);
    return attributes.size();
  }

  private long rotate(long size, JsonlSink.Limits limits, Consumer<String> trouble)
      throws IOException {
    close(limits.sync() != JsonlSink.Sync.NEVER);
    try {
      List<Path> rotated = rotated();
      long last = rotated.isEmpty() ? 0 : sequence(rotated.get(rotated.size() - 1));
      String name = name(path);
      Path target =
          path.resolveSibling(
              stem(name) + "-" + TIME.format(Instant.now()) + "-" + (last + 1) + extension(name));
      Files.move(path, target);
      rotated.add(target);
      for (int i = 0; i < rotated.size() - limits.maxRotatedFiles(); i++) {
        Files.deleteIfExists(rotated.get(i));
        trouble.accept(
            "the oldest file was deleted: more than "
                + limits.maxRotatedFiles()
                + " rotated files (JsonlSink.Builder.maxRotatedFiles="
                + limits.maxRotatedFiles()
                + ")");
      }
    } catch (IOException e) {
      trouble.accept("could not rotate: " + reason(path, e));
      long now = open();
      rotateAbove = size + limits.maxFileBytes(); // try again later, not at each line
      return now;
    }
    return open();
  }

  private BasicFileAttributes attributes() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private boolean endsWithLineFeed(long size) throws IOException {
    try (SeekableByteChannel in =
        Files.newByteChannel(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return in.position(size - 1).read(last) == 1 && last.get(0) == '\n';
    } catch (AccessDeniedException e) {
      return false; // may be written but not read: an empty line does no harm
    }
  }

  private void force() throws IOException {
    // a channel of its own: the stream that lines are written to cannot be asked to
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(false);
    }
  }

  private boolean isRotated(Path file) {
    return sequence(file) >= 0 && name(base(file)).equals(name(path));
  }

  private Path parent() {
    return Objects.requireNonNull(path.getParent(), "a file has a directory");
  }

  /** An unbuffered stream that no interrupt closes: one write is one line. */
  private static OutputStream appendTo(Path path) throws IOException {
    return Files.newOutputStream(
        path, StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
  }

  private static byte[] onFreshLine(byte[] line) {
    byte[] fresh = new byte[line.length + 1];
    fresh[0] = '\n';
    System.arraycopy(line, 0, fresh, 1, line.length);
    return fresh;
  }

  /** The number of a rotated file, -1 for any other. */
  private static long sequence(Path file) {
    Matcher matcher = ROTATED.matcher(stem(name(file)));
    return matcher.matches() ? Long.parseLong(matcher.group(2)) : -1;
  }

  static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }

  private static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? "" : name.substring(dot);
  }

  /** The path without symbolic links in its directories, as far as they exist. */
  private static Path real(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      return path;
    }
    Path realParent;
    try {
      realParent = parent.toRealPath();
    } catch (IOException e) {
      realParent = real(parent);
    }
    return realParent.resolve(name(path));
  }

  /** Opens a file for appending. */
  interface Opener {
    OutputStream open(Path path) throws IOException;
  }
}
