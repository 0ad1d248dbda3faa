package dev.llmops.eval.junit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.CaseRunJson;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.report.ReportWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the results' folder. What cannot be written is logged: a full disk must not change a
 * verdict.
 */
final class ResultFiles {

  private static final Logger LOG = LoggerFactory.getLogger(EvalExtension.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_NAME = 80;

  private ResultFiles() {}

  /** All files of a report: the one place where a report is written. */
  static void write(EvalReport report, Path folder) {
    try {
      Files.createDirectories(folder);
      ReportWriter.of(report).writeTo(folder);
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("results [{}] could not be written: {}", folder, e.toString());
    }
  }

  /** One case as a file to look at: {@code case.json}. */
  static void writeCase(Path folder, CaseRun run, About about) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("test", about.test());
    node.put("display_name", about.displayName());
    node.put("passed", about.passed());
    if (about.failure() != null) {
      node.put("failure", about.failure());
    }
    if (about.cassette() != null) {
      node.put("cassette", about.cassette());
    }
    node.put("reproduce", about.reproduce());
    Path file = folder.resolve("case.json");
    try {
      node.set("run", JSON.readTree(CaseRunJson.write(run)));
      Files.createDirectories(folder);
      Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node));
    } catch (IOException e) {
      LOG.warn("results [{}] could not be written: {}", file, e.toString());
    }
  }

  static void clear(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      LOG.warn("results [{}] could not be cleared: {}", folder, e.toString());
    }
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("results [{}] could not be deleted: {}", file, e.toString());
    }
  }

  /** A name that every file system takes; names that had to change get a hash, and stay apart. */
  static String fileName(String caseId) {
    String safe = caseId.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^\\.", "_");
    if (safe.equals(caseId) && safe.length() <= MAX_NAME) {
      return safe;
    }
    return safe.substring(0, Math.min(safe.length(), MAX_NAME))
        + "-"
        + Integer.toHexString(caseId.hashCode());
  }

  /**
   * What a person wants to know beside the case.
   *
   * @param failure the message of the failed assertion, absent when none failed
   * @param cassette the folder, absent when there is none
   */
  record About(
      String test,
      String displayName,
      boolean passed,
      @Nullable String failure,
      @Nullable String cassette,
      String reproduce) {}
}
