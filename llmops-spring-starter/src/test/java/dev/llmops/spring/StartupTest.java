package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

class StartupTest {

  /** Printed, not asserted: the machine that builds is not idle. CPU time of the main thread. */
  @Test
  void saysWhatItAddsToTheStart() {
    List<Long> with = new ArrayList<>();
    List<Long> without = new ArrayList<>();
    start(true);
    start(false); // classes are loaded by now, in both
    for (int i = 0; i < 5; i++) {
      with.add(start(true));
      without.add(start(false));
    }
    Collections.sort(with);
    Collections.sort(without);
    System.out.printf(
        "Boot %s takes %d ms of CPU to start with llmops, %d ms without (medians of 5, warm)%n",
        SpringBootVersion.getVersion(), with.get(2) / 1_000_000, without.get(2) / 1_000_000);

    assertThat(with).hasSameSizeAs(without);
  }

  @Feature("hints for native images")
  @Test
  void hintsNameWhatReflectionAndResourcesNeed() throws Exception {
    RuntimeHints hints = new RuntimeHints();
    new LlmOpsRuntimeHints().registerHints(hints, getClass().getClassLoader());

    assertThat(hints)
        .matches(RuntimeHintsPredicates.resource().forResource("dev/llmops/cost/prices.csv"))
        .matches(
            RuntimeHintsPredicates.proxies().forInterfaces(com.openai.client.OpenAIClient.class))
        .matches(
            RuntimeHintsPredicates.proxies()
                .forInterfaces(com.openai.services.blocking.chat.ChatCompletionService.class))
        .matches(
            RuntimeHintsPredicates.proxies()
                .forInterfaces(com.openai.core.http.StreamResponse.class))
        .matches(
            RuntimeHintsPredicates.reflection()
                .onType(io.opentelemetry.api.GlobalOpenTelemetry.class)
                .withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS));
    if (SpringBootVersion.getVersion().startsWith("4.0")) {
      return; // without Spring AI
    }
    for (String type :
        List.of(
            "org.springframework.ai.chat.observation.ChatModelObservationContext",
            "org.springframework.ai.tool.observation.ToolCallingObservationContext",
            "org.springframework.ai.chat.metadata.Usage",
            "org.springframework.ai.model.tool.ToolCallingChatOptions")) {
      assertThat(hints)
          .matches(
              RuntimeHintsPredicates.reflection()
                  .onType(Class.forName(type))
                  .withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS));
    }
  }

  private static long start(boolean llmops) {
    SpringApplication application = new SpringApplication(Application.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setLogStartupInfo(false);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long begin = threads.getCurrentThreadCpuTime();
    try (ConfigurableApplicationContext context =
        application.run(
            "--spring.main.banner-mode=off",
            llmops
                ? "--llmops.log.enabled=false"
                : "--spring.autoconfigure.exclude=" + LlmOpsAutoConfiguration.class.getName())) {
      return threads.getCurrentThreadCpuTime() - begin;
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {}
}
