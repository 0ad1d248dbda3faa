package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.server.ServerMonitor;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LlmOpsServersTest {

  private static final LlmRequest TO_SERVER =
      LlmRequest.builder("chat", "local").model("m").server("localhost", 18000).build();

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class));

  @Test
  void serversThatAreNamedAreWatchedAndExplained() {
    runner
        .withPropertyValues(
            "llmops.servers.urls=http://localhost:18000", "llmops.servers.interval=1s")
        .run(
            context -> {
              assertThat(context).hasSingleBean(ServerMonitor.class);
              assertThat(context.getBean(LlmOps.class).explain().toString())
                  .contains("http://localhost:18000");
            });
  }

  @Test
  void nothingIsAskedUnlessAServerIsNamed() {
    runner.run(context -> assertThat(context).doesNotHaveBean(ServerMonitor.class));
  }

  @Test
  void offTheMonitorCanStillBeInjectedAndIsNotMadeUnlessItIs() {
    runner
        .withPropertyValues("llmops.servers.urls=http://localhost:18000", "llmops.enabled=false")
        .withBean(Watching.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              context.getBean(LlmOps.class).call(TO_SERVER, () -> "x", LlmResponse::ofText);
              assertThat(context.getBean(ServerMonitor.class).explain())
                  .contains("unknown: it was not asked yet");
            });
    runner
        .withPropertyValues("llmops.servers.urls=gpu-1", "llmops.enabled=false")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBeanFactory().containsSingleton("llmOpsServerMonitor"))
                  .isFalse();
            });
  }

  record Watching(ServerMonitor servers) {}

  @Test
  void anAddressThatIsNoneStopsTheStartAndSaysHowToWriteIt() {
    runner
        .withPropertyValues("llmops.servers.urls=gpu-1")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(LlmOpsConfigurationException.class)
                    .hasMessageStartingWith("llmops.servers cannot be used: "));
  }
}
