package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import dev.llmops.CallInterceptor;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.Outcome;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.client.springai.Models;
import dev.llmops.sink.RingSink;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Reply;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import reactor.core.Disposable;
import reactor.core.publisher.Hooks;

/**
 * Micrometer's tracing and metrics, Spring AI's observations, the official client and ours
 * together: one record and one span a call, whosever it is, and nothing counted twice.
 */
class SpringAiSpansTest {

  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final String COST = "llmops.cost.amount";
  private static final String OUR_TOKENS = "gen_ai.client.inference.usage.input_tokens";

  private final FakeModelServer server = FakeModelServer.start();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryLogRecordExporter logs = InMemoryLogRecordExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .setLoggerProvider(
              SdkLoggerProvider.builder()
                  .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
                  .build())
          .build();

  /** What is set for the whole process stays: other tests turn it on. */
  @BeforeEach
  void withoutAutomaticPropagation() {
    Hooks.disableAutomaticContextPropagation();
  }

  @AfterEach
  void close() {
    server.close();
    sdk.close();
  }

  /** The ways in which an application asks. */
  enum Way {
    MODEL,
    MODEL_STREAM,
    CLIENT,
    CLIENT_STREAM,
    EMBEDDING
  }

  @Test
  @Feature(
      value =
          "Spring AI, its client and Micrometer's tracing wired: one record and one span a call",
      on = {"3.5", "4.1"})
  void oneSpanOfOursOverTheWrappedClient() throws Exception {
    run(
        "ours",
        context -> {
          for (Way way : Way.values()) {
            assertThat(oneSpan(context, way)).as("%s", way).satisfies(this::isOurs);
          }
        });
  }

