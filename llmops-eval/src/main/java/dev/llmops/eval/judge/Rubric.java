package dev.llmops.eval.judge;

import dev.llmops.JsonText;
import dev.llmops.Prompt;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a judge is told: the task and the choices, set into a frame that says how texts are fenced
 * and how to answer. Comes from a resource file {@code NAME.LANGUAGE.txt} beside this class: lines
 * {@code version: 1} and {@code choice: NAME | VALUE | MEANING}, a line {@code ---}, the task.
 *
 * @param name the file's name
 * @param version changes whenever a word changes; a test holds the texts to their versions
 * @param language what it is written in
 * @param choices the menu; empty where claims are asked for
 * @param task what to judge by
 */
record Rubric(
    String name, String version, Judge.Language language, List<JudgeChoice> choices, String task) {

  private static final Map<String, Rubric> LOADED = new ConcurrentHashMap<>();
  private static final Map<String, Map<String, String>> FRAMES = new ConcurrentHashMap<>();

  Rubric {
    choices = choices.isEmpty() ? List.of() : JudgeChoice.menu(choices);
  }

  static Rubric load(String name, Judge.Language language) {
    return LOADED.computeIfAbsent(
        name + "." + language.name().toLowerCase(Locale.ROOT), file -> read(name, language, file));
  }

  /** Name, version, language and the frame's version: {@code correctness@1/en+1}. */
  String signature() {
    return name
        + "@"
        + version
        + "/"
        + language.name().toLowerCase(Locale.ROOT)
        + "+"
        + frame(language).get("version");
  }

  Prompt prompt() {
    return Prompt.of("judge/" + name, version);
  }

  /** The instructions. They hold nothing of a case. */
  String system() {
    Map<String, String> frame = frame(language);
    StringBuilder menu = new StringBuilder();
    for (JudgeChoice each : choices) {
      menu.append("- ").append(each.name()).append(": ").append(each.meaning()).append('\n');
    }
    String format =
        choices.isEmpty()
            ? part(frame, "claims")
            : part(frame, "choice").replace("{choices}", menu.toString().stripTrailing());
    // the task last: a user's own criteria may hold the name of a placeholder
    return part(frame, "system").replace("{format}", format).replace("{task}", task);
  }

  /** The message with what is judged. */
  String user(FencedTexts texts) {
    Map<String, String> frame = frame(language);
    return part(frame, "before").replace("{code}", texts.code())
        + "\n\n"
        + texts.render()
        + "\n"
        + part(frame, "after");
  }

  JsonText schema() {
    if (choices.isEmpty()) {
      return JsonText.of(
          "{\"type\":\"object\",\"properties\":{\"claims\":{\"type\":\"array\",\"items\":"
              + "{\"type\":\"string\"}}},\"required\":[\"claims\"],"
              + "\"additionalProperties\":false}");
    }
    return JsonText.of(
        "{\"type\":\"object\",\"properties\":{\"reason\":{\"type\":\"string\"},"
            + "\"choice\":{\"type\":\"string\",\"enum\":[\""
            + String.join("\",\"", JudgeChoice.names(choices))
            + "\"]}},\"required\":[\"reason\",\"choice\"],\"additionalProperties\":false}");
  }

  JudgeRequest request(FencedTexts texts, Judge judge) {
    return new JudgeRequest(
        prompt(),
        system(),
        user(texts),
        JudgeChoice.names(choices),
        schema(),
        judge.temperature(),
        judge.weighted() && !choices.isEmpty());
  }

  /** The choice of this name, case and white space around it aside; null when off the menu. */
  @Nullable JudgeChoice choice(String given) {
    String stripped = given.strip();
    for (JudgeChoice each : choices) {
      if (each.name().equalsIgnoreCase(stripped)) {
        return each;
      }
    }
    return null;
  }

  private static Rubric read(String name, Judge.Language language, String file) {
    String version = null;
    List<JudgeChoice> choices = new ArrayList<>();
    String text = resource(file + ".txt");
    int line = text.indexOf("\n---\n");
    for (String each : text.substring(0, line).split("\n", -1)) {
      int colon = each.indexOf(':');
      String value = each.substring(colon + 1).strip();
      switch (each.substring(0, colon)) {
        case "version" -> version = value;
        case "choice" -> {
          String[] parts = value.split("\\|", 3);
          choices.add(
              new JudgeChoice(
                  parts[0].strip(), Double.parseDouble(parts[1].strip()), parts[2].strip()));
        }
        default -> throw new IllegalStateException("rubric " + file + ": unknown line " + each);
      }
    }
    if (version == null) {
      throw new IllegalStateException("rubric " + file + " has no version");
    }
    return new Rubric(name, version, language, choices, text.substring(line + 5).strip());
  }

  private static Map<String, String> frame(Judge.Language language) {
    return FRAMES.computeIfAbsent(
        language.name().toLowerCase(Locale.ROOT),
        each -> {
          Map<String, String> parts = new LinkedHashMap<>();
          for (String part : resource("frame." + each + ".txt").split("(?m)^== ", -1)) {
            int end = part.indexOf('\n');
            if (end > 0) {
              parts.put(part.substring(0, end).strip(), part.substring(end + 1).strip());
            }
          }
          return Map.copyOf(parts);
        });
  }

  private static String part(Map<String, String> frame, String name) {
    String part = frame.get(name);
    if (part == null) {
      throw new IllegalStateException("frame has no part " + name);
    }
    return part;
  }

  static String resource(String file) {
    try (InputStream in = Rubric.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("rubric file " + file + " is missing beside Rubric");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("rubric file " + file + " could not be read", e);
    }
  }
}
