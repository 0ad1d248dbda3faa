package dev.llmops.benchmarks.spring;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What of llmops the application has; all else is the same. */
enum Variant {
  WITHOUT("without llmops on the class path"),
  OFF("with the starter, llmops.enabled=false"),
  DEFAULTS("with the starter, no property set"),
  EVERYTHING("with the starter, everything on");

  private final String words;

  Variant(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }

  /** What this JVM has, which is the sample and what starts it; samples are no llmops. */
  String classPath() {
    String separator = System.getProperty("path.separator");
    return Arrays.stream(System.getProperty("java.class.path").split(Pattern.quote(separator), -1))
        .filter(entry -> this != WITHOUT || !isLlmops(entry))
        .collect(Collectors.joining(separator));
  }

  private static boolean isLlmops(String entry) {
    return entry
        .replace('\\', '/')
        .matches(".*/llmops-(core|otel|eval|spring-starter)(/target/classes|-\\d[^/]*\\.jar)/?");
  }

  /** The properties that are this variant's own. */
  Map<String, String> properties(Path directory) {
    Map<String, String> properties = new LinkedHashMap<>();
    switch (this) {
      case WITHOUT -> {}
      case DEFAULTS -> { // the sample sets two
        properties.put("llmops.log.enabled", "false");
        properties.put("llmops.online.enabled", "false");
      }
      case OFF -> properties.put("llmops.enabled", "false");
      case EVERYTHING -> {
        properties.put("llmops.content.capture", "redacted");
        properties.put("llmops.jsonl.path", directory.resolve("calls.jsonl").toString());
        properties.put("llmops.log.enabled", "true");
        properties.put("llmops.ring.capacity", "1000");
        properties.put("llmops.online.evaluators", "length,pii,toxicity");
        properties.put("llmops.context.conversation-header", "X-Conversation-Id");
        properties.put("llmops.context.session", "true");
        properties.put("llmops.context.user", "true");
        properties.put("llmops.context.salt", "only-for-this-measurement");
        properties.put("llmops.micrometer.enabled", "true");
        properties.put("llmops.otel.chunk-times", "true");
      }
    }
    return properties;
  }
}
