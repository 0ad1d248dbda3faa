package dev.llmops.eval.dataset;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.llmops.eval.dataset.Value.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table as RFC 4180 has it, under the names in its first line. An empty cell is
 * absent, {@code ""} is an empty text; rows of absent cells only, as blank lines are, are left out.
 */
final class CsvRows implements Rows {

  private static final int MAX_COLUMNS = 1_000;
  private static final CsvFactory CSV =
      CsvFactory.builder()
          .enable(CsvParser.Feature.EMPTY_UNQUOTED_STRING_AS_NULL)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Limits.CASE_CHARS).build())
          .build();

  private final Utf8Reader in;
  private final CsvParser parser;
  private final String file;
  private final Problems problems;
  private final List<String> columns = new ArrayList<>();
  private boolean started;
  private boolean ended;
  private int lastLine = 1;

  CsvRows(Utf8Reader in, String file, Problems problems) throws IOException {
    this.in = in;
    this.parser = CSV.createParser(in);
    this.file = file;
    this.problems = problems;
  }

  @Override
  public @Nullable Value next() throws IOException {
    try {
      if (!started) {
        started = true;
        readHeader();
      }
      while (!ended && !problems.isFull()) {
        List<Value> cells = cells();
        if (cells == null) {
          ended = true;
        } else if (cells.stream().allMatch(cell -> cell.is(Kind.NULL))) {
          continue; // a blank line, or what a spreadsheet leaves of a deleted row
        } else if (cells.size() == columns.size()) {
          Value row = row(cells);
          if (row != null) {
            return row;
          }
        } else {
          problems.add(
              file,
              cells.get(0).line(),
              0,
              "row has "
                  + cells.size()
                  + (cells.size() == 1 ? " cell" : " cells")
                  + ", but the header has "
                  + columns.size()
                  + "; put a cell with a comma, a quote or a line feed in quotes");
        }
      }
    } catch (StreamConstraintsException e) {
      ended = true;
      problems.add(file, lastLine, 0, "cell in this line or after it " + Budget.TOO_LONG);
    } catch (JsonProcessingException e) {
      ended = true;
      JsonLocation place = e.getLocation();
      // a quote that is not closed is seen at the end of the file, which helps nobody
      boolean open = String.valueOf(e.getMessage()).startsWith("Missing closing quote");
      problems.add(
          file,
          place == null || open ? lastLine : Math.max(1, place.getLineNr()),
          place == null || open ? 0 : Math.max(0, place.getColumnNr()),
          open
              ? "quote is opened in this line or after it and never closed"
              : "text is not valid CSV (RFC 4180): within quotes double a quote, behind them put a"
                  + " comma or end the line");
    } catch (Malformed e) {
      ended = true;
      problems.add(file, e.line(), e.column(), e.what());
    }
    return null;
  }

  private void readHeader() throws IOException, Malformed {
    List<Value> header = cells();
    if (header == null) {
      throw new Malformed(1, 1, "file has no header; its first line must name the columns");
    }
    if (header.size() == 1 && header.get(0).text().matches("(?s).*[;\\t].*")) {
      throw new Malformed(1, 1, "columns must be separated by commas");
    }
    Set<String> seen = new HashSet<>();
    for (Value cell : header) {
      String name = cell.text();
      boolean metadata =
          name.startsWith(Field.METADATA_COLUMN) && name.length() > Field.METADATA_COLUMN.length();
      if (!seen.add(name)) {
        problem(cell, "column " + Names.quoted(name) + " occurs twice");
      } else if (!metadata && (Field.of(name) == null || Field.of(name) == Field.METADATA)) {
        List<String> known =
            Field.NAMES.stream().filter(each -> Field.of(each) != Field.METADATA).toList();
        String meant = Names.meant(name, known);
        problem(
            cell,
            "column "
                + Names.quoted(name)
                + " is not known"
                + (meant == null ? "" : "; did you mean \"" + meant + "\"?")
                + " (known: "
                + String.join(", ", known)
                + "); keep data of your own in columns such as \"metadata.source\"");
        name = ""; // said once: its cells are left out
      }
      columns.add(name);
    }
  }

  private @Nullable List<Value> cells() throws IOException, Malformed {
    if (parser.nextToken() == null) {
      return null;
    }
    Budget budget = new Budget();
    List<Value> cells = new ArrayList<>();
    JsonToken token = parser.nextToken();
    while (token != null && token != JsonToken.END_ARRAY) {
      JsonLocation place = parser.currentTokenLocation();
      int line = place.getLineNr();
      int column = place.getColumnNr();
      lastLine = line;
      String text = token == JsonToken.VALUE_NULL ? "" : parser.getText();
      budget.spend(text.length(), 1, line, column);
      if (cells.size() == MAX_COLUMNS) {
        throw new Malformed(line, column, "row has more than " + MAX_COLUMNS + " cells");
      }
      Kind kind = token == JsonToken.VALUE_NULL ? Kind.NULL : Kind.TEXT;
      cells.add(Value.scalar(kind, text, line, column));
      token = parser.nextToken();
    }
    return cells;
  }

  private @Nullable Value row(List<Value> cells) {
    LinkedHashMap<String, Value> row = new LinkedHashMap<>();
    LinkedHashMap<String, Value> metadata = new LinkedHashMap<>();
    boolean right = true;
    for (int i = 0; i < cells.size(); i++) {
      Value cell = cells.get(i);
      String column = columns.get(i);
      if (cell.is(Kind.NULL) || column.isEmpty()) {
        continue;
      }
      Field field = Field.of(column);
      if (field == null) {
        metadata.put(column.substring(Field.METADATA_COLUMN.length()), cell);
        continue;
      }
      Value value = field.isText() ? cell : element(field, cell);
      if (value == null) {
        right = false;
      } else {
        row.put(column, value);
      }
    }
    Value first = cells.get(0);
    if (!metadata.isEmpty()) {
      row.put(Field.METADATA.key(), Value.object(metadata, first.line(), first.column()));
    }
    return right ? Value.object(row, first.line(), first.column()) : null;
  }

  /** A cell that starts a JSON list (or object, where there is one) is JSON; another is a text. */
  private @Nullable Value element(Field field, Value cell) {
    boolean list = cell.text().startsWith("[");
    boolean object = cell.text().startsWith("{") && field == Field.RELEVANT_IDS;
    if (!list && !object) {
      if (field.isTexts()) {
        return cell;
      }
      problem(cell, "field \"" + field.key() + "\" must be a JSON list, but is a text");
      return null;
    }
    Value json = JsonValues.parseOrNull(cell.text());
    if (json == null) {
      problem(
          cell,
          "field \""
              + field.key()
              + "\" starts with \""
              + cell.text().charAt(0)
              + "\" but is not valid JSON"
              + (field.isTexts() ? "; write such a text as a list of one: [\"[a] text\"]" : ""));
      return null;
    }
    return at(json, cell);
  }

  /**
   * The value at the place of its cell: quotes are doubled there, so columns within do not tell.
   */
  private static Value at(Value value, Value cell) {
    LinkedHashMap<String, Value> fields = new LinkedHashMap<>();
    value.fields().forEach((name, each) -> fields.put(name, at(each, cell)));
    return new Value(
        value.kind(),
        value.text(),
        value.items().stream().map(each -> at(each, cell)).toList(),
        fields,
        cell.line(),
        cell.column(),
        value.size(),
        value.chars());
  }

  private void problem(Value at, String what) {
    problems.add(file, at.line(), at.column(), what);
  }

  @Override
  public void close() throws IOException {
    parser.close();
    in.close();
  }
}