  @Test
  @Feature(
      value = "Spring AI's own span, completed with cost and all else it lacks",
      on = {"3.5", "4.1"})
  void oneSpanOfTheirsWithWhatItLacksOverTheWrappedClient() throws Exception {
    run(
        "theirs",
        context -> {
          for (Way way : Way.values()) {
            SpanData span = oneSpan(context, way);

            assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("micrometer");
            assertThat(names(span)).doesNotHaveDuplicates(); // of one name and two types
            Map<String, Object> attributes = attributes(span);
            assertThat(attributes)
                .as("%s", way)
                .containsKeys("gen_ai.usage.input_tokens", "gen_ai.request.model")
                .containsEntry("llmops.cost.currency", "USD")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.conversation.id", "c-1")
                .containsEntry("user.id", "u-7")
                .containsEntry("llmops.tag.team", "tides");
            assertThat((Double) attributes.get(COST)).as("%s", way).isPositive();
            if (way == Way.CLIENT_STREAM) {
              assertThat(attributes)
                  .containsKeys("llmops.response.chunks", "gen_ai.response.time_to_first_chunk");
            }
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"ours", "theirs"})
  void aCancelledStreamHasOneSpanThatSaysSo(String whose) throws Exception {
    run(
        whose,
        context -> {
          for (Way way : List.of(Way.MODEL_STREAM, Way.CLIENT_STREAM)) {
            spans.reset();
            server.enqueue(Reply.answer("one two three four").repeatChunkUntilClientGone(2));
            CountDownLatch seen = new CountDownLatch(1);
            Disposable running =
                way == Way.MODEL_STREAM
                    ? model(context).stream(new Prompt("Hi")).subscribe(chunk -> seen.countDown())
                    : client(context).prompt("Hi").stream()
                        .content()
                        .subscribe(text -> seen.countDown());
            assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();

            running.dispose();

            SpanData span = span(context, "chat ");
            assertThat(call(context, span).outcome()).isInstanceOf(Outcome.Cancelled.class);
            assertThat(attributes(span))
                .as("%s", way)
                .containsEntry("llmops.cancelled.reason", "closed");
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"ours", "theirs"})
  void aFailedCallHasOneSpanThatNamesTheError(String whose) throws Exception {
    run(
        whose,
        context -> {
          for (Way way : List.of(Way.MODEL, Way.MODEL_STREAM, Way.CLIENT_STREAM)) {
            spans.reset();
            server.enqueue(Fixture.ERROR_401);

            assertThatThrownBy(() -> ask(context, way)).isNotNull();

            SpanData span = span(context, "chat ");
            LlmCall call = call(context, span);
            assertThat(call.outcome()).isInstanceOf(Outcome.Failed.class);
            assertThat(attributes(span))
                .as("%s", way)
                .containsEntry("error.type", call.error().type());
            assertThat(span.getStatus().getStatusCode())
                .isEqualTo(StatusData.error().getStatusCode());
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"ours", "theirs"})
  void aScoreArrivesLaterAsAnEventUnderTheSpan(String whose) throws Exception {
    run(
        whose,
        context -> {
          ask(context, Way.CLIENT_STREAM);
          SpanData span = span(context, "chat ");

          context.getBean(LlmOps.class).score(call(context, span).ref(), "faithfulness", 0.5);

          List<LogRecordData> events = logs.getFinishedLogRecordItems();
          assertThat(events).hasSize(1);
          assertThat(events.get(0).getSpanContext().getSpanId()).isEqualTo(span.getSpanId());
          assertThat(events.get(0).getSpanContext().getTraceId()).isEqualTo(span.getTraceId());
          assertThat(attributesOf(events.get(0).getAttributes()))
              .containsEntry("gen_ai.evaluation.name", "faithfulness")
              .containsEntry("gen_ai.evaluation.score.value", 0.5);
        });
  }

  @ParameterizedTest
  @CsvSource({"ours", "theirs"})
  void aRefusedCallLeavesNoSpanOpen(String whose) throws Exception {
    application(whose)
        .withBean(
            CallInterceptor.class,
            () ->
                attempt -> CallInterceptor.Decision.refuse(new IllegalStateException("not today")))
        .run(
            context -> {
              assertThatThrownBy(() -> model(context).call("Hello")).hasMessage("not today");

              // Spring AI's convention names it at its stop only, which a refused call has not
              SpanData span =
                  span(context, whose.equals("ours") ? "chat " : "gen_ai.client.operation");
              assertThat(span.getStatus().getStatusCode())
                  .isEqualTo(StatusData.error().getStatusCode());
              assertThat(server.requests()).isEmpty();
            });
  }

  @ParameterizedTest
  @CsvSource({"ours", "theirs"})
  void whatTheHttpClientObservesIsBelowTheCall(String whose) throws Exception {
    run(
        whose,
        context -> {
          ObservationRegistry registry = context.getBean(ObservationRegistry.class);

          String answer =
              Observation.createNotStarted("request", registry)
                  .observe(() -> Models.observedDown(server, registry).call("Hello"));

          assertThat(answer).isNotEmpty();
          SpanData chat = span(context, "chat ");
          assertThat(chat.getParentSpanId()).isEqualTo(span(context, "request").getSpanId());
          List<SpanData> below =
              spans.getFinishedSpanItems().stream()
                  .filter(span -> span.getParentSpanId().equals(chat.getSpanId()))
                  .toList();
          assertThat(below).hasSize(1);
          assertThat(below.get(0).getName().toLowerCase(java.util.Locale.ROOT)).contains("post");
          assertThat(spans.getFinishedSpanItems()).hasSize(3);
        });
  }

  @ParameterizedTest
  @CsvSource({"ours", "theirs"})
  @Feature(
      value = "Spring AI's meters and ours: each counts once, under names of its own",
      on = {"3.5", "4.1"})
  void metersCountOnceUnderNamesOfTheirOwn(String whose) throws Exception {
    run(
        whose,
        context -> {
          MeterRegistry meters = context.getBean(MeterRegistry.class);

          ask(context, Way.MODEL);
          ask(context, Way.CLIENT_STREAM);

          // a stream's record ends on its own thread, after the last chunk is given
          RingSink ring = context.getBean(RingSink.class);
          Awaitility.await()
              .atMost(WAIT)
              .until(
                  () ->
                      ring.calls().size() == 2
                          && meters.get("gen_ai.client.operation.duration").timer().count() == 2
                          && meters.get("gen_ai.client.operation").timer().count() == 2);
          long input = 2 * ring.calls().get(0).usage().inputTokens();
          // the tokens are counted after the time
          Awaitility.await()
              .atMost(WAIT)
              .until(
                  () ->
                      meters.get(OUR_TOKENS).counter().count() >= input
                          && theirTokens(meters).count() >= input);
          // ours
          assertThat(meters.get("gen_ai.client.operation.duration").timers()).hasSize(1);
          assertThat(meters.get("gen_ai.client.operation.duration").timer().count()).isEqualTo(2);
          assertThat(meters.get(OUR_TOKENS).counter().count()).isEqualTo(input);
          // theirs
          assertThat(meters.get("gen_ai.client.operation").timer().count()).isEqualTo(2);
          assertThat(theirTokens(meters).count()).isEqualTo(input);
          Map<String, Set<Set<String>>> labels = new TreeMap<>();
          for (Meter meter : meters.getMeters()) {
            labels
                .computeIfAbsent(meter.getId().getName(), name -> new java.util.HashSet<>())
                .add(
                    meter.getId().getTags().stream()
                        .map(tag -> tag.getKey())
                        .collect(Collectors.toCollection(TreeSet::new)));
          }
          assertThat(labels)
              .as("a registry such as Prometheus' wants one set of labels a name")
              .allSatisfy((name, sets) -> assertThat(sets).hasSize(1));
        });
  }

  @ParameterizedTest
  @CsvSource({"ours", "theirs"})
  @Feature(
      value = "the server behind a model of Spring AI, on the span",
      on = {"3.5", "4.1"})
  void theServerThatWasNamedIsOnTheSpan(String whose) throws Exception {
    application(whose)
        .withPropertyValues(
            "llmops.spring-ai.servers.openai=" + server.baseUrl(),
            "llmops.servers.urls=" + server.baseUrl().replaceFirst("/v1/?$", ""))
        .run(
            context -> {
              ask(context, Way.MODEL);

              Map<String, Object> attributes = attributes(span(context, "chat "));
              assertThat(attributes)
                  .containsEntry("server.address", "127.0.0.1")
                  .containsKey("server.port")
                  // nobody has asked the server yet at its first call, and the span says so
                  .containsEntry("llmops.server.match", "unknown")
                  .containsKey("llmops.server.unknown_reason");
            });
  }

  @Test
  void aServerThatIsNoUrlStopsTheStartAndSaysSo() throws Exception {
    application("ours")
        .withPropertyValues("llmops.spring-ai.servers.openai=gpu-1")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContaining(
                        "servers.openai must be a URL such as http://gpu-1:8000, but was"
                            + " \"gpu-1\""));
  }

  private static Counter theirTokens(MeterRegistry meters) {
    return meters.get("gen_ai.client.token.usage").tag("gen_ai.token.type", "input").counter();
  }

  private void isOurs(SpanData span) {
    assertThat(span.getInstrumentationScopeInfo().getName()).startsWith("dev.llmops");
    assertThat((Double) attributes(span).get(COST)).isPositive();
  }

  /** Asks in a request and a step of the application's; returns the span of the model. */
  private SpanData oneSpan(ApplicationContext context, Way way) {
    ObservationRegistry registry = context.getBean(ObservationRegistry.class);
    LlmOps ops = context.getBean(LlmOps.class);
    long before = ops.stats().started();
    spans.reset();
    try (LlmContext.Scope scope =
        LlmContext.builder().conversation("c-1").user("u-7").tag("team", "tides").open()) {
      Observation.createNotStarted("request", registry)
          .observe(
              () ->
                  ops.step(
                      StepRequest.agent("helper").build(),
                      () -> {
                        ask(context, way);
                        return "";
                      },
                      done -> StepResult.NONE));
    }

    SpanData model = way == Way.EMBEDDING ? span(context, "embedding") : span(context, "chat ");
    SpanData request = span(context, "request");
    SpanData agent = span(context, "invoke_agent helper");
    LlmCall call = call(context, model);
    assertThat(ops.stats().started() - before).isEqualTo(1);
    assertThat(call.ref().traceId()).isEqualTo(request.getTraceId());
    assertThat(agent.getParentSpanId()).isEqualTo(request.getSpanId());
    // those of Spring AI between them end after a stream has told that it is complete
    Awaitility.await()
        .atMost(WAIT)
        .untilAsserted(
            () -> assertThat(ancestors(model)).contains(agent.getSpanId(), request.getSpanId()));
    boolean client = way == Way.CLIENT || way == Way.CLIENT_STREAM;
    assertThat(spans.getFinishedSpanItems())
        .as("no other span of a model")
        .filteredOn(
            span ->
                "chat".equals(attributes(span).get("gen_ai.operation.name"))
                    || String.valueOf(attributes(span).get("gen_ai.operation.name"))
                        .startsWith("embedding"))
        .hasSize(1);
    if (!client) {
      assertThat(spans.getFinishedSpanItems()).hasSize(3);
    }
    return model;
  }

  private List<String> ancestors(SpanData span) {
    Map<String, SpanData> byId = new HashMap<>();
    spans.getFinishedSpanItems().forEach(each -> byId.put(each.getSpanId(), each));
    List<String> found = new java.util.ArrayList<>();
    for (SpanData at = span; at != null; at = byId.get(at.getParentSpanId())) {
      found.add(at.getSpanId());
    }
    return found;
  }

  private void ask(ApplicationContext context, Way way) {
    switch (way) {
      case MODEL -> assertThat(model(context).call("Hello")).isNotEmpty();
      case MODEL_STREAM ->
          assertThat(model(context).stream(new Prompt("Hello")).collectList().block()).isNotEmpty();
      case CLIENT -> assertThat(client(context).prompt("Hello").call().content()).isNotEmpty();
      case CLIENT_STREAM ->
          assertThat(client(context).prompt("Hello").stream().content().collectList().block())
              .isNotEmpty();
      case EMBEDDING ->
          assertThat(
                  Models.embeddings(
                          server,
                          context.getBean(ObservationRegistry.class),
                          client -> wrapped(context, client))
                      .embed("Hello"))
              .isNotEmpty();
    }
  }

  private ChatModel model(ApplicationContext context) {
    return Models.chat(
        server,
        context.getBean(ObservationRegistry.class),
        client -> wrapped(context, client),
        client -> wrapped(context, client));
  }

  private ChatClient client(ApplicationContext context) {
    ChatClient.Builder builder =
        ChatClient.builder(model(context), context.getBean(ObservationRegistry.class), null, null);
    context
        .getBean(org.springframework.ai.chat.client.ChatClientCustomizer.class)
        .customize(builder);
    return builder.build();
  }

  private static OpenAIClient wrapped(ApplicationContext context, OpenAIClient client) {
    return OpenAiInstrumentation.wrap(client, context.getBean(LlmOps.class));
  }

  private static OpenAIClientAsync wrapped(ApplicationContext context, OpenAIClientAsync client) {
    return OpenAiInstrumentation.wrap(client, context.getBean(LlmOps.class));
  }

  private static LlmCall call(ApplicationContext context, SpanData span) {
    Awaitility.await().atMost(WAIT).until(() -> !calls(context, span).isEmpty());
    List<LlmCall> found = calls(context, span);
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  /** In the ring, which has a call after its span was ended and it was counted. */
  private static List<LlmCall> calls(ApplicationContext context, SpanData span) {
    return context.getBean(RingSink.class).calls().stream()
        .filter(call -> span.getSpanId().equals(call.ref().spanId()))
        .toList();
  }

  private SpanData span(ApplicationContext context, String start) {
    Awaitility.await()
        .atMost(WAIT)
        .until(() -> context.getBean(LlmOps.class).stats().open() == 0 && !found(start).isEmpty());
    return found(start).get(0);
  }

  private List<SpanData> found(String start) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().startsWith(start))
        .toList();
  }

  private static List<String> names(SpanData span) {
    return span.getAttributes().asMap().keySet().stream().map(key -> key.getKey()).toList();
  }

  private static Map<String, Object> attributes(SpanData span) {
    return attributesOf(span.getAttributes());
  }

  private static Map<String, Object> attributesOf(Attributes attributes) {
    Map<String, Object> plain = new TreeMap<>();
    attributes.forEach((key, value) -> plain.put(key.getKey(), value));
    return plain;
  }

  /** What is done with an application. */
  private interface Use {
    void with(ApplicationContext context) throws Exception;
  }

  private void run(String whose, Use use) throws Exception {
    application(whose).run(context -> use.with(context));
  }

  private ApplicationContextRunner application(String whose) throws ClassNotFoundException {
    return SpringAiApplication.of(sdk, whose);
  }
}
