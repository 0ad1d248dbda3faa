package dev.llmops.eval.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Earlier runs of the same name from a folder of JSON reports or summaries. A file is read up to
 * its runs only.
 *
 * @param runs headers, the oldest first
 * @param unreadable files that were passed over
 */
record History(List<JsonNode> runs, int unreadable) {

  private static final int MAX_RUNS = 20;
  private static final JsonFactory JSON = new ObjectMapper().getFactory();

  static History none() {
    return new History(List.of(), 0);
  }

  /** Those that began before this report. */
  static History before(EvalReport report, Path folder) {
    if (!Files.isDirectory(folder)) {
      return none();
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(path -> path.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("history [" + folder + "] cannot be read", e);
    }
    int unreadable = 0;
    List<ObjectNode> runs = new ArrayList<>();
    Set<String> ids = new HashSet<>(Set.of(report.runId()));
    for (Path file : files) {
      ObjectNode header = header(file);
      Instant started = header == null ? null : started(header);
      if (header == null || started == null) {
        unreadable++;
      } else if (header.path("name").asText().equals(report.name())
          && started.isBefore(report.started())
          && ids.add(header.path("run_id").asText())) {
        runs.add(header);
      }
    }
    runs.sort(Comparator.comparing(run -> Instant.parse(run.path("started").asText())));
    return new History(
        List.copyOf(runs.subList(Math.max(0, runs.size() - MAX_RUNS), runs.size())), unreadable);
  }

  private static @Nullable ObjectNode header(Path file) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        JsonParser parser = JSON.createParser(reader)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME && !parser.currentName().equals("runs")) {
        String field = parser.currentName();
        parser.nextToken();
        header.set(field, parser.readValueAsTree());
      }
    } catch (IOException e) {
      return null; // somebody else's file, or half of one: counted
    }
    String type = header.path("type").asText();
    return type.equals(ReportJson.REPORT) || type.equals(ReportJson.SUMMARY) ? header : null;
  }

  private static @Nullable Instant started(ObjectNode header) {
    try {
      return Instant.parse(header.path("started").asText());
    } catch (DateTimeException e) {
      return null;
    }
  }
}
