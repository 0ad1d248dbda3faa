package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.Prompt;
import dev.llmops.StepRequest;
import dev.llmops.sink.RingSink;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
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

  @Feature("`@LlmConversation` and `@LlmPrompt`: conversation by argument, prompt name and version")
  @Test
  void aParameterNamesTheConversationAndAnAnnotationThePrompt() {
    application.run(
        context -> {
          RingSink ring = context.getBean(RingSink.class);
          Chats chats = context.getBean(Chats.class);

          try (LlmContext.Scope scope = LlmContext.builder().conversation("outer").open()) {
            chats.answer("c-1", "hello");
            chats.answer("c".repeat(257), "hello");
            chats.answer(null, "hello");
            chats.later("c-2").join();
            chats.mono("c-3").block();
            chats.plain("c-4");
            chats.plainMono("c-5").block();
            assertThat(LlmContext.current().conversationId()).isEqualTo("outer");
          }

          assertThat(ring.calls())
              .extracting(LlmCall::conversationId)
              .containsExactly("c-1", "outer", "outer", "c-2", "c-3", "c-4", "c-5");
          assertThat(ring.calls())
              .extracting(call -> call.context().prompt())
              .containsExactly(
                  Prompt.of("support", "7"),
                  Prompt.of("support", "7"),
                  Prompt.of("support", "7"),
                  null,
                  null,
                  Prompt.of("plain"),
                  Prompt.of("plain"));
          assertThat(ring.steps())
              .extracting(step -> step.request().name(), step -> step.context().conversationId())
              .containsExactly(
                  tuple("answer", "c-1"),
                  tuple("answer", "outer"),
                  tuple("answer", "outer"),
                  tuple("later", "c-2"),
                  tuple("mono", "c-3"));
        });
  }

  @Test
  void anLlmOpsThatCannotBeMadeDoesNotReachTheUsersCall() {
    AtomicInteger tried = new AtomicInteger();
    try (Warnings warnings = new Warnings()) {
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
          .withBean(Tools.class)
          .withBean(
              LlmOps.class,
              () -> {
                tried.incrementAndGet();
                throw new IllegalArgumentException("a bad setting");
              },
              definition -> definition.setLazyInit(true))
          .run(
              context -> {
                Tools tools = context.getBean(Tools.class);

                assertThat(tools.lookUp("a")).isEqualTo("found");
                assertThat(tools.lookUp("b")).isEqualTo("found");

                assertThat(tried).hasValue(1);
                assertThat(warnings.heard())
                    .singleElement()
                    .asString()
                    .startsWith("annotated methods are not recorded: ")
                    .contains("a bad setting");
              });
    }
  }

  @Test
  void withTwoLlmOpsItIsToldOnceThatMethodsAreNotRecorded() {
    try (Warnings warnings = new Warnings()) {
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
          .withBean(Tools.class)
          .withBean("one", LlmOps.class, () -> LlmOps.builder().build())
          .withBean("two", LlmOps.class, () -> LlmOps.builder().build())
          .run(
              context -> {
                Tools tools = context.getBean(Tools.class);

                assertThat(tools.lookUp("a")).isEqualTo("found");
                assertThat(tools.lookUp("b")).isEqualTo("found");

                assertThat(warnings.heard())
                    .filteredOn(each -> each.startsWith("annotated methods"))
                    .containsExactly(
                        "annotated methods are not recorded: there is not one LlmOps bean; mark one"
                            + " as @Primary");
              });
    }
  }

  @Test
  void aBeanWithAnInterfaceStaysOfItsClass() {
    application
        .withBean(Support.class)
        .withBean(SupportDesk.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(SupportDesk.class).support().onlyOfTheClass())
                  .isEqualTo("answered");
              assertThat(context.getBean(RingSink.class).steps())
                  .extracting(step -> step.request().name())
                  .containsExactly("onlyOfTheClass");
            });
  }

  @Test
  void aBeanOfAFinalClassIsProxiedByItsInterface() {
    application
        .withBean(FinalSupport.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(Assistant.class).ask()).isEqualTo("answered");
              assertThat(context.getBean(RingSink.class).steps()).hasSize(1);
            });
  }

  @Test
  void bootsPropertyAsksForProxiesOfInterfaces() {
    application
        .withPropertyValues("spring.aop.proxy-target-class=false")
        .withBean(Support.class)
        .run(
            context ->
                assertThat(AopUtils.isJdkDynamicProxy(context.getBean(Assistant.class))).isTrue());
  }

  @Test
  void whatMakesProxiesIsMadeForTheFirstBeanThatNeedsOne() {
    AtomicInteger made = new AtomicInteger();
    StepAnnotations annotations =
        new StepAnnotations(
            () -> {
              made.incrementAndGet();
              return new SmartInstantiationAwareBeanPostProcessor() {};
            });
    for (Object each : List.of("text", new Plain(), this)) {
      assertThat(annotations.postProcessAfterInitialization(each, "bean")).isSameAs(each);
      assertThat(annotations.determineBeanType(each.getClass(), "bean")).isEqualTo(each.getClass());
    }
    assertThat(made).hasValue(0);

    for (Object each :
        List.of(
            new Tools(), new OfSuperclass(), new OfInterface(), new ProxyFactory("x").getProxy())) {
      made.set(0);
      Object unused =
          new StepAnnotations(
                  () -> {
                    made.incrementAndGet();
                    return new SmartInstantiationAwareBeanPostProcessor() {};
                  })
              .postProcessAfterInitialization(each, "bean");
      assertThat(made).as(each.getClass().getName()).hasValue(1);
    }
  }

  private static final class OfSuperclass extends Tools {}

  private interface Searching {
    @LlmTool
    String search(String word);
  }

  private interface SearchingTwice extends Searching {}

  private static final class OfInterface implements SearchingTwice {
    @Override
    public String search(String word) {
      return word;
    }
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
    Chats chats(LlmOps ops) {
      return new Chats(ops);
    }

    @Bean
    Plain plain() {
      return new Plain();
    }
  }

  static class Plain {}

  interface Assistant {
    String ask();
  }

  static class Support implements Assistant {

    @Override
    public String ask() {
      return onlyOfTheClass();
    }

    @LlmTool
    public String onlyOfTheClass() {
      return "answered";
    }
  }

  record SupportDesk(Support support) {}

  static final class FinalSupport implements Assistant {

    @LlmTool
    @Override
    public String ask() {
      return "answered";
    }
  }

  static class Chats {
    private final LlmOps ops;

    Chats(LlmOps ops) {
      this.ops = ops;
    }

    @LlmWorkflow
    @LlmPrompt(value = "support", version = "7")
    public String answer(@LlmConversation @Nullable String chat, String question) {
      return call();
    }

    @LlmAgent
    public CompletableFuture<String> later(@LlmConversation Object chat) {
      return CompletableFuture.completedFuture(call());
    }

    @LlmAgent
    public Mono<String> mono(@LlmConversation String chat) {
      return Mono.fromCallable(this::call);
    }

    @LlmPrompt("plain")
    public String plain(@LlmConversation String chat) {
      return call();
    }

    @LlmPrompt("plain")
    public Mono<String> plainMono(@LlmConversation String chat) {
      return Mono.fromCallable(this::call);
    }

    private String call() {
      return ops.call(LlmRequest.chat("local", "m"), () -> "answer", LlmResponse::ofText);
    }
  }

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
