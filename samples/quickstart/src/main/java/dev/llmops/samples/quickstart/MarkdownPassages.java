package dev.llmops.samples.quickstart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Splits one Markdown file into {@link Passage}s. It knows what docs are written in (headings,
 * paragraphs, lists, quotes, pipe tables, fenced code); it is not a CommonMark parser.
 */
final class MarkdownPassages {
  private static final int MAX_CODE_LINES = 12;
  private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*\\s*");
  private static final Pattern LIST_ITEM = Pattern.compile("\\s*(?:[-*+]|\\d{1,9}[.)])\\s+(.*)");
  private static final Pattern TABLE_RULE = Pattern.compile("\\|?[\\s:|-]*-[\\s:|-]*");
  private static final Pattern IMAGE = Pattern.compile("!\\[[^\\]]*\\]\\([^)]*\\)");
  private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");

  private final String document;
  private final List<Passage> passages = new ArrayList<>();
  private final StringBuilder paragraph = new StringBuilder();
  private String heading = "";
  private int sectionStart;

  private MarkdownPassages(String document) {
    this.document = document;
  }

  /** Returns the passages of {@code markdown} in order; empty when it holds no prose. */
  static List<Passage> of(String document, String markdown) {
    MarkdownPassages passages = new MarkdownPassages(document);
    passages.read(markdown.lines().toList());
    return List.copyOf(passages.passages);
  }

  private void read(List<String> lines) {
    boolean inComment = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String stripped = line.strip();
      Matcher headingMatch = HEADING.matcher(stripped);
      Matcher item = LIST_ITEM.matcher(line);
      if (inComment || stripped.startsWith("<!--")) {
        inComment = !stripped.contains("-->");
      } else if (stripped.startsWith("```") || stripped.startsWith("~~~")) {
        int end = endOfFence(lines, i, stripped);
        endParagraph();
        attachCode(lines.subList(i + 1, end));
        i = end;
      } else if (stripped.isEmpty() || stripped.startsWith("<")) {
        endParagraph();
      } else if (headingMatch.matches()) {
        endParagraph();
        heading = plain(headingMatch.group(1));
        sectionStart = passages.size();
      } else if (stripped.startsWith("|")) {
        endParagraph();
        boolean header = i + 1 < lines.size() && isTableRule(lines.get(i + 1).strip());
        if (!header && !isTableRule(stripped)) {
          paragraph.append(row(stripped));
          endParagraph();
        }
      } else if (item.matches()) {
        endParagraph();
        paragraph.append(item.group(1));
      } else {
        paragraph.append(paragraph.isEmpty() ? "" : " ").append(unquoted(stripped));
      }
    }
    endParagraph();
  }

  /** The line that closes the fence opened on line {@code start}, or the end of the file. */
  private static int endOfFence(List<String> lines, int start, String opening) {
    String fence = opening.substring(0, 3);
    int end = start + 1;
    while (end < lines.size() && !lines.get(end).strip().startsWith(fence)) {
      end++;
    }
    return end;
  }

  private void endParagraph() {
    String text = plain(paragraph.toString());
    paragraph.setLength(0);
    // a word or two (a badge, a lone link) answers nothing
    if (text.indexOf(' ') >= 0) {
      passages.add(new Passage(document, heading, text, null));
    }
  }

  /**
   * A short block belongs to the paragraph that leads to it ("Run the tests:"), and is shown with
   * it; it is never searched, because a sentence model makes little of code. A long one is left
   * out.
   */
  private void attachCode(List<String> lines) {
    if (lines.isEmpty() || lines.size() > MAX_CODE_LINES) {
      return;
    }
    String code = String.join("\n", lines).stripIndent().strip();
    int last = passages.size() - 1;
    if (last >= sectionStart) {
      Passage before = passages.get(last);
      String all = before.code() == null ? code : before.code() + "\n\n" + code;
      passages.set(last, new Passage(document, heading, before.text(), all));
    } else if (!heading.isEmpty()) {
      passages.add(new Passage(document, heading, heading, code));
    }
  }

  private static boolean isTableRule(String line) {
    return line.startsWith("|") && TABLE_RULE.matcher(line).matches();
  }

  private static String row(String line) {
    List<String> cells =
        Arrays.stream(line.split("\\|", -1))
            .map(String::strip)
            .filter(cell -> !cell.isEmpty())
            .toList();
    return cells.isEmpty()
        ? ""
        : cells.get(0) + cells.stream().skip(1).collect(Collectors.joining("; ", ": ", ""));
  }

  private static String unquoted(String line) {
    String rest = line;
    while (rest.startsWith(">")) {
      rest = rest.substring(1).strip();
    }
    return rest;
  }

  private static String plain(String markdown) {
    String text = IMAGE.matcher(markdown).replaceAll("");
    text = LINK.matcher(text).replaceAll("$1");
    return text.replace("**", "").replaceAll("\\s+", " ").strip();
  }
}
