package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import dev.llmops.testing.AllocatedBytes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClientCustomizer;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.observation.ChatModelMeterObservationHandler;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * What the wired starter adds to a call of a model that answers at once, in bytes of the calling
 * thread, content off: beside Spring AI's own observation, as Boot's tracing and metrics take it.
 */
class SpringAiStarterCostTest {

  private static final int CALLS = 20_000;

  /** A third of the 11,230 that Spring AI's own observation takes with Boot's handlers. */
  private static final long MOST_BYTES_MORE = 3_743;

  private static final Prompt PROMPT =
      new Prompt(
          "When is high tide?", ChatOptions.builder().model("gpt-4o").temperature(0.7).build());
  private static final ChatResponse ANSWER =
      new ChatResponse(
          List.of(
              new Generation(
                  new AssistantMessage("At noon."),
                  ChatGenerationMetadata.builder().finishReason("STOP").build())),
          ChatResponseMetadata.builder()
              .id("chatcmpl-1")
              .model("gpt-4o-2024-08-06")
              .usage(new DefaultUsage(5, 2))
              .build());

  @Test
  void aCallOfTheModel() {
    long none = bytes(() -> call(ObservationRegistry.NOOP));
    long theirs = bytesOfACall("llmops.spring-ai.enabled=false");
    long ours = bytesOfACall("llmops.ring.capacity=100");
    long theirSpans = bytesOfACall("llmops.ring.capacity=100", "llmops.spring-ai.spans=theirs");

    System.out.printf(
        "Boot %s, bytes a call: Spring AI's own observation %,d; the starter adds %,d, with their"
            + " spans %,d%n",
        SpringBootVersion.getVersion(), theirs - none, ours - theirs, theirSpans - theirs);
    assertThat(theirs - none).isGreaterThan(5_000); // it is there
    assertThat(ours - theirs).isLessThan(MOST_BYTES_MORE);
  }

  @Test
  void aCallOfTheClient() {
    long theirs = bytesOfTheClient("llmops.spring-ai.enabled=false");
    long ours = bytesOfTheClient("llmops.ring.capacity=100");

    System.out.printf(
        "Boot %s, bytes a call of a ChatClient: %,d, with the starter %,d more%n",
        SpringBootVersion.getVersion(), theirs, ours - theirs);
    assertThat(ours).isPositive();
  }

  private static long bytesOfACall(String... properties) {
    long[] bytes = new long[1];
    application(properties)
        .run(
            context -> {
              ObservationRegistry registry = context.getBean(ObservationRegistry.class);
              bytes[0] = bytes(() -> call(registry));
              assertThat(context.getBean(LlmOps.class).stats().swallowed()).isEmpty();
            });
    return bytes[0];
  }

  private static long bytesOfTheClient(String... properties) {
    long[] bytes = new long[1];
    application(properties)
        .run(
            context -> {
              ObservationRegistry registry = context.getBean(ObservationRegistry.class);
              ChatModel model = prompt -> call(registry);
              ChatClient.Builder builder = ChatClient.builder(model, registry, null, null);
              context
                  .getBeanProvider(ChatClientCustomizer.class)
                  .forEach(each -> each.customize(builder));
              ChatClient client = builder.build();
              bytes[0] =
                  bytes(
                      () -> {
                        if (!"At noon.".equals(client.prompt("When?").call().content())) {
                          throw new AssertionError("another answer");
                        }
                      });
            });
    return bytes[0];
  }

  private static ApplicationContextRunner application(String... properties) {
    boolean three = SpringBootVersion.getVersion().startsWith("3.");
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(new Dropped()).build())
            .build();
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                LlmOpsAutoConfiguration.class,
                type(
                    three
                        ? "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration"
                        : "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"),
                type(
                    three
                        ? "org.springframework.boot.actuate.autoconfigure.tracing.MicrometerTracingAutoConfiguration"
                        : "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration")))
        .withPropertyValues(properties)
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .withBean(ChatModelMeterObservationHandler.class) // as Spring AI's own configuration
        .withBean(OpenTelemetry.class, () -> sdk)
        .withBean(
            Tracer.class,
            () ->
                new OtelTracer(
                    sdk.getTracer("micrometer"), new OtelCurrentTraceContext(), event -> {}));
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static long bytes(Runnable call) {
    return AllocatedBytes.aCall(CALLS / 5, call);
  }

  private static ChatResponse call(ObservationRegistry registry) {
    ChatModelObservationContext context =
        ChatModelObservationContext.builder().prompt(PROMPT).provider("openai").build();
    ChatResponse answer =
        ChatModelObservationDocumentation.CHAT_MODEL_OPERATION
            .observation(null, new DefaultChatModelObservationConvention(), () -> context, registry)
            .observe(
                () -> {
                  context.setResponse(ANSWER);
                  return ANSWER;
                });
    if (answer != ANSWER) {
      throw new AssertionError("another answer");
    }
    return answer;
  }

  /** Sees each span, as a batch processor does, and keeps none. */
  private static final class Dropped implements SpanProcessor {

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
