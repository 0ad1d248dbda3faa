package dev.llmops.spring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.llmops.LlmOps;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Tells of properties under {@code llmops} that there are none of: Spring ignores them, and what
 * they were to switch on stays off. What is known is what the metadata for editors lists.
 */
final class UnknownProperties implements AfterLlmOps {

  private static final Logger log = LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);
  private static final String METADATA = "META-INF/spring-configuration-metadata.json";
  private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("llmops");

  /** What tests, builds and samples read; whether more may follow. */
  private static final Map<String, Boolean> OF_OTHERS =
      Map.of(
          "llmops.baseline", false,
          "llmops.case", false,
          "llmops.cassette", true,
          "llmops.eval.cache", false,
          "llmops.eval.data", false,
          "llmops.gguf", false,
          "llmops.judge.model", false,
          "llmops.results", false,
          "llmops.server.pages", false,
          "llmops.test", true);

  private final @Nullable String note;

  UnknownProperties(Environment environment) {
    note = describe(find(environment), environment);
  }

  @Override
  public void built(LlmOps ops) {
    if (note != null) {
      log.warn("llmops: {}", note);
    }
  }

  @Override
  public @Nullable String note() {
    return note;
  }

  /** Names only: a value may be a secret. */
  private static @Nullable String describe(Map<String, String> unknown, Environment environment) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> each : unknown.entrySet()) {
      text.append(text.isEmpty() ? "Without effect, as there is no such property: " : ", ");
      text.append(each.getKey()).append(" (near is ").append(each.getValue()).append(')');
    }
    text.append(text.isEmpty() ? "" : ".");
    if (isSet(environment, "llmops.servers") && !isSet(environment, "llmops.servers.urls")) {
      text.append(text.isEmpty() ? "" : " ");
      text.append("llmops.servers has no effect without llmops.servers.urls.");
    }
    return text.isEmpty() ? null : text.toString();
  }

  private static boolean isSet(Environment environment, String name) {
    ConfigurationPropertyName wanted = ConfigurationPropertyName.of(name);
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source.getConfigurationProperty(wanted) != null
          || source.containsDescendantOf(wanted) == ConfigurationPropertyState.PRESENT) {
        return true;
      }
    }
    return false;
  }

  /** The unknown names, each with the known one that is nearest. */
  static Map<String, String> find(Environment environment) {
    TreeSet<ConfigurationPropertyName> set = new TreeSet<>();
    TreeSet<ConfigurationPropertyName> ofEnvironment = new TreeSet<>();
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource names) {
        boolean variables = names.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
        names.stream().filter(ROOT::isAncestorOf).forEach((variables ? ofEnvironment : set)::add);
      }
    }
    if (set.isEmpty() && ofEnvironment.isEmpty()) {
      return Map.of();
    }
    Map<String, Boolean> ours = known();
    if (!ours.containsKey("llmops.enabled")) {
      return Map.of(); // not our list, or none: repackaged
    }
    Map<String, Boolean> known = new TreeMap<>(ours);
    known.putAll(OF_OTHERS);
    Map<String, String> unknown = new TreeMap<>();
    for (ConfigurationPropertyName name : set) {
      if (!known.containsKey(name.toString())
          && known.entrySet().stream()
              .noneMatch(each -> is(name, each.getKey(), each.getValue()))) {
        unknown.put(name.toString(), nearest(name.toString(), ours));
      }
    }
    // LLMOPS_JSONL_MAX_FILE_SIZE is llmops.jsonl.max-file-size as well: dots and dashes are lost
    for (ConfigurationPropertyName name : ofEnvironment) {
      if (known.entrySet().stream()
          .noneMatch(each -> isLoosely(name, each.getKey(), each.getValue()))) {
        unknown.put(variable(name), nearest(name.toString(), ours));
      }
    }
    return unknown;
  }

  private static boolean is(ConfigurationPropertyName name, String known, boolean open) {
    ConfigurationPropertyName other = ConfigurationPropertyName.of(known);
    return other.equals(name) || (open && other.isAncestorOf(name));
  }

  private static boolean isLoosely(ConfigurationPropertyName name, String known, boolean open) {
    String letters = letters(name.toString());
    return open ? letters.startsWith(letters(known)) : letters.equals(letters(known));
  }

  private static String letters(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }

  private static String variable(ConfigurationPropertyName name) {
    return name.toString().replaceAll("[^A-Za-z0-9]+", "_").toUpperCase(Locale.ROOT);
  }

  private static String nearest(String name, Map<String, Boolean> known) {
    return Near.to(name, known.keySet(), 1).get(0);
  }

  /** Every property, and whether more may follow its name: a list's index, a map's key. */
  private static Map<String, Boolean> known() {
    Map<String, Boolean> known = new TreeMap<>();
    String type = UnknownProperties.class.getName().replace('.', '/') + ".class";
    URL here = UnknownProperties.class.getResource("/" + type);
    if (here == null) {
      return known; // a native image
    }
    // every jar has a file of this name: ours is beside our classes
    String root = here.toString().substring(0, here.toString().length() - type.length());
    try (InputStream metadata = URI.create(root + METADATA).toURL().openStream();
        JsonParser json = new JsonFactory().createParser(metadata)) {
      read(json, known);
    } catch (IOException e) {
      log.debug("cannot read {}{}", root, METADATA, e);
    }
    return known;
  }

  /** The array {@code properties} of the top level: name and type of each. */
  private static void read(JsonParser json, Map<String, Boolean> known) throws IOException {
    json.nextToken();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean properties = json.currentName().equals("properties");
      json.nextToken();
      if (!properties) {
        json.skipChildren();
        continue;
      }
      while (json.nextToken() == JsonToken.START_OBJECT) {
        String name = "";
        String type = "";
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String field = json.currentName();
          json.nextToken();
          switch (field) {
            case "name" -> name = json.getText();
            case "type" -> type = json.getText();
            default -> json.skipChildren();
          }
        }
        if (name.startsWith("llmops.")) {
          known.put(name, type.startsWith("java.util.") && type.endsWith(">"));
        }
      }
    }
  }
}
