package dev.llmops.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallRef;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import dev.llmops.MessagePart;
import dev.llmops.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

class JsonlReaderTest {

  @TempDir Path directory;

  @Test
  void whatIsWrittenIsReadBackEqual() {
    Path file = directory.resolve("calls.jsonl");
    RandomRecords random = new RandomRecords(20_261_121);
    List<LlmRecord> records = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      records.add(random.next());
    }

    write(file, records);

    JsonlReader reader = JsonlReader.at(file);
    List<LlmRecord> back = readAll(reader);
    assertThat(reader.problems()).isEmpty();
    assertThat(back).hasSameSizeAs(records);
    for (int i = 0; i < records.size(); i++) {
      assertThat(back.get(i)).isEqualTo(records.get(i));
      assertThat(traces(back.get(i))).isEqualTo(traces(records.get(i))); // not part of equality
    }
  }

  @Test
  void theGeneratedRecordsHoldEveryKindOfPart() {
    RandomRecords random = new RandomRecords(1);
    Set<Class<?>> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      seen.add(random.part().getClass());
    }

    assertThat(seen).containsExactlyInAnyOrder(MessagePart.class.getPermittedSubclasses());
  }

  @Test
  void everyLineIsOneLineOfUtf8() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    RandomRecords random = new RandomRecords(2);
    List<LlmRecord> records = Stream.generate(random::next).limit(500).toList();

    write(file, records);

    List<String> lines = Files.readAllLines(file, UTF_8); // throws if it is not UTF-8
    assertThat(lines).hasSize(500).allSatisfy(line -> assertThat(line).startsWith("{\"type\":\""));
  }

  @Test
  void corruptLinesAreReportedByFileAndLineAndTheLinesAroundThemAreRead() throws IOException {
    Path file = directory.resolve("calls.jsonl");
    String good = line(TestRecords.call(1));
    String score =
        "{\"type\":\"score\",\"schema\":1,\"ref\":{\"id\":\"00000000000000000000000000000001\"},"
            + "\"name\":\"x\",\"value\":4.0}\n";
    Files.writeString(
        file,
        good
            + "{\"type\":\"call\",\"schema\":1,\"ref\":secret-prompt}\n"
            + "[1]\n"
            + "\n"
            + "{\"name\":\"x\"}\n"
            + "{\"type\":\"call\",\"schema\":2,\"everything\":\"else\"}\n"
            + "{\"type\":\"hologram\",\"schema\":1}\n"
            + "{\"type\":\"call\",\"schema\":1}\n"
            + good.replace("\"totalNanos\":1234000000", "\"totalNanos\":\"soon\"")
            + good.replace("\"origin\":\"application\"", "\"origin\":\"mars\"")
            + score
            + good.strip()
            + good
            + "\0\0\0\0\n"
            + good);
    Files.write(file, new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '\n'}, APPEND);

    JsonlReader reader = JsonlReader.at(file);
    List<LlmRecord> records = readAll(reader);

    assertThat(records).hasSize(2);
    assertThat(reader.problems())
        .extracting(JsonlReader.Problem::toString)
        .containsExactly(
            "calls.jsonl line 2: is not valid JSON at column 33",
            "calls.jsonl line 3: is not a JSON object",
            "calls.jsonl line 5: field \"type\" is missing; is it a record?",
            "calls.jsonl line 6: schema 2 is newer than this version reads (1); read it with a"
                + " newer llmops",
            "calls.jsonl line 7: type \"hologram\" is not known to this version, which knows call,"
                + " step and score",
            "calls.jsonl line 8: field \"ref\" is missing",
            "calls.jsonl line 9: field \"timing.totalNanos\" must be a whole number between 0 and"
                + " 9223372036854775807, but was another text",
            "calls.jsonl line 10: field \"origin\" must be one of [application, judge, foreign],"
                + " but was another text",
            "calls.jsonl line 11: score must be between 0.0 (worst) and 1.0 (best), but was 4.0;"
                + " scale a raw measure before scoring",
            "calls.jsonl line 12: has more than one JSON value",
            "calls.jsonl line 13: is not valid JSON at column 2",
            "calls.jsonl line 15: is not valid UTF-8");
  }

  @Test
  void aTornLastLineIsReportedAndAWholeOneWithoutLineFeedIsRead() throws IOException {
    String good = line(TestRecords.call(1));
    Path torn = directory.resolve("torn.jsonl");
    Path whole = directory.resolve("whole.jsonl");
    Files.writeString(torn, good + good.substring(0, 40));
    Files.writeString(whole, good + good.strip());

    JsonlReader reader = JsonlReader.at(torn);

    assertThat(readAll(reader)).hasSize(1);
    assertThat(reader.problems().toString())
        .contains("torn.jsonl line 2: is cut off: it has no line feed, and is not valid JSON");
    assertThat(readAll(JsonlReader.at(whole))).hasSize(2);
  }

  @Test
  void fieldsOfTheFutureAreIgnoredAndUnknownPartsKeptAsTheyStand() throws IOException {
    String part = "{\"type\":\"hologram\",\"content\":{\"depth\":[3]},\"mood\":\"é\"}";
    String line =
        line(TestRecords.call(1))
            .replace("\"schema\":1,", "\"schema\":1,\"new\":{\"deep\":[1,{}]},\"gone\":null,")
            .replace("{\"type\":\"text\",\"content\":\"question\"}", part);
    Path file = Files.writeString(directory.resolve("calls.jsonl"), line);

    LlmCall call = (LlmCall) readAll(JsonlReader.at(file)).get(0);

    MessagePart.Other other = (MessagePart.Other) call.request().messages().get(0).parts().get(0);
    assertThat(other.type()).isEqualTo("hologram");
    assertThat(other.value().text()).isEqualTo(part);
  }

  @Test
  void fieldsMayComeInAnyOrder() throws IOException {
    String line =
        "{\"weight\":2.5,\"label\":\"good\",\"name\":\"x\",\"key\":\"k\",\"schema\":1,"
            + "\"type\":\"score\"}";
    Path file = Files.writeString(directory.resolve("calls.jsonl"), line);

    assertThat(readAll(JsonlReader.at(file)))
        .containsExactly(dev.llmops.CallScore.ofKey("k", "x").label("good").weight(2.5).build());
  }

  @Test
  void aLineThatIsTooLongIsSkippedWithoutBeingHeld() throws IOException {
    String good = line(TestRecords.call(1));
    Path file =
        Files.writeString(
            directory.resolve("calls.jsonl"), good + "x".repeat(3_000_000) + "\n" + good);

    JsonlReader reader = JsonlReader.builder(file).maxLineBytes(good.length()).build();

    assertThat(readAll(reader)).hasSize(2);
    assertThat(reader.problems())
        .extracting(JsonlReader.Problem::toString)
        .containsExactly(
            "calls.jsonl line 2: is longer than is read (JsonlReader.Builder.maxLineBytes)");
  }

  @Test
  void noBytesMakeTheReaderThrow() throws IOException {
    Random random = new Random(7);
    byte[] good = line(new RandomRecords(3).call()).getBytes(UTF_8);
    Path file = directory.resolve("calls.jsonl");
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < 5_000; i++) {
        byte[] broken = good.clone();
        for (int j = random.nextInt(4); j >= 0; j--) {
          broken[random.nextInt(broken.length - 1)] = (byte) random.nextInt(256);
        }
        out.write(broken);
      }
      out.write(("[".repeat(100_000) + "\n").getBytes(UTF_8));
      out.write(("{\"a\":".repeat(100_000) + "\n").getBytes(UTF_8));
      out.write(
          line(TestRecords.call(9))
              .replace("\"attempts\"", "\"cost\"")
              .replace("\"chunks\":0}", "\"chunks\":0},\"cost\":{\"amount\":1e999999999}")
              .getBytes(UTF_8));
      out.write(good);
    }

    JsonlReader reader = JsonlReader.at(file);
    List<LlmRecord> records = readAll(reader);

    assertThat(records).isNotEmpty();
    assertThat(reader.problemCount()).isPositive();
    assertThat(reader.problems()).hasSizeLessThanOrEqualTo(1_000);
  }

  @Test
  void problemsGoToTheListenerOrIntoOneLineOfTheLog() throws IOException {
    Path file = Files.writeString(directory.resolve("calls.jsonl"), "what\nis\nthis\n");
    List<JsonlReader.Problem> told = new ArrayList<>();
    LogLines quiet = new LogLines(Level.INFO);
    LogLines log = new LogLines(Level.INFO);

    readAll(JsonlReader.builder(file).onProblem(told::add).log(quiet).build());
    readAll(JsonlReader.builder(file).log(log).build());

    assertThat(told).extracting(JsonlReader.Problem::line).containsExactly(1L, 2L, 3L);
    assertThat(quiet.lines()).isEmpty();
    assertThat(log.lines())
        .containsExactly(
            "WARN read ["
                + file
                + "] but left out 3 lines that could not be read, the first: calls.jsonl line 1:"
                + " is not valid JSON at column 1; JsonlReader.problems() lists them");
  }

  @Test
  void aMissingFileIsSaidWithWhatToDo() throws IOException {
    Path missing = directory.resolve("nothing.jsonl");
    Path empty = Files.createDirectory(directory.resolve("empty"));

    assertThatThrownBy(() -> JsonlReader.at(missing).read())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "JSONL file ["
                + missing
                + "] does not exist; give the path that JsonlSink.at(..) was given, or its"
                + " directory");
    assertThatThrownBy(() -> JsonlReader.at(empty).read())
        .hasMessage("directory [" + empty + "] has no file whose name ends in .jsonl");
    assertThatThrownBy(() -> JsonlReader.builder(missing).maxLineBytes(0))
        .hasMessage("maxLineBytes must be between 1 and 1073741824, but was 0");
  }

  @Test
  void aRotatedSetIsReadInTheOrderOfItsNumbersAndADirectoryWhole() throws IOException {
    Files.writeString(directory.resolve("calls.jsonl"), line(TestRecords.call(4)));
    // the clock was set back between them: the number counts
    Files.writeString(
        directory.resolve("calls-20261121T101530123Z-9.jsonl"), line(TestRecords.call(2)));
    Files.writeString(
        directory.resolve("calls-20251121T101530123Z-10.jsonl"), line(TestRecords.call(3)));
    Files.writeString(directory.resolve("calls-judge.jsonl"), line(TestRecords.call(1)));
    Files.writeString(directory.resolve("notes.txt"), "not a record");

    assertThat(ids(JsonlReader.at(directory.resolve("calls.jsonl")))).containsExactly(2L, 3L, 4L);
    assertThat(ids(JsonlReader.at(directory.resolve("calls-20261121T101530123Z-9.jsonl"))))
        .containsExactly(2L);
    assertThat(ids(JsonlReader.at(directory))).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
  }

  @Test
  void whatIsWrittenAfterReadBeganIsNotSeen() {
    Path file = directory.resolve("calls.jsonl");
    JsonlSink sink = JsonlSink.at(file);
    sink.accept(TestRecords.call(1));

    List<LlmRecord> seen;
    try (Stream<LlmRecord> records = JsonlReader.at(file).read()) {
      sink.accept(TestRecords.call(2));
      seen = records.toList();
    }

    assertThat(seen).hasSize(1);
    assertThat(readAll(JsonlReader.at(file))).hasSize(2);
    sink.close(Duration.ofSeconds(1));
  }

  @Test
  void theLineIsTheOneTheDocumentationShows() throws IOException {
    LlmCall call =
        TestRecords.call(
            CallRef.of("0192f0c1d2e3f4a5b6c7d8e9fa0b1c2d"),
            LlmContext.builder().user("u-7").build(),
            new Outcome.Completed(
                ((Outcome.Completed) TestRecords.completed("Hi"))
                    .response().toBuilder().outputs(List.of()).build()),
            Duration.ofMillis(1_234),
            TestRecords.usd("0.0000222"));

    assertThat(line(call))
        .isEqualTo(
            "{\"type\":\"call\",\"schema\":1,\"ref\":{\"id\":\"0192f0c1d2e3f4a5b6c7d8e9fa0b1c2d\"},"
                + "\"context\":{\"userId\":\"u-7\",\"origin\":\"application\"},"
                + "\"request\":{\"operation\":\"chat\",\"provider\":\"openai\","
                + "\"model\":\"gpt-4o-mini\",\"stream\":false,\"messages\":[{\"role\":\"user\","
                + "\"parts\":[{\"type\":\"text\",\"content\":\"question\"}]}]},"
                + "\"outcome\":{\"kind\":\"completed\",\"response\":{"
                + "\"model\":\"gpt-4o-mini-2024-07-18\",\"finishReasons\":[\"stop\"],"
                + "\"usage\":{\"inputTokens\":12,\"outputTokens\":34}}},"
                + "\"timing\":{\"start\":\"2026-11-21T10:15:30.123456789Z\","
                + "\"totalNanos\":1234000000,\"chunks\":0},"
                + "\"cost\":{\"amount\":0.0000222,\"currency\":\"USD\",\"priceId\":\"test\","
                + "\"estimated\":false},\"origin\":\"application\",\"weight\":1.0}\n");
  }

  static String line(LlmRecord record) throws IOException {
    return new String(RecordEncoder.line(record, JsonlSink.MAX_LINE_BYTES), UTF_8);
  }

  static void write(Path file, List<? extends LlmRecord> records) {
    JsonlSink sink = JsonlSink.at(file);
    records.forEach(sink::accept);
    sink.close(Duration.ofSeconds(5));
    assertThat(sink.stats().delivered()).isEqualTo(records.size());
  }

  static List<LlmRecord> readAll(JsonlReader reader) {
    try (Stream<LlmRecord> records = reader.read()) {
      return records.toList();
    }
  }

  /** The numbers that {@link TestRecords#ref} made the ids of. */
  static List<Long> ids(JsonlReader reader) {
    return readAll(reader).stream()
        .map(record -> Long.parseLong(refOf(record).id(), 16))
        .collect(Collectors.toList());
  }

  private static CallRef refOf(LlmRecord record) {
    return record instanceof LlmCall call ? call.ref() : ((LlmStep) record).ref();
  }

  private static List<String> traces(LlmRecord record) {
    List<CallRef> refs = new ArrayList<>();
    if (record instanceof LlmCall call) {
      refs.addAll(Arrays.asList(call.ref(), call.parent(), call.context().parent()));
    } else if (record instanceof LlmStep step) {
      refs.addAll(Arrays.asList(step.ref(), step.parent(), step.context().parent()));
    }
    return refs.stream()
        .map(ref -> ref == null ? "none" : ref.traceId() + "/" + ref.spanId())
        .toList();
  }
}
