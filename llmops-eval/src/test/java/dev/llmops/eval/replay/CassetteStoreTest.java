package dev.llmops.eval.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.CallInterceptor;
import dev.llmops.JsonText;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.RequestParameters;
import dev.llmops.ToolDefinition;
import dev.llmops.privacy.Redactors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CassetteStoreTest {

  private static final Supplier<String> NEVER =
      () -> {
        throw new AssertionError("the model was asked");
      };

  @TempDir Path folder;

  private final Plain plain = new Plain();
  private final AtomicInteger asked = new AtomicInteger();
  private final Supplier<String> counting = () -> "answer " + asked.incrementAndGet();

  @Test
  void theFileIsForPeopleToRead() throws IOException {
    CassetteStore store =
        CassetteStore.builder(folder)
            .mode(CassetteMode.RECORD)
            .clock(InstantSource.fixed(Instant.parse("2026-11-22T10:15:30Z")))
            .build();

    store.use(() -> plain.ask("q 1", 0, "Wie groß ist 海?", () -> "a \"b\"\n海"));

    // the hash: sha256sum of the canonical JSON below, as the keys are written down
    // {"case":"q 1","iteration":0,"operation":"chat","provider":"local","request":{"messages":[
    // {"parts":[{"content":"Wie groß ist 海?","part":"text"}],"role":"user"}],"model":"my-model"},
    // "scheme":1,"stream":false}
    Path file = folder.resolve("q_1.0." + HASH.substring(0, 16) + ".0.json");
    assertThat(store.entries()).containsExactly(file);
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            {
              "format": "cassette/1",
              "key": "1:%s",
              "case": "q 1",
              "iteration": 0,
              "occurrence": 0,
              "recorded": "2026-11-22T10:15:30Z",
              "operation": "chat",
              "provider": "local",
              "request": {
                "model": "my-model",
                "messages": [ {
                  "role": "user",
                  "parts": [ {
                    "part": "text",
                    "content": "Wie groß ist 海?"
                  } ]
                } ]
              },
              "answer": "a \\"b\\"\\n海"
            }
            """
                .formatted(HASH));
  }

  private static final String HASH =
      "9fb89684101a31c705b424c4355fd70597020c4a2e4430db9053d48c715424ae";

  @Test
  void aChunkIsALine() throws IOException {
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);

    store.use(() -> plain.stream("Hi", "a", "b"));

    assertThat(Files.readString(store.entries().get(0)))
        .endsWith("  \"chunks\": [\n    \"a\",\n    \"b\"\n  ]\n}\n");
    assertThat(CassetteStore.at(folder, CassetteMode.REPLAY).use(() -> plain.stream("Hi")))
        .containsExactly("a", "b");
  }

  @Test
  void iterationsCasesAndOccurrencesAreEntriesOfTheirOwn() {
    Supplier<List<String>> run =
        () ->
            List.of(
                plain.ask("a", 0, "Hi", counting),
                plain.ask("a", 1, "Hi", counting),
                plain.ask("b", 0, "Hi", counting),
                plain.ask("b", 0, "Hi", counting),
                plain.ask("Hi", counting));

    List<String> recorded = CassetteStore.at(folder, CassetteMode.RECORD).use(run::get);
    List<String> replayed = CassetteStore.at(folder, CassetteMode.REPLAY).use(run::get);

    assertThat(recorded)
        .containsExactly("answer 1", "answer 2", "answer 3", "answer 4", "answer 5");
    assertThat(replayed).isEqualTo(recorded);
    assertThat(asked).hasValue(5);
    assertThat(CassetteStore.at(folder).entries()).hasSize(5);
  }

  @Test
  void whatIsAskedIsTheKeyAndWhoAsksIsNot() {
    LlmRequest hi = Plain.request("Hi");
    RequestParameters warm = RequestParameters.builder().temperature(0.7).build();
    JsonText schema = JsonText.of("{}");
    List<LlmRequest> others =
        List.of(
            hi.toBuilder().model("other").build(),
            hi.toBuilder().parameters(warm).build(),
            hi.toBuilder().message(Message.assistant("Yes?")).build(),
            hi.toBuilder().messages(List.of(Message.system("Hi"))).build(),
            hi.toBuilder()
                .messages(List.of(Message.of("user", new MessagePart.Refusal("Hi"))))
                .build(),
            hi.toBuilder().systemInstructions(List.of(new MessagePart.Text("Be kind."))).build(),
            hi.toBuilder().tools(List.of(ToolDefinition.function("f", null, schema))).build(),
            hi.toBuilder().tools(List.of(ToolDefinition.function("f", "d", schema))).build(),
            LlmRequest.builder(LlmRequest.CHAT, "openai")
                .model("my-model")
                .message(Message.user("Hi"))
                .build());
    List<LlmRequest> same =
        List.of(
            hi,
            hi.toBuilder().server("127.0.0.1", 4711).build(),
            hi.toBuilder().conversationId("c").userId("u").sessionId("s").tag("run", "7").build());
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);

    for (LlmRequest each : others) {
      assertThat(store.use(() -> plain.ask(each, counting)))
          .isEqualTo("answer " + store.entries().size());
    }
    int before = store.entries().size();
    for (LlmRequest each : same) {
      assertThat(store.use(() -> plain.ask(each, counting))).isEqualTo("answer " + (before + 1));
    }

    assertThat(before).isEqualTo(others.size());
    assertThat(asked).hasValue(before + 1);
  }

  @Test
  void aMissingAnswerNamesTheCommandThatRecordsIt() {
    CassetteStore recording = CassetteStore.at(folder, CassetteMode.RECORD);
    recording.use(() -> plain.ask("q-1", 0, "old words", counting));
    CassetteStore store = CassetteStore.at(folder);

    Throwable thrown =
        catchThrowable(() -> store.use(() -> plain.ask("q-1", 0, "new secret words", NEVER)));

    assertThat(thrown).isInstanceOf(CassetteException.class);
    assertThat(thrown.getMessage().replaceAll("q-1\\.0\\.[0-9a-f]{16}", "q-1.0.HASH"))
        .isEqualTo(
            "cassette ["
                + folder
                + "] does not hold this call (chat local my-model, case q-1, iteration 0, entry"
                + " q-1.0.HASH.0.json): record it with: mvn test -Dllmops.cassette=record (1 answer"
                + " of this case and iteration is stored: the model, a parameter, a message or a"
                + " tool may have changed since)");
  }

  @Test
  void theCommandIsTheOneThatWorks() {
    Throwable byCode =
        catchThrowable(
            () -> CassetteStore.at(folder, CassetteMode.REPLAY).use(() -> plain.ask("Hi", NEVER)));
    Throwable given =
        catchThrowable(
            () ->
                CassetteStore.builder(folder)
                    .recordCommand("mvn test -Dtest=QaTest -Dllmops.cassette=record")
                    .build()
                    .use(() -> plain.ask("Hi", NEVER)));

    assertThat(byCode)
        .hasMessageEndingWith(
            "): record it with CassetteMode.RECORD in place of the REPLAY that the code gives to"
                + " CassetteStore");
    assertThat(given)
        .hasMessageEndingWith("): record it with: mvn test -Dtest=QaTest -Dllmops.cassette=record");
  }

  @Test
  void anApplicationThatHidesTheRefusalStillFails() {
    Supplier<String> hiding =
        () -> {
          try {
            return plain.ask("Hi", NEVER);
          } catch (RuntimeException e) {
            return "fallback";
          }
        };

    assertThatThrownBy(() -> CassetteStore.at(folder, CassetteMode.REPLAY).use(hiding::get))
        .isInstanceOf(CassetteException.class)
        .hasMessageContaining("does not hold this call");
  }

  @Test
  void aCallWithoutACodecOrMessagesIsRefused() {
    LlmOps ops = LlmOps.builder().build();
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);

    assertThatThrownBy(
            () ->
                store.use(() -> ops.call(Plain.request("Hi"), counting::get, LlmResponse::ofText)))
        .isInstanceOf(CassetteException.class)
        .hasMessageContaining("its client has no CallCodec to bring an answer back");
    assertThatThrownBy(
            () ->
                store.use(
                    () ->
                        ops.call(
                            LlmRequest.chat("local", "my-model"), counting::get, Plain.READER)))
        .isInstanceOf(CassetteException.class)
        .hasMessage(
            "cassette ["
                + folder
                + "] cannot tell apart this call (chat local my-model): its request has no"
                + " messages; give them to LlmRequest.builder(..).message(..)");
    assertThat(asked).hasValue(0);
  }

  @Test
  void recordAsksForWhatIsMissingOnly() {
    CassetteStore first = CassetteStore.at(folder, CassetteMode.RECORD);
    first.use(() -> plain.ask("one", counting));

    try (CassetteSession session = CassetteStore.at(folder, CassetteMode.RECORD).open()) {
      assertThat(plain.ask("one", NEVER)).isEqualTo("answer 1");
      assertThat(plain.ask("two", counting)).isEqualTo("answer 2");
      assertThat(session.replayed()).isEqualTo(1);
      assertThat(session.recorded()).isEqualTo(1);
    }
  }

  @Test
  void refreshAsksAgainForWhatIsOldOrUnreadable() throws IOException {
    Instant now = Instant.parse("2026-11-22T10:00:00Z");
    AtomicReference<Instant> time = new AtomicReference<>(now.minus(Duration.ofDays(10)));
    CassetteStore.Builder builder =
        CassetteStore.builder(folder)
            .clock(time::get)
            .staleAfter(Duration.ofDays(7))
            .mode(CassetteMode.RECORD);
    builder.build().use(() -> plain.ask("old", counting));
    time.set(now.minus(Duration.ofDays(5)));
    builder.build().use(() -> plain.ask("young", counting));
    builder.build().use(() -> plain.ask("broken", counting));
    CassetteStore all = builder.build();
    for (Path file : all.entries()) {
      if (Files.readString(file).contains("broken")) {
        Files.writeString(file, "<<<<<<< HEAD\n");
      }
    }
    time.set(now);
    CassetteStore refreshing = builder.mode(CassetteMode.REFRESH).build();

    try (CassetteSession session = refreshing.open()) {
      assertThat(plain.ask("old", counting)).isEqualTo("answer 4");
      assertThat(plain.ask("young", NEVER)).isEqualTo("answer 2");
      assertThat(plain.ask("broken", counting)).isEqualTo("answer 5");
      assertThat(session.recorded()).isEqualTo(2);
    }
    assertThat(refreshing.use(() -> plain.ask("old", NEVER))).isEqualTo("answer 4");
    assertThat(refreshing.entries()).hasSize(3);
  }

  @Test
  void aRefreshThatFailsKeepsWhatWasThere() {
    CassetteStore.at(folder, CassetteMode.RECORD).use(() -> plain.ask("Hi", counting));
    CassetteStore refreshing =
        CassetteStore.builder(folder)
            .mode(CassetteMode.REFRESH)
            .clock(() -> Instant.now().plusSeconds(60))
            .build();

    assertThatThrownBy(
            () ->
                refreshing.use(
                    () ->
                        plain.ask(
                            "Hi",
                            () -> {
                              throw new IllegalStateException("503");
                            })))
        .hasMessage("503");

    assertThat(refreshing.unused()).isEmpty();
    assertThat(CassetteStore.at(folder, CassetteMode.REPLAY).use(() -> plain.ask("Hi", NEVER)))
        .isEqualTo("answer 1");
  }

  @Test
  void offLeavesEverythingAloneAlsoInsideOfAnother() {
    CassetteStore outer = CassetteStore.at(folder, CassetteMode.REPLAY);
    CassetteStore off = CassetteStore.at(folder, CassetteMode.OFF);

    String answer = outer.use(() -> off.use(() -> plain.ask("Hi", counting)));

    assertThat(answer).isEqualTo("answer 1");
    assertThat(off.entries()).isEmpty();
    assertThat(off.interceptor().needsContent()).isFalse();
  }

  @Test
  void aBoundInterceptorNeedsNoSession() {
    Supplier<LlmOps> app =
        () ->
            LlmOps.builder()
                .interceptor(CassetteStore.at(folder, CassetteMode.RECORD).interceptor())
                .build();
    for (int run = 0; run < 2; run++) {
      LlmOps ops = app.get();
      assertThat(ops.call(Plain.request("Hi"), counting::get, Plain.READER)).isEqualTo("answer 1");
      assertThat(ops.call(Plain.request("Hi"), counting::get, Plain.READER)).isEqualTo("answer 2");
    }
  }

  @Test
  void aWrappedExecutorCarriesTheCassette() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);
    try (CassetteSession session = store.open()) {
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String question = "q" + i;
        all.add(pool.submit(LlmContext.current().wrap(() -> plain.ask(question, () -> question))));
      }
      for (Future<String> each : all) {
        assertThat(each.get()).startsWith("q");
      }
      assertThat(session.recorded()).isEqualTo(20);
    } finally {
      pool.shutdownNow();
    }
    assertThat(plain.ask("outside", counting)).isEqualTo("answer 1");
    assertThat(store.entries()).hasSize(20);
  }

  @Test
  void equalCallsAtTheSameTimeGetTheAnswersThatWereStored() throws Exception {
    CassetteStore.at(folder, CassetteMode.RECORD)
        .use(
            () -> {
              for (int i = 0; i < 50; i++) {
                String unused = plain.ask("Hi", counting);
              }
              return "";
            });
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<String> answers = new ArrayList<>();
    try (CassetteSession session = CassetteStore.at(folder, CassetteMode.REPLAY).open()) {
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        all.add(pool.submit(LlmContext.current().wrap(() -> plain.ask("Hi", NEVER))));
      }
      for (Future<String> each : all) {
        answers.add(each.get());
      }
      session.verify();
    } finally {
      pool.shutdownNow();
    }
    assertThat(answers).doesNotHaveDuplicates().hasSize(50);
  }

  @Test
  void unusedEntriesAreListedAndRemoved() {
    CassetteStore recording = CassetteStore.at(folder, CassetteMode.RECORD);
    recording.use(() -> plain.ask("kept", counting) + plain.ask("gone", counting));
    CassetteStore store = CassetteStore.at(folder, CassetteMode.REPLAY);

    assertThatIllegalStateException()
        .isThrownBy(store::removeUnused)
        .withMessage(
            "cassette ["
                + folder
                + "] was not used by any call, so all of it would be removed; run everything that"
                + " uses it first, or delete the folder");
    String unused = store.use(() -> plain.ask("kept", NEVER));

    List<Path> removed = store.removeUnused();

    assertThat(removed).hasSize(1);
    assertThat(store.unused()).isEmpty();
    assertThat(store.use(() -> plain.ask("kept", NEVER))).isEqualTo("answer 1");
    assertThat(store.entries()).hasSize(1);
  }

  @Test
  void secretsAreTakenOutBeforeWritingAndTheKeyStays() throws IOException {
    String key = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4";
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);

    store.use(() -> plain.ask("My key is " + key, () -> "You said " + key));
    store.use(() -> plain.ask("My key is " + key + "!", () -> "password=hunter2hunter"));

    for (Path file : store.entries()) {
      assertThat(Files.readString(file)).doesNotContain(key, "hunter2").contains("[SECRET]");
    }
    CassetteStore replaying = CassetteStore.at(folder, CassetteMode.REPLAY);
    assertThat(replaying.use(() -> plain.ask("My key is " + key, NEVER)))
        .isEqualTo("You said [SECRET]");
    // another secret is another question, though both are written alike
    assertThatThrownBy(
            () -> replaying.use(() -> plain.ask("My key is " + key.replace('a', 'z'), NEVER)))
        .isInstanceOf(CassetteException.class);
  }

  @Test
  void aSecretThatIsSpreadOverChunksIsTakenOut() throws IOException {
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);

    store.use(
        () ->
            plain.stream("Hi", "key: ", "sk-pro", "j-a1B2c3D4e5", "F6g7H8i9J0k1L2m3N4", " .", "!"));

    assertThat(Files.readString(store.entries().get(0))).doesNotContain("a1B2c3", "F6g7H8");
    List<String> replayed =
        CassetteStore.at(folder, CassetteMode.REPLAY).use(() -> plain.stream("Hi"));
    assertThat(String.join("", replayed)).isEqualTo("key: [SECRET] .!");
    assertThat(replayed).hasSize(6);
  }

  @Test
  void aRedactorOfYourOwnIsUsedAndOneThatThrowsStoresNothing() throws IOException {
    CassetteStore own =
        CassetteStore.builder(folder.resolve("own"))
            .mode(CassetteMode.RECORD)
            .redactor(Redactors.literal("Ada", "NAME"))
            .build();
    CassetteStore broken =
        CassetteStore.builder(folder.resolve("broken"))
            .mode(CassetteMode.RECORD)
            .redactor(
                text -> {
                  throw new IllegalStateException("quotes " + text);
                })
            .build();

    own.use(() -> plain.ask("I am Ada", () -> "Hello Ada"));
    try (CassetteSession session = broken.open()) {
      assertThat(plain.ask("I am Ada", () -> "Hello Ada")).isEqualTo("Hello Ada");
      assertThat(session.notStored()).isEqualTo(1);
      assertThat(session.problems().get(0))
          .endsWith("the redactor failed with java.lang.IllegalStateException")
          .doesNotContain("Ada");
    }

    assertThat(Files.readString(own.entries().get(0))).doesNotContain("Ada").contains("[NAME]");
    assertThat(broken.entries()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/passwd",
        "/etc/passwd",
        "con",
        "a/b\\c:d*?",
        "",
        "海海",
        ".hidden",
        "x\0y\n",
        "\uD800 half"
      })
  void aCaseMayBeCalledAnything(String caseId) throws IOException {
    CassetteStore store = CassetteStore.at(folder.resolve("in"), CassetteMode.RECORD);

    String recorded = store.use(() -> plain.ask(caseId, 0, "Hi \uDC00", () -> "half \uD800 a"));

    assertThat(recorded).isEqualTo("half \uD800 a");
    assertThat(store.entries()).hasSize(1);
    assertThat(store.entries().get(0)).hasParent(folder.resolve("in"));
    assertThat(
            CassetteStore.at(folder.resolve("in"), CassetteMode.REPLAY)
                .use(() -> plain.ask(caseId, 0, "Hi \uDC00", NEVER)))
        .isEqualTo(recorded);
    try (var all = Files.list(folder)) {
      assertThat(all).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/etc", "a/../b", "", "a//b", "a\\b", ".git", "C:x", "a\0b", "海"})
  void aCassettesNameMustNotLeaveItsRoot(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CassetteStore.folder(folder, name))
        .withMessageStartingWith(
            "name of a cassette must be names of ASCII letters, digits, _, - and . divided by /");
    assertThat(CassetteStore.folder(folder, "qa/v1.2"))
        .isEqualTo(folder.resolve("qa").resolve("v1.2"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, REPLAY",
        "record, -, RECORD",
        "-, refresh, REFRESH",
        "' Off ', record, OFF",
        "'', record, RECORD",
        "'', '', REPLAY"
      })
  void theModeIsConfigured(String property, String variable, CassetteMode mode) {
    assertThat(CassetteMode.configured(property, variable)).isEqualTo(mode);
  }

  @Test
  void aModeThatDoesNotExistIsAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CassetteMode.configured("rec", "record"))
        .withMessage("llmops.cassette must be replay, record, refresh or off, but was \"rec\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CassetteMode.configured(null, "all"))
        .withMessage("LLMOPS_CASSETTE must be replay, record, refresh or off, but was \"all\"");
  }

  @Test
  void hostileFilesAreRefusedWithTheirLine() throws IOException {
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);
    store.use(() -> plain.ask("Hi", counting));
    Path file = store.entries().get(0);
    String good = Files.readString(file);
    String[] lines = good.split("\n");

    assertRefused(file, "", 1, "is empty");
    assertRefused(file, "[]", 1, "must start with {");
    assertRefused(file, "{\n  \"key\": 1\n}", 2, "must start with the field \"format\"");
    assertRefused(
        file,
        good.substring(0, good.length() - 20),
        lines.length - 1,
        "ends too early: it was cut off");
    assertRefused(
        file,
        good.replace(
            lines[2], "<<<<<<< HEAD\n" + lines[2] + "\n=======\n" + lines[2] + "\n>>>>>>> theirs"),
        3,
        "has the marks of a merge conflict");
    assertRefused(
        file,
        good.replace("cassette/1", "cassette/2"),
        2,
        "field \"format\" must be cassette/1, but was cassette/2, which another version of llmops"
            + " wrote");
    assertRefused(
        file,
        good.replace("cassette/1", "sk-1"),
        2,
        "field \"format\" must be cassette/1, but was another");
    assertRefused(
        file,
        good.replaceFirst("\"recorded\": \".*\"", "\"recorded\": \"yesterday\""),
        5,
        "field \"recorded\" must be a time such as 2026-11-22T10:15:30Z, in UTC");
    assertRefused(
        file,
        good.replaceFirst("1:[0-9a-f]{8}", "1:00000000"),
        1,
        "field \"key\" is not that of the call which the file is named after");
    assertRefused(
        file,
        good.replace("  \"answer\":", "  \"anser\":"),
        lines.length,
        "field \"answer\" or \"chunks\" is missing");
    assertRefused(
        file, good.replace("\"answer 1\"", "answer 1"), lines.length - 1, "is not valid JSON");
    assertRefused(
        file,
        good.replace("  \"answer\":", "  \"chunks\": [],\n  \"answer\":"),
        lines.length,
        "must hold one answer, but holds two");
    assertRefused(
        file,
        good.replace("\"answer\": \"answer 1\"", "\"chunks\": []"),
        1,
        "must hold an \"answer\", as the call is not streamed");
    assertRefused(
        file,
        good.replace("\"answer\": \"answer 1\"", "\"chunks\": 7"),
        lines.length - 1,
        "field \"chunks\" must be a list");
    assertRefused(file, good + "{}", lines.length + 1, "goes on after its end");
    assertRefused(
        file,
        good.replace("  \"key\"", "  \"format\": \"cassette/1\",\n  \"key\""),
        3,
        "is not valid JSON");

    Files.writeString(file, good);
    assertThat(CassetteStore.at(folder, CassetteMode.REPLAY).use(() -> plain.ask("Hi", NEVER)))
        .isEqualTo("answer 1");
  }

  @Test
  void aFileOfAHundredMegabytesOrALinkIsNotRead() throws IOException {
    CassetteStore store = CassetteStore.at(folder.resolve("in"), CassetteMode.RECORD);
    store.use(() -> plain.ask("Hi", counting));
    Path file = store.entries().get(0);
    Path elsewhere = Files.move(file, folder.resolve("elsewhere.json"));
    try (var large =
        Files.newByteChannel(
            file,
            java.nio.file.StandardOpenOption.CREATE_NEW,
            java.nio.file.StandardOpenOption.WRITE,
            java.nio.file.StandardOpenOption.SPARSE)) {
      large.position(100L * 1024 * 1024 - 1);
      int unused = large.write(java.nio.ByteBuffer.wrap(new byte[] {'\n'}));
    }

    assertThatThrownBy(
            () ->
                CassetteStore.at(store.folder(), CassetteMode.REPLAY)
                    .use(() -> plain.ask("Hi", NEVER)))
        .isInstanceOf(CassetteException.class)
        .hasMessage(
            "cassette entry ["
                + file
                + "] line 1: must be at most 33554432 bytes, but is 104857600; restore the file, or"
                + " delete it and record it again");
    Files.delete(file);
    Files.createSymbolicLink(file, elsewhere);
    assertThatThrownBy(
            () ->
                CassetteStore.at(store.folder(), CassetteMode.REPLAY)
                    .use(() -> plain.ask("Hi", NEVER)))
        .isInstanceOf(CassetteException.class)
        .hasMessageContaining("line 1: is a symbolic link, which is not followed; restore");
  }

  @Test
  void editingAnAnswerByHandIsAllowed() throws IOException {
    CassetteStore store = CassetteStore.at(folder, CassetteMode.RECORD);
    store.use(() -> plain.ask("Hi", counting));
    Path file = store.entries().get(0);
    Files.writeString(
        file,
        Files.readString(file)
            .replace("\"answer 1\"", "\"edited\",\r\n  \"comment\": [1, 2]")
            .replace("\n", "\r\n"));

    assertThat(CassetteStore.at(folder, CassetteMode.REPLAY).use(() -> plain.ask("Hi", NEVER)))
        .isEqualTo("edited");
  }

  @Test
  void aFailureOfItsOwnNeverLetsACallPass() {
    CallInterceptor interceptor = CassetteStore.at(folder, CassetteMode.REPLAY).interceptor();
    LlmOps ops =
        LlmOps.builder()
            .interceptor(
                attempt ->
                    interceptor.before(
                        new CallInterceptor.Attempt() {
                          @Override
                          public LlmRequest request() {
                            return attempt.request();
                          }

                          @Override
                          public LlmContext context() {
                            throw new StackOverflowError();
                          }

                          @Override
                          public boolean replayable() {
                            return true;
                          }
                        }))
            .build();

    assertThatThrownBy(() -> ops.call(Plain.request("Hi"), NEVER::get, Plain.READER))
        .isInstanceOf(CassetteException.class)
        .hasMessageEndingWith("it failed with java.lang.StackOverflowError");
  }

  private void assertRefused(Path file, String content, int line, String what) throws IOException {
    Files.writeString(file, content);
    assertThatThrownBy(
            () -> CassetteStore.at(folder, CassetteMode.REPLAY).use(() -> plain.ask("Hi", NEVER)))
        .isInstanceOf(CassetteException.class)
        .hasMessage(
            "cassette entry ["
                + file
                + "] line "
                + line
                + ": "
                + what
                + "; restore the file, or delete it and record it again");
    assertThatThrownBy(
            () -> CassetteStore.at(folder, CassetteMode.RECORD).use(() -> plain.ask("Hi", NEVER)))
        .as("what somebody must look at is not overwritten")
        .isInstanceOf(CassetteException.class);
  }
}
