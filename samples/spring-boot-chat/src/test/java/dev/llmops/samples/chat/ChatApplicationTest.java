package dev.llmops.samples.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.otel.OtlpReceiver;
import dev.llmops.otel.OtlpReceiver.ReceivedLog;
import dev.llmops.otel.OtlpReceiver.ReceivedSpan;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.annotation.Bean;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.web.reactive.config.BlockingExecutionConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The application started for real, on the Boot and the Spring AI that the build names. Requests
 * are sent to it, and what a collector receives is compared with one expected tree of spans, the
 * same for all.
 */
class ChatApplicationTest {

  private static final boolean SPRING_AI_2 = !SpringBootVersion.getVersion().startsWith("3.");

  /**
   * Tokens are those that the model server tells; it counts words where texts are embedded. Dollars
   * a million: gpt-4o-mini 0.15 in and 0.60 out, so 17 and 11 tokens are 9.15 millionths, 88 and 23
   * are 27, 19 and 6 are 6.45; text-embedding-3-small 0.02 in, so 5 words are 0.1.
   */
  private static final String ANSWERED =
      """
      http get /chat
        invoke_workflow chat_client, conversation c-1
          invoke_workflow MessageChatMemoryAdvisor, conversation c-1
            invoke_workflow retrieval, conversation c-1
              retrieval in-memory-map
                embeddings text-embedding-3-small, conversation c-1, in 5, cost 1.0E-7
              chat gpt-4o-mini, conversation c-1, in 17, out 11, cost 9.15E-6, finish [stop]
      """;

  private static final String WITH_TOOL =
      """
      http get /chat
        invoke_workflow chat_client, conversation c-2
          invoke_workflow MessageChatMemoryAdvisor, conversation c-2
            invoke_workflow retrieval, conversation c-2
              retrieval in-memory-map
                embeddings text-embedding-3-small, conversation c-2, in 5, cost 1.0E-7
              chat gpt-4o-mini, conversation c-2, in 88, out 23, cost 2.7E-5, finish [tool_call]
              execute_tool find_documents, conversation c-2
                retrieval in-memory-map
                  embeddings text-embedding-3-small, conversation c-2, in 1, cost 2.0E-8
              chat gpt-4o-mini, conversation c-2, in 17, out 11, cost 9.15E-6, finish [stop]
      """;

  private static final String STREAMED =
      """
      http get /chat/stream
        invoke_workflow chat_client, conversation c-3
          invoke_workflow MessageChatMemoryAdvisor, conversation c-3
            invoke_workflow retrieval, conversation c-3
              retrieval in-memory-map
                embeddings text-embedding-3-small, conversation c-3, in 5, cost 1.0E-7
              chat gpt-4o-mini, conversation c-3, in 19, out 6, cost 6.45E-6, finish [stop]
      """;

  private static final int STEPS = SPRING_AI_2 ? 17 : 14;

  private static final Reply EMBEDDING = Reply.answer("unused");
  private static final Reply TOOL_CALL =
      Reply.json(
          """
          {"id":"c-1","object":"chat.completion","created":1795003200,
           "model":"gpt-4o-mini-2024-07-18",
           "choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant",
            "content":null,"tool_calls":[{"id":"call_1","type":"function","function":
             {"name":"find_documents","arguments":"{\\"topic\\":\\"tides\\"}"}}]}}],
           "usage":{"prompt_tokens":88,"completion_tokens":23,"total_tokens":111}}
          """);

  @Test
  void runsOnTheBootThatTheBuildNames() {
    assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("llmops.test.boot"));
    assertThat(SearchRequest.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .contains(SPRING_AI_2 ? "spring-ai-vector-store-2.0" : "spring-ai-vector-store-1.1");
  }

  @Test
  void nothingOfLlmOpsIsInItsCode() throws Exception {
    Path classes =
        Path.of(ChatApplication.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files = all.filter(file -> file.toString().endsWith(".class")).toList();
    }

    assertThat(files).isNotEmpty();
    for (Path file : files) {
      String constants = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(constants.replace("dev/llmops/samples/", ""))
          .as(file.toString())
          .doesNotContain("dev/llmops/");
    }
  }

  @Test
  void aRequestIsOneTree() throws Exception {
    askAndCompare(List.of());
  }

  @Test
  void aRequestIsOneTreeOnWebFlux() throws Exception {
    askAndCompare(
        List.of(BlockingHandlers.class),
        "--spring.main.web-application-type=reactive",
        // https://github.com/reactor/reactor-netty/issues/4361
        "--server.netty.max-keep-alive-requests=1");
  }

