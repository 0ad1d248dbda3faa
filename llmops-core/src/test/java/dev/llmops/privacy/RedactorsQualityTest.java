package dev.llmops.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Precision and recall on labelled spans, by mark. A labelled span is found if the redacted parts
 * cover all of it; a redacted part is right if it overlaps a labelled span of its mark.
 *
 * <p>Needs the folder that the environment variable {@code LLMOPS_EVAL_DATA} names; without it the
 * tests are skipped, and say so. The floors are a little below what was measured.
 */
class RedactorsQualityTest {

  private static final Map<String, String> MARKS =
      Map.ofEntries(
          Map.entry("EMAIL", "[EMAIL]"),
          Map.entry("PHONE", "[PHONE]"),
          Map.entry("CN_MOBILE", "[PHONE]"),
          Map.entry("CN_LANDLINE", "[PHONE]"),
          Map.entry("CREDIT_CARD", "[CARD]"),
          Map.entry("BANK_CARD", "[CARD]"),
          Map.entry("IBAN", "[IBAN]"),
          Map.entry("US_SSN", "[SSN]"),
          Map.entry("IP", "[IP]"),
          Map.entry("CN_ID", "[CN_ID]"),
          Map.entry("API_KEY", "[SECRET]"));

  private static final class Tally {
    int labelled;
    int covered;
    int exact;
    int predicted;
    int right;

    double precision() {
      return predicted == 0 ? 1 : (double) right / predicted;
    }

    double recall() {
      return labelled == 0 ? 1 : (double) covered / labelled;
    }
  }

  private record Label(int start, int end, String mark) {}

  @Test
  void generatedEnglishAndChinese() throws IOException {
    Map<String, Tally> tallies = measure("pii_generated.jsonl");

    for (String mark : new TreeSet<>(MARKS.values())) {
      assertAtLeast(tallies, mark, 0.99, 0.99);
    }
  }

  @Test
  void presidioTemplates() throws IOException {
    Map<String, Tally> tallies = measure("pii_en.jsonl");

    for (String mark : List.of("[EMAIL]", "[IBAN]", "[IP]", "[SSN]", "[CARD]")) {
      assertAtLeast(tallies, mark, 0.99, 0.99);
    }
    assertAtLeast(tallies, "[PHONE]", 0.97, 0.97);
    assertThat(tallies).doesNotContainKeys("[CN_ID]", "[SECRET]");
  }

  @Test
  void lookAlikesStay() throws IOException {
    int flagged = 0;
    int rows = 0;
    for (JsonNode row : rows("pii_generated.jsonl")) {
      if (row.path("hard_negative").asBoolean()) {
        rows++;
        String text = row.path("text").asText();
        flagged += Redactors.all().redact(text).equals(text) ? 0 : 1;
      }
    }
    System.out.println("look-alikes flagged: " + flagged + " of " + rows);
    assertThat(rows).isPositive();
    assertThat(flagged).isLessThanOrEqualTo(2);
  }

  private static void assertAtLeast(
      Map<String, Tally> tallies, String mark, double precision, double recall) {
    Tally tally = tallies.get(mark);
    assertThat(tally.labelled).as("labelled %s", mark).isPositive();
    assertThat(tally.precision()).as("precision of %s", mark).isGreaterThanOrEqualTo(precision);
    assertThat(tally.recall()).as("recall of %s", mark).isGreaterThanOrEqualTo(recall);
  }

  private static Map<String, Tally> measure(String file) throws IOException {
    Map<String, Tally> tallies = new TreeMap<>();
    for (JsonNode row : rows(file)) {
      String text = row.path("text").asText();
      MarkedText marked = new MarkedText(text);
      ((ScanningRedactor) Redactors.all()).scan(marked);
      List<MarkedText.Span> found = marked.spans();
      List<Label> labels = new ArrayList<>();
      for (JsonNode span : row.path("spans")) {
        String mark = MARKS.get(span.path("type").asText());
        if (mark != null) {
          labels.add(
              new Label(span.path("start_utf16").asInt(), span.path("end_utf16").asInt(), mark));
        }
      }
      for (Label label : labels) {
        Tally tally = tallies.computeIfAbsent(label.mark, m -> new Tally());
        tally.labelled++;
        if (found.contains(new MarkedText.Span(label.start, label.end, label.mark))) {
          tally.exact++;
        }
        if (isCovered(label, found)) {
          tally.covered++;
        }
      }
      for (MarkedText.Span span : found) {
        Tally tally = tallies.computeIfAbsent(span.mark(), m -> new Tally());
        tally.predicted++;
        boolean right =
            labels.stream()
                .anyMatch(
                    l ->
                        l.mark.equals(span.mark()) && l.start < span.end() && span.start() < l.end);
        if (right) {
          tally.right++;
        }
      }
    }
    tallies.forEach(
        (mark, t) ->
            System.out.printf(
                "%s %s labelled %d recall %.3f exact %.3f predicted %d precision %.3f%n",
                file,
                mark,
                t.labelled,
                t.recall(),
                t.labelled == 0 ? 1 : (double) t.exact / t.labelled,
                t.predicted,
                t.precision()));
    return tallies;
  }

  private static boolean isCovered(Label label, List<MarkedText.Span> found) {
    for (int i = label.start; i < label.end; i++) {
      int at = i;
      if (found.stream().noneMatch(s -> s.start() <= at && at < s.end())) {
        return false;
      }
    }
    return true;
  }

  private static List<JsonNode> rows(String file) throws IOException {
    String folder = System.getenv("LLMOPS_EVAL_DATA");
    String skipped =
        "SKIPPED: redactor quality was not measured; set LLMOPS_EVAL_DATA to the folder with "
            + file;
    if (folder == null) {
      System.err.println(skipped);
    }
    assumeTrue(folder != null, skipped);
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(folder, file), StandardCharsets.UTF_8)) {
      if (!line.isBlank()) {
        rows.add(mapper.readTree(line));
      }
    }
    return rows;
  }
}
