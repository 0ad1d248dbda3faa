package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class UnknownPropertiesTest {

  @Feature("properties of `llmops` that do not exist are told, with the nearest that does")
  @Test
  void explainAndTheLogNameThem() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
        .withPropertyValues("llmops.ring.capcity=5", "llmops.log.enabled=true")
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains("Without effect, as there is no such property: ")
                    .contains("llmops.ring.capcity (near is llmops.ring.capacity)."));
  }

  @Test
  void everySpellingThatSpringReadsIsKnown() {
    Map<String, Object> written =
        Map.of(
            "llmops.jsonl.maxFileSize", "1MB",
            "llmops.jsonl.max_files", "2",
            "llmops.servers.urls[0]", "http://a:1",
            "llmops.online.settings.length.max", "3",
            "llmops.cassette.folder", "tapes",
            "other.ring.capcity", "4");
    Map<String, Object> variables =
        Map.of(
            "LLMOPS_JSONL_MAXFILESIZE", "1MB",
            "LLMOPS_RING_CAPACITY", "5",
            "LLMOPS_SERVERS_URLS_0", "http://a:1",
            "LLMOPS_CASSETTE", "replay",
            "LLMOPS_GGUF", "model.gguf",
            "LLMOPS_EVAL_DATA", "data",
            "LLMOPS_EVAL_CACHE", "cache",
            "LLMOPS_JUDGE_MODEL", "m",
            "LLMOPS_RNG_CAPACITY", "5");

    assertThat(UnknownProperties.find(environment(written, variables)))
        .containsExactly(Map.entry("LLMOPS_RNG_CAPACITY", "llmops.ring.capacity"));
  }

  /** The accessor of Reactor's context is found by itself, whatever a property says. */
  @Test
  void thePropagationOfReactorHasNoSwitchOfOurs() {
    Map<String, Object> written = Map.of("llmops.context.reactor", "false");

    assertThat(UnknownProperties.find(environment(written, Map.of())))
        .containsOnlyKeys("llmops.context.reactor");
  }

  @Test
  void whatOthersReadIsNotOfferedInPlaceOfATypo() {
    Map<String, Object> written = Map.of("llmops.resultz", "a");

    assertThat(UnknownProperties.find(environment(written, Map.of())).get("llmops.resultz"))
        .isNotEqualTo("llmops.results");
  }

  @Test
  void serversWithoutAnAddressAreTold() {
    Map<String, Object> written = Map.of("llmops.servers.gpus", "http://a:1/metrics");

    assertThat(new UnknownProperties(environment(written, Map.of())).note())
        .isEqualTo("llmops.servers has no effect without llmops.servers.urls.");
  }

  @Test
  void valuesAreNotTold() {
    Map<String, Object> written = Map.of("llmops.context.slat", "a very secret salt");

    assertThat(new UnknownProperties(environment(written, Map.of())).note())
        .contains("llmops.context.slat (near is llmops.context.salt)")
        .doesNotContain("secret");
  }

  private static StandardEnvironment environment(
      Map<String, Object> written, Map<String, Object> variables) {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .forEach(s -> environment.getPropertySources().remove(s.getName()));
    environment.getPropertySources().addFirst(new MapPropertySource("written", written));
    environment
        .getPropertySources()
        .addLast(
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    return environment;
  }
}