  @Test
  void aRequestIsOneTreeOnVirtualThreads() throws Exception {
    if (Runtime.version().feature() < 21) {
      System.out.println("== SKIPPED: the sample on virtual threads (they need a JDK 21 or newer)");
      assumeThat(false).isTrue();
    }
    ThreadOfHandlers.VIRTUAL.clear();

    askAndCompare(List.of(ThreadOfHandlers.class), "--spring.threads.virtual.enabled=true");

    assertThat(ThreadOfHandlers.VIRTUAL)
        .as("of the handlers of three chats and what their streams are resumed on")
        .hasSizeGreaterThanOrEqualTo(3)
        .containsOnly(true);
  }

  @Test
  void theEmbeddedModelUsesTheToolAndThePassages() throws Exception {
    try (OtlpReceiver collector = OtlpReceiver.http()) {
      try (RunningChat chat = RunningChat.start(collector, List.of())) {
        assertThat(chat.chat("Why do I see nothing?", "c-1"))
            .contains("LlmOps.explain()")
            .contains("(spring.md, \"Why do I see nothing?\"");
        assertThat(chat.chat("Which documents are about Spring AI?", "c-2"))
            .startsWith("From find_documents:\nspring-ai.md, ");
        List<String> pieces = chat.stream("Why do I see nothing?", "c-3");
        assertThat(pieces).hasSizeGreaterThan(10);
        assertThat(RunningChat.joined(pieces)).contains("LlmOps.explain()");
        // that of the stream is recorded on its own thread
        int calls =
            Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                    () -> chat.actuator("/llmops/calls?operation=chat").at("/matching").asInt(),
                    seen -> seen >= 4);
        assertThat(calls).isEqualTo(4);
      }

      List<String> trees = SpanTrees.ofChats(collector);
      assertThat(trees).hasSize(3);
      assertThat(trees.get(0)).containsOnlyOnce("chat docs-extractive").doesNotContain("tool");
      assertThat(trees.get(1))
          .containsSubsequence(
              "chat docs-extractive", "execute_tool find_documents", "chat docs-extractive");
      assertThat(trees.get(2)).containsOnlyOnce("chat docs-extractive");
    }
  }

  private static void askAndCompare(List<Class<?>> more, String... settings) throws Exception {
    JsonNode rated;
    JsonNode steps;
    try (OtlpReceiver collector = OtlpReceiver.http();
        FakeModelServer model = FakeModelServer.start()) {
      String[] all =
          Stream.concat(
                  Stream.of(settings),
                  Stream.of(
                      "--spring.ai.openai.base-url=" + model.baseUrl(),
                      "--spring.ai.openai.api-key=none",
                      "--chat.model=gpt-4o-mini",
                      "--chat.documents=classpath:chat-docs/lighthouse.md"))
              .toArray(String[]::new);
      try (RunningChat chat = RunningChat.start(collector, more, all)) {
        model.enqueue(EMBEDDING, Fixture.CHAT_BASIC.reply());
        assertThat(chat.chat("What is a lighthouse for?", "c-1"))
            .isEqualTo("A lighthouse warns ships of rocks and shallow water.");

        model.enqueue(EMBEDDING, TOOL_CALL, EMBEDDING, Fixture.CHAT_BASIC.reply());
        assertThat(chat.chat("Which documents are about tides?", "c-2")).startsWith("A lighthouse");

        model.enqueue(EMBEDDING, Fixture.CHAT_STREAM_USAGE.reply());
        assertThat(RunningChat.joined(chat.stream("When does the tide turn?", "c-3")))
            .isEqualTo("The tide turns at six.");
        assertThat(model.unusedReplies()).isZero();

        rated = chat.feedback("c-1");
        // Spring AI ends a stream's steps after it has told that the stream is complete
        steps =
            Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                    () -> chat.actuator("/llmops/steps").at("/steps"),
                    seen -> seen.size() >= STEPS);
      }

      assertThat(SpanTrees.ofChats(collector))
          .containsExactly(of(ANSWERED), of(WITH_TOOL), of(STREAMED));
      assertThat(collector.spans())
          .filteredOn(
              span ->
                  List.of("chat", "embeddings")
                      .contains(span.attributes().getOrDefault("gen_ai.operation.name", "")))
          .as("exactly one span a model call")
          .hasSameSizeAs(model.requests());
      assertThat(steps).hasSize(STEPS).allSatisfy(step -> hasParentOfItsSpan(step, collector));
      ReceivedSpan call = spanOf(rated, collector);
      assertThat(call.attributes()).isEqualTo(attributesOfAChat());
      assertThat(collector.logs())
          .filteredOn(log -> "user_feedback".equals(log.attributes().get("gen_ai.evaluation.name")))
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.attributes()).containsEntry("gen_ai.evaluation.score.value", 1.0);
                assertThat(hexOfSpan(event)).isEqualTo(call.spanId());
              });
    }
  }

  /**
   * The tree as this Spring AI has it: in 2.0, tools are run by an advisor of its own, in which the
   * model is asked; in 1.1 the model runs them.
   */
  private static String of(String tree) {
    if (!SPRING_AI_2) {
      return tree;
    }
    StringBuilder text = new StringBuilder();
    int advisor = -1;
    for (String line : tree.lines().toList()) {
      int indent = line.length() - line.stripLeading().length();
      if (advisor < 0 && line.strip().startsWith("chat ")) {
        advisor = indent;
        text.append(" ".repeat(indent))
            .append("invoke_workflow Tool Calling Advisor")
            .append(line, line.indexOf(", conversation"), line.indexOf(", in"))
            .append('\n');
      }
      text.append(advisor >= 0 && indent >= advisor ? "  " : "").append(line).append('\n');
    }
    return text.toString();
  }

  /** Of the answer in {@link Fixture#CHAT_BASIC}. */
  private static Map<String, Object> attributesOfAChat() {
    Map<String, Object> expected = new TreeMap<>();
    expected.put("gen_ai.operation.name", "chat");
    expected.put("gen_ai.provider.name", "openai");
    expected.put("gen_ai.conversation.id", "c-1");
    expected.put("gen_ai.request.model", "gpt-4o-mini");
    if (!SPRING_AI_2) {
      expected.put("gen_ai.request.temperature", 0.7); // what 1.1 asks for unless told
    }
    expected.put("gen_ai.response.id", "chatcmpl-fake-basic");
    expected.put("gen_ai.response.model", "gpt-4o-mini-2024-07-18");
    expected.put("gen_ai.response.finish_reasons", List.of("stop"));
    expected.put("gen_ai.usage.input_tokens", 17L);
    expected.put("gen_ai.usage.output_tokens", 11L);
    expected.put("gen_ai.usage.cache_read.input_tokens", 0L);
    expected.put("gen_ai.usage.reasoning.output_tokens", 0L);
    expected.put("llmops.cost.amount", 9.15e-6);
    expected.put("llmops.cost.currency", "USD");
    return expected;
  }

  /** The records say the same as the spans. */
  private static void hasParentOfItsSpan(JsonNode step, OtlpReceiver collector) {
    if (step.has("parent")) {
      assertThat(spanOf(step.at("/ref"), collector).parentSpanId())
          .as(step.at("/request/name").asText())
          .isEqualTo(step.at("/parent/spanId").asText());
    } else {
      assertThat(step.at("/request/name").asText()).isEqualTo("chat_client");
    }
  }

  private static ReceivedSpan spanOf(JsonNode call, OtlpReceiver collector) {
    return collector.spans().stream()
        .filter(span -> span.spanId().equals(call.at("/spanId").asText()))
        .findFirst()
        .orElseThrow();
  }

  private static String hexOfSpan(ReceivedLog log) {
    return HexFormat.of().formatHex(log.log().getSpanId().toByteArray());
  }

  /** What a reactive application needs for handlers that wait for an answer: Spring's own way. */
  static class BlockingHandlers {

    @Bean
    WebFluxConfigurer blockingHandlers(
        @Qualifier("applicationTaskExecutor") AsyncTaskExecutor executor) {
      return new WebFluxConfigurer() {
        @Override
        public void configureBlockingExecution(BlockingExecutionConfigurer configurer) {
          configurer.setExecutor(executor);
        }
      };
    }
  }

  /** Sees on what threads handlers are run. */
  static class ThreadOfHandlers {

    static final Queue<Boolean> VIRTUAL = new ConcurrentLinkedQueue<>();

    @Bean
    WebMvcConfigurer threadOfHandlers() {
      return new WebMvcConfigurer() {
        @Override
        public void addInterceptors(InterceptorRegistry registry) {
          registry
              .addInterceptor(
                  new HandlerInterceptor() {
                    @Override
                    public boolean preHandle(
                        jakarta.servlet.http.HttpServletRequest request,
                        jakarta.servlet.http.HttpServletResponse response,
                        Object handler)
                        throws ReflectiveOperationException {
                      VIRTUAL.add(
                          (Boolean)
                              Thread.class.getMethod("isVirtual").invoke(Thread.currentThread()));
                      return true;
                    }
                  })
              .addPathPatterns("/chat", "/chat/stream");
        }
      };
    }
  }
}
