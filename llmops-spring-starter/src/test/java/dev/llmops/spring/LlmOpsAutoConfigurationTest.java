package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.client.okhttp.OpenAIOkHttpClientAsync;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.llmops.CallInterceptor;
import dev.llmops.CallObserver;
import dev.llmops.CallSink;
import dev.llmops.ContentPolicy;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Pricing;
import dev.llmops.TokenUsage;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.otel.OtelCallObserver;
import dev.llmops.privacy.Redactor;
import dev.llmops.privacy.Redactors;
import dev.llmops.server.ServerMonitor;
import dev.llmops.sink.RingSink;
import dev.llmops.testing.FakeModelServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.annotation.Order;

class LlmOpsAutoConfigurationTest {

  private static final LlmRequest REQUEST = LlmRequest.chat("local", "my-model");

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class));

  @AfterEach
  void forgetTheGlobal() {
    GlobalOpenTelemetry.resetForTest();
  }

  @Test
  void runsOnTheBootThatTheBuildNames() {
    assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("llmops.test.boot"));
  }

  @Feature("`explain()` says what is not wired and why")
  @Test
  void makesAnLlmOpsThatSaysWhatItDidNotFind() {
    application.run(
        context -> {
          LlmOps ops = context.getBean(LlmOps.class);

          assertThat(ops.isEnabled()).isTrue();
          assertThat(ops.explain())
              .contains(
                  "Nothing is wired",
                  "No OpenTelemetry was found, so there are no spans and metrics",
                  "No bean of type OpenAIClient or OpenAIClientAsync was made yet",
                  "No online scoring: set llmops.online.evaluators",
                  "No metrics in Micrometer: there is not one MeterRegistry bean",
                  "Reactor does not restore the context of calls on its threads",
                  "The endpoint /actuator/llmops is not exposed");
        });
  }

  @Test
  void takesTheApplicationsPartsInTheirOrder() {
    application
        .withUserConfiguration(Parts.class)
        .run(
            context -> {
              Parts parts = context.getBean(Parts.class);
              LlmOps ops = context.getBean(LlmOps.class);

              ops.call(
                  REQUEST,
                  () -> "x",
                  text -> LlmResponse.builder().usage(TokenUsage.of(10, 5)).build());

              assertThat(parts.told)
                  .contains("customizer", "interceptor")
                  .containsSubsequence("observer 1", "observer 2", "sink 1", "sink 2");
              LlmCall call = (LlmCall) parts.records.get(0);
              assertThat(call.cost()).isEqualTo(parts.price);
            });
  }

  @Test
  void closesWithTheContext() {
    List<Duration> closed = new ArrayList<>();
    CallSink sink =
        new CallSink() {
          @Override
          public void accept(LlmRecord record) {}

          @Override
          public void close(Duration deadline) {
            closed.add(deadline);
          }
        };

    application.withBean(CallSink.class, () -> sink).run(context -> assertThat(closed).isEmpty());

    assertThat(closed).hasSize(1);
  }

  @Feature("an `LlmOps` bean of your own")
  @Test
  void anLlmOpsOfTheApplicationsOwnTakesThePlaceOfOurs() {
    LlmOps own = LlmOps.builder().build();

    application
        .withBean("own", LlmOps.class, () -> own)
        .withPropertyValues("llmops.ring.capacity=5")
        .withUserConfiguration(Clients.class)
        .run(
            context -> {
              assertThat(context).getBean(LlmOps.class).isSameAs(own);
              context.getBean(Clients.class).ask(context.getBean(OpenAIClient.class));
              assertThat(own.stats().started()).isEqualTo(1);
            });
  }

  @Test
  void offRecordsNothingWrapsNothingAndKeepsItsBeans() {
    application
        .withPropertyValues("llmops.enabled=false", "llmops.ring.capacity=5")
        .withUserConfiguration(Clients.class)
        .run(
            context -> {
              assertThat(context.getBean(LlmOps.class).isNoop()).isTrue();
              assertThat(context.getBean(RingSink.class).records()).isEmpty();
              assertThat(context.getBean(OpenAIClient.class))
                  .isSameAs(context.getBean(Clients.class).client);
            });
  }

  @Test
  void offTouchesNeitherBeansNorRequests() {
    new WebApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
        .withPropertyValues("llmops.enabled=false", "llmops.context.user=true")
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(LlmContextFilter.class);
              assertThat(context).doesNotHaveBean(OpenAiClientPostProcessor.class);
              assertThat(context).doesNotHaveBean(LangChain4jPostProcessor.class);
              assertThat(context.getBeanProvider(BeanPostProcessor.class))
                  .noneMatch(each -> each.getClass().getName().startsWith("dev.llmops."));
            });
  }

  @Feature("OpenTelemetry: the bean, Boot's, or the Java agent's")
  @Test
  void usesTheOpenTelemetryBean() {
    InMemorySpanExporter spans = InMemorySpanExporter.create();

    application
        .withBean("telemetry", OpenTelemetry.class, () -> sdk(spans))
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);

              ops.call(REQUEST, () -> "x", LlmResponse::ofText);

              assertThat(spans.getFinishedSpanItems()).hasSize(1);
              assertThat(ops.explain()).contains("OpenTelemetry: the bean [telemetry].");
            });
  }

  @Test
  void usesThePrimaryOfSeveralOpenTelemetryBeansAndNoneWithoutOne() {
    application
        .withUserConfiguration(TwoOpenTelemetries.class)
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains(
                        "No OpenTelemetry is used, so there are no spans and metrics: there are"
                            + " several beans of that type; mark one as @Primary."));
    application
        .withUserConfiguration(TwoOpenTelemetriesOnePrimary.class)
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains("OpenTelemetry: the bean [second]."));
  }

  @Test
  void anObserverBeanOverOpenTelemetryIsNotDoubled() {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    OpenTelemetry sdk = sdk(spans);

    application
        .withBean(OpenTelemetry.class, () -> sdk)
        .withBean(OtelCallObserver.class, () -> OtelCallObserver.create(sdk))
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);

              ops.call(REQUEST, () -> "x", LlmResponse::ofText);

              assertThat(spans.getFinishedSpanItems()).hasSize(1);
              assertThat(ops.explain()).contains("the application's own OtelCallObserver bean");
            });
  }

  @Test
  void otelIsSwitchedOffByItsProperty() {
    application
        .withBean(OpenTelemetry.class, () -> sdk(InMemorySpanExporter.create()))
        .withPropertyValues("llmops.otel.enabled=false")
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);

              assertThat(ops.stats().observers()).isEmpty();
              assertThat(ops.explain())
                  .contains("No spans and metrics: llmops.otel.enabled=false.");
            });
  }

  @Test
  void saysThatBootsOpenTelemetryHasNothingToExportWith() throws Exception {
    application
        .withConfiguration(AutoConfigurations.of(BootOpenTelemetry.autoConfiguration()))
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);

              assertThat(context).hasSingleBean(OpenTelemetry.class);
              assertThat(ops.explain())
                  .contains(
                      "OpenTelemetry: Spring Boot's bean [",
                      "It has no SdkTracerProvider bean, so there are no spans",
                      "It has no SdkMeterProvider bean");
            });
  }

  @Test
  void neverSetsTheGlobalOpenTelemetry() {
    application.run(context -> assertThat(context).hasNotFailed());

    GlobalOpenTelemetry.set(OpenTelemetry.noop()); // throws if it was set before
  }

  @Test
  void usesTheGlobalOpenTelemetryThatSomebodySetWhereTheApiCanTell() throws Exception {
    boolean canTell =
        Arrays.stream(GlobalOpenTelemetry.class.getMethods())
            .anyMatch(method -> method.getName().equals("isSet"));
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    GlobalOpenTelemetry.set(sdk(spans));

    application
        .withConfiguration(AutoConfigurations.of(BootOpenTelemetry.autoConfiguration()))
        .run(
            context -> {
              context.getBean(LlmOps.class).call(REQUEST, () -> "x", LlmResponse::ofText);

              // Boot's bean, which exports nothing, is not preferred to it
              assertThat(spans.getFinishedSpanItems()).hasSize(canTell ? 1 : 0);
            });
    assertThat(canTell).isEqualTo(SpringBootVersion.getVersion().startsWith("4.1"));
  }

  @Test
  void keepsTheLatestRecordsWithoutContentUnlessAskedFor() {
    application
        .withPropertyValues("llmops.ring.capacity=2")
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);
              RingSink ring = context.getBean(RingSink.class);
              for (int i = 0; i < 3; i++) {
                ops.call(REQUEST, () -> "a secret", LlmResponse::ofText);
              }

              assertThat(ring.calls()).hasSize(2);
              assertThat(ring.content().capturesAny()).isFalse();
              assertThat(ops.capturesContent()).isFalse();
              assertThat(ring.calls()).allMatch(call -> call.response().outputs().isEmpty());
            });
  }

  @Test
  void contentIsDecidedForEachConsumer() {
    application
        .withPropertyValues(
            "llmops.content.capture=full",
            "llmops.content.max-chars=100",
            "llmops.ring.capacity=2",
            "llmops.otel.content=none")
        .withBean(OpenTelemetry.class, () -> sdk(InMemorySpanExporter.create()))
        .run(
            context -> {
              ContentPolicy ring = context.getBean(RingSink.class).content();

              assertThat(ring.capturesInput()).isTrue();
              assertThat(ring.maxChars()).isEqualTo(100);
              assertThat(ring.text("mail a@example.com")).isEqualTo("mail a@example.com");
            });
    application
        .withPropertyValues("llmops.content.capture=full", "llmops.otel.content=none")
        .withBean(OpenTelemetry.class, () -> sdk(InMemorySpanExporter.create()))
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).capturesContent())
                    .as("the only consumer has its own setting")
                    .isFalse());
  }

  @Feature("content only where asked for, redacted")
  @Test
  void redactedContentGoesThroughTheApplicationsRedactorsElseThroughOurs() {
    application
        .withPropertyValues("llmops.ring.capacity=2", "llmops.ring.content=redacted")
        .run(
            context ->
                assertThat(context.getBean(RingSink.class).content().text("mail a@example.com"))
                    .isEqualTo("mail [EMAIL]"));
    application
        .withPropertyValues("llmops.ring.capacity=2", "llmops.ring.content=redacted")
        .withBean(Redactor.class, () -> Redactors.literal("ACME", "COMPANY"))
        .run(
            context ->
                assertThat(context.getBean(RingSink.class).content().text("ACME a@example.com"))
                    .isEqualTo("[COMPANY] a@example.com"));
  }

  @Test
  void readsOwnPricesFromAFile(@TempDir Path directory) throws Exception {
    Path csv =
        Files.writeString(
            directory.resolve("prices.csv"),
            "provider,model,input,output,currency\nlocal,my-model,2,10,EUR\n");

    application
        .withPropertyValues("llmops.pricing.file=" + csv, "llmops.ring.capacity=1")
        .run(
            context -> {
              context
                  .getBean(LlmOps.class)
                  .call(
                      REQUEST,
                      () -> "x",
                      text -> LlmResponse.builder().usage(TokenUsage.of(1000, 100)).build());

              Cost cost = context.getBean(RingSink.class).calls().get(0).cost();
              // 1,000 x 2 / 1,000,000 + 100 x 10 / 1,000,000
              assertThat(cost.amount()).isEqualByComparingTo("0.003");
              assertThat(cost.currency()).isEqualTo("EUR");
            });
  }

  @Test
  void withoutAnyPricesNothingIsCountedAsUnpriced() {
    application
        .withPropertyValues("llmops.pricing.bundled=false")
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);
              ops.call(
                  REQUEST,
                  () -> "x",
                  text -> LlmResponse.builder().usage(TokenUsage.of(10, 5)).build());

              assertThat(ops.stats().unpriced()).isZero();
            });
  }

  @Test
  void fileAndLogAreSampledTheRingIsNot(@TempDir Path directory) {
    application
        .withPropertyValues(
            "llmops.jsonl.path=" + directory.resolve("calls.jsonl"),
            "llmops.log.enabled=true",
            "llmops.ring.capacity=2",
            "llmops.sampling.rate=0.1",
            "llmops.sampling.keep-slower-than=5s",
            "llmops.sampling.keep-dearer-than=0.50")
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).stats().sinks())
                    .extracting(stats -> stats.name().replaceAll("[ (].*", ""))
                    .containsExactly("RingSink", "SampledSink", "SampledSink"));
  }

  @Feature("OpenAI client beans, blocking and asynchronous")
  @Test
  void wrapsOpenAiClientsOfBothKindsOnce() {
    application
        .withUserConfiguration(Clients.class, AsyncClient.class)
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);
              Clients clients = context.getBean(Clients.class);
              OpenAIClient wrapped = context.getBean(OpenAIClient.class);

              clients.ask(wrapped);
              context
                  .getBean(OpenAIClientAsync.class)
                  .chat()
                  .completions()
                  .create(Clients.QUESTION)
                  .get();

              assertThat(wrapped).isNotSameAs(clients.client);
              assertThat(OpenAiInstrumentation.wrap(wrapped, ops)).isSameAs(wrapped);
              assertThat(ops.stats().started()).isEqualTo(2);
              assertThat(ops.explain())
                  .contains("OpenAI client beans: [asyncClient] wrapped, [openAiClient] wrapped.");
            });
  }

  @Test
  void aClientThatTheApplicationWrappedIsRecordedOnce() {
    application
        .withUserConfiguration(WrappedByHand.class)
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);

              context.getBean(WrappedByHand.class).ask(context.getBean(OpenAIClient.class));

              assertThat(ops.stats().started()).isEqualTo(1);
              assertThat(ops.explain()).contains("[openAiClient] wrapped by the application");
            });
  }

  @Test
  void aScopedClientIsRecordedOnce() {
    application
        .withUserConfiguration(ScopedClient.class)
        .run(
            context -> {
              context.getBean(ScopedClient.class).ask(context.getBean(OpenAIClient.class));

              assertThat(context.getBean(LlmOps.class).stats().started()).isEqualTo(1);
            });
  }

  @Test
  void makesNoBeanBeforeItsTime() {
    application
        .withUserConfiguration(LazyClient.class)
        .run(
            context -> {
              assertThat(context.getBean(LazyClient.class).made).isFalse();
              assertThat(context.getBean(LlmOps.class).stats().started()).isZero();
            });
  }

  @Test
  void clientsStayAsTheyAreByAProperty() {
    application
        .withPropertyValues("llmops.openai.enabled=false")
        .withUserConfiguration(Clients.class)
        .run(
            context -> {
              assertThat(context.getBean(OpenAIClient.class))
                  .isSameAs(context.getBean(Clients.class).client);
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("No OpenAI client beans are wrapped: llmops.openai.enabled=false.");
            });
  }

  @Test
  void worksWithoutAnyClientOnTheClassPath() {
    application
        .withClassLoader(
            new FilteredClassLoader(
                "com.openai",
                "dev.langchain4j",
                "dev.llmops.client.openai",
                "dev.llmops.client.langchain4j"))
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains(
                        "No client beans are wrapped: neither openai-java nor LangChain4j is on the"
                            + " class path"));
  }

  @Test
  void saysThatLangChain4jIsTooOld() {
    application
        .withClassLoader(
            new FilteredClassLoader("dev.langchain4j.model.moderation.ModerationRequest"))
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(LangChain4jPostProcessor.class);
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("No LangChain4j beans are wrapped: LangChain4j is older than 1.12.");
            });
  }

  @Test
  void severalServerMonitorsAreToldAndCostNoSpans() {
    InMemorySpanExporter spans = InMemorySpanExporter.create();

    application
        .withBean(OpenTelemetry.class, () -> sdk(spans))
        .withBean("one", ServerMonitor.class, () -> ServerMonitor.builder().build())
        .withBean("two", ServerMonitor.class, () -> ServerMonitor.builder().build())
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);

              ops.call(REQUEST, () -> "x", LlmResponse::ofText);

              assertThat(spans.getFinishedSpanItems()).hasSize(1);
              assertThat(ops.explain())
                  .contains(
                      "No server is watched: there are several ServerMonitor beans; mark one as"
                          + " @Primary.");
            });
  }

  @Test
  void failuresOfExportersAreHeardUnderAnObserverOfTheApplicationsOwn() {
    application
        .withBean(OtelCallObserver.class, () -> OtelCallObserver.create(OpenTelemetry.noop()))
        .run(
            context -> {
              Logger.getLogger("io.opentelemetry.exporter.test").severe("Failed to export.");

              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("An exporter of OpenTelemetry fails: Failed to export.");
            });
  }

  @Test
  void aSinkThatNeedsTheClientItselfDoesNotKeepTheApplicationFromStarting() {
    application
        .withUserConfiguration(Clients.class, JudgingSink.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("[openAiClient] NOT wrapped: a part of the LlmOps bean");
            });
  }

  @Test
  void anUnusableOpenTelemetryDoesNotKeepTheApplicationFromStarting() {
    OpenTelemetry broken =
        new OpenTelemetry() {
          @Override
          public io.opentelemetry.api.trace.TracerProvider getTracerProvider() {
            throw new NoSuchMethodError("of another version");
          }

          @Override
          public io.opentelemetry.context.propagation.ContextPropagators getPropagators() {
            throw new NoSuchMethodError("of another version");
          }
        };

    application
        .withBean(OpenTelemetry.class, () -> broken)
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains(
                        "No spans and metrics: java.lang.NoSuchMethodError: of another version"));
    application
        .withBean(OpenTelemetry.class, () -> broken)
        .withBean(SimpleMeterRegistry.class)
        .withPropertyValues("llmops.micrometer.enabled=true")
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains("No spans and metrics: java.lang.NoSuchMethodError")
                    .doesNotContain("Metrics: in Micrometer's"));
  }

  private static OpenTelemetrySdk sdk(InMemorySpanExporter spans) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build())
        .build();
  }

  @Configuration(proxyBeanMethods = false)
  static class Parts {
    final List<String> told = new ArrayList<>();
    final List<LlmRecord> records = new ArrayList<>();
    final Cost price = new Cost(new BigDecimal("0.01"), "EUR", "own", false);

    @Bean
    @Order(2)
    CallObserver laterObserver() {
      return observer("observer 2");
    }

    @Bean
    @Order(1)
    CallObserver firstObserver() {
      return observer("observer 1");
    }

    @Bean
    @Order(2)
    CallSink laterSink() {
      return record -> told.add("sink 2");
    }

    @Bean
    @Order(1)
    CallSink firstSink() {
      return record -> {
        told.add("sink 1");
        records.add(record);
      };
    }

    @Bean
    CallInterceptor interceptor() {
      return attempt -> {
        told.add("interceptor");
        return CallInterceptor.Decision.proceed();
      };
    }

    @Bean
    @Order(1)
    Pricing knowsNothing() {
      return Pricing.NONE;
    }

    @Bean
    @Order(2)
    Pricing own() {
      return (request, response, start) -> price;
    }

    @Bean
    LlmOpsCustomizer customizer() {
      return builder -> told.add("customizer");
    }

    private CallObserver observer(String name) {
      return (request, context, start) -> {
        told.add(name);
        return null;
      };
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class TwoOpenTelemetries {
    @Bean
    OpenTelemetry first() {
      return OpenTelemetry.noop();
    }

    @Bean
    OpenTelemetry second() {
      return OpenTelemetry.noop();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class TwoOpenTelemetriesOnePrimary {
    @Bean
    OpenTelemetry first() {
      return OpenTelemetry.noop();
    }

    @Bean
    @Primary
    OpenTelemetry second() {
      return OpenTelemetry.noop();
    }
  }

  /** A server and clients that talk to it. */
  abstract static class ClientBeans {
    static final ChatCompletionCreateParams QUESTION =
        ChatCompletionCreateParams.builder().model("gpt-4o-mini").addUserMessage("Hello").build();

    @Bean(destroyMethod = "close")
    FakeModelServer server() {
      return FakeModelServer.start();
    }

    void ask(OpenAIClient client) {
      assertThat(client.chat().completions().create(QUESTION).choices()).hasSize(1);
    }

    static OpenAIClient clientOf(FakeModelServer server) {
      return OpenAIOkHttpClient.builder().baseUrl(server.baseUrl()).apiKey("none").build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Clients extends ClientBeans {
    OpenAIClient client;

    @Bean
    OpenAIClient openAiClient(FakeModelServer server) {
      client = clientOf(server);
      return client;
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class AsyncClient {
    @Bean
    OpenAIClientAsync asyncClient(FakeModelServer server) {
      return OpenAIOkHttpClientAsync.builder().baseUrl(server.baseUrl()).apiKey("none").build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class WrappedByHand extends ClientBeans {
    @Bean
    OpenAIClient openAiClient(FakeModelServer server, LlmOps ops) {
      return OpenAiInstrumentation.wrap(clientOf(server), ops);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class ScopedClient extends ClientBeans {
    @Bean
    @Scope(value = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
    OpenAIClient openAiClient(FakeModelServer server) {
      return clientOf(server);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class LazyClient extends ClientBeans {
    boolean made;

    @Bean
    @Lazy
    OpenAIClient openAiClient(FakeModelServer server) {
      made = true;
      return clientOf(server);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class JudgingSink {
    @Bean
    CallSink judge(OpenAIClient client) {
      return record -> assertThat(client).isNotNull();
    }
  }
}
