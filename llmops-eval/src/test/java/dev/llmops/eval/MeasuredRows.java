package dev.llmops.eval;

import dev.llmops.eval.stats.Interval;
import dev.llmops.eval.stats.Proportion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the tests measured on labelled data, as rows in {@code target/evaluator-quality}, and the
 * table that is made of them. A test adds a row by one line, such as
 *
 * <pre>{@code
 * MeasuredRows.add("safety", "`refusal`, accuracy", ".95", Quality.share(right, all), "refusal_en");
 * }</pre>
 *
 * <p>{@link #main} writes the table between the marks of {@code docs/evaluators.md}; the profile
 * {@code evaluator-table} runs the tests and then that.
 */
public final class MeasuredRows {

  private static final Path FOLDER = Path.of("target", "evaluator-quality");
  private static final String BEGIN = "<!-- measured:begin -->\n";
  private static final String END = "<!-- measured:end -->\n";

  /** {@code 0.947 [0.930, 0.960] n=1345}; the interval may be missing. */
  private static final Pattern FIGURE =
      Pattern.compile("(-?[0-9.]+) *(?:\\[(-?[0-9.]+), *(-?[0-9.]+)])? *\\(?n *=? *([0-9]+)\\)?");

  private MeasuredRows() {}

  /**
   * Adds a row.
   *
   * @param family its heading in the table
   * @param what the evaluator and the measure
   * @param atLeast what is asked of it; empty when nothing is
   * @param figure as {@code 0.947 [0.930, 0.960] n=1345}
   * @param source the file of rows, and where the figure stands for a part of them, which
   */
  public static void add(String family, String what, String atLeast, String figure, String source) {
    Matcher found = FIGURE.matcher(figure);
    if (!found.matches()) {
      throw new IllegalArgumentException(
          "figure must be like 0.947 [0.930, 0.960] n=1345, but was " + figure);
    }
    String interval =
        found.group(2) == null ? "" : "[" + found.group(2) + ", " + found.group(3) + "]";
    write(family, what, atLeast, found.group(1), found.group(4), interval, source);
  }

  /** Adds a share with its Wilson interval. */
  public static void add(
      String family, String what, String atLeast, Proportion share, String source) {
    Interval interval = share.wilson95();
    add(
        family,
        what,
        atLeast,
        String.format(
            Locale.ROOT,
            "%.3f [%.3f, %.3f] n=%d",
            (double) share.successes() / share.n(),
            interval.low(),
            interval.high(),
            share.n()),
        source);
  }

  /** Adds a row of values that equal those of a reference implementation. */
  public static void addEqual(String family, String what, long equal, long of, String source) {
    write(
        family,
        what,
        "all equal",
        equal == of ? "all equal" : equal + " equal",
        Long.toString(of),
        "",
        source);
  }

  /** Writes the table of all rows into the docs; the argument is the page. */
  public static void main(String[] args) throws IOException {
    Path page = Path.of(args[0]);
    String table = table();
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(page + " has no lines " + BEGIN.strip() + END.strip());
    }
    Files.writeString(
        page, text.substring(0, begin + BEGIN.length()) + table + text.substring(end));
    System.out.println(table);
  }

  private static void write(String family, String... cells) {
    try {
      Files.createDirectories(FOLDER);
      Files.writeString(
          FOLDER.resolve(family + ".tsv"),
          String.join("\t", cells) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String table() throws IOException {
    Map<String, List<String>> families = new TreeMap<>();
    if (Files.isDirectory(FOLDER)) {
      try (Stream<Path> files = Files.list(FOLDER)) {
        for (Path file : files.sorted().toList()) {
          String name = file.getFileName().toString().replace(".tsv", "");
          families.put(name, rows(Files.readAllLines(file)));
          Files.delete(file); // so that a row nobody measures any more goes
        }
      }
    }
    if (families.isEmpty()) {
      throw new IllegalStateException(
          "nothing was measured; set LLMOPS_EVAL_DATA to the folder with the labelled data");
    }
    StringBuilder table = new StringBuilder();
    table.append(
        "\n| what | at least | measured | n | 95 % | rows |\n|---|---|---:|---:|---|---|\n");
    families.forEach(
        (family, rows) -> {
          table.append("| **").append(family.replace('_', ' ')).append("** | | | | | |\n");
          rows.forEach(row -> table.append(row).append('\n'));
        });
    return table.append('\n').toString();
  }

  /** The last one of each measure and source counts: a test may have run before. */
  private static List<String> rows(List<String> lines) {
    Map<String, String> last = new LinkedHashMap<>();
    for (String line : lines) {
      String[] cells = line.split("\t", -1);
      last.put(cells[0] + "\t" + cells[5], "| " + String.join(" | ", cells) + " |");
    }
    return new ArrayList<>(last.values());
  }
}
