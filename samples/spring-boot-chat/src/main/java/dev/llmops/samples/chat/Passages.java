package dev.llmops.samples.chat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.ai.document.Document;
import org.springframework.core.io.Resource;

/**
 * Markdown files cut into passages: at headings, and at blank lines where a section is long. Spring
 * AI embeds a passage with its metadata, so that the heading counts.
 */
final class Passages {

  /** The metadata that says where a passage stands: {@code spring.md, "Context"}. */
  static final String SOURCE = "source";

  private static final int MAX_CHARS = 2_000;

  private final String file;
  private final List<Document> found = new ArrayList<>();
  private final StringBuilder passage = new StringBuilder();
  private String heading = "";

  private Passages(String file) {
    this.file = file;
  }

  static List<Document> of(Resource... files) throws IOException {
    List<Document> all = new ArrayList<>();
    for (Resource file : files) {
      Passages passages = new Passages(String.valueOf(file.getFilename()));
      passages.read(file.getContentAsString(StandardCharsets.UTF_8).lines().toList());
      all.addAll(passages.found);
    }
    return all;
  }

  private void read(List<String> lines) {
    boolean inCode = false;
    for (String line : lines) {
      if (line.startsWith("```")) {
        inCode = !inCode;
      }
      if (!inCode && line.startsWith("#")) {
        end();
        heading = line.replaceFirst("^#+\\s*", "");
      } else {
        passage.append(line).append('\n');
        boolean mayEnd = line.isBlank() || line.startsWith("|");
        if (!inCode && mayEnd && passage.length() > MAX_CHARS) {
          end();
        }
      }
    }
    end();
  }

  private void end() {
    String text = passage.toString().strip();
    passage.setLength(0);
    if (!text.isEmpty()) {
      String source = heading.isEmpty() ? file : file + ", \"" + heading + "\"";
      found.add(new Document(text, Map.of(SOURCE, source)));
    }
  }
}
