package dev.llmops.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class ReportWriterTest {

  private static final List<String> HOSTILE =
      List.of(
          "<img src=x onerror=alert(1)>",
          "@everyone see #123, GH-7 and https://evil.example/?q=1 or www.evil.example",
          "| a | b |\n|---|---|\n",
          "```\n/close\n```",
          "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
          "]]><failure/>\u0000\u0008\u001b[31m",
          "\u202egnp.exe \ud800",
          "</details><h1>\\`\\|");

  @TempDir Path folder;

  @Test
  void allFilesAreWritten() throws IOException {
    ReportWriter.of(SampleReport.of(20, 1, 1, 0.8)).writeTo(folder.resolve("a"));

    try (Stream<Path> files = Files.list(folder.resolve("a"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "report.html",
              "report.json",
              "report.jsonl",
              "report.md",
              "report.txt",
              "TEST-com.example.SupportTest_noRegression.xml");
    }
    assertThat(ReportJson.load(folder.resolve("a/report.jsonl")).runs()).hasSize(20);
  }

  @Test
  void historyIsReadAndKept() throws IOException {
    Path history = folder.resolve("history");
    for (int i = 1; i <= 3; i++) {
      ReportWriter.of(SampleReport.of(20, 1, i, 0.8)).history(history).writeTo(folder.resolve("a"));
    }
    // a whole report counts as well, another name and what came later do not, others' files neither
    Files.writeString(
        history.resolve("whole.json"), ReportJson.write(SampleReport.of(20, 1, 4, 0.8)));
    Files.writeString(history.resolve("other.json"), ReportJson.write(Reports.ofPassed(1, 2)));
    Files.writeString(history.resolve("late.json"), ReportJson.write(SampleReport.of(5, 1, 99, 1)));
    Files.writeString(history.resolve("broken.json"), "{\"type\":");

    History found = History.before(SampleReport.of(20, 1, 5, 0.8), history);

    assertThat(found.runs().stream().map(run -> run.path("run_id").asText()))
        .containsExactly("run-1", "run-2", "run-3", "run-4");
    assertThat(found.unreadable()).isEqualTo(1);
    assertThat(Files.readString(history.resolve("20260302T120000Z-run-1.json")))
        .doesNotContain("coat"); // no content
  }

  @Test
  void junitXmlHasTheShapeOfSurefire() throws Exception {
    EvalReport report = SampleReport.of(200, 2, 1, 0.9);

    Element suite = valid(ReportWriter.of(report).junitXml());

    assertThat(suite.getAttribute("tests")).isEqualTo("200");
    assertThat(count(suite, "error")).isEqualTo(Integer.parseInt(suite.getAttribute("errors")));
    assertThat(count(suite, "failure")).isEqualTo(Integer.parseInt(suite.getAttribute("failures")));
    assertThat(count(suite, "failure")).isPositive();
    assertThat(count(suite, "error")).isPositive();
  }

  @Test
  void junitXmlHoldsHostileText() throws Exception {
    Element suite = valid(ReportWriter.of(hostile()).junitXml());

    assertThat(count(suite, "failure")).isEqualTo(HOSTILE.size());
    Element first = (Element) suite.getElementsByTagName("testcase").item(0);
    assertThat(first.getAttribute("name")).isEqualTo(HOSTILE.get(0));
  }

  @Test
  void casesFailOnlyInWhatABlockingGateIsAbout() throws Exception {
    EvalReport good = Reports.ofPassed(95, 100).check(Gate.passRate("exact_match").atLeast(0.8));
    EvalReport bad = Reports.ofPassed(95, 100).check(Gate.passRate("exact_match").atLeast(0.99));

    Element green = valid(ReportWriter.of(good).junitXml());
    Element red = valid(ReportWriter.of(bad).junitXml());

    assertThat(green.getAttribute("tests")).isEqualTo("101");
    assertThat(green.getAttribute("failures")).isEqualTo("0");
    assertThat(red.getAttribute("failures")).isEqualTo("6"); // the gate and five cases
  }

  @Test
  void aGateThatCouldNotBeMeasuredIsAnErrorAndAWarningIsSkipped() throws Exception {
    EvalReport report =
        Reports.ofPassed(9, 10)
            .check(
                Gate.passRate("exact_match").notWorseThan(null, 0.05),
                Gate.passRate("exact_match").atLeast(0.85).warnWhenUndecided());

    Element suite = valid(ReportWriter.of(report).junitXml());

    assertThat(suite.getAttribute("errors")).isEqualTo("1");
    assertThat(suite.getAttribute("skipped")).isEqualTo("1");
  }

  @Test
  void markdownSaysVerdictMetricsCasesAndWhatToDo() {
    EvalReport before = SampleReport.of(60, 1, 1, 1.4, false);
    EvalReport now = SampleReport.of(60, 1, 2, 0.7, false);
    Baseline baseline = Baseline.of(before);

    String text =
        ReportWriter.of(now.check(Gate.passRate("exact_match").notWorseThan(baseline, 0.05)))
            .baseline(baseline)
            .markdown();

    assertThat(text)
        .startsWith("### ❌ Failed: `com.example.SupportTest#noRegression`\n\n60 cases, 94.0 s, ")
        .contains("| ❌ FAIL | pass rate of exact_match not worse than the baseline")
        .contains("**What to do**")
        .contains("`mvn test -Dtest=com.example.SupportTest#noRegression -Dllmops.case=")
        .contains("| Metric | Mean | 95 % interval | Change | Lost | Gained | Not scored |")
        .contains("<details><summary>Cases to look at</summary>");
  }

  @Test
  void markdownLetsNothingOfOthersThrough() {
    String text =
        ReportWriter.of(hostile().check(Gate.passRate("exact_match").atLeast(0.5))).markdown();

    String outside = text.replaceAll("`[^`\n]*`", "CODE");
    assertThat(outside.replaceAll("</?details>|</?summary>", ""))
        .doesNotContain("<", "http", "@", "www", "[click", "/close");
    // a row has as many cells as its head
    int columns = 0;
    for (String line : outside.split("\n")) {
      if (line.startsWith("|--") || line.startsWith("|:") || line.startsWith("|-")) {
        columns = (int) line.chars().filter(c -> c == '|').count();
      } else if (line.startsWith("| ") && columns > 0) {
        assertThat(line.chars().filter(c -> c == '|').count()).as(line).isEqualTo(columns);
      } else if (line.isEmpty()) {
        columns = 0;
      }
    }
    assertThat(text).doesNotContain("\u202e", "\u001b", "\u0000");
  }

  @Test
  void wordsInSentencesAreEscaped() {
    assertThat(MarkdownReport.prose("<b>@bob</b> | *x* `y` [z](u) exact_match #1", 200))
        .isEqualTo(
            "&lt;b&gt;@\u200bbob&lt;/b&gt; ¦ \\*x\\* \\`y\\` \\[z\\]\\(u\\) exact_match \\#\u200b1");
    assertThat(MarkdownReport.prose("https://a.b www.a.b GH-1 a@b.c", 200))
        .isEqualTo("https:\u200b//a.b www\u200b.a.b GH\u200b-1 a@\u200bb.c");
    assertThat(MarkdownReport.code("a`b|c\\")).isEqualTo("`aˋb¦c⧵`");
  }

  @Test
  void markdownFitsAComment() {
    List<CaseRun> runs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      runs.add(run(i + "<".repeat(30_000), "&".repeat(50_000)));
    }
    EvalReport report = Reports.of(runs);
    for (int i = 0; i < 30; i++) {
      report = report.check(Gate.passRate("exact_match").atLeast(0.5));
    }

    assertThat(ReportWriter.of(report).markdown()).hasSizeLessThan(60_001).contains("exact_match");
  }

  @Test
  void consoleTablesAreAlignedInColumns() {
    EvalReport report =
        Reports.of(
            List.of(
                run("退货-1", "期望「三十天」"), run("ab", "\u001b[31mred\u001b[0m"), run("e\u0301", "x")));

    String text = ReportWriter.of(report).console();

    assertThat(text).doesNotContain("\u001b").startsWith("qa  NOT CHECKED  3 cases, 90.0 s\n");
    List<String> rows = text.lines().filter(line -> line.contains("exact_match  ")).toList();
    List<Integer> starts =
        rows.subList(1, rows.size()).stream()
            .map(line -> ConsoleTable.width(line.substring(0, line.indexOf("exact_match"))))
            .toList();
    assertThat(starts).hasSize(3).containsOnly(starts.get(0));
  }

  @Test
  void columnsOfCharacters() {
    assertThat(ConsoleTable.width("abc")).isEqualTo(3);
    assertThat(ConsoleTable.width("退货")).isEqualTo(4);
    assertThat(ConsoleTable.width("e\u0301")).isEqualTo(1);
    assertThat(ConsoleTable.width("한글ｆ🙂")).isEqualTo(8);
    assertThat(ConsoleTable.cut("退货政策", 5)).isEqualTo("退货…");
  }

  @Test
  void scoresGoToTheLastCallOfEachRun() {
    CallRef first = CallRef.of("0".repeat(31) + "1");
    CallRef last = CallRef.of("0".repeat(31) + "2");
    CaseRun judged =
        new CaseRun(
            EvalCase.builder().id("a").output("o").build(),
            0,
            null,
            null,
            List.of(
                Scored.of(Reports.EXACT, false, "differs"),
                new Skipped(SampleReport.FAITHFUL, "no claim"),
                new Errored(SampleReport.TOXICITY, "timeout", "late", Spend.NONE)),
            Spend.NONE,
            List.of(first, last));
    CaseRun unrecorded = run("b", "x");
    List<LlmRecord> seen = new ArrayList<>();
    int published;

    try (LlmOps ops = LlmOps.builder().sink(seen::add).build()) {
      published = Reports.of(List.of(judged, unrecorded)).publish(ops);
    }

    assertThat(published).isEqualTo(2);
    assertThat(seen)
        .hasSize(2)
        .allSatisfy(each -> assertThat(((CallScore) each).ref()).isEqualTo(last));
    CallScore scored = (CallScore) seen.get(0);
    assertThat(scored.name()).isEqualTo("exact_match");
    assertThat(scored.value()).isZero();
    assertThat(scored.label()).isEqualTo("fail");
    assertThat(scored.source()).isEqualTo("evaluator");
    assertThat(((CallScore) seen.get(1)).value()).isNull();
    assertThat(((CallScore) seen.get(1)).errorType()).isEqualTo("timeout");
  }

  @Test
  void thresholdsAreChecked() {
    ReportWriter writer = ReportWriter.of(Reports.ofPassed(1, 1));

    assertThatThrownBy(() -> writer.passesAt("exact_match", 80))
        .hasMessage("threshold must be between 0.0 and 1.0, but was 80.0");
    assertThatThrownBy(() -> writer.passesAt("bleu", 0.8))
        .hasMessage("evaluator \"bleu\" is not in the report; it has [exact_match]");
  }

  private static EvalReport hostile() {
    List<CaseRun> runs = new ArrayList<>();
    for (String text : HOSTILE) {
      runs.add(run(text, text));
    }
    return Reports.of(runs).toBuilder().info(Map.of(HOSTILE.get(0), HOSTILE.get(5))).build();
  }

  private static CaseRun run(String id, String reason) {
    List<EvalResult> results = List.of(Scored.of(Reports.EXACT, false, reason));
    return new CaseRun(
        EvalCase.builder().id(id).tag(id).output(reason).build(),
        0,
        Duration.ofMillis(5),
        null,
        results,
        Spend.NONE,
        List.of());
  }

  private static Element valid(String xml) throws Exception {
    SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
        .newSchema(ReportWriterTest.class.getResource("surefire-shape.xsd"))
        .newValidator()
        .validate(new StreamSource(new StringReader(xml)));
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)))
        .getDocumentElement();
  }

  private static int count(Element suite, String element) {
    return suite.getElementsByTagName(element).getLength();
  }
}
