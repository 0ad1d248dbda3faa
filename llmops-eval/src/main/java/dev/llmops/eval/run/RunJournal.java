package dev.llmops.eval.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.CaseRunJson;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The file that a run writes as it goes: a line that says which run, then a line for each finished
 * repetition of a case, handed to the operating system before the next step. A process that is
 * killed loses none of them; a last line that was cut off is cut away.
 */
final class RunJournal implements AutoCloseable {

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;
  private final List<CaseRun> found;

  private RunJournal(Path path, FileChannel channel, FileLock lock, List<CaseRun> found) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
    this.found = found;
  }

  /**
   * Opens the journal of a run, new or half done.
   *
   * @param header the line that must be the same when a run is taken up again
   * @throws IllegalStateException if the file is another run's or in use
   * @throws UncheckedIOException if it cannot be read or written
   */
  static RunJournal open(Path path, String header, List<EvaluatorSpec> evaluators) {
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      FileChannel channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        FileLock lock = lock(path, channel);
        List<CaseRun> found = new ArrayList<>();
        long good = read(path, header, evaluators, found);
        channel.truncate(good);
        channel.position(good);
        RunJournal journal = new RunJournal(path, channel, lock, found);
        if (good == 0) {
          journal.line(header);
        }
        return journal;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "journal [" + path + "] cannot be opened: " + e.getMessage(), e);
    }
  }

  /** How many repetitions of cases a journal holds. */
  static int count(Path path) {
    try (var lines = Files.lines(path, StandardCharsets.ISO_8859_1)) {
      return (int) Math.max(0, lines.count() - 1);
    } catch (IOException e) {
      throw new UncheckedIOException("journal [" + path + "] cannot be read", e);
    }
  }

  /** The first line: what must be the same when a run is taken up again. */
  static String header(
      String name, Dataset dataset, int repetitions, List<EvaluatorSpec> evaluators) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    header.put("type", "eval_run").put("schema", 1).put("name", name);
    header.put("dataset", dataset.name()).put("version", dataset.version());
    header.put("repetitions", repetitions);
    ArrayNode signatures = header.putArray("evaluators");
    evaluators.forEach(each -> signatures.add(each.signature()));
    return header.toString();
  }

  /** What was finished when the run was left. */
  List<CaseRun> found() {
    return found;
  }

  void append(CaseRun run) {
    try {
      line(CaseRunJson.write(run));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "journal [" + path + "] cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "journal [" + path + "] cannot be closed: " + e.getMessage(), e);
    }
  }

  private void line(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static FileLock lock(Path path, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IllegalStateException(
          "journal [" + path + "] is in use by another run; give each run a journal of its own");
    }
    return lock;
  }

  /** Reads what is whole; returns how many bytes of the file that is. */
  private static long read(
      Path path, String header, List<EvaluatorSpec> evaluators, List<CaseRun> found)
      throws IOException {
    long good = 0;
    int number = 0;
    // as bytes: a killed process can leave half a character at the end
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(path))) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int b;
      while ((b = bytes.read()) >= 0) {
        if (b != '\n') {
          line.write(b);
          continue;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        good += line.size() + 1L;
        line.reset();
        number++;
        if (number == 1) {
          check(path, header, text);
        } else {
          found.add(entry(path, number, text, evaluators));
        }
      }
    }
    return good;
  }

  private static void check(Path path, String header, String line) {
    if (!line.equals(header)) {
      throw new IllegalStateException(
          "journal ["
              + path
              + "] is of another run: it says "
              + shortened(line)
              + " and this one is "
              + shortened(header)
              + "; delete it, or give this run a journal of its own");
    }
  }

  private static CaseRun entry(Path path, int number, String line, List<EvaluatorSpec> evaluators) {
    try {
      return CaseRunJson.read(line, evaluators);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "journal ["
              + path
              + "] line "
              + number
              + ": "
              + e.getMessage()
              + "; mend the line, or delete the file to run everything again",
          e);
    }
  }

  private static String shortened(String line) {
    return line.length() <= 300 ? line : line.substring(0, 300) + "…";
  }
}
