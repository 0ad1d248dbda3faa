package dev.llmops.sink;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Work on the files of a {@link JsonlSink} as a whole. */
public final class JsonlFiles {

  private static final int MAX_LISTED = 1_000;

  private JsonlFiles() {}

  /**
   * Deletes what is recorded of one user from a file and what was rotated away from it, or from all
   * {@code .jsonl} files of a directory: the calls whose {@link LlmCall#userId()} it is, the steps
   * whose context names the user, and the scores of those calls and steps. A score that names its
   * target by a key of the application's own goes when the key is the user's id, or a tag of a
   * deleted record and of no other one.
   *
   * <p>Lines that cannot be read cannot be told whose they are: they are kept, and {@link
   * Deletion#kept()} names them for a person to look at. The user's id inside the text of another
   * user's call is not looked for.
   *
   * <p>Each file that has to change is written anew beside the old one, forced onto the disk and
   * put in its place at once, newest file first; a crash leaves whole files, and running it again
   * finishes the work. The other lines stay as they are, byte by byte. Sinks of this process wait
   * meanwhile (the queue of {@link AsyncSink} takes what comes); what they write afterwards is not
   * looked at, so stop recording the user first. No other process may write the files. Reads the
   * files up to three times.
   *
   * @param path as for {@link JsonlReader#at}
   * @param userId the user, exactly as recorded
   * @throws IllegalArgumentException if the id is blank
   * @throws UncheckedIOException if the path does not exist, or a file cannot be read or replaced
   */
  public static Deletion deleteUser(Path path, String userId) {
    Objects.requireNonNull(path, "path must not be null");
    if (userId.isBlank()) {
      throw new IllegalArgumentException("userId must not be blank, but was \"" + userId + "\"");
    }
    List<JsonlFile> locked = new ArrayList<>();
    try {
      for (JsonlFile file : JsonlReader.files(path)) {
        file.lock().lock();
        locked.add(file);
      }
      List<Path> paths = new ArrayList<>();
      for (JsonlFile file : locked) {
        paths.addAll(file.rotated());
        if (Files.exists(file.path())) {
          paths.add(file.path());
        }
      }
      if (paths.isEmpty()) {
        throw new NoSuchFileException(path.toString());
      }
      for (JsonlFile file : locked) {
        file.close(false); // the sink opens the new one with its next record
      }
      return new Search(userId).run(paths);
    } catch (IOException e) {
      throw JsonlReader.unreadable(path, e);
    } finally {
      for (JsonlFile file : locked) {
        file.lock().unlock();
      }
    }
  }

  /**
   * What was deleted.
   *
   * @param calls how many calls
   * @param steps how many steps
   * @param scores how many scores
   * @param filesRewritten how many files had to change
   * @param keptCount how many lines could not be read and were kept
   * @param kept which lines those are, at most the first 1,000
   */
  public record Deletion(
      long calls,
      long steps,
      long scores,
      int filesRewritten,
      long keptCount,
      List<JsonlReader.Problem> kept) {

    /** Copies the list. */
    public Deletion {
      kept = List.copyOf(kept);
    }
  }

  private static final class Search {
    private final String userId;
    private final Set<CallRef> refs = new HashSet<>();
    private final Set<String> keys = new HashSet<>();
    private final List<JsonlReader.Problem> kept = new ArrayList<>();
    private long keptCount;
    private long calls;
    private long steps;
    private long scores;

    Search(String userId) {
      this.userId = userId;
    }

