package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.ReturnBehavior;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.memory.chat.ChatMemoryProvider;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiModerationModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderResult;
import dev.langchain4j.service.tool.ToolService;
import dev.langchain4j.spring.LangChain4jAutoConfig;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmStep;
import dev.llmops.StepRequest.Kind;
import dev.llmops.client.langchain4j.LangChain4jInstrumentation;
import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import dev.llmops.testing.Records;
import dev.llmops.testing.Reply;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.MutablePropertyValues;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** LangChain4j's beans and its own starter, over a real client and a server on loopback. */
class LangChain4jAutoConfigurationTest {

  private final FakeModelServer server = FakeModelServer.start();
  private final Records records = Records.withContent();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
          .withBean(Records.class, () -> records)
          .withBean(
              OpenTelemetry.class,
              () ->
                  OpenTelemetrySdk.builder()
                      .setTracerProvider(
                          SdkTracerProvider.builder()
                              .addSpanProcessor(SimpleSpanProcessor.create(spans))
                              .build())
                      .build())
          .withBean(FakeModelServer.class, () -> server, it -> it.setDestroyMethodName(""))
          .withUserConfiguration(Models.class);

  @AfterEach
  void close() {
    server.close();
    GlobalOpenTelemetry.resetForTest();
  }

  @Feature("LangChain4j: an `@AiService` is a tree of agent, searches, calls and tools")
  @Test
  void servicesOfLangChain4jsStarterBecomeATree() {
    application
        .withUserConfiguration(Services.class, Rag.class, Harbour.class)
        .run(
            context -> {
              server.enqueue(
                  Reply.answer("an embedding"),
                  Fixture.CHAT_TOOL_CALL.reply(),
                  Reply.answer("High tide is at noon."));

              String answer =
                  context.getBean(Assistant.class).chat("conversation-7", "When is high tide?");

              assertThat(answer).isEqualTo("High tide is at noon.");
              assertTree("Assistant.chat", "get_tide");
              assertThat(only(Kind.TOOL).request().id()).isEqualTo("call_tide01"); // the fixture's
              assertThat(only(Kind.TOOL).result().text()).isEqualTo("noon");
              assertThat(only(Kind.RETRIEVAL).request().name()).isEqualTo("almanac");
              assertThat(only(Kind.RETRIEVAL).result().documents())
                  .extracting(document -> document.id())
                  .containsExactly("doc-1");
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains(
                      "LangChain4j beans: [almanac] wrapped, [chatModel] wrapped,"
                          + " [embeddingModel] wrapped,"
                          + " [langChain4jAutoConfigurationTest.Assistant] wrapped");
            });
  }

  @Feature("LangChain4j: streaming services, with the first chunk, in one trace")
  @Test
  void streamingServicesMakeTheSameTree() {
    application
        .withUserConfiguration(Services.class, Rag.class, Harbour.class)
        .run(
            context -> {
              server.enqueue(
                  Reply.answer("an embedding"),
                  Fixture.CHAT_STREAM_TOOL_CALLS.reply(),
                  Reply.answer("At noon, little wind."));
              CompletableFuture<String> end = new CompletableFuture<>();

              context
                  .getBean(StreamingAssistant.class)
                  .chat("conversation-7", "The tide and the wind?")
                  .onPartialResponse(part -> {})
                  .onCompleteResponse(response -> end.complete(response.aiMessage().text()))
                  .onError(end::completeExceptionally)
                  .start();

              assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("At noon, little wind.");
              Awaitility.await().until(() -> !steps(Kind.AGENT).isEmpty());
              assertTree("StreamingAssistant.chat", "get_tide", "get_wind");
              assertThat(records.calls())
                  .filteredOn(call -> call.request().operation().equals("chat"))
                  .allSatisfy(call -> assertThat(call.timing().timeToFirstChunk()).isNotNull());
            });
  }

