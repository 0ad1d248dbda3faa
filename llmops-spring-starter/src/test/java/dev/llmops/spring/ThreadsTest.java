package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Prompt;
import dev.llmops.sink.RingSink;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Which threads of a web application know the request that they work for. */
class ThreadsTest {

  private static final String[] ASKED = {
    "--llmops.ring.capacity=50",
    "--llmops.context.conversation-header=X-Conversation-Id",
    "--spring.reactor.context-propagation=auto"
  };

  @Feature("`StreamingResponseBody`, `DeferredResult`, `SseEmitter`, `Callable` of MVC")
  @Test
  void whatMvcRunsLaterKnowsItsRequest() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Mvc.class, ASKED)) {
      for (String path : List.of("/callable", "/body", "/deferred", "/sse", "/prompt")) {
        assertThat(app.get(path, "X-Conversation-Id", path).status()).isEqualTo(200);
        LlmCall call = lastOf(app);
        assertThat(call.conversationId()).as(path).isEqualTo(path);
        assertThat(call.context().prompt())
            .isEqualTo(path.equals("/prompt") ? Prompt.of("support", "7") : null);
      }
    }
  }

  @Test
  void whatIsScheduledKnowsWhoScheduledIt() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Mvc.class, ASKED)) {
      for (String path : List.of("/async", "/scheduler", "/wrapped")) {
        assertThat(app.get(path, "X-Conversation-Id", path).status()).isEqualTo(200);
        assertThat(lastOf(app).conversationId()).as(path).isEqualTo(path);
      }
    }
  }

  @Feature("`@Async` and what MVC runs later, on virtual threads (Java 21)")
  @Test
  void tasksOfVirtualThreadsKnowTheirSubmitter() throws Exception {
    boolean virtual = Runtime.version().feature() >= 21;
    try (WebApp app =
        WebApp.start(
            WebApplicationType.SERVLET,
            Mvc.class,
            "--spring.threads.virtual.enabled=true",
            ASKED[0],
            ASKED[1])) {
      for (String path : List.of("/async", "/wrapped", "/callable", "/body")) {
        assertThat(app.get(path, "X-Conversation-Id", path).status()).isEqualTo(200);
        LlmCall call = lastOf(app);
        assertThat(call.conversationId()).as(path).isEqualTo(path);
        assertThat(call.request().model()).as(path).isEqualTo(virtual ? "virtual" : "platform");
      }
      app.get("/scheduler", "X-Conversation-Id", "c-1");
      assertThat(lastOf(app).conversationId()).isEqualTo(virtual ? null : "c-1");
      String late =
          "What is scheduled at [taskScheduler] has no context, as Spring decorates it only when it"
              + " is due: schedule LlmContext.current().wrap(task).";
      assertThat(app.bean(LlmOps.class).explain().contains(late)).isEqualTo(virtual);
      // what nobody submits has no request: its calls are recorded without one
      app.bean(Jobs.class).ran.await(10, TimeUnit.SECONDS);
      LlmCall scheduled =
          app.bean(RingSink.class).calls().stream()
              .filter(call -> call.request().model().equals("scheduled"))
              .findFirst()
              .orElseThrow();
      assertThat(scheduled.conversationId()).isNull();
    }
    if (!virtual) {
      System.out.println("SKIPPED: virtual threads (they need Java 21; this is 17)");
    }
    assumeTrue(virtual, "virtual threads need Java 21");
  }

  @Test
  void saysWhichExecutorsOfTheApplicationCarryNothing() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, OwnExecutor.class, ASKED)) {
      assertThat(app.get("/async", "X-Conversation-Id", "c-1").status()).isEqualTo(200);
      assertThat(lastOf(app).conversationId()).as("nobody carries it there").isNull();
      assertThat(app.bean(LlmOps.class).explain())
          .contains(
              "Tasks of [pool] have their submitter's context only if you saw to it: give it the"
                  + " bean of type TaskDecorator, or wrap it in LlmContext.wrap(executor).");
    }
  }

  @Feature("`Mono` and `Flux` across `publishOn`, `subscribeOn` and `parallel`")
  @Test
  void reactorsThreadsKnowTheRequest() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.REACTIVE, Web.class, ASKED)) {
      for (String path : List.of("/publishOn", "/parallel", "/flatMap", "/prompt")) {
        assertThat(app.get(path, "X-Conversation-Id", path).status()).isEqualTo(200);
        for (LlmCall call : app.bean(RingSink.class).calls()) {
          assertThat(call.conversationId()).as(path).isEqualTo(path);
          assertThat(call.context().prompt())
              .isEqualTo(path.equals("/prompt") ? Prompt.of("support", "7") : null);
        }
        assertThat(app.bean(RingSink.class).calls()).isNotEmpty();
        app.bean(RingSink.class).clear();
      }
    }
  }

  private static LlmCall lastOf(WebApp app) {
    RingSink ring = app.bean(RingSink.class);
    List<LlmCall> calls =
        ring.calls().stream().filter(call -> !call.request().model().equals("scheduled")).toList();
    return calls.get(calls.size() - 1);
  }

  private static String call(LlmOps ops) {
    return ops.call(LlmRequest.chat("local", kindOfThread()), () -> "answer", LlmResponse::ofText);
  }

  /** {@code Thread.isVirtual} is of Java 21. */
  private static String kindOfThread() {
    try {
      boolean virtual =
          (boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
      return virtual ? "virtual" : "platform";
    } catch (ReflectiveOperationException e) {
      return "platform";
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableAsync
  @EnableScheduling
  @Import({Paths.class, Background.class, Jobs.class})
  static class Mvc {}

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableAsync
  @Import({PooledPaths.class, Background.class})
  static class OwnExecutor {

    @Bean
    Executor pool() {
      return new SimpleAsyncTaskExecutor("own-");
    }
  }

  static class Jobs {
    final CountDownLatch ran = new CountDownLatch(1);
    private final LlmOps ops;

    Jobs(LlmOps ops) {
      this.ops = ops;
    }

    @Scheduled(fixedDelay = 3_600_000)
    void hourly() {
      ops.call(LlmRequest.chat("local", "scheduled"), () -> "a", LlmResponse::ofText);
      ran.countDown();
    }
  }

  static class Background {
    private final LlmOps ops;

    Background(LlmOps ops) {
      this.ops = ops;
    }

    @Async
    public CompletableFuture<String> call() {
      return CompletableFuture.completedFuture(ThreadsTest.call(ops));
    }

    @LlmPrompt(value = "support", version = "7")
    public String prompted() {
      return ThreadsTest.call(ops);
    }

    @LlmPrompt(value = "support", version = "7")
    public Mono<String> promptedLater() {
      return Mono.fromCallable(() -> ThreadsTest.call(ops))
          .subscribeOn(Schedulers.boundedElastic());
    }
  }

  @RestController
  static class PooledPaths {
    private final Background background;

    PooledPaths(Background background) {
      this.background = background;
    }

    @GetMapping("/async")
    String async() throws Exception {
      return background.call().get(10, TimeUnit.SECONDS);
    }
  }

  @RestController
  static class Paths {
    private final LlmOps ops;
    private final Background background;
    private final AsyncTaskExecutor executor;
    private final TaskScheduler scheduler;

    Paths(
        LlmOps ops,
        Background background,
        @Qualifier("applicationTaskExecutor") AsyncTaskExecutor executor,
        TaskScheduler scheduler) {
      this.ops = ops;
      this.background = background;
      this.executor = executor;
      this.scheduler = scheduler;
    }

    @GetMapping("/async")
    String async() throws Exception {
      return background.call().get(10, TimeUnit.SECONDS);
    }

    @GetMapping("/prompt")
    String prompt() {
      return background.prompted();
    }

    @GetMapping("/scheduler")
    String scheduled() throws Exception {
      CompletableFuture<String> answer = new CompletableFuture<>();
      scheduler.schedule(() -> answer.complete(call(ops)), java.time.Instant.now());
      return answer.get(10, TimeUnit.SECONDS);
    }

    @GetMapping("/wrapped")
    String wrapped() throws Exception {
      CompletableFuture<String> answer = new CompletableFuture<>();
      Runnable task = () -> answer.complete(call(ops));
      scheduler.schedule(LlmContext.current().wrap(task), java.time.Instant.now());
      return answer.get(10, TimeUnit.SECONDS);
    }

    @GetMapping("/callable")
    java.util.concurrent.Callable<String> callable() {
      return () -> call(ops);
    }

    @GetMapping("/body")
    ResponseEntity<StreamingResponseBody> body() {
      return ResponseEntity.ok(
          (OutputStream out) -> out.write(call(ops).getBytes(StandardCharsets.UTF_8)));
    }

    @GetMapping("/deferred")
    DeferredResult<String> deferred() {
      DeferredResult<String> result = new DeferredResult<>(10_000L);
      executor.execute(() -> result.setResult(call(ops)));
      return result;
    }

    @GetMapping("/sse")
    SseEmitter sse() {
      SseEmitter emitter = new SseEmitter(10_000L);
      executor.execute(
          () -> {
            try {
              emitter.send(call(ops));
              emitter.complete();
            } catch (java.io.IOException e) {
              emitter.completeWithError(e);
            }
          });
      return emitter;
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import({ReactivePaths.class, Background.class})
  static class Web {}

  @RestController
  static class ReactivePaths {
    private final LlmOps ops;
    private final Background background;

    ReactivePaths(LlmOps ops, Background background) {
      this.ops = ops;
      this.background = background;
    }

    @GetMapping("/publishOn")
    Mono<String> publishOn() {
      return Mono.just("q").publishOn(Schedulers.parallel()).map(q -> call(ops));
    }

    @GetMapping("/parallel")
    Flux<String> parallel() {
      return Flux.range(0, 4)
          .parallel(2)
          .runOn(Schedulers.parallel())
          .map(i -> call(ops))
          .sequential();
    }

    @GetMapping("/flatMap")
    Flux<String> flatMap() {
      return Flux.range(0, 3)
          .flatMap(
              i -> Mono.fromCallable(() -> call(ops)).subscribeOn(Schedulers.boundedElastic()));
    }

    @GetMapping("/prompt")
    Mono<String> prompt() {
      return background.promptedLater();
    }
  }
}
