package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.stats.Verdict;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * The run as surefire would report it, for CI systems that show tests: a test for each gate and for
 * each case. Where gates decide, a case fails only in what a blocking gate is about: a run that is
 * good enough is green although single cases are not. Without gates each case that fails is a
 * failure.
 */
final class JunitXml {

  private static final int MAX_TEXT = 4_000;
  private static final int MAX_LINE = 300;

  private final EvalReport report;
  private final Standing standing;
  private final Set<String> failing = new HashSet<>();

  JunitXml(EvalReport report, Standing standing) {
    this.report = report;
    this.standing = standing;
    for (GateResult gate : report.gates()) {
      if (gate.blocks()) {
        failing.add(gate.metric());
      }
    }
    if (report.gates().isEmpty()) {
      report.evaluators().forEach(each -> failing.add(each.name()));
    }
  }

  String text() {
    List<Test> tests = new ArrayList<>();
    report.gates().forEach(gate -> tests.add(gate(gate)));
    standing.cases().forEach((id, runs) -> tests.add(test(id, runs)));
    String[] name = report.name().split("#", 2);
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeCharacters("\n");
      xml.writeStartElement("testsuite");
      attribute(xml, "name", report.name());
      attribute(xml, "time", seconds(report.elapsed()));
      attribute(xml, "timestamp", report.started().toString());
      attribute(xml, "tests", String.valueOf(tests.size()));
      attribute(xml, "errors", count(tests, Kind.ERROR));
      attribute(xml, "skipped", count(tests, Kind.SKIPPED));
      attribute(xml, "failures", count(tests, Kind.FAILURE));
      xml.writeCharacters("\n  ");
      xml.writeStartElement("properties");
      property(xml, "llmops.run", report.runId());
      property(xml, "llmops.dataset", report.dataset().name() + "@" + report.dataset().version());
      for (Map.Entry<String, String> each : report.info().entrySet()) {
        property(xml, each.getKey(), each.getValue());
      }
      xml.writeCharacters("\n  ");
      xml.writeEndElement();
      for (Test test : tests) {
        test(xml, name[0], test);
      }
      xml.writeCharacters("\n");
      xml.writeEndElement();
      xml.writeCharacters("\n");
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a report could not be written as XML", e);
    }
    return text.toString();
  }

  private static Test gate(GateResult gate) {
    String told = gate.verdict() + " " + gate.gate();
    Kind kind =
        gate.blocks()
            ? (gate.decision() == null ? Kind.ERROR : Kind.FAILURE)
            : gate.verdict() == Verdict.PASS ? Kind.PASSED : Kind.SKIPPED;
    return new Test("gate: " + gate.gate(), Duration.ZERO, kind, told, "gate", gate.explanation());
  }

  private Test test(String id, List<CaseRun> runs) {
    Duration time = Duration.ZERO;
    Kind kind = Kind.SKIPPED;
    String message = "";
    String type = "";
    StringBuilder all = new StringBuilder();
    for (CaseRun run : runs) {
      time = run.latency() == null ? time : time.plus(run.latency());
      String repetition = runs.size() > 1 ? "repetition " + (run.iteration() + 1) + ": " : "";
      CaseRun.TaskError error = run.error();
      if (error != null) {
        String told = error.type() + (error.message() == null ? "" : ": " + error.message());
        all.append(repetition).append(told).append('\n');
        if (kind != Kind.ERROR) {
          kind = Kind.ERROR;
          message = repetition + told;
          type = error.type();
        }
        continue;
      }
      for (EvalResult result : run.results()) {
        String metric = result.by().name();
        String told =
            repetition
                + metric
                + (result instanceof Scored scored
                    ? String.format(Locale.ROOT, " %.3f", scored.score())
                    : result instanceof Errored errored ? " " + errored.type() : " skipped")
                + ": "
                + result.reason();
        all.append(told, 0, Math.min(told.length(), MAX_TEXT)).append('\n');
        Kind own =
            switch (standing.of(result)) {
              case ERRORED -> Kind.ERROR;
              case FAILED -> failing.contains(metric) ? Kind.FAILURE : Kind.PASSED;
              case SKIPPED -> Kind.SKIPPED;
              case SCORED, PASSED -> Kind.PASSED;
            };
        if (own.compareTo(kind) < 0) {
          kind = own;
          type = own == Kind.ERROR ? ((Errored) result).type() : metric;
        } else if (own != kind || !message.isEmpty()) {
          continue;
        }
        message = told;
      }
    }
    return new Test(id, time, kind, message, type, all.toString());
  }

  private static void test(XMLStreamWriter xml, String className, Test test)
      throws XMLStreamException {
    xml.writeCharacters("\n  ");
    xml.writeStartElement("testcase");
    attribute(xml, "name", test.name());
    attribute(xml, "classname", className);
    attribute(xml, "time", seconds(test.time()));
    if (test.kind() == Kind.ERROR || test.kind() == Kind.FAILURE) {
      xml.writeStartElement(test.kind() == Kind.ERROR ? "error" : "failure");
      attribute(xml, "message", Shown.line(test.message(), MAX_LINE));
      attribute(xml, "type", test.type());
      xml.writeCharacters(valid(test.text()));
      xml.writeEndElement();
    } else if (test.kind() == Kind.SKIPPED) {
      xml.writeStartElement("skipped");
      attribute(xml, "message", Shown.line(test.message(), MAX_LINE));
      xml.writeEndElement();
    }
    if (test.kind() == Kind.PASSED && !test.text().isEmpty()) {
      xml.writeStartElement("system-out");
      xml.writeCharacters(valid(test.text()));
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static void property(XMLStreamWriter xml, String name, String value)
      throws XMLStreamException {
    xml.writeCharacters("\n    ");
    xml.writeEmptyElement("property");
    attribute(xml, "name", name);
    attribute(xml, "value", value);
  }

  private static void attribute(XMLStreamWriter xml, String name, String value)
      throws XMLStreamException {
    xml.writeAttribute(name, valid(value));
  }

  private static String count(List<Test> tests, Kind kind) {
    return String.valueOf(tests.stream().filter(test -> test.kind() == kind).count());
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.3f", time.toNanos() / 1e9);
  }

  /** Without what XML 1.0 cannot hold (section 2.2, Char), not even escaped. */
  static String valid(String text) {
    StringBuilder valid = new StringBuilder(text.length());
    text.codePoints()
        .map(
            c ->
                c == 0x9
                        || c == 0xA
                        || c == 0xD
                        || (c >= 0x20 && c <= 0xD7FF)
                        || (c >= 0xE000 && c <= 0xFFFD)
                        || c >= 0x10000
                    ? c
                    : 0xFFFD)
        .forEach(valid::appendCodePoint);
    return valid.toString();
  }

  /** What a test system tells apart; the worst first. */
  private enum Kind {
    ERROR,
    FAILURE,
    PASSED,
    SKIPPED
  }

  private record Test(
      String name, Duration time, Kind kind, String message, String type, String text) {}
}
