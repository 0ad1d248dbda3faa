package dev.llmops.sink;

import static dev.llmops.sink.JsonlReaderTest.ids;
import static dev.llmops.sink.JsonlReaderTest.line;
import static dev.llmops.sink.JsonlReaderTest.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

class JsonlSinkTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir Path directory;

  @Test
  void anOpsWritesCallsThroughAQueueAndWithoutContent() {
    Path file = directory.resolve("logs").resolve("calls.jsonl");
    LlmRequest request =
        LlmRequest.builder("chat", "local").model("m").message(Message.user("secret")).build();
    try (LlmOps ops = LlmOps.builder().sink(JsonlSink.at(file)).build()) {
      ops.call(request, () -> "the answer", LlmResponse::ofText);
    }

    assertThat(file)
        .content()
        .contains("\"provider\":\"local\"")
        .doesNotContain("secret", "answer");
    assertThat(readAll(JsonlReader.at(file))).hasSize(1);
  }

  @Test
  void contentIsWrittenWhereThePolicyAllowsIt() {
    Path file = directory.resolve("calls.jsonl");
    JsonlSink sink = JsonlSink.builder(file).content(ContentPolicy.full()).build();
    try (LlmOps ops = LlmOps.builder().sink(sink).build()) {
      ops.call(LlmRequest.chat("local", "m"), () -> "the answer", LlmResponse::ofText);
    }

    assertThat(file).content().contains("the answer");
  }

  @Test
  void aLineIsCompleteAsSoonAsItWasAccepted() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    JsonlSink sink = JsonlSink.builder(file).sync(JsonlSink.Sync.EVERY_RECORD).build();

    sink.accept(TestRecords.call(1));
    sink.accept(TestRecords.call(2));

    assertThat(file).hasContent(line(TestRecords.call(1)) + line(TestRecords.call(2)));
    sink.close(SECOND);
  }

  @Test
  void appendsToWhatIsThereAndStartsAfreshAfterATornLine() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    Files.writeString(file, line(TestRecords.call(1)) + "{\"type\":\"call\",\"sch");

    write(JsonlSink.at(file), 2, 3);

    JsonlReader reader = JsonlReader.at(file);
    assertThat(ids(reader)).containsExactly(1L, 2L, 3L);
    assertThat(reader.problems()).extracting(JsonlReader.Problem::line).containsExactly(2L);
  }

  @Test
  void rotatesBySizeKeepsTheNewestAndSaysOnceThatTheOldestGo() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    int size = line(TestRecords.call(100)).length();
    LogLines log = new LogLines(Level.INFO);
    JsonlSink sink =
        JsonlSink.builder(file).maxFileBytes(2L * size).maxRotatedFiles(2).log(log).build();

    write(sink, LongStream.range(100, 109).toArray());

    // 9 records, two a file: 100-101 and 102-103 are gone, 104-105, 106-107 rotated, 108 is live
    assertThat(ids(JsonlReader.at(file))).containsExactly(104L, 105L, 106L, 107L, 108L);
    try (Stream<Path> files = Files.list(directory)) {
      List<String> names = files.map(JsonlFile::name).sorted().toList();
      assertThat(names).hasSize(3);
      assertThat(names.get(0)).matches("calls-\\d{8}T\\d{9}Z-3\\.jsonl");
      assertThat(names.get(1)).matches("calls-\\d{8}T\\d{9}Z-4\\.jsonl");
      assertThat(names.get(2)).isEqualTo("calls.jsonl");
    }
    assertThat(log.lines())
        .containsExactly(
            "WARN JSONL file ["
                + file
                + "]: the oldest file was deleted: more than 2 rotated files"
                + " (JsonlSink.Builder.maxRotatedFiles=2) (said once; LlmOps.stats() counts)");
  }

  @Test
  void twoSinksOfOneFileLoseNothingWhileItRotates() throws Exception {
    Path file = directory.resolve("calls.jsonl");
    JsonlSink one = JsonlSink.builder(file).maxFileBytes(5_000).maxRotatedFiles(10_000).build();
    JsonlSink other =
        JsonlSink.builder(directory.resolve("x/../calls.jsonl"))
            .maxFileBytes(5_000)
            .maxRotatedFiles(10_000)
            .build();

    Thread thread = new Thread(() -> write(other, LongStream.range(0, 500).toArray()));
    thread.start();
    write(one, LongStream.range(500, 1_000).toArray());
    thread.join();

    JsonlReader reader = JsonlReader.at(file);
    assertThat(ids(reader))
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 1_000).boxed().toList());
    assertThat(reader.problems()).isEmpty();
  }

  @Test
  void goesOnInANewFileWhenSomebodyMovesTheOldOneAway() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    JsonlSink sink = JsonlSink.at(file);
    sink.accept(TestRecords.call(1));

    Files.move(file, directory.resolve("calls.jsonl.1"));
    sink.accept(TestRecords.call(2));
    sink.close(SECOND);

    assertThat(file).hasContent(line(TestRecords.call(2)));
  }

  @Test
  @EnabledIf("isPosix")
  void theFileIsForItsOwnerOnly() throws IOException {
    Path file = directory.resolve("calls.jsonl");

    write(JsonlSink.at(file), 1);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  @EnabledIf("isPosix")
  void aSymbolicLinkIsNotFollowedAndSaidOnce() throws IOException {
    Path target = Files.createFile(directory.resolve("target"));
    Path link = Files.createSymbolicLink(directory.resolve("calls.jsonl"), target);
    LogLines log = new LogLines(Level.INFO);
    JsonlSink sink = JsonlSink.builder(link).log(log).build();

    write(sink, 1, 2, 3);

    assertThat(target).isEmptyFile();
    assertThat(sink.stats().failed()).isEqualTo(3);
    assertThat(sink.stats().note())
        .isEqualTo(
            "could not write: it is a symbolic link, which is not followed; give the path it"
                + " points to");
    assertThat(log.lines()).hasSize(1);
  }

  @Test
  void aDirectoryThatCannotBeMadeIsCountedAndSaidOnce() throws IOException {
    Path inTheWay = Files.createFile(directory.resolve("logs"));
    LogLines log = new LogLines(Level.INFO);
    JsonlSink sink = JsonlSink.builder(inTheWay.resolve("calls.jsonl")).log(log).build();

    write(sink, 1, 2);

    assertThat(sink.stats().failed()).isEqualTo(2);
    assertThat(sink.stats().accepted()).isEqualTo(2);
    assertThat(log.lines()).hasSize(1);
  }

  @Test
  @EnabledIf("hasFullDevice")
  void aFullDiskIsCountedSaidOnceAndOver() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    boolean[] full = {true};
    JsonlFile disk =
        new JsonlFile(
            file,
            path -> new FileOutputStream(full[0] ? Path.of("/dev/full").toFile() : path.toFile()));
    LogLines log = new LogLines(Level.INFO);
    JsonlSink sink = JsonlSink.builder(file).file(disk).log(log).build();

    sink.accept(TestRecords.call(1));
    sink.accept(TestRecords.call(2));
    full[0] = false;
    sink.accept(TestRecords.call(3));
    sink.close(SECOND);

    assertThat(sink.stats().failed()).isEqualTo(2);
    assertThat(sink.stats().delivered()).isEqualTo(1);
    assertThat(file).hasContent(line(TestRecords.call(3)));
    assertThat(log.lines())
        .containsExactly(
            "WARN JSONL file ["
                + file
                + "]: could not write: No space left on device"
                + " (said once; LlmOps.stats() counts)");
  }

  @Test
  void aRecordThatMakesTooLongALineIsWrittenWithoutContent() {
    Path file = directory.resolve("calls.jsonl");
    LlmCall huge =
        TestRecords.call(
            TestRecords.ref(1),
            LlmContext.EMPTY,
            TestRecords.completed("x".repeat(JsonlSink.MAX_LINE_BYTES)));
    JsonlSink sink = JsonlSink.at(file);

    sink.accept(huge);
    sink.close(SECOND);

    LlmCall back = (LlmCall) readAll(JsonlReader.at(file)).get(0);
    assertThat(back.response().outputs()).isEmpty();
    assertThat(back.problems())
        .containsExactly("content left out: the line would be longer than 16777216 bytes");
  }

  @Test
  void anInterruptedThreadWritesItsLineAndStaysInterrupted() {
    Path file = directory.resolve("calls.jsonl");
    JsonlSink sink = JsonlSink.builder(file).sync(JsonlSink.Sync.EVERY_RECORD).build();

    Thread.currentThread().interrupt();
    sink.accept(TestRecords.call(1));
    sink.close(SECOND);
    boolean interrupted = Thread.interrupted();

    assertThat(interrupted).isTrue();
    assertThat(ids(JsonlReader.at(file))).containsExactly(1L);
  }

  @Test
  void aClosedSinkDropsAndCounts() {
    Path file = directory.resolve("calls.jsonl");
    JsonlSink sink = JsonlSink.at(file);
    sink.close(SECOND);
    sink.close(SECOND);

    sink.accept(TestRecords.call(1));

    assertThat(sink.stats().dropped()).isEqualTo(1);
    assertThat(file).doesNotExist();
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> JsonlSink.at(directory))
        .hasMessage(
            "path must be a file such as calls.jsonl, but ["
                + directory
                + "] is a directory; give the path of a file in it");
    JsonlSink.Builder builder = JsonlSink.builder(directory.resolve("calls.jsonl"));
    assertThatThrownBy(() -> builder.maxFileBytes(0))
        .hasMessage("maxFileBytes must be between 1 and 4611686018427387903, but was 0");
    assertThatThrownBy(() -> builder.maxRotatedFiles(-1))
        .hasMessage("maxRotatedFiles must be between 0 and 10000, but was -1");
  }

  @Test
  void everyWrittenLineSurvivesAKill() throws Exception {
    Path file = directory.resolve("calls.jsonl");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                file.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    long told = 0;
    try (var lines = process.inputReader()) {
      while (told < 200) {
        told = Long.parseLong(lines.readLine());
      }
      process.destroyForcibly().waitFor();
    }

    JsonlReader reader = JsonlReader.at(file);
    List<Long> ids = ids(reader);

    assertThat(ids).startsWith(LongStream.rangeClosed(1, told).boxed().toArray(Long[]::new));
    assertThat(reader.problemCount()).isLessThanOrEqualTo(1); // the one it was writing
  }

  /** Writes until it is killed, and says how many lines are written. */
  static final class Writer {
    public static void main(String[] args) {
      JsonlSink sink = JsonlSink.at(Path.of(args[0]));
      for (long i = 1; i < 10_000_000; i++) {
        sink.accept(TestRecords.call(i));
        System.out.println(i);
      }
    }
  }

  private static void write(JsonlSink sink, long... numbers) {
    for (long number : numbers) {
      sink.accept(TestRecords.call(number));
    }
    sink.close(SECOND);
  }

  static boolean isPosix() {
    return Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  static boolean hasFullDevice() {
    return Files.exists(Path.of("/dev/full"));
  }
}