  @Feature("LangChain4j: beans keep their class, and what is injected by it")
  @Test
  void beansAreStillWhatTheyAre() {
    application
        .withUserConfiguration(ByClass.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              OpenAiChatModel model = context.getBean(OpenAiChatModel.class);
              assertThat(context.getBean(ByClass.class).model).isSameAs(model);
              assertThat(model.defaultRequestParameters().modelName()).isEqualTo("gpt-4o-mini");
              server.enqueue(Reply.answer("It is Paris."));

              assertThat(model.chat("What is the capital of France?")).isEqualTo("It is Paris.");

              LlmCall call = records.onlyCall();
              assertThat(call.request().provider()).isEqualTo("openai");
              assertThat(call.response().outputs().get(0).text()).isEqualTo("It is Paris.");
              assertThat(call.usage().outputTokens()).isEqualTo(3); // words
              // wrapped by hand as well, it is recorded once and no worse
              ChatModel again =
                  LangChain4jInstrumentation.wrap(model, context.getBean(LlmOps.class));
              assertThat(again.chat("And of Spain?")).isNotEmpty();
              assertThat(records.calls()).hasSize(2);
              assertThat(records.calls().get(1).usage().outputTokens()).isNotNull();
            });
  }

  @Feature("LangChain4j: embedding, moderation and scoring models, tool providers")
  @Test
  void otherBeansAreRecorded() {
    application
        .withUserConfiguration(Others.class)
        .run(
            context -> {
              server.enqueue(Fixture.EMBEDDINGS_FLOAT, Fixture.MODERATION);
              var unused =
                  context
                      .getBean(EmbeddingModel.class)
                      .embedAll(List.of(TextSegment.from("one"), TextSegment.from("two")));
              assertThat(
                      context.getBean(ModerationModel.class).moderate("Words").content().flagged())
                  .isTrue();
              assertThat(context.getBean(ScoringModel.class).score("a", "b").content())
                  .isEqualTo(0.5);
              server.enqueue(Fixture.CHAT_TOOL_CALL.reply(), Reply.answer("At noon."));
              assertThat(context.getBean(Own.class).chat("When?")).isEqualTo("At noon.");

              assertThat(records.calls())
                  .extracting(call -> call.request().operation())
                  .containsExactly("embeddings", "moderation", "rerank", "chat", "chat");
              assertThat(only(Kind.TOOL).request().name()).isEqualTo("get_tide");
              assertThat(only(Kind.AGENT).request().name()).isEqualTo("Own.chat");
            });
  }

  @Test
  void aToolThatIsAStepByAnnotationIsOneStep() {
    application
        .withUserConfiguration(Services.class, AnnotatedHarbour.class)
        .run(
            context -> {
              server.enqueue(
                  Fixture.CHAT_STREAM_TOOL_CALLS.reply(), Reply.answer("At noon, little wind."));
              CompletableFuture<ChatResponse> end = new CompletableFuture<>();

              context
                  .getBean(StreamingAssistant.class)
                  .chat("conversation-7", "The tide and the wind?")
                  .onPartialResponse(part -> {})
                  .onCompleteResponse(end::complete)
                  .onError(end::completeExceptionally)
                  .start();
              var unused = end.get(20, TimeUnit.SECONDS);

              assertThat(steps(Kind.TOOL))
                  .extracting(step -> step.request().name())
                  .containsExactlyInAnyOrder("tide by annotation", "get_wind");
            });
  }

  @SuppressWarnings("deprecation") // what 1.12 has
  @Test
  void anAnnotationOfOursChangesNeitherWhichToolsThereAreNorWhatTheyDo() {
    ToolService plain = new ToolService();
    plain.tools(List.of(new Pier()));
    application
        .withBean(Pier.class)
        .run(
            context -> {
              Pier pier = context.getBean(Pier.class);
              assertThat(AopUtils.isAopProxy(pier)).isTrue();

              ToolProvider provider =
                  (ToolProvider)
                      AiServiceTools.recorded(
                              new MutablePropertyValues(Map.of("tools", List.of(pier))),
                              context.getBeanFactory(),
                              "service",
                              context.getBean(LlmOps.class))
                          .getPropertyValue("toolProvider")
                          .getValue();
              ToolProviderResult found = provider.provideTools(null);

              assertThat(found.tools().keySet())
                  .containsExactlyInAnyOrderElementsOf(plain.toolSpecifications());
              assertThat(found.immediateReturnToolNames()).containsExactly("get_wind");
              for (ToolSpecification tool : found.tools().keySet()) {
                ToolExecutor executor = found.toolExecutorByName(tool.name());
                ToolExecutionRequest request =
                    ToolExecutionRequest.builder()
                        .id("1")
                        .name(tool.name())
                        .arguments("{\"harbour\":\"Here\"}")
                        .build();
                if (tool.name().equals("fails")) {
                  assertThatThrownBy(() -> executor.executeWithContext(request, null))
                      .hasRootCauseMessage("no harbour");
                } else {
                  assertThat(executor.execute(request, null)).isEqualTo(tool.name());
                }
              }
              assertThat(steps(Kind.TOOL))
                  .extracting(step -> step.request().name())
                  .hasSize(plain.toolSpecifications().size())
                  .contains("wind by annotation", "get_depth", "fails")
                  .doesNotContain("get_wind");
            });
  }

  @Test
  void aPrototypeThatCannotBeWrappedIsToldOnce() {
    try (Warnings warnings = new Warnings()) {
      application
          .withBean(
              "many",
              FinalModel.class,
              () -> new FinalModel("by class"),
              definition -> definition.setScope("prototype"))
          .run(
              context -> {
                var first = context.getBean("many");
                var second = context.getBean("many");

                assertThat(first).isNotSameAs(second);
                assertThat(warnings.heard()).filteredOn(each -> each.contains("[many]")).hasSize(1);
              });
    }
  }

  @Test
  void aToolIsRecordedWhereAnnotationsAreNot() {
    application
        .withUserConfiguration(Services.class, AnnotatedHarbour.class)
        .withPropertyValues("llmops.annotations.enabled=false")
        .run(
            context -> {
              server.enqueue(Fixture.CHAT_TOOL_CALL.reply(), Reply.answer("At noon."));

              assertThat(context.getBean(Assistant.class).chat("c", "When?")).isEqualTo("At noon.");

              assertThat(only(Kind.TOOL).request().name()).isEqualTo("get_tide");
            });
  }

  @Test
  void aBeanThatCannotBeWrappedIsLeftAloneAndSaid() {
    application
        .withUserConfiguration(Finals.class)
        .run(
            context -> {
              assertThat(context.getBean(FinalModel.class).chat("Hi")).isEqualTo("by class");
              assertThat(records.calls()).isEmpty();
              assertThat(context.getBean("byInterface", ChatModel.class).chat("Hi"))
                  .isEqualTo("by interface");
              assertThat(records.calls()).hasSize(1);
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains(
                      "[byClass] NOT wrapped: its class",
                      "FinalModel is what other beans may ask for, and it is final; declare the bean"
                          + " as the interface (ChatModel), or wrap it with"
                          + " LangChain4jInstrumentation where it is made",
                      "[byInterface] wrapped");
            });
  }

  @Test
  void modelsThatAreWrappedWhereTheyAreMadeCanBeBeans() {
    application
        .withUserConfiguration(ByHand.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              server.enqueue(Reply.answer("It is Paris."));

              assertThat(context.getBean("handMade", ChatModel.class).chat("France?"))
                  .isEqualTo("It is Paris.");

              assertThat(records.calls()).hasSize(1);
            });
  }

  @Test
  void whatIsWrappedCanBeIntrospected() { // as Spring does with each bean
    LlmOps ops = LlmOps.builder().sink(records).build();
    Models models = new Models();
    Stream.of(
            LangChain4jInstrumentation.wrap((ChatModel) models.chatModel(server), ops),
            LangChain4jInstrumentation.wrap(
                (StreamingChatModel) models.streamingChatModel(server), ops),
            LangChain4jInstrumentation.wrap((EmbeddingModel) new Rag().embeddingModel(server), ops),
            LangChain4jInstrumentation.wrap(new Others().scoringModel(), ops),
            LangChain4jInstrumentation.wrap(
                (ModerationModel) new Others().moderationModel(server), ops),
            LangChain4jInstrumentation.wrap((ContentRetriever) query -> List.of(), ops, "docs"),
            LangChain4jInstrumentation.wrap((ToolExecutor) (request, id) -> "noon", ops, "tide"),
            LangChain4jInstrumentation.wrap(
                (ToolProvider) request -> ToolProviderResult.builder().build(), ops))
        .forEach(
            wrapped -> {
              for (Class<?> type = wrapped.getClass(); type != null; type = type.getSuperclass()) {
                assertThatCode(type::getDeclaredMethods)
                    .as(type.getName())
                    .doesNotThrowAnyException();
              }
            });
  }

  @Test
  void aListenerBeanOfTheApplicationIsNotASecondRecord() {
    application
        .withUserConfiguration(Listening.class)
        .run(
            context -> {
              assertThat(context.getBean("listened", ChatModel.class).chat("Hi")).isNotEmpty();

              assertThat(records.calls()).hasSize(1);
              assertThat(spans.getFinishedSpanItems()).hasSize(1);
            });
  }

  @Test
  void isSwitchedOffByItsProperty() {
    application
        .withUserConfiguration(Services.class, Harbour.class)
        .withPropertyValues("llmops.langchain4j.enabled=false")
        .run(
            context -> {
              server.enqueue(Fixture.CHAT_TOOL_CALL.reply(), Reply.answer("At noon."));

              assertThat(context.getBean(Assistant.class).chat("c", "When?")).isEqualTo("At noon.");

              assertThat(records.all()).isEmpty();
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("No LangChain4j beans are wrapped: llmops.langchain4j.enabled=false.");
              assertThat(context.getBean(OpenAiChatModel.class).getClass())
                  .isEqualTo(OpenAiChatModel.class);
            });
  }

  /** One agent step, everything else a child of it, all in its conversation and trace. */
  private void assertTree(String agentName, String... tools) {
    LlmStep agent = only(Kind.AGENT);
    assertThat(agent.request().name()).isEqualTo(agentName);
    assertThat(agent.parent()).isNull();
    assertThat(steps(Kind.TOOL))
        .extracting(step -> step.request().name())
        .containsExactlyInAnyOrder(tools);
    assertThat(records.all())
        .allSatisfy(
            record -> {
              if (record instanceof LlmCall call) {
                assertThat(call.conversationId()).isEqualTo("conversation-7");
                assertThat(call.parent())
                    .isEqualTo(
                        call.request().operation().equals("embeddings")
                            ? only(Kind.RETRIEVAL).ref()
                            : agent.ref());
              } else if (record instanceof LlmStep step && step != agent) {
                assertThat(step.context().conversationId()).isEqualTo("conversation-7");
                assertThat(step.parent()).isEqualTo(agent.ref());
              }
            });
    assertThat(records.calls())
        .extracting(call -> call.request().operation())
        .containsExactly("embeddings", "chat", "chat");
    List<SpanData> finished = spans.getFinishedSpanItems();
    assertThat(finished).hasSize(records.all().size()); // one span a record
    assertThat(finished).extracting(SpanData::getTraceId).containsOnly(agent.ref().traceId());
    assertThat(finished)
        .filteredOn(span -> span.getName().startsWith("chat") || span.getName().contains("tool"))
        .extracting(SpanData::getParentSpanId)
        .containsOnly(agent.ref().spanId());
  }

  private LlmStep only(Kind kind) {
    assertThat(steps(kind)).hasSize(1);
    return steps(kind).get(0);
  }

  private List<LlmStep> steps(Kind kind) {
    return records.steps().stream().filter(step -> step.request().kind() == kind).toList();
  }

  @AiService
  interface Assistant {
    String chat(@MemoryId String conversation, @UserMessage String question);
  }

  @AiService
  interface StreamingAssistant {
    TokenStream chat(@MemoryId String conversation, @UserMessage String question);
  }

  interface Own {
    String chat(String question);
  }

  @Configuration(proxyBeanMethods = false)
  static class Models {
    @Bean
    OpenAiChatModel chatModel(FakeModelServer server) {
      return OpenAiChatModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName("gpt-4o-mini")
          .maxRetries(0)
          .build();
    }

    @Bean
    OpenAiStreamingChatModel streamingChatModel(FakeModelServer server) {
      return OpenAiStreamingChatModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName("gpt-4o-mini")
          .build();
    }
  }

  /** Has its services found, as an application has. */
  @Configuration(proxyBeanMethods = false)
  @AutoConfigurationPackage // where LangChain4j's starter looks for services
  @ImportAutoConfiguration(LangChain4jAutoConfig.class)
  static class Services {
    @Bean
    ChatMemoryProvider memories() {
      return id -> MessageWindowChatMemory.withMaxMessages(10);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class ByHand {
    @Bean
    ChatModel handMade(FakeModelServer server, LlmOps ops) {
      return LangChain4jInstrumentation.wrap((ChatModel) new Models().chatModel(server), ops);
    }

    @Bean
    StreamingChatModel handMadeStreaming(FakeModelServer server, LlmOps ops) {
      return LangChain4jInstrumentation.wrap(
          (StreamingChatModel) new Models().streamingChatModel(server), ops);
    }

    @Bean
    EmbeddingModel handMadeEmbedding(FakeModelServer server, LlmOps ops) {
      return LangChain4jInstrumentation.wrap(
          (EmbeddingModel) new Rag().embeddingModel(server), ops);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Rag {
    @Bean
    OpenAiEmbeddingModel embeddingModel(FakeModelServer server) {
      return OpenAiEmbeddingModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName("text-embedding-3-small")
          .maxRetries(0)
          .build();
    }

    @Bean
    ContentRetriever almanac(EmbeddingModel model) {
      InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
      store.add(
          "doc-1",
          Embedding.from(new float[] {1, 1, 1, 1, 1, 1, 1, 1}), // of the server's dimension
          TextSegment.from("Tides follow the moon."));
      return EmbeddingStoreContentRetriever.builder()
          .embeddingStore(store)
          .embeddingModel(model)
          .build();
    }
  }

  /** Tools with the names of the fixtures, which no proxy could take the place of. */
  static final class Harbour {
    @Tool(name = "get_tide", value = "Looks up the tide")
    private String tide(String harbour) {
      return "noon";
    }

    @Tool(name = "get_wind", value = "Looks up the wind")
    String wind(String harbour) {
      return "little";
    }
  }

  /** One of its tools is a step by our annotation as well. */
  static class AnnotatedHarbour {
    @LlmTool("tide by annotation")
    @Tool(name = "get_tide", value = "Looks up the tide")
    public String tide(String harbour) {
      return "noon";
    }

    @Tool(name = "get_wind", value = "Looks up the wind")
    public String wind(String harbour) {
      return "little";
    }
  }

  static class Quay {
    @Tool(name = "get_tide")
    public String tide(@P("harbour") String harbour) {
      return "get_tide";
    }
  }

  static class Pier extends Quay {
    @LlmTool("wind by annotation")
    @Tool(name = "get_wind", returnBehavior = ReturnBehavior.IMMEDIATE)
    public String wind(@P("harbour") String harbour) {
      return "get_wind";
    }

    @Tool(name = "get_depth")
    private String depth(@P("harbour") String harbour) {
      return "get_depth";
    }

    @LlmTool
    @Tool
    public String fails(@P("harbour") String harbour) {
      throw new IllegalStateException("no harbour");
    }
  }

  static class ByClass {
    final OpenAiChatModel model;

    ByClass(OpenAiChatModel model) {
      this.model = model;
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Others {
    @Bean
    OpenAiEmbeddingModel embeddingModel(FakeModelServer server) {
      return new Rag().embeddingModel(server);
    }

    @Bean
    OpenAiModerationModel moderationModel(FakeModelServer server) {
      return OpenAiModerationModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName("omni-moderation-latest")
          .maxRetries(0)
          .build();
    }

    @Bean
    ScoringModel scoringModel() {
      return (segments, query) -> Response.from(segments.stream().map(each -> 0.5).toList());
    }

    @Bean
    ToolProvider harbour() {
      ToolSpecification tide = ToolSpecification.builder().name("get_tide").build();
      return request -> ToolProviderResult.builder().add(tide, (call, memory) -> "noon").build();
    }

    @Bean
    Own own(ChatModel model, ToolProvider harbour) {
      return AiServices.builder(Own.class).chatModel(model).toolProvider(harbour).build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Finals {
    @Bean
    FinalModel byClass() {
      return new FinalModel("by class");
    }

    @Bean
    ChatModel byInterface() {
      return new FinalModel("by interface");
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Listening {
    @Bean
    ChatModelListener listener(LlmOps ops) {
      return LangChain4jInstrumentation.listener(ops);
    }

    @Bean
    ChatModel listened(FakeModelServer server, ChatModelListener listener) {
      return OpenAiChatModel.builder()
          .baseUrl(server.baseUrl())
          .apiKey("test")
          .modelName("gpt-4o-mini")
          .listeners(List.of(listener))
          .build();
    }
  }

  record FinalModel(String answer) implements ChatModel {
    @Override
    public ChatResponse doChat(ChatRequest request) {
      return ChatResponse.builder().aiMessage(AiMessage.from(answer)).build();
    }
  }
}
