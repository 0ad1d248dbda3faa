package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.client.springai.Models;
import dev.llmops.client.springai.SpringAiAdvisor;
import dev.llmops.client.springai.SpringAiObservationHandler;
import dev.llmops.sink.RingSink;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClientCustomizer;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.definition.DefaultToolDefinition;
import org.springframework.ai.tool.execution.DefaultToolExecutionExceptionProcessor;
import org.springframework.ai.tool.execution.ToolExecutionExceptionProcessor;
import org.springframework.ai.tool.observation.ToolCallingObservationContext;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Spring AI under Boot's own observation and tracing: 1.1 on Boot 3.5, 2.0 on Boot 4.1. */
class SpringAiAutoConfigurationTest {

  private static final AttributeKey<Double> COST = AttributeKey.doubleKey("llmops.cost.amount");

  private final FakeModelServer server = FakeModelServer.start();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();

  @AfterEach
  void close() {
    server.close();
    sdk.close();
  }

  @Test
  void ourSpanTakesThePlaceOfTheirs() throws Exception {
    application()
        .run(
            context -> {
              ask(context.getBean(ObservationRegistry.class));

              SpanData request = span("request");
              SpanData chat = span("chat gpt-4o");
              LlmCall call = context.getBean(RingSink.class).calls().get(0);
              assertThat(spans.getFinishedSpanItems()).hasSize(2);
              assertThat(chat.getParentSpanId()).isEqualTo(request.getSpanId());
              assertThat(chat.getInstrumentationScopeInfo().getName()).startsWith("dev.llmops");
              assertThat(chat.getAttributes().get(COST)).isPositive();
              assertThat(call.ref().spanId()).isEqualTo(chat.getSpanId());
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("Spring AI: its observations are recorded; spans are ours");
            });
  }

  @Test
  void theirSpanGetsTheCost() throws Exception {
    application()
        .withPropertyValues("llmops.spring-ai.spans=theirs")
        .run(
            context -> {
              ask(context.getBean(ObservationRegistry.class));

              SpanData request = span("request");
              SpanData chat = span("chat gpt-4o");
              LlmCall call = context.getBean(RingSink.class).calls().get(0);
              assertThat(spans.getFinishedSpanItems()).hasSize(2);
              assertThat(chat.getParentSpanId()).isEqualTo(request.getSpanId());
              assertThat(chat.getInstrumentationScopeInfo().getName())
                  .doesNotStartWith("dev.llmops");
              assertThat(chat.getAttributes().get(COST)).isPositive();
              assertThat(call.ref().spanId()).isEqualTo(chat.getSpanId());
              assertThat(call.ref().traceId()).isEqualTo(chat.getTraceId());
            });
  }

  @Test
  void theirSpansStayWhereLlmOpsMakesNone() throws Exception {
    for (String off :
        List.of(
            "llmops.enabled=false",
            "llmops.otel.enabled=false",
            "llmops.spring-ai.enabled=false")) {
      spans.reset();
      application()
          .withPropertyValues(off)
          .run(
              context -> {
                ask(context.getBean(ObservationRegistry.class));

                assertThat(spans.getFinishedSpanItems()).as(off).hasSize(2);
                assertThat(span("chat gpt-4o").getInstrumentationScopeInfo().getName())
                    .doesNotStartWith("dev.llmops");
              });
    }
  }

  @Test
  void offCustomizesNoChatClientAndKeepsTheAdvisorThatMayBeInjected() throws Exception {
    for (String off : List.of("llmops.enabled=false", "llmops.spring-ai.enabled=false")) {
      application()
          .withPropertyValues(off)
          .run(
              context -> {
                assertThat(context).hasSingleBean(SpringAiAdvisor.class);
                assertThat(context).doesNotHaveBean(ChatClientCustomizer.class);
                assertThat(context).doesNotHaveBean(SpringAiObservations.class);
              });
    }
  }

  @Test
  void aChatClientIsATreeOfOneSpanEach() throws Exception {
    application()
        .run(
            context -> {
              ObservationRegistry registry = context.getBean(ObservationRegistry.class);
              ChatClient.Builder client =
                  ChatClient.builder(Models.chat(server, registry), registry, null, null);
              context.getBean(ChatClientCustomizer.class).customize(client);

              String answer =
                  String.join(
                      "", client.build().prompt("Hello").stream().content().collectList().block());

              assertThat(answer).isNotEmpty();
              RingSink ring = context.getBean(RingSink.class);
              Awaitility.await()
                  .until(() -> ring.calls().size() == 1 && hasSpan("invoke_workflow chat_client"));
              LlmCall call = ring.calls().get(0);
              SpanData chat = span("chat gpt-4o");
              SpanData workflow = span("invoke_workflow chat_client");
              assertThat(call.timing().timeToFirstOutput()).isNotNull();
              assertThat(chat.getTraceId()).isEqualTo(workflow.getTraceId());
              assertThat(spans.getFinishedSpanItems())
                  .allMatch(
                      span ->
                          span.getInstrumentationScopeInfo().getName().startsWith("dev.llmops"));
            });
  }

