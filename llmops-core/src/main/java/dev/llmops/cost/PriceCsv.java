package dev.llmops.cost;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads price files of our own form; docs/cost.md describes it. */
final class PriceCsv {

  private static final String PROVIDER = "provider";
  private static final String MODEL = "model";
  private static final List<String> COLUMNS =
      Stream.concat(
              Stream.of(
                  PROVIDER,
                  MODEL,
                  "tier",
                  "above",
                  "from",
                  "until",
                  "currency",
                  "source",
                  "checked"),
              Arrays.stream(Rate.values()).map(Rate::column))
          .toList();

  private static final int MAX_NUMBER = 40;

  private final String file;

  private PriceCsv(String file) {
    this.file = file;
  }

  /**
   * The lines of a file.
   *
   * @param file its name, for messages
   * @throws IllegalArgumentException if a line cannot be understood: file, line, what, what is
   *     allowed
   */
  static List<PriceLine> read(String file, List<String> text) {
    return new PriceCsv(file).lines(text);
  }

  /** A decimal number, plain or in scientific notation, of a sensible size. */
  static BigDecimal number(String field, String text) {
    BigDecimal number;
    try {
      number = text.length() > MAX_NUMBER ? null : new BigDecimal(text);
    } catch (NumberFormatException e) {
      number = null;
    }
    // the scale first: a hostile 1e-999999999 must not be written out
    if (number == null || Math.abs((long) number.scale()) > MAX_NUMBER) {
      throw new IllegalArgumentException(
          field + " must be a decimal number such as 2.50, but was \"" + cut(text) + "\"");
    }
    return number;
  }

  static String cut(String text) {
    return text.length() <= 50 ? text : text.substring(0, 50) + "…";
  }

  private List<PriceLine> lines(List<String> text) {
    List<PriceLine> lines = new ArrayList<>();
    List<String> header = null;
    for (int i = 0; i < text.size(); i++) {
      String row = text.get(i).strip();
      String where = "price table [" + file + "] line " + (i + 1);
      if (i == 0 && row.startsWith("\uFEFF")) {
        row = row.substring(1).strip();
      }
      if (row.isEmpty() || row.startsWith("#")) {
        continue;
      }
      try {
        List<String> cells = cells(row);
        if (header == null) {
          header = header(cells);
        } else {
          lines.addAll(draft(where, header, cells).lines());
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
      }
    }
    if (header == null) {
      throw new IllegalArgumentException(
          "price table ["
              + file
              + "]: the header line is missing; it names the columns, of which provider, model and"
              + " input must be there");
    }
    return lines;
  }

  private static List<String> header(List<String> cells) {
    Set<String> seen = new HashSet<>();
    for (String cell : cells) {
      if (!COLUMNS.contains(cell) || !seen.add(cell)) {
        String hint =
            cells.get(0).startsWith("{") ? "; read LiteLLM's JSON with PriceTable.readLiteLlm" : "";
        throw new IllegalArgumentException(
            "column \""
                + cut(cell)
                + "\" "
                + (seen.contains(cell) ? "is there twice" : "is not known")
                + "; allowed are "
                + String.join(", ", COLUMNS)
                + hint);
      }
    }
    for (String needed : List.of(PROVIDER, MODEL, Rate.INPUT.column())) {
      if (!seen.contains(needed)) {
        throw new IllegalArgumentException("column \"" + needed + "\" is missing in the header");
      }
    }
    return cells;
  }

  private static PriceLine.Draft draft(String where, List<String> header, List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException(
          "must have " + header.size() + " cells as the header has, but has " + cells.size());
    }
    Map<String, String> row = new HashMap<>();
    for (int i = 0; i < cells.size(); i++) {
      if (!cells.get(i).isEmpty()) {
        row.put(header.get(i), cells.get(i));
      }
    }
    PriceLine.Draft draft =
        new PriceLine.Draft(
            where, split(needed(row, PROVIDER)), ModelPattern.parse(needed(row, MODEL)));
    for (Rate rate : Rate.values()) {
      String price = row.get(rate.column());
      if (price != null) {
        draft.price(rate, number(rate.column(), price));
      }
    }
    String tier = row.get("tier");
    if (tier != null) {
      draft.tiers(split(tier));
    }
    String above = row.get("above");
    if (above != null) {
      if (!above.matches("\\d{1,12}")) {
        throw new IllegalArgumentException(
            "above must be a number of input tokens such as 200000, but was \""
                + cut(above)
                + "\"");
      }
      draft.above(Long.parseLong(above));
    }
    draft.from(date(row, "from"));
    draft.until(date(row, "until"));
    draft.checked(date(row, "checked"));
    String currency = row.get("currency");
    if (currency != null) {
      draft.currency(currency);
    }
    String source = row.get("source");
    if (source != null) {
      draft.source(source);
    }
    return draft;
  }

  private static String needed(Map<String, String> row, String column) {
    String cell = row.get(column);
    if (cell == null) {
      throw new IllegalArgumentException(column + " is missing");
    }
    return cell;
  }

  private static List<String> split(String cell) {
    return Arrays.stream(cell.split("\\|", -1)).map(String::strip).collect(Collectors.toList());
  }

  private static @Nullable LocalDate date(Map<String, String> row, String column) {
    String cell = row.get(column);
    try {
      return cell == null ? null : LocalDate.parse(cell);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          column + " must be a date such as 2026-07-30, but was \"" + cut(cell) + "\"", e);
    }
  }

  /** Cells between commas, stripped; one in double quotes may hold commas and doubled quotes. */
  private static List<String> cells(String row) {
    List<String> cells = new ArrayList<>();
    int at = 0;
    while (at <= row.length()) {
      while (at < row.length() && row.charAt(at) == ' ') {
        at++;
      }
      if (at < row.length() && row.charAt(at) == '"') {
        StringBuilder cell = new StringBuilder();
        int end = at + 1;
        while (true) {
          int quote = row.indexOf('"', end);
          if (quote < 0) {
            throw new IllegalArgumentException("a quoted cell is not closed: the \" is missing");
          }
          cell.append(row, end, quote);
          if (row.startsWith("\"\"", quote)) {
            cell.append('"');
            end = quote + 2;
          } else {
            end = quote + 1;
            break;
          }
        }
        int comma = row.indexOf(',', end);
        int stop = comma < 0 ? row.length() : comma;
        if (!row.substring(end, stop).isBlank()) {
          throw new IllegalArgumentException("a quoted cell must be followed by a comma");
        }
        cells.add(cell.toString());
        at = stop + 1;
      } else {
        int comma = row.indexOf(',', at);
        int stop = comma < 0 ? row.length() : comma;
        cells.add(row.substring(at, stop).strip());
        at = stop + 1;
      }
    }
    return cells;
  }
}
