package dev.llmops.eval.dataset;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The objects of a list, which is the whole file or the field "cases" of its object. */
final class JsonRows implements Rows {

  static final String SHAPE = "file must be a list of cases or an object with the list \"cases\"";

  private final Utf8Reader in;
  private final JsonParser parser;
  private final String file;
  private final Problems problems;
  private boolean started;
  private boolean wrapped;
  private boolean ended;

  JsonRows(Utf8Reader in, String file, Problems problems) throws IOException {
    this.in = in;
    this.parser = JsonValues.JSON.createParser(in);
    this.file = file;
    this.problems = problems;
  }

  @Override
  public @Nullable Value next() throws IOException {
    if (ended || problems.isFull()) {
      return null;
    }
    try {
      if (!started) {
        started = true;
        start();
      }
      if (parser.nextToken() != JsonToken.END_ARRAY) {
        return JsonValues.read(parser, 0, new Budget());
      }
      end();
    } catch (JsonProcessingException e) {
      stop(JsonValues.malformed(e, 0));
    } catch (Malformed e) {
      stop(e);
    }
    return null;
  }

  private void start() throws IOException, Malformed {
    JsonToken first = parser.nextToken();
    if (first == JsonToken.START_OBJECT) {
      wrapped = true;
      if (parser.nextToken() != JsonToken.FIELD_NAME || !parser.currentName().equals("cases")) {
        throw here(SHAPE);
      }
      first = parser.nextToken();
    }
    if (first != JsonToken.START_ARRAY) {
      throw here(SHAPE);
    }
  }

  private void end() throws IOException, Malformed {
    ended = true;
    if (wrapped && parser.nextToken() != JsonToken.END_OBJECT) {
      throw here("file must hold nothing beside \"cases\"");
    }
    if (parser.nextToken() != null) {
      throw here("more text follows the list of cases");
    }
  }

  private Malformed here(String what) {
    JsonLocation place = parser.currentTokenLocation();
    return new Malformed(Math.max(1, place.getLineNr()), Math.max(1, place.getColumnNr()), what);
  }

  private void stop(Malformed e) {
    ended = true;
    problems.add(file, e.line(), e.column(), e.what());
  }

  @Override
  public void close() throws IOException {
    parser.close();
    in.close();
  }
}
