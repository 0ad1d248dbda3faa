package dev.llmops.samples.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The passages that a retriever has put into the system messages: each begins with a line that
 * names its source in square brackets, {@code [README.md, "Install"]}, and ends before the next or
 * with the message.
 */
final class PromptPassages {
  private static final Pattern SOURCE =
      Pattern.compile("^\\[([^\\]\",]+)(?:, \"([^\"]*)\")?\\]$", Pattern.MULTILINE);

  private PromptPassages() {}

  /** Returns them in their order; empty when there is none. */
  static List<Passage> of(ChatRequest request) {
    List<Passage> passages = new ArrayList<>();
    for (ChatRequest.Turn turn : request.messages()) {
      if (turn.role().equals("system") || turn.role().equals("developer")) {
        addFrom(turn.text(), passages);
      }
    }
    return passages;
  }

  private static void addFrom(String text, List<Passage> passages) {
    Matcher source = SOURCE.matcher(text);
    boolean more = source.find();
    while (more) {
      String document = source.group(1).strip();
      String heading = source.group(2);
      int start = source.end();
      more = source.find();
      String markdown = text.substring(start, more ? source.start() : text.length());
      passages.addAll(
          MarkdownPassages.of(
              document, heading == null ? markdown : "# " + heading + "\n\n" + markdown));
    }
  }
}
