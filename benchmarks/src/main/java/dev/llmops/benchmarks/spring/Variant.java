package dev.llmops.benchmarks.spring;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /** The part of {@code classPath} that this variant has; llmops' samples are no part of llmops. */
  String classPath(String classPath) {
    String separator = System.getProperty("path.separator");
    return this != WITHOUT
        ? classPath
        : Arrays.stream(classPath.split(java.util.regex.Pattern.quote(separator), -1))
            .filter(entry -> !isLlmops(entry))
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
      case WITHOUT, DEFAULTS -> {}
      case OFF -> properties.put("llmops.enabled", "false");
      case EVERYTHING -> {
        properties.put("llmops.content.capture", "redacted");
        properties.put("llmops.jsonl.path", directory.resolve("calls.jsonl").toString());
        properties.put("llmops.log.enabled", "true");
        properties.put("llmops.ring.capacity", "1000");
        properties.put(
            "llmops.online.evaluators", "length,pii,secrets,toxicity,refusal,prompt_injection");
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
