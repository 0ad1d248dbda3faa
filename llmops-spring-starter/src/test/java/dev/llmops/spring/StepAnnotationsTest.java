package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.StepRequest;
import dev.llmops.sink.RingSink;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class StepAnnotationsTest {

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
          .withPropertyValues("llmops.ring.capacity=50", "llmops.ring.content=full")
          .withUserConfiguration(Beans.class);

  @Feature("`@LlmTool`, `@LlmAgent`, `@LlmWorkflow`")
  @Test
  void annotatedMethodsAreStepsAndCallsInThemNameThem() {
    application.run(
        context -> {
          RingSink ring = context.getBean(RingSink.class);

          assertThat(context.getBean(Agents.class).plan("a \"b\"", 3)).isEqualTo("planned");

          LlmStep tool = ring.steps().get(0);
          LlmStep agent = ring.steps().get(1);
          LlmCall call = ring.calls().get(0);
          assertThat(tool.request().kind()).isEqualTo(StepRequest.Kind.TOOL);
          assertThat(tool.request().name()).isEqualTo("look_up");
          assertThat(tool.request().description()).isEqualTo("Looks it up.");
          assertThat(tool.request().input()).isEqualTo("{\"word\":\"a \\\"b\\\"\"}");
          assertThat(tool.result().text()).isEqualTo("found");
          assertThat(tool.parent()).isEqualTo(agent.ref());
          assertThat(agent.request().kind()).isEqualTo(StepRequest.Kind.AGENT);
          assertThat(agent.request().name()).as("the method's").isEqualTo("plan");
          assertThat(agent.request().input()).contains("\"days\":3");
          assertThat(call.parent()).isEqualTo(agent.ref());
          assertThat(AopUtils.isAopProxy(context.getBean(Plain.class))).isFalse();
        });
  }

  @Test
  void whatAMethodThrowsIsThrownAsItIs() {
    application.run(
        context -> {
          Agents agents = context.getBean(Agents.class);
          assertThatThrownBy(agents::fails).isSameAs(Agents.FAILURE);
          assertThatThrownBy(agents::failsToStart).isInstanceOf(IllegalStateException.class);

          List<LlmStep> steps = context.getBean(RingSink.class).steps();
          assertThat(steps.get(0).error().type()).isEqualTo("java.io.IOException");
          assertThat(steps.get(1).error().type()).isEqualTo("java.lang.IllegalStateException");
        });
  }

  @Test
  void aFuturesStepEndsWithIt() {
    application.run(
        context -> {
          RingSink ring = context.getBean(RingSink.class);
          Agents agents = context.getBean(Agents.class);

          CompletableFuture<String> answer = agents.later();
          assertThat(ring.steps()).isEmpty();
          agents.pending().complete("done");

          assertThat(answer.join()).isEqualTo("done");
          assertThat(ring.steps()).hasSize(1);
          assertThat(ring.steps().get(0).result().text()).isEqualTo("done");
        });
  }

  @Feature("steps that return `Mono` or `Flux` last as long as the subscription")
  @Test
  void aPublishersStepLastsAsLongAsItsSubscription() {
    application.run(
        context -> {
          RingSink ring = context.getBean(RingSink.class);
          Agents agents = context.getBean(Agents.class);

          Mono<String> mono = agents.mono();
          assertThat(ring.records()).as("not subscribed").isEmpty();
          assertThat(mono.block()).isEqualTo("answer");
          assertThat(mono.block()).isEqualTo("answer");
          assertThat(ring.steps()).hasSize(2);
          assertThat(ring.steps().get(0).result().text()).isEqualTo("answer");
          assertThat(ring.calls().get(0).parent()).isEqualTo(ring.steps().get(0).ref());
          ring.clear();

          Flux<String> flux = agents.flux();
          Disposable reader = flux.subscribe();
          agents.items().tryEmitNext("a").orThrow();
          assertThat(ring.steps()).isEmpty();
          reader.dispose();
          assertThat(ring.steps()).hasSize(1);
          assertThat(ring.steps().get(0).error().type())
              .isEqualTo("java.util.concurrent.CancellationException");
        });
  }

  @Test
  void areOffByTheirPropertyAndWhenLlmOpsIsOff() {
    application
        .withPropertyValues("llmops.annotations.enabled=false")
        .run(context -> assertThat(AopUtils.isAopProxy(context.getBean(Agents.class))).isFalse());
    application
        .withPropertyValues("llmops.enabled=false")
        .run(
            context -> {
              assertThat(context.getBean(Agents.class).plan("a", 1)).isEqualTo("planned");
              assertThat(context.getBean(RingSink.class).records()).isEmpty();
            });
  }

  @Configuration(proxyBeanMethods = false)
  static class Beans {

    @Bean
    Tools tools() {
      return new Tools();
    }

    @Bean
    Agents agents(LlmOps ops, Tools tools) {
      return new Agents(ops, tools);
    }

    @Bean
    Plain plain() {
      return new Plain();
    }
  }

  static class Plain {}

  static class Tools {

    @LlmTool(value = "look_up", description = "Looks it up.")
    public String lookUp(String word) {
      return "found";
    }
  }

  static class Agents {
    static final IOException FAILURE = new IOException("no");

    private final CompletableFuture<String> pending = new CompletableFuture<>();
    private final Sinks.Many<String> items = Sinks.many().multicast().directBestEffort();
    private final LlmOps ops;
    private final Tools tools;

    Agents(LlmOps ops, Tools tools) {
      this.ops = ops;
      this.tools = tools;
    }

    CompletableFuture<String> pending() {
      return pending;
    }

    Sinks.Many<String> items() {
      return items;
    }

    @LlmAgent
    public String plan(String goal, int days) {
      ops.call(LlmRequest.chat("local", "m"), () -> tools.lookUp(goal), LlmResponse::ofText);
      return "planned";
    }

    @LlmWorkflow("failing")
    public void fails() throws IOException {
      throw FAILURE;
    }

    @LlmWorkflow
    public CompletableFuture<String> failsToStart() {
      throw new IllegalStateException("no");
    }

    @LlmWorkflow
    public CompletableFuture<String> later() {
      return pending;
    }

    @LlmAgent
    public Mono<String> mono() {
      return Mono.fromCallable(
          () -> ops.call(LlmRequest.chat("local", "m"), () -> "answer", LlmResponse::ofText));
    }

    @LlmAgent
    public Flux<String> flux() {
      return items.asFlux();
    }
  }
}
