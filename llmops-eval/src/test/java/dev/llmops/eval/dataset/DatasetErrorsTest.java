package dev.llmops.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.dataset.DatasetException.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetErrorsTest {

  private static final String KNOWN =
      "id, tags, input, messages, references, context, retrieved_ids, relevant_ids,"
          + " expected_tool_calls, output, samples, variants, tool_calls";

  @TempDir Path dir;

  @Test
  void aMessageListsEveryProblemAndNoContent() throws IOException {
    Path file =
        write(
            "qa.jsonl",
            """
            {"input": "secret one", "expected": "secret two"}
            {"input": ["secret three"]}
            {"input": "secret four"
            ["secret five"]
            {"id": "x"}
            """);

    assertThatThrownBy(() -> Dataset.read(file))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            """
            dataset [%1$s] has 5 problems:
              %1$s:1:37: field "expected" is not known; did you mean "references"? (known: %2$s, metadata); keep data of your own under "metadata"
              %1$s:2:11: field "input" must be a text, but is a list
              %1$s:3:24: JSON ends before it is complete
              %1$s:4:1: case must be an object, but is a list
              %1$s:5:1: case has nothing to judge; give at least "input\"""",
            file, KNOWN);
  }

  @Test
  void readingStopsAfterTwentyProblems() throws IOException {
    Path file = write("qa.jsonl", "{\"input\": 1}\n".repeat(50));

    DatasetException thrown = failure(file);

    assertThat(thrown.problems()).hasSize(20);
    assertThat(thrown)
        .hasMessageStartingWith(
            "dataset [" + file + "] has 20 problems or more; reading stopped there:\n");
  }

  @Test
  void theSameUnknownFieldIsSaidOnceAndStillFailsEveryRow() throws IOException {
    Path file = write("qa.jsonl", "{\"input\": \"a\", \"notes\": 1}\n".repeat(50));

    assertThat(failure(file).problems()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"input\": §4} | field \"input\" must be a text, but is a number; put it in quotes",
        "{\"input\": §true} | field \"input\" must be a text, but is a boolean; put it in quotes",
        "{\"input\":\"a\",\"id\":§1.5} | field \"id\" must be a text or a whole number, but is a number; put it in quotes",
        "{\"input\":\"a\",\"id\":§\" \"} | field \"id\" must not hold a blank text",
        "{\"input\":\"a\",\"references\":§4} | field \"references\" must be a text, but is a number; put it in quotes",
        "{\"input\":\"a\",\"references\":§{}} | field \"references\" must be a text or a list of texts, but is an object",
        "{\"input\":\"a\",\"references\":[§null]} | field \"references\" must be a text, but is null",
        "{\"input\":\"a\",\"tags\":[§\"\"]} | field \"tags\" must not hold a blank text",
        "{\"input\":\"a\",\"context\":[§7]} | field \"context\" must be texts or objects with \"text\" and perhaps \"id\", but is a number",
        "{\"input\":\"a\",\"context\":[§{\"id\":\"d\"}]} | field \"context\" is missing \"text\"",
        "{\"input\":\"a\",\"context\":{\"txt\":§\"d\"}} | field \"context.txt\" is not known; did you mean \"context.text\"? (known: context.id, context.text)",
        "{\"input\":\"a\",\"relevant_ids\":{\"d\":§-1}} | field \"relevant_ids\" must hold gains of 0 or more, but holds -1",
        "{\"input\":\"a\",\"relevant_ids\":{\"d\":§1e999}} | field \"relevant_ids\" must hold gains of 0 or more, but holds 1e999",
        "{\"input\":\"a\",\"relevant_ids\":{\"d\":§\"x\"}} | field \"relevant_ids\" must hold gains of 0 or more, but holds a text",
        "{\"input\":\"a\",\"tool_calls\":§\"find\"} | field \"tool_calls\" must be a list of objects with \"name\" and \"arguments\", but is a text",
        "{\"input\":\"a\",\"tool_calls\":[§{\"arguments\":{}}]} | field \"tool_calls\" is missing \"name\"",
        "{\"input\":\"a\",\"variants\":[§{\"input\":\"b\"}]} | field \"variants\" is missing \"output\"",
        "{\"input\":\"a\",\"metadata\":{\"k\":§[]}} | field \"metadata\" must hold texts, numbers and booleans, but \"k\" is a list",
        "{\"input\":\"a\",\"metadata\":§\"k\"} | field \"metadata\" must be an object, but is a text",
        "{\"messages\":[§{\"content\":\"a\"}]} | field \"messages\" is missing \"role\"",
        "{\"messages\":[§{\"role\":\"user\"}]} | field \"messages\" is missing \"content\"; it may be an empty list",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":§\"img\"}]}]} | field \"messages.content\" must have a \"type\" of text, reasoning, refusal, tool_call, tool_call_response, blob, file, uri or other",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"uri\",\"uri\":\"u\",\"modality\":§\"x\"}]}]} | field \"messages.content\" must have a \"modality\" of text, image, audio, video, document or unknown",
        "{\"input\":\"a\",§\"input\":\"b\"} | field \"input\" occurs twice",
        "{\"input\":\"a\"} §{} | more text follows the JSON value; write one case a line",
        "{\"input\": §secret} | text is not valid JSON",
        "{\"input\": NaN§} | text is not valid JSON"
      })
  void aFieldSaysWhatItMustBe(String marked, String what) throws IOException {
    Path file = write("qa.jsonl", "\n" + marked.replace("§", ""));
    int column = marked.indexOf('§') + 1;

    assertThat(failure(file).problems())
        .containsExactly(new Problem(file.toString(), 2, column, what));
  }

  @Test
  void anIdOccursOnce() throws IOException {
    Path file = write("evals/a.jsonl", "{\"id\": \"x\", \"input\": \"a\"}\n");
    write("evals/b.jsonl", "\n{\"id\": \"x\", \"input\": \"b\"}\n");

    assertThat(failure(file.getParent()))
        .hasMessageEndingWith("b.jsonl:2: id \"x\" is that of " + file + ":1 as well");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"rows\":[]} | 1:2: file must be a list of cases or an object with the list \"cases\"",
        "7 | 1:1: file must be a list of cases or an object with the list \"cases\"",
        "{\"cases\":[],\"x\":1} | 1:13: file must hold nothing beside \"cases\"",
        "[] [] | 1:4: more text follows the list of cases",
        "[{\"input\":\"a\"} | 1:15: JSON ends before it is complete",
        "[{\"input\":\"a\"},[]] | 1:16: case must be an object, but is a list"
      })
  void aJsonFileIsAListOfCases(String text, String problem) throws IOException {
    Path file = write("qa.json", text);

    assertThat(failure(file).problems())
        .extracting(Problem::toString)
        .containsExactly(file + ":" + problem);
  }

  @Test
  void aTableSaysWhatItMustBe() throws IOException {
    assertThat(problems("input,Reference,note\n"))
        .containsExactly(
            "1:7: column \"Reference\" is not known; did you mean \"references\"? (known: "
                + KNOWN
                + "); keep data of your own in columns such as \"metadata.source\"",
            "1:17: column \"note\" is not known (known: "
                + KNOWN
                + "); keep data of your own in columns such as \"metadata.source\"");
    assertThat(problems("input,input\na,b\n"))
        .containsExactly("1:7: column \"input\" occurs twice");
    assertThat(problems("input;output\na;b\n"))
        .containsExactly("1:1: columns must be separated by commas");
    assertThat(problems(""))
        .containsExactly("1:1: file has no header; its first line must name the columns");
    assertThat(problems("input,output\n\"a\nb\",c\n\nd,e, f\n"))
        .containsExactly(
            "5: row has 3 cells, but the header has 2; put a cell with a comma, a quote or a line"
                + " feed in quotes");
    assertThat(problems("input,output\na,b\n\"c,d\ne,f\n"))
        .containsExactly("2: quote is opened in this line or after it and never closed");
    assertThat(problems("input,output\n\"a\"b,c\n"))
        .containsExactly(
            "2:5: text is not valid CSV (RFC 4180): within quotes double a quote, behind them put a"
                + " comma or end the line");
    assertThat(problems("input,references\na,[1] see\n"))
        .containsExactly(
            "2:3: field \"references\" starts with \"[\" but is not valid JSON; write such a text as"
                + " a list of one: [\"[a] text\"]");
    assertThat(problems("input,tool_calls\na,find\n"))
        .containsExactly("2:3: field \"tool_calls\" must be a JSON list, but is a text");
    assertThat(problems("input,references\na,[1]\n"))
        .containsExactly(
            "2:3: field \"references\" must be a text, but is a number; put it in quotes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "- input: 4 | 1:10: field \"input\" must be a text, but is a number; put it in quotes",
        "- input: a\\n  inptu: b | 2:10: field \"inptu\" is not known; did you mean \"input\"? (known: KNOWN, metadata); keep data of your own under \"metadata\"",
        "rows: [] | 1:1: file must be a list of cases or an object with the list \"cases\"",
        "text | 1:1: file must be a list of cases or an object with the list \"cases\"",
        "cases: []\\nx: 1 | 2:1: file must hold nothing beside \"cases\"",
        "- input: a\\n---\\n- input: b | 2:1: file must hold one YAML document",
        "- input: [a | 2:1: text is not valid YAML",
        "- input: *a | 1:10: alias has no anchor before it",
        "- &a [*a] | 1:7: alias has no anchor before it",
        "- input: !!java.net.URL [x] | 1:10: YAML tags (!name) must not be used",
        "- {input: a, input: b} | 1:14: field \"input\" occurs twice",
        "- {[a]: b} | 1:4: name of a field must be a text",
        "- <<: {input: a} | 1:7: field \"<<\" is not known (known: KNOWN, metadata); keep data of your own under \"metadata\""
      })
  void yamlSaysWhatItMustBe(String text, String problem) throws IOException {
    Path file = write("qa.yaml", text.replace("\\n", "\n") + "\n");

    assertThat(failure(file).problems())
        .extracting(Problem::toString)
        .containsExactly(file + ":" + problem.replace("KNOWN", KNOWN));
  }

  @Test
  void bytesThatAreNotUtf8AreToldWithTheirPlace() throws IOException {
    Path file = dir.resolve("qa.jsonl");
    byte[] row = "{\"input\": \"caf\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(file, concat("{\"input\": \"ok\"}\n".getBytes(StandardCharsets.UTF_8), row));
    assertThat(failure(file))
        .hasMessage(
            "dataset [%1$s] has a problem: %1$s:2:15: text is not valid UTF-8; save the file as"
                + " UTF-8",
            file);

    Files.write(file, "\uFEFF{\"input\": \"a\"}".getBytes(StandardCharsets.UTF_16LE));
    assertThat(failure(file).problems().get(0))
        .hasToString(file + ":1:1: file is UTF-16; save it as UTF-8");

    // the first byte of a character of two, and nothing after it
    Files.write(
        file,
        concat("{\"input\": \"a\"}\n".getBytes(StandardCharsets.UTF_8), new byte[] {(byte) 0xC3}));
    assertThat(failure(file).problems().get(0))
        .hasToString(file + ":2:1: text is not valid UTF-8; save the file as UTF-8");
  }

  @Test
  void brokenBytesAreSeenAcrossTheWholeOfALargeFile() throws IOException {
    Path file = dir.resolve("qa.csv");
    byte[] text =
        ("input\n" + "größer als 8 KiB: 🙂\n".repeat(3_000)).getBytes(StandardCharsets.UTF_8);
    Files.write(file, text);
    assertThat(Dataset.read(file).distinct().cases().get(0).input())
        .isEqualTo("größer als 8 KiB: 🙂");

    text[text.length - 2] = (byte) 0xFF;
    Files.write(file, text);
    assertThat(failure(file).problems())
        .singleElement()
        .hasToString(file + ":3001:19: text is not valid UTF-8; save the file as UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"qa.jsonl", "qa.json", "qa.csv", "qa.yaml"})
  void aHugeCaseIsRefused(String name) throws IOException {
    String huge = "x".repeat(10_000_000);
    String text =
        switch (name) {
          case "qa.jsonl" -> "{\"input\": \"" + huge + "\"}\n{\"input\": 7}\n";
          case "qa.json" -> "[{\"input\": \"" + huge + "\"}]";
          case "qa.csv" -> "input\n" + huge + "\n";
          default -> "- input: " + huge + "\n";
        };

    List<Problem> problems = failure(write(name, text)).problems();

    assertThat(problems.get(0).what())
        .containsPattern("longer than 4194304 characters|at most 4194304 characters");
    assertThat(problems).hasSize(name.equals("qa.jsonl") ? 2 : 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qa.jsonl", "qa.json", "qa.csv", "qa.yaml"})
  void deepNestingIsRefused(String name) throws IOException {
    String deep = "[".repeat(50_000) + "]".repeat(50_000);
    String text =
        switch (name) {
          case "qa.jsonl", "qa.json" -> "[{\"tool_calls\": " + deep + "}]";
          case "qa.csv" -> "tool_calls\n" + deep + "\n";
          default -> "- tool_calls: " + deep + "\n";
        };

    assertThat(failure(write(name, text)).problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .matches(
            Pattern.compile(
                "case is nested deeper than 64 levels; flatten it|.*is not valid JSON.*"));
  }

  @Test
  void manyValuesAreRefused() throws IOException {
    assertThat(
            failure(write("qa.json", "[[" + "0,".repeat(100_000) + "0]]")).problems().get(0).what())
        .isEqualTo("case has more than 100000 values; shorten it");
  }

  @Test
  void aliasesThatMultiplyAreRefused() throws IOException {
    StringBuilder bomb = new StringBuilder("cases:\n  - &a0 [" + "x,".repeat(9) + "x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("  - &a").append(i).append(" [");
      bomb.append(("*a" + (i - 1) + ",").repeat(9)).append("*a").append(i - 1).append("]\n");
    }

    assertThat(failure(write("bomb.yaml", bomb.toString())).problems())
        .extracting(Problem::what)
        .contains("case has more than 100000 values; shorten it");
  }

  @Test
  void aliasesThatFillManyCasesAreRefused() throws IOException {
    String text = "- &a\n  input: " + "x".repeat(1_000_000) + "\n" + "- *a\n".repeat(100);

    assertThat(failure(write("bomb.yaml", text)).problems())
        .singleElement()
        .extracting(Problem::what)
        .isEqualTo("aliases repeat more than 67108864 characters; write less");
  }

  @Test
  void halfACharacterIsReadAndWrittenWhereTheFormatCan() throws IOException {
    Dataset dataset = Dataset.read(write("qa.jsonl", "{\"id\": \"x\", \"input\": \"a\\ud800b\"}"));
    Path json = dir.resolve("out.json");
    dataset.write(json);

    assertThat(dataset.cases().get(0).input()).isEqualTo("a\ud800b");
    assertThat(Dataset.read(json).cases()).isEqualTo(dataset.cases());
    assertThatThrownBy(() -> dataset.write(dir.resolve("out.csv")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "dataset [%s] cannot be written: case \"x\" holds half a character (a lone surrogate),"
                + " which CSV cannot; write .jsonl",
            dir.resolve("out.csv"));
    assertThat(dir.resolve("out.csv")).doesNotExist();
    try (var files = Files.list(dir)) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrder("qa.jsonl", "out.json");
    }
  }

  @Test
  void namesFromAFileCannotDriveATerminal() throws IOException {
    Path file = write("qa.jsonl", "{\"in\\u001b[31m\\n" + "y".repeat(200) + "\": 1}");

    assertThat(failure(file).problems().get(0).what())
        .startsWith("field \"in?[31m?" + "y".repeat(72) + "…\" is not known (known: id,");
  }

  @Test
  void anUnknownEndingIsToldApart() {
    Dataset dataset = Dataset.of("qa", List.of(EvalCase.builder().input("a").build()));

    assertThatThrownBy(() -> dataset.write(dir.resolve("qa.xlsx")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "file name must end in .jsonl, .json, .csv, .yaml or .yml, but was %s",
            dir.resolve("qa.xlsx"));
  }

  @Test
  void withoutItsLibraryYamlSaysWhatToAdd() throws Exception {
    Path file = write("qa.yaml", "- input: a\n");
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
      if (!entry.contains("snakeyaml-engine")) {
        path.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader without =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> dataset = without.loadClass(Dataset.class.getName());

      assertThatThrownBy(() -> dataset.getMethod("read", Path.class).invoke(null, file))
          .cause()
          .hasMessage(
              "dataset [%1$s] has a problem: %1$s: YAML is read by org.snakeyaml:snakeyaml-engine,"
                  + " which is not on the classpath; add it (3.0.1 or newer), or use .jsonl, .json"
                  + " or .csv",
              file);
      Path lines = write("qa.jsonl", "{\"input\": \"a\"}");
      assertThat(dataset.getMethod("read", Path.class).invoke(null, lines).toString())
          .startsWith("Dataset[qa, 1 case");
    }
  }

  private List<String> problems(String csv) throws IOException {
    Path file = write("qa.csv", csv);
    return failure(file).problems().stream()
        .map(each -> each.toString().substring(file.toString().length() + 1))
        .toList();
  }

  private static DatasetException failure(Path path) {
    DatasetException thrown =
        catchThrowableOfType(DatasetException.class, () -> Dataset.read(path));
    assertThat(thrown).as("nothing was wrong").isNotNull();
    return thrown;
  }

  private Path write(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static byte[] concat(byte[] one, byte[] two) {
    byte[] both = java.util.Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    return both;
  }
}
