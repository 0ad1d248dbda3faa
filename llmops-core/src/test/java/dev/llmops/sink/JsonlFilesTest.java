package dev.llmops.sink;

import static dev.llmops.sink.JsonlReaderTest.line;
import static dev.llmops.sink.JsonlReaderTest.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallScore;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class JsonlFilesTest {

  @TempDir Path directory;

  @Test
  void deletesCallsStepsAndScoresOfOneUserFromAllFilesOfTheSet() throws IOException {
    LlmContext ada =
        LlmContext.builder().user("ada").tag("ticket", "T-1").tag("env", "prod").build();
    LlmContext bob = LlmContext.builder().user("bob").tag("env", "prod").build();
    LlmCall adas = TestRecords.call(TestRecords.ref(1), ada, TestRecords.completed("a"));
    LlmCall bobs = TestRecords.call(TestRecords.ref(2), bob, TestRecords.completed("b"));
    LlmCall onBehalf =
        new LlmCall(
            TestRecords.ref(3),
            null,
            bob,
            adas.request().toBuilder().userId("ada").build(), // the request's own id wins
            adas.outcome(),
            adas.timing(),
            null,
            null,
            adas.origin(),
            1,
            List.of());
    CallScore bobsScore = CallScore.of(bobs.ref(), "liked").value(1.0).build();
    CallScore prod = CallScore.ofKey("prod", "liked").value(1.0).build(); // bob's tag as well
    String strange = "{\"type\":\"call\",\"schema\":9,\"user\":\"ada?\"}\n";
    Path rotated = directory.resolve("calls-20261121T101530123Z-1.jsonl");
    Path live = directory.resolve("calls.jsonl");
    Files.writeString(rotated, line(adas) + strange + line(bobs) + line(onBehalf));
    Files.writeString(
        live,
        line(CallScore.of(adas.ref(), "liked").value(1.0).build())
            + line(bobsScore)
            + line(CallScore.ofKey("T-1", "liked").value(0.0).build())
            + line(CallScore.ofKey("ada", "liked").value(0.0).build())
            + line(prod)
            + line(TestRecords.step(TestRecords.ref(4), ada))
            + line(TestRecords.step(TestRecords.ref(5), bob))
            + line(CallScore.of(TestRecords.ref(4), "useful").value(0.0).build())
            + "torn");

    JsonlFiles.Deletion deletion = JsonlFiles.deleteUser(live, "ada");

    assertThat(deletion.calls()).isEqualTo(2);
    assertThat(deletion.steps()).isEqualTo(1);
    assertThat(deletion.scores()).isEqualTo(4);
    assertThat(deletion.filesRewritten()).isEqualTo(2);
    assertThat(deletion.keptCount()).isEqualTo(2);
    assertThat(deletion.kept())
        .extracting(JsonlReader.Problem::toString)
        .containsExactly(
            "calls.jsonl line 9: is cut off: it has no line feed, and is not valid JSON at column"
                + " 1",
            "calls-20261121T101530123Z-1.jsonl line 2: schema 9 is newer than this version reads"
                + " (1); read it with a newer llmops");
    assertThat(rotated).hasContent(strange + line(bobs));
    assertThat(live)
        .hasContent(
            line(bobsScore)
                + line(prod)
                + line(TestRecords.step(TestRecords.ref(5), bob))
                + "torn");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(rotated, live);
    }
  }

  @Test
  void filesWithoutTheUserAreNotTouched() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    Files.writeString(file, line(TestRecords.callOf("bob", 1)));
    Object before = Files.readAttributes(file, "unix:ino,lastModifiedTime");

    JsonlFiles.Deletion deletion = JsonlFiles.deleteUser(file, "ada");

    assertThat(deletion).isEqualTo(new JsonlFiles.Deletion(0, 0, 0, 0, 0, List.of()));
    assertThat((Object) Files.readAttributes(file, "unix:ino,lastModifiedTime")).isEqualTo(before);
  }

  @Test
  void aDirectoryIsOneSet() throws IOException {
    LlmCall adas = TestRecords.callOf("ada", 1);
    Files.writeString(directory.resolve("calls.jsonl"), line(adas));
    Path scores = directory.resolve("scores.jsonl");
    Files.writeString(scores, line(CallScore.of(adas.ref(), "liked").value(1.0).build()));

    JsonlFiles.Deletion deletion = JsonlFiles.deleteUser(directory, "ada");

    assertThat(deletion.calls()).isEqualTo(1);
    assertThat(deletion.scores()).isEqualTo(1);
    assertThat(scores).isEmptyFile();
  }

  @Test
  @EnabledIf("dev.llmops.sink.JsonlSinkTest#isPosix")
  void permissionsStayAndLeftoversOfACrashAreRemoved() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    Files.writeString(file, line(TestRecords.callOf("ada", 1)));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Path leftover = Files.writeString(directory.resolve("calls.jsonl.unfinished"), "someone's");

    JsonlFiles.deleteUser(file, "ada");

    assertThat(leftover).doesNotExist();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void losesNothingThatASinkWritesMeanwhile() throws Exception {
    Path file = directory.resolve("calls.jsonl");
    JsonlSink sink = JsonlSink.builder(file).maxFileBytes(20_000).maxRotatedFiles(10_000).build();
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    long[] written = new long[1];
    Thread writer =
        new Thread(
            () -> {
              while (!done.get() || written[0] < 100) {
                sink.accept(TestRecords.callOf(written[0] % 2 == 0 ? "ada" : "bob", written[0]));
                written[0]++;
                begun.countDown();
              }
            });
    writer.start();
    begun.await();

    for (int i = 0; i < 20; i++) {
      JsonlFiles.deleteUser(file, "ada");
    }
    done.set(true);
    writer.join();
    sink.close(Duration.ofSeconds(1));
    JsonlFiles.deleteUser(file, "ada");

    assertThat(sink.stats().failed()).isZero();
    List<LlmRecord> left = readAll(JsonlReader.at(file));
    assertThat(left).hasSize((int) (written[0] / 2));
    assertThat(left).allSatisfy(r -> assertThat(((LlmCall) r).userId()).isEqualTo("bob"));
  }

  @Test
  void badArgumentsAreSaid() {
    Path missing = directory.resolve("nothing.jsonl");
    assertThatThrownBy(() -> JsonlFiles.deleteUser(missing, "ada"))
        .hasMessageStartingWith("JSONL file [" + missing + "] does not exist; give the path");
    assertThatThrownBy(() -> JsonlFiles.deleteUser(missing, " "))
        .hasMessage("userId must not be blank, but was \" \"");
  }
}