    Deletion run(List<Path> files) throws IOException {
      for (Path file : files) {
        scan(file, this::note, problem -> {});
      }
      if (!keys.isEmpty()) {
        for (Path file : files) {
          scan(file, this::keepSharedKeys, problem -> {});
        }
      }
      keys.add(userId);
      int rewritten = 0;
      // newest first: scores come after what they judge, and are found through it if this is
      // cut short and run again
      for (int i = files.size() - 1; i >= 0; i--) {
        Path file = files.get(i);
        Files.deleteIfExists(unfinished(file));
        List<long[]> gone = new ArrayList<>();
        scan(
            file,
            (record, lines) -> {
              if (counted(record)) {
                add(gone, lines.start(), lines.end());
              }
            },
            this::keep);
        if (!gone.isEmpty()) {
          rewrite(file, gone);
          rewritten++;
        }
      }
      return new Deletion(calls, steps, scores, rewritten, keptCount, kept);
    }

    private void note(LlmRecord record, JsonlLines lines) {
      if (record instanceof LlmCall call && userId.equals(call.userId())) {
        refs.add(call.ref());
        keys.addAll(call.request().tags().values());
        keys.addAll(call.context().tags().values());
      } else if (record instanceof LlmStep step && userId.equals(step.context().userId())) {
        refs.add(step.ref());
        keys.addAll(step.context().tags().values());
      }
    }

    private void keepSharedKeys(LlmRecord record, JsonlLines lines) {
      if (record instanceof LlmCall call && !userId.equals(call.userId())) {
        call.request().tags().values().forEach(keys::remove);
        call.context().tags().values().forEach(keys::remove);
      } else if (record instanceof LlmStep step && !userId.equals(step.context().userId())) {
        step.context().tags().values().forEach(keys::remove);
      }
    }

    private boolean counted(LlmRecord record) {
      if (record instanceof LlmCall call) {
        if (userId.equals(call.userId())) {
          calls++;
          return true;
        }
      } else if (record instanceof LlmStep step) {
        if (userId.equals(step.context().userId())) {
          steps++;
          return true;
        }
      } else {
        CallScore score = (CallScore) record;
        if (score.ref() != null ? refs.contains(score.ref()) : keys.contains(score.key())) {
          scores++;
          return true;
        }
      }
      return false;
    }

    private void keep(JsonlReader.Problem problem) {
      keptCount++;
      if (kept.size() < MAX_LISTED) {
        kept.add(problem);
      }
    }

    private static void scan(
        Path file, BiConsumer<LlmRecord, JsonlLines> each, Consumer<JsonlReader.Problem> report)
        throws IOException {
      try (JsonlLines lines =
          new JsonlLines(Files.newInputStream(file), Long.MAX_VALUE, JsonlSink.MAX_LINE_BYTES)) {
        while (lines.next()) {
          LlmRecord record = JsonlReader.decode(file, lines, report);
          if (record != null) {
            each.accept(record, lines);
          }
        }
      }
    }

    private static void add(List<long[]> ranges, long start, long end) {
      long[] last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
      if (last != null && last[1] == start) {
        last[1] = end;
      } else {
        ranges.add(new long[] {start, end});
      }
    }

    private static void rewrite(Path file, List<long[]> gone) throws IOException {
      Path unfinished = unfinished(file);
      try {
        JsonlFile.createOwnerOnly(unfinished);
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
            FileChannel to = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
          long position = 0;
          for (long[] range : gone) {
            copy(from, position, range[0], to);
            position = range[1];
          }
          copy(from, position, from.size(), to);
          to.force(true);
        }
        copyPermissions(file, unfinished);
        try {
          Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
          Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        }
      } finally {
        Files.deleteIfExists(unfinished);
      }
    }

    private static void copy(FileChannel from, long start, long end, FileChannel to)
        throws IOException {
      for (long position = start; position < end; ) {
        position += from.transferTo(position, end - position, to);
      }
    }

    private static void copyPermissions(Path from, Path to) throws IOException {
      PosixFileAttributeView old =
          Files.getFileAttributeView(from, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      if (old != null) {
        Files.setPosixFilePermissions(to, old.readAttributes().permissions());
      }
    }

    /** Does not end in .jsonl, so no reader takes it for a file of records. */
    private static Path unfinished(Path file) {
      return file.resolveSibling(JsonlFile.name(file) + ".unfinished");
    }
  }
}
