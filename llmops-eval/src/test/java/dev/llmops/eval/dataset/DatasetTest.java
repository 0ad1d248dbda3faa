package dev.llmops.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {

  @TempDir Path dir;

  private static final EvalCase WHOLE =
      EvalCase.builder()
          .id("return-1")
          .tag("returns")
          .tag("hard")
          .input("May I return it?")
          .messages(List.of(Message.system("Be kind."), Message.user("May I return it?")))
          .references(List.of("Yes, within 30 days.", "Within 30 days."))
          .document("policy", "Returns within 30 days.")
          .document(null, "Keep the box.")
          .retrievedIds(List.of("policy", "hours"))
          .relevantIds(Map.of("policy", 2.0, "terms", 0.5))
          .expectedToolCalls(List.of(new ToolCall("find", JsonText.of("{\"sku\":7}"))))
          .output("Yes.")
          .sample("Of course.")
          .variant("Can I return it?", "Sure.")
          .toolCalls(List.of())
          .metadata("source", "mail")
          .metadata("year", "2026")
          .metadata("checked", "true")
          .build();

  @Test
  void jsonlIsReadWithEveryField() throws IOException {
    Path file =
        write(
            "qa.jsonl",
            """
            {"id": "return-1", "tags": ["returns", "hard"], "input": "May I return it?", "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": [{"type": "text", "content": "May I return it?"}]}], "references": ["Yes, within 30 days.", "Within 30 days."], "context": [{"id": "policy", "text": "Returns within 30 days."}, "Keep the box."], "retrieved_ids": ["policy", "hours"], "relevant_ids": {"policy": 2, "terms": 0.5}, "expected_tool_calls": [{"name": "find", "arguments": {"sku": 7}}], "output": "Yes.", "samples": "Of course.", "variants": [{"input": "Can I return it?", "output": "Sure."}], "tool_calls": [], "metadata": {"source": "mail", "year": 2026, "checked": true, "none": null}}
            """);

    Dataset dataset = Dataset.read(file);

    assertThat(dataset.cases()).containsExactly(WHOLE);
    assertThat(dataset.name()).isEqualTo("qa");
    assertThat(dataset.source()).isEqualTo(file.toString());
    assertThat(dataset.place("return-1")).isEqualTo(file + ":1");
  }

  @Test
  void jsonIsReadAsAListOrWithinAnObject() throws IOException {
    String list = "[\n{\"id\": 1, \"input\": \"a\"},\n {\"id\": 2, \"input\": \"b\"}]";
    Dataset bare = Dataset.read(write("list.json", list));
    Dataset wrapped = Dataset.read(write("object.json", "{\"cases\": " + list + "}\n"));

    assertThat(bare.cases()).containsExactly(asking("1", "a"), asking("2", "b"));
    assertThat(wrapped.cases()).isEqualTo(bare.cases());
    assertThat(bare.place("2")).endsWith("list.json:3");
  }

  @Test
  void csvIsReadWithQuotesBlankLinesAndAByteOrderMark() throws IOException {
    Path file =
        write(
            "qa.csv",
            "\uFEFFid,input,references,tags,context,relevant_ids,tool_calls,output,metadata.source\r\n"
                + "1,\"one, \"\"two\"\"\r\nthree\",42,\"[\"\"a\"\",\"\"b\"\"]\",\"[{\"\"id\"\":\"\"d\"\",\"\"text\"\":\"\"t\"\"}]\","
                + "\"{\"\"d\"\":2}\",\"[{\"\"name\"\":\"\"f\"\"}]\",\"\",mail\r\n"
                + "\r\n"
                + "2,four,,a,plain,d,,,\n");

    Dataset dataset = Dataset.read(file);

    assertThat(dataset.cases())
        .containsExactly(
            EvalCase.builder()
                .id("1")
                .input("one, \"two\"\r\nthree")
                .references(List.of("42"))
                .tag("a")
                .tag("b")
                .document("d", "t")
                .relevantIds(Map.of("d", 2.0))
                .toolCalls(List.of(new ToolCall("f", null)))
                .output("")
                .metadata("source", "mail")
                .build(),
            EvalCase.builder()
                .id("2")
                .input("four")
                .tag("a")
                .document(null, "plain")
                .relevantIds(List.of("d"))
                .build());
    assertThat(dataset.place("2")).endsWith("qa.csv:5");
  }

  @Test
  void yamlIsReadWithTextsThatOnlyLookLikeSomethingElse() throws IOException {
    Path file =
        write(
            "qa.yaml",
            """
            # a comment
            cases:
              - id: 7
                input: |
                  Which of these?
                  - one
                references: [no, 1_000, 0x1F, 2024-01-01]
                context: &policy
                  - id: d
                    text: Returns within 30 days.
              - input: Another
                context: *policy
                metadata: {hard: true, weight: 1.5}
            """);

    List<EvalCase> cases = Dataset.read(file).cases();

    assertThat(cases.get(0))
        .isEqualTo(
            EvalCase.builder()
                .id("7")
                .input("Which of these?\n- one\n")
                .references(List.of("no", "1_000", "0x1F", "2024-01-01"))
                .document("d", "Returns within 30 days.")
                .build());
    assertThat(cases.get(1).context()).isEqualTo(cases.get(0).context());
    assertThat(cases.get(1).metadata()).isEqualTo(Map.of("hard", "true", "weight", "1.5"));
  }

  @Test
  void aDirectoryIsReadWholeInTheOrderOfItsPaths() throws IOException {
    write("evals/b.jsonl", "{\"id\": \"b\", \"input\": \"x\"}\n");
    write("evals/a/z.json", "[{\"id\": \"z\", \"input\": \"x\"}]");
    write("evals/README.md", "what this is");
    write("evals/.cache/old.jsonl", "not read");

    Dataset dataset = Dataset.read(dir.resolve("evals"));

    assertThat(dataset.name()).isEqualTo("evals");
    assertThat(dataset.cases()).extracting(EvalCase::id).containsExactly("z", "b");
    assertThat(dataset.place("z")).isEqualTo(dir.resolve("evals") + "/a/z.json:1");
  }

  @Test
  void aFileThatIsNoDatasetIsNotLeftOutOfADirectory() throws IOException {
    write("evals/a.jsonl", "");
    write("evals/b.jsnol", "");

    assertThatThrownBy(() -> Dataset.read(dir.resolve("evals")))
        .hasMessage(
            "dataset [%1$s/b.jsnol] has a problem: %1$s/b.jsnol: file name must end in .jsonl,"
                + " .json, .csv, .yaml or .yml",
            dir.resolve("evals"));
  }

  @Test
  void theClasspathIsLookedAtFirstUnlessTheLocationSaysOtherwise() throws Exception {
    write("classes/qa.jsonl", "{\"id\": \"of the classpath\", \"input\": \"x\"}");
    Path file = write("qa.jsonl", "{\"id\": \"of the file system\", \"input\": \"x\"}");
    Path jar = dir.resolve("lib.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("evals/jar.jsonl"));
      out.write("{\"id\": \"of a jar\", \"input\": \"x\"}".getBytes(StandardCharsets.UTF_8));
    }
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    URL[] path = {dir.resolve("classes").toUri().toURL(), jar.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path, before)) {
      Thread.currentThread().setContextClassLoader(loader);

      assertThat(Dataset.load("qa.jsonl").cases().get(0).id()).isEqualTo("of the classpath");
      assertThat(Dataset.load("classpath:/qa.jsonl").source()).isEqualTo("classpath:/qa.jsonl");
      assertThat(Dataset.load("evals/jar.jsonl").name()).isEqualTo("jar");
      assertThat(Dataset.load("evals/jar.jsonl").place("of a jar")).isEqualTo("evals/jar.jsonl:1");
      assertThat(Dataset.load("file:" + file).cases().get(0).id()).isEqualTo("of the file system");
      assertThat(Dataset.load(file.toUri().toString()).size()).isEqualTo(1);
      assertThat(Dataset.load(file.toString()).size()).isEqualTo(1);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void aMissingDatasetSaysWhereItWasLookedFor() {
    assertThatThrownBy(() -> Dataset.load("no/such.jsonl"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "dataset [no/such.jsonl] is neither on the classpath nor a file (looked for %s)",
            Path.of("no/such.jsonl").toAbsolutePath());
    assertThatThrownBy(() -> Dataset.load("classpath:no.jsonl"))
        .hasMessage("dataset [classpath:no.jsonl] is not on the classpath");
    assertThatThrownBy(() -> Dataset.read(Path.of("no.jsonl")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("dataset [no.jsonl] does not exist");
  }

  @Test
  void anIdFollowsTheQuestionNotTheRow() {
    EvalCase question = EvalCase.builder().input("What is it?").build();
    EvalCase answered = question.toBuilder().references(List.of("A cat.")).build();
    EvalCase other = EvalCase.builder().input("Where is it?").build();

    Dataset before = Dataset.of("qa", List.of(question, other));
    Dataset after = Dataset.of("qa", List.of(other, answered));

    assertThat(before.cases().get(0).id()).matches("[0-9a-f]{16}");
    assertThat(after.cases().get(1).id()).isEqualTo(before.cases().get(0).id());
    assertThat(after.cases().get(0).id()).isEqualTo(before.cases().get(1).id());
  }

  @Test
  void idOfAHostileTextTakesNoLongerThanOfAnother() {
    // of each of these, the JDK alone makes minutes' work
    String sigmas = "Σ".repeat(400_000);
    String marks = "a" + "\u0301\u0316".repeat(200_000);

    Set<String> ids =
        assertTimeoutPreemptively(
            Duration.ofSeconds(30),
            () ->
                ids(
                    Dataset.of(
                        "hostile",
                        List.of(
                            EvalCase.builder().input(sigmas).build(),
                            EvalCase.builder().input(marks).build()))));

    assertThat(ids).hasSize(2);
  }

  @Test
  void casesThatAskTheSameAreToldApartByTheRestWhereverTheyStand() {
    EvalCase one = EvalCase.builder().input("Say a number").references(List.of("1")).build();
    EvalCase two = EvalCase.builder().input("Say a number").references(List.of("2")).build();

    Dataset forth = Dataset.of("qa", List.of(one, two, two));
    Dataset back = Dataset.of("qa", List.of(two, one, two));

    assertThat(ids(forth)).hasSize(3).allMatch(id -> id.matches("[0-9a-f]{16}-[0-9a-f]{8}(-2)?"));
    assertThat(ids(back)).isEqualTo(ids(forth));
    assertThat(back.cases().get(1).id()).isEqualTo(forth.cases().get(0).id());
  }

  @Test
  void anIdOfTheFileThatLooksDerivedIsNotGivenTwice() {
    EvalCase named =
        Dataset.of("qa", List.of(EvalCase.builder().input("a").build())).cases().get(0);

    Dataset grown = Dataset.of("qa", List.of(named, EvalCase.builder().input("a").build()));

    assertThat(ids(grown)).hasSize(2).contains(named.id());
  }

  @Test
  void theVersionIsThatOfTheContentWhateverOrderFormatAndLayout() throws IOException {
    Dataset lines =
        Dataset.read(
            write(
                "a.jsonl",
                """
                {"id":"1","input":"a","metadata":{"x":"1","y":"2"},"relevant_ids":{"p":1,"q":1}}
                {"id":"2","input":"b","tags":["t","u"]}
                """));
    Dataset yaml =
        Dataset.read(
            write(
                "b.yml",
                """
                - {tags: [u, t], input: b, id: 2}
                - metadata: {y: 2, x: 1}
                  relevant_ids: [q, p]
                  input: "a"
                  id: 1
                """));

    assertThat(lines.version()).matches("[0-9a-f]{64}").isEqualTo(yaml.version());
    assertThat(lines.filter(each -> "1".equals(each.id())).version()).isNotEqualTo(lines.version());
    assertThat(lines.map(each -> each.toBuilder().metadata("z", "3").build()).version())
        .isNotEqualTo(lines.version());
  }

  @Test
  void theVersionIsTheHashThatTheDocsSay() throws Exception {
    Dataset dataset = Dataset.of("qa", List.of(asking("1", "a"), asking("2", "b")));
    var sha = java.security.MessageDigest.getInstance("SHA-256");
    byte[] first = sha.digest("{\"id\":\"1\",\"input\":\"a\"}".getBytes(StandardCharsets.UTF_8));
    byte[] second = sha.digest("{\"id\":\"2\",\"input\":\"b\"}".getBytes(StandardCharsets.UTF_8));
    boolean inOrder = java.util.Arrays.compareUnsigned(first, second) < 0;
    sha.update(inOrder ? first : second);
    sha.update(inOrder ? second : first);

    assertThat(dataset.version()).isEqualTo(java.util.HexFormat.of().formatHex(sha.digest()));
  }

  @Test
  void slicesAreByTagOrMetadata() {
    Dataset dataset =
        Dataset.of(
            "qa",
            List.of(
                asking("1", "a").toBuilder().tag("hard").metadata("team", "x").build(),
                asking("2", "b").toBuilder().tag("hard").metadata("team", "y").build(),
                asking("3", "c")));

    assertThat(ids(dataset.tagged("hard"))).containsExactlyInAnyOrder("1", "2");
    assertThat(ids(dataset.slice("team", "y"))).containsExactly("2");
    assertThat(dataset.tagged("soft").size()).isZero();
    assertThat(dataset.toString()).isEqualTo("Dataset[qa, 3 cases, memory]");
  }

  @Test
  void aSampleHardlyChangesWhenTheDatasetDoes() {
    Dataset dataset = numbered(1_000);
    Set<String> sample = ids(dataset.sample(100, 7));

    List<EvalCase> moved = new ArrayList<>(dataset.cases());
    Collections.reverse(moved);
    moved.add(asking("new", "new"));
    Set<String> grown = ids(Dataset.of("qa", moved).sample(100, 7));

    assertThat(sample).hasSize(100);
    assertThat(ids(dataset.sample(100, 7))).isEqualTo(sample);
    assertThat(ids(dataset.sample(100, 8))).isNotEqualTo(sample);
    grown.removeAll(sample);
    assertThat(grown).hasSizeLessThanOrEqualTo(1);
    assertThat(dataset.sample(2_000, 7)).isEqualTo(dataset);
    assertThat(dataset.sample(0, 7).size()).isZero();
    assertThatThrownBy(() -> dataset.sample(-1, 7))
        .hasMessage("n must not be negative, but was -1");
  }

  @Test
  void aSplitKeepsEachCaseWhereItWas() {
    Dataset dataset = numbered(10_000);

    List<Dataset> parts = dataset.split(3, 0.2, 0.8);
    List<Dataset> less = dataset.filter(each -> !each.id().endsWith("7")).split(3, 0.2, 0.8);

    // binomial of 10,000 and 0.2: 2,000 with a deviation of 40; five of them
    assertThat(parts.get(0).size()).isBetween(1_800, 2_200);
    assertThat(parts.get(0).size() + parts.get(1).size()).isEqualTo(10_000);
    assertThat(ids(parts.get(0))).doesNotContainAnyElementsOf(ids(parts.get(1)));
    assertThat(ids(parts.get(0))).containsAll(ids(less.get(0)));
    assertThat(ids(parts.get(1))).containsAll(ids(less.get(1)));
    assertThatThrownBy(() -> dataset.split(3, 0.5, 0.6))
        .hasMessage("fractions must add up to 1, but were 1.1");
    assertThatThrownBy(() -> dataset.split(3, 1.5, -0.5))
        .hasMessage("fractions must be above 0, but one was -0.5");
    assertThatThrownBy(() -> dataset.split(3))
        .hasMessage("fractions must add up to 1, but were 0.0");
  }

  @Test
  void copiesAreLeftOutExactlyOrByTheirQuestion() {
    EvalCase first = asking("1", "What is 2+2?").toBuilder().references(List.of("4")).build();
    Dataset dataset =
        Dataset.of(
            "qa",
            List.of(
                first,
                first.toBuilder().id("copy").build(),
                asking("shouted", "WHAT IS  2+2"),
                asking("other", "What is 2-2?"),
                asking("wide", "Ｗhat is 2+2？")));

    assertThat(ids(dataset.distinct())).containsExactlyInAnyOrder("1", "shouted", "other", "wide");
    assertThat(ids(dataset.distinctInputs())).containsExactlyInAnyOrder("1", "other");
  }

  @Test
  void datasetsAreJoinedUnlessTheyShareIds() {
    Dataset one = Dataset.of("one", List.of(asking("1", "a")));
    Dataset two = Dataset.of("two", List.of(asking("2", "b")));

    assertThat(one.concat(two))
        .isEqualTo(Dataset.of("one", List.of(asking("1", "a"), asking("2", "b"))));
    assertThatThrownBy(() -> one.concat(one))
        .isInstanceOf(DatasetException.class)
        .hasMessage("dataset [one] has a problem: one: id \"1\" occurs twice");
    assertThatThrownBy(() -> one.concat(two).map(each -> each.toBuilder().id("x").build()))
        .hasMessage("dataset [one] has a problem: one: id \"x\" occurs twice");
  }

  @Test
  void aStreamGivesTheSameCases() throws IOException {
    Path file =
        write(
            "qa.jsonl", "{\"input\": \"a\"}\n\n{\"id\": \"x\", \"input\": \"b\"}\n{\"inptu\": 1}");

    List<EvalCase> seen = new ArrayList<>();
    assertThatThrownBy(() -> Dataset.stream(file).forEach(seen::add))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(
            "qa.jsonl:4:11: field \"inptu\" is not known; did you mean \"input\"?");

    Files.writeString(file, "{\"input\": \"a\"}\n\n{\"id\": \"x\", \"input\": \"b\"}");
    assertThat(seen).isEqualTo(Dataset.read(file).cases());
    assertThat(Dataset.stream(file).limit(1).toList()).isEqualTo(seen.subList(0, 1));
  }

  @Test
  void theExamplesOfTheDocsAreRead() throws IOException {
    String page = Files.readString(Path.of("../docs/datasets.md"));
    Map<String, String> starts =
        Map.of("qa.jsonl", "```\n{\"id\"", "qa.csv", "```\nid,", "qa.yaml", "```\n- id");

    for (Map.Entry<String, String> each : starts.entrySet()) {
      int from = page.indexOf(each.getValue()) + 4;
      String example = page.substring(from, page.indexOf("```", from));

      List<EvalCase> cases = Dataset.read(write(each.getKey(), example)).cases();

      assertThat(cases).as(each.getKey()).hasSize(2);
      assertThat(cases.get(0).references()).containsExactly("Yes, within 30 days.");
      assertThat(cases.get(1).references()).containsExactly("No, 30 days are the limit.", "No.");
    }
  }

  private Path write(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static EvalCase asking(String id, String input) {
    return EvalCase.builder().id(id).input(input).build();
  }

  private static Dataset numbered(int size) {
    return Dataset.of(
        "qa", IntStream.range(0, size).mapToObj(i -> asking("c" + i, "question " + i)).toList());
  }

  private static Set<String> ids(Dataset dataset) {
    Set<String> ids = new HashSet<>();
    dataset.cases().forEach(each -> ids.add(each.id()));
    return ids;
  }
}
