package dev.llmops.eval.replay;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.llmops.EncodedResponse;
import dev.llmops.JsonText;
import dev.llmops.LlmRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stored answer, as its file has it: JSON, a field a line, a chunk of a stream a line.
 *
 * @param key {@link CallKey#text()}
 * @param recorded when it was stored
 */
record Entry(String key, Instant recorded, EncodedResponse response) {

  private static final String FORMAT = "cassette/1";
  private static final int MAX_REQUEST_TEXT_CHARS = 20_000; // it is there for people

  /**
   * The file's content.
   *
   * @throws RuntimeException what the redactor throws
   */
  static byte[] render(
      CallKey key,
      int occurrence,
      LlmRequest asked,
      Instant recorded,
      EncodedResponse response,
      Redaction redaction) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    StringBuilder text = new StringBuilder(1024);
    field(text, "format", json.textNode(FORMAT));
    field(text, "key", json.textNode(key.text()));
    if (key.caseId() != null) {
      field(text, "case", json.textNode(key.caseId()));
    }
    if (key.iteration() != null) {
      field(text, "iteration", json.numberNode(key.iteration()));
    }
    field(text, "occurrence", json.numberNode(occurrence));
    field(text, "recorded", json.textNode(recorded.truncatedTo(ChronoUnit.SECONDS).toString()));
    field(text, "operation", json.textNode(asked.operation()));
    field(text, "provider", json.textNode(asked.provider()));
    JsonNode request = Redaction.mapped(redaction.of(key.request()), Entry::cut);
    field(text, "request", request);
    JsonText body = response.body();
    if (body != null) {
      JsonNode parsed = Json.parse(body.text());
      if (parsed == null) { // a codec of somebody's own need not write JSON
        field(text, "answer_text", redaction.of(json.textNode(body.text())));
      } else {
        field(text, "answer", redaction.of(parsed));
      }
    } else {
      chunks(text, response.chunks(), redaction);
    }
    return text.append("\n}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a file's content.
   *
   * @throws CassetteException if it cannot be read; names the file and the line
   */
  static Entry parse(Path file, byte[] content) {
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(content)) {
      return new Reader(file, content, parser).read();
    } catch (JsonEOFException e) {
      throw bad(file, lineOf(e.getLocation()), "ends too early: it was cut off");
    } catch (JsonProcessingException e) {
      int conflict = conflictLine(content);
      throw conflict > 0
          ? bad(file, conflict, "has the marks of a merge conflict")
          // without its message: that quotes the content
          : bad(file, lineOf(e.getLocation()), "is not valid JSON");
    } catch (IOException e) {
      throw bad(file, 1, "could not be read: " + e.getClass().getSimpleName());
    }
  }

  static CassetteException bad(Path file, int line, String what) {
    return new CassetteException(
        "cassette entry ["
            + file
            + "] line "
            + line
            + ": "
            + what
            + "; restore the file, or delete it and record it again");
  }

  private static void field(StringBuilder into, String name, JsonNode value) {
    name(into, name).append(Json.pretty(value));
  }

  private static StringBuilder name(StringBuilder into, String name) {
    return into.append(into.length() == 0 ? "{\n  \"" : ",\n  \"").append(name).append("\": ");
  }

  private static void chunks(StringBuilder into, List<JsonText> chunks, Redaction redaction) {
    List<JsonNode> parsed = new ArrayList<>(chunks.size());
    boolean allJson = true;
    for (JsonText chunk : chunks) {
      JsonNode node = Json.parse(chunk.text());
      allJson &= node != null;
      parsed.add(node == null ? JsonNodeFactory.instance.nullNode() : node);
    }
    if (!allJson) {
      // as fields of objects, so that what the pieces spell together is redacted
      parsed.clear();
      for (JsonText chunk : chunks) {
        parsed.add(JsonNodeFactory.instance.objectNode().put("text", chunk.text()));
      }
    }
    name(into, allJson ? "chunks" : "chunk_texts").append('[');
    String before = "\n    ";
    for (JsonNode chunk : redaction.ofChunks(parsed)) {
      into.append(before).append(Json.compact(chunk));
      before = ",\n    ";
    }
    into.append("\n  ]");
  }

  private static String cut(String text) {
    if (text.length() <= MAX_REQUEST_TEXT_CHARS) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(99)) ? 99 : 100;
    return text.substring(0, end) + "… [" + text.length() + " characters, not stored]";
  }

  private static int lineOf(@Nullable JsonLocation location) {
    return location == null ? 1 : Math.max(1, location.getLineNr());
  }

  private static int conflictLine(byte[] content) {
    int line = 1;
    for (String each : new String(content, StandardCharsets.UTF_8).split("\n", -1)) {
      if (each.startsWith("<<<<<<<") || each.startsWith("=======") || each.startsWith(">>>>>>>")) {
        return line;
      }
      line++;
    }
    return 0;
  }

  /** Reads the fields one by one, as only then their lines are known. */
  private static final class Reader {
    private final Path file;
    private final byte[] content;
    private final JsonParser parser;
    private @Nullable String key;
    private @Nullable Instant recorded;
    private @Nullable EncodedResponse response;

    Reader(Path file, byte[] content, JsonParser parser) {
      this.file = file;
      this.content = content;
      this.parser = parser;
    }

    Entry read() throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw parser.currentToken() == null && content.length == 0
            ? bad(file, 1, "is empty")
            : bad(file, line(), "must start with {");
      }
      boolean formatSeen = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        int line = line();
        parser.nextToken();
        if (!formatSeen && !name.equals("format")) {
          throw bad(file, line, "must start with the field \"format\"");
        }
        JsonNode value = parser.readValueAsTree();
        formatSeen = true;
        field(name, value, line);
      }
      int end = line();
      if (parser.nextToken() != null) {
        throw bad(file, line(), "goes on after its end");
      }
      return new Entry(
          required(key, "key", end),
          required(recorded, "recorded", end),
          required(response, "answer\" or \"chunks", end));
    }

    private void field(String name, JsonNode value, int line) {
      switch (name) {
        case "format" -> format(value, line);
        case "key" -> key = text(name, value, line);
        case "recorded" -> recorded = instant(text(name, value, line), line);
        case "answer" -> answer(EncodedResponse.of(JsonText.of(Json.compact(value))), line);
        case "answer_text" ->
            answer(EncodedResponse.of(JsonText.of(text(name, value, line))), line);
        case "chunks" -> answer(EncodedResponse.ofChunks(chunks(name, value, line, false)), line);
        case "chunk_texts" ->
            answer(EncodedResponse.ofChunks(chunks(name, value, line, true)), line);
        default -> {} // what a later version adds, and what is there for people
      }
    }

    private void format(JsonNode value, int line) {
      String format = text("format", value, line);
      if (!format.equals(FORMAT)) {
        String shown = format.matches("cassette/\\d{1,9}") ? format : "another";
        throw bad(
            file,
            line,
            "field \"format\" must be "
                + FORMAT
                + ", but was "
                + shown
                + (shown.equals("another") ? "" : ", which another version of llmops wrote"));
      }
    }

    private void answer(EncodedResponse answer, int line) {
      if (response != null) {
        throw bad(file, line, "must hold one answer, but holds two");
      }
      response = answer;
    }

    private List<JsonText> chunks(String name, JsonNode value, int line, boolean texts) {
      if (!value.isArray()) {
        throw bad(file, line, "field \"" + name + "\" must be a list");
      }
      List<JsonText> chunks = new ArrayList<>(value.size());
      for (JsonNode each : value) {
        chunks.add(JsonText.of(texts ? text("text", each.path("text"), line) : Json.compact(each)));
      }
      return chunks;
    }

    private String text(String name, JsonNode value, int line) {
      if (!value.isTextual()) {
        throw bad(file, line, "field \"" + name + "\" must be a text");
      }
      return value.textValue();
    }

    private Instant instant(String text, int line) {
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw bad(
            file, line, "field \"recorded\" must be a time such as 2026-11-22T10:15:30Z, in UTC");
      }
    }

    private <T> T required(@Nullable T value, String name, int line) {
      if (value == null) {
        throw bad(file, line, "field \"" + name + "\" is missing");
      }
      return value;
    }

    private int line() {
      return lineOf(parser.currentTokenLocation());
    }
  }
}
