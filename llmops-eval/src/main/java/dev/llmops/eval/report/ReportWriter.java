package dev.llmops.eval.report;

import dev.llmops.eval.EvaluatorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the files that people and their tools read of a run. Not thread-safe.
 *
 * <pre>{@code
 * ReportWriter.of(report).baseline(baseline).history(Path.of("evals/history")).writeTo(Path.of("target/evals"));
 * }</pre>
 *
 * <p>All of them hold what was asked and answered, so they are content. What a model wrote is
 * escaped in each of them in the way of its format, and never runs, links, mentions or breaks a
 * table.
 */
public final class ReportWriter {

  private final EvalReport report;
  private final Map<String, Double> thresholds = new HashMap<>();
  private @Nullable Baseline baseline;
  private @Nullable Path history;

  private ReportWriter(EvalReport report) {
    this.report = report;
  }

  /** Of this report, with the gates that it was {@linkplain EvalReport#check checked} by. */
  public static ReportWriter of(EvalReport report) {
    return new ReportWriter(Objects.requireNonNull(report, "report must not be null"));
  }

  /** Also shows what was lost and gained since; null where there is none yet. */
  public ReportWriter baseline(@Nullable Baseline newBaseline) {
    this.baseline = newBaseline;
    return this;
  }

  /**
   * From which score a case passes in the eyes of an evaluator whose scores are graded. Without it
   * its cases neither pass nor fail.
   *
   * @param threshold 0 to 1
   */
  public ReportWriter passesAt(String evaluator, double threshold) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be between 0.0 and 1.0, but was " + threshold);
    }
    if (report.evaluator(evaluator) == null) {
      throw new IllegalArgumentException(
          "evaluator \""
              + evaluator
              + "\" is not in the report; it has "
              + report.evaluators().stream().map(EvaluatorSpec::name).toList());
    }
    thresholds.put(evaluator, threshold);
    return this;
  }

  /**
   * Shows the last 20 earlier runs of this name whose JSON reports or summaries are in this folder;
   * {@link #writeTo} adds this run's summary, a few kilobytes without content. Files that cannot be
   * read are passed over and counted in the report.
   */
  public ReportWriter history(@Nullable Path folder) {
    this.history = folder;
    return this;
  }

  /** One HTML page that needs no network: for people. */
  public String html() {
    Standing standing = new Standing(report, thresholds);
    List<Comparison> comparisons = Comparison.of(report, baseline, thresholds);
    Path folder = history;
    return new HtmlReport(
            report,
            standing,
            thresholds,
            comparisons,
            Triage.of(report, standing, comparisons),
            folder == null ? History.none() : History.before(report, folder))
        .text();
  }

  /**
   * A comment for a pull request, at most 60,000 characters: verdicts, what to do, the metrics with
   * intervals, the cases to look at. No HTML, mention, reference or link of others gets through.
   */
  public String markdown() {
    Standing standing = new Standing(report, thresholds);
    List<Comparison> comparisons = Comparison.of(report, baseline, thresholds);
    return new MarkdownReport(
            report, standing, comparisons, Triage.of(report, standing, comparisons))
        .text();
  }

  /** The same for a terminal: tables aligned also where texts are Chinese, without escapes. */
  public String console() {
    return new ConsoleTable(
            report, new Standing(report, thresholds), Comparison.of(report, baseline, thresholds))
        .text();
  }

  /**
   * JUnit XML as surefire writes it: a test a gate, failed when it blocks, and a test a case. With
   * gates, a case fails only in what a blocking gate is about; without, each case that does not
   * pass fails. A failed task or evaluator is an error, a case that nobody could measure skipped.
   */
  public String junitXml() {
    return new JunitXml(report, new Standing(report, thresholds)).text();
  }

  /** The whole report as one object; see {@link ReportJson}. */
  public String json() {
    return ReportJson.write(report);
  }

  /** The whole report line by line; see {@link ReportJson#writeLines}. */
  public String jsonLines() {
    return ReportJson.writeLines(report);
  }

  /**
   * Writes {@code report.html}, {@code .json}, {@code .jsonl}, {@code .md}, {@code .txt} and {@code
   * TEST-<name>.xml} into this folder, each whole or not at all; those of an earlier run are
   * replaced.
   *
   * @throws UncheckedIOException if one cannot be written
   */
  public void writeTo(Path folder) {
    write(folder.resolve("report.html"), html());
    write(folder.resolve("report.json"), json());
    write(folder.resolve("report.jsonl"), jsonLines());
    write(folder.resolve("report.md"), markdown());
    write(folder.resolve("report.txt"), console());
    write(folder.resolve("TEST-" + fileName(report.name()) + ".xml"), junitXml());
    Path past = history;
    if (past != null) {
      String when =
          DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
              .withZone(ZoneOffset.UTC)
              .format(report.started());
      write(
          past.resolve(when + "-" + fileName(report.runId()) + ".json"),
          ReportJson.header(report, ReportJson.SUMMARY) + "\n");
    }
  }

  private static String fileName(String name) {
    String safe = name.replaceAll("[^A-Za-z0-9._-]", "_");
    return safe.length() <= 120 ? safe : safe.substring(0, 120);
  }

  private static void write(Path path, String text) {
    try {
      Path target = path.toAbsolutePath();
      Path folder = Objects.requireNonNull(target.getParent());
      Files.createDirectories(folder);
      Path half = Files.createTempFile(folder, ".report", ".tmp");
      try {
        // not writeString: it throws at half a character, which a model may well write
        Files.write(half, text.getBytes(StandardCharsets.UTF_8));
        Files.move(
            half, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(half);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("report [" + path + "] cannot be written", e);
    }
  }
}
