package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootVersion;

/**
 * The table of features in {@code docs/spring.md} is what the tests show: each runs on each Boot of
 * the build, which is red if one fails. {@code -Dllmops.docs.write=true} writes the table.
 */
class FeatureTableTest {

  private static final List<String> BOOTS = List.of("3.5.16", "4.0.8", "4.1.1");
  private static final List<Class<?>> TESTS =
      List.of(
          LlmOpsAutoConfigurationTest.class,
          LlmOpsApplicationTest.class,
          LangChain4jAutoConfigurationTest.class,
          LlmOpsEndpointTest.class,
          OnlineScoringTest.class,
          ContextTest.class,
          SecurityTest.class,
          ThreadsTest.class,
          OwnLlmOpsTest.class,
          UnknownPropertiesTest.class,
          StepAnnotationsTest.class,
          MicrometerTest.class,
          SpringAiSpansTest.class,
          OpenTelemetryStarterTest.class,
          BudgetTest.class,
          RedactionTest.class,
          StartupTest.class,
          AotTest.class);
  private static final String BEGIN = "<!-- features: written by FeatureTableTest -->\n";
  private static final String END = "<!-- end of features -->";

  @Test
  void theDocsSayWhatTheTestsShow() throws Exception {
    Path file = Path.of("../docs/spring.md");
    String docs = Files.readString(file);
    int begin = docs.indexOf(BEGIN) + BEGIN.length();
    int end = docs.indexOf(END);
    assertThat(end).as("the marked section of docs/spring.md").isGreaterThanOrEqualTo(begin);
    String table = table();

    if (Boolean.getBoolean("llmops.docs.write")) {
      Files.writeString(file, docs.substring(0, begin) + table + docs.substring(end));
    } else {
      assertThat(docs.substring(begin, end)).isEqualTo(table);
    }
    assertThat(BOOTS).contains(SpringBootVersion.getVersion());
  }

  private static String table() {
    Map<String, List<String>> features = new LinkedHashMap<>();
    for (Class<?> test : TESTS) {
      Map<String, Method> ordered = new TreeMap<>();
      for (Method method : test.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Feature.class)) {
          ordered.put(method.getName(), method);
        }
      }
      ordered
          .values()
          .forEach(
              method -> {
                Feature feature = method.getAnnotation(Feature.class);
                features.put(feature.value(), Arrays.asList(feature.on()));
              });
    }
    StringBuilder table = new StringBuilder("| feature |");
    BOOTS.forEach(boot -> table.append(" Boot ").append(boot).append(" |"));
    table.append("\n|---|");
    BOOTS.forEach(boot -> table.append("---|"));
    features.forEach(
        (feature, on) -> {
          table.append("\n| ").append(feature).append(" |");
          BOOTS.forEach(
              boot -> table.append(on.stream().anyMatch(boot::startsWith) ? " ✓ |" : " – |"));
        });
    return table.append('\n').toString();
  }
}