  @Test
  void theStepOfAToolThatThrowsHasFailed() throws Exception {
    server.enqueue(Fixture.CHAT_TOOL_CALL);
    application()
        .withBean(
            ToolExecutionExceptionProcessor.class,
            () -> DefaultToolExecutionExceptionProcessor.builder().build())
        .run(
            context -> {
              ObservationRegistry registry = context.getBean(ObservationRegistry.class);
              ToolCallingManager manager =
                  ToolCallingManager.builder()
                      .observationRegistry(registry)
                      .toolExecutionExceptionProcessor(
                          context.getBean(ToolExecutionExceptionProcessor.class))
                      .build();

              String answer =
                  ChatClient.builder(Models.chat(server, registry), registry, null, null)
                      .defaultAdvisors(Models.inTheChain(manager))
                      .build()
                      .prompt("When is high tide in Brest?")
                      .tools(new Storm())
                      .call()
                      .content();

              assertThat(answer).isNotEmpty();
              assertThat(context.getBean(RingSink.class).steps())
                  .filteredOn(step -> step.request().name().equals("get_tide"))
                  .singleElement()
                  .satisfies(
                      step ->
                          assertThat(step.error().type())
                              .isEqualTo("java.lang.IllegalStateException"));
              assertThat(span("execute_tool get_tide").getStatus().getStatusCode())
                  .isEqualTo(StatusCode.ERROR);
            });
  }

  @Test
  void theHandlerIsMadeAtTheFirstObservationOfSpringAi() {
    AtomicInteger made = new AtomicInteger();
    SpringAiObservations observations =
        new SpringAiObservations(
            () -> {
              made.incrementAndGet();
              return SpringAiObservationHandler.create(LlmOps.builder().build());
            },
            new DefaultListableBeanFactory());

    assertThat(observations.supportsContext(new Observation.Context())).isFalse();
    assertThat(observations.note()).contains("NOT recorded, there is no ObservationRegistry");
    assertThat(made).hasValue(0);
    for (int i = 0; i < 2; i++) {
      assertThat(observations.supportsContext(ofTool())).isTrue();
    }
    assertThat(made).hasValue(1);
  }

  private static Observation.Context ofTool() {
    return ToolCallingObservationContext.builder()
        .toolDefinition(
            DefaultToolDefinition.builder()
                .name("look_up")
                .description("Looks a word up.")
                .inputSchema("{}")
                .build())
        .toolCallArguments("{}")
        .build();
  }

  @Test
  void aHandlerThatCannotBeMadeFailsNoCallAndIsTold() {
    SpringAiObservations observations =
        new SpringAiObservations(
            () -> {
              throw new NoClassDefFoundError("of another version");
            },
            new DefaultListableBeanFactory());

    assertThat(observations.supportsContext(ofTool())).isFalse();
    assertThat(observations.note())
        .contains("they could not be used: java.lang.NoClassDefFoundError: of another version.");
  }

  @Test
  void tellsThatWithoutARegistryNothingIsRecorded() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains(
                        "Spring AI: NOT recorded, there is no ObservationRegistry bean: add"
                            + " spring-boot-starter-actuator"));
  }

  @Test
  void backsOffWithoutSpringAi() throws Exception {
    application()
        .withClassLoader(new FilteredClassLoader("org.springframework.ai", "io.micrometer.tracing"))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).doesNotHaveBean(SpringAiAdvisor.class);
              assertThat(context.getBean(LlmOps.class).explain()).doesNotContain("Spring AI");
            });
  }

  private ApplicationContextRunner application() throws ClassNotFoundException {
    boolean three = SpringBootVersion.getVersion().startsWith("3.");
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                LlmOpsAutoConfiguration.class,
                Class.forName(
                    three
                        ? "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration"
                        : "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"),
                Class.forName(
                    three
                        ? "org.springframework.boot.actuate.autoconfigure.tracing.MicrometerTracingAutoConfiguration"
                        : "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration")))
        .withPropertyValues("llmops.ring.capacity=10")
        .withBean(
            OpenTelemetry.class, () -> sdk, bean -> bean.setDestroyMethodName("")) // for all runs
        .withBean(
            Tracer.class,
            () ->
                new OtelTracer(
                    sdk.getTracer("micrometer"), new OtelCurrentTraceContext(), event -> {}));
  }

  private void ask(ObservationRegistry registry) {
    ChatModel model = Models.chat(server, registry);
    String answer =
        Observation.createNotStarted("request", registry).observe(() -> model.call("Hello"));
    assertThat(answer).isNotEmpty();
  }

  private boolean hasSpan(String name) {
    return spans.getFinishedSpanItems().stream().anyMatch(span -> span.getName().equals(name));
  }

  private SpanData span(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " among " + spans.getFinishedSpanItems()));
  }

  /** A tool that fails. */
  static final class Storm {
    @Tool(name = "get_tide", description = "Tells when high tide is")
    public String tide(String harbour) {
      throw new IllegalStateException("no tide in " + harbour);
    }
  }
}
