package dev.llmops.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.client.springai.LlmContextAccessor;
import dev.llmops.sink.RingSink;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.annotation.UserConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class ContextTest {

  private static final String[] ASKED = {
    "--llmops.ring.capacity=10",
    "--llmops.context.conversation-header=X-Conversation-Id",
    "--llmops.context.user=true",
    "--llmops.context.session=true",
    "--llmops.context.salt=0123456789abcdef",
    "--spring.reactor.context-propagation=auto"
  };

  @Feature("conversation, session and user of a request: MVC, also on `@Async` threads")
  @ParameterizedTest
  @ValueSource(strings = {"false", "true"})
  void aServletRequestsCallsKnowWhoseTheyAre(String virtualThreads) throws Exception {
    String[] arguments = withVirtualThreads(virtualThreads);
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Mvc.class, arguments)) {
      assertThat(app.get("/call", "X-Conversation-Id", "c-7", "X-User", "ann").status())
          .isEqualTo(200);
      assertThat(app.get("/async", "X-Conversation-Id", "c-8", "X-User", "ann").status())
          .isEqualTo(200);
      assertThat(app.get("/call", "X-Conversation-Id", "c".repeat(257)).status()).isEqualTo(200);

      List<LlmCall> calls = app.bean(RingSink.class).awaitCalls(3, Duration.ofSeconds(10));
      assertThat(calls.get(0).conversationId()).isEqualTo("c-7");
      assertThat(calls.get(1).conversationId()).isEqualTo("c-8");
      assertThat(calls.get(2).conversationId()).as("too long").isNull();
      // printf 'user:ann' | openssl dgst -sha256 -hmac 0123456789abcdef, the first 32 digits
      assertThat(calls.get(0).userId()).isEqualTo(ANN).isEqualTo(calls.get(1).userId());
      assertThat(calls.get(2).userId()).isNull();
      assertThat(calls.get(0).sessionId()).as("the filter begins none").isNull();
    }
  }

  @Feature("conversation, session and user of a request: WebFlux, across its threads")
  @Test
  void aWebFluxRequestsCallsKnowWhoseTheyAre() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.REACTIVE, Flux.class, ASKED)) {
      assertThat(app.get("/call", "X-Conversation-Id", "c-7", "X-User", "ann").status())
          .isEqualTo(200);

      LlmCall call = app.bean(RingSink.class).awaitCalls(1, Duration.ofSeconds(10)).get(0);
      assertThat(call.conversationId()).isEqualTo("c-7");
      assertThat(call.userId()).isEqualTo(ANN);
    }
  }

  @Feature("session and conversation of the HTTP session, which is never begun: MVC and WebFlux")
  @ParameterizedTest
  @EnumSource(
      value = WebApplicationType.class,
      names = {"SERVLET", "REACTIVE"})
  void aSessionIsTheConversationOfRequestsWithoutAHeader(WebApplicationType type) throws Exception {
    String salt = "0123456789abcdef";
    try (WebApp app =
        WebApp.start(
            type,
            type == WebApplicationType.SERVLET ? Mvc.class : Flux.class,
            "--llmops.ring.capacity=10",
            "--llmops.context.conversation-header=X-Conversation-Id",
            "--llmops.context.conversation-from-session=true",
            "--llmops.context.session=true",
            "--llmops.context.salt=" + salt,
            "--spring.reactor.context-propagation=auto")) {
      WebApp.Answer none = app.get("/call");
      assertThat(none.cookie()).as("no session is begun").isNull();
      String cookie = app.get("/login").cookie();
      assertThat(cookie).isNotNull();
      app.get("/call", "Cookie", cookie);
      app.get("/call", "Cookie", cookie, "X-Conversation-Id", "c-7");

      List<LlmCall> calls = app.bean(RingSink.class).awaitCalls(3, Duration.ofSeconds(10));
      assertThat(calls.get(0).sessionId()).isNull();
      assertThat(calls.get(0).conversationId()).isNull();
      String hash = calls.get(1).sessionId();
      String id = cookie.substring(cookie.indexOf('=') + 1);
      assertThat(hash).isEqualTo(hmac(salt, "session:" + id).substring(0, 32)).isNotEqualTo(id);
      assertThat(calls.get(1).conversationId()).isEqualTo(hash);
      assertThat(calls.get(2).sessionId()).as("stable").isEqualTo(hash);
      assertThat(calls.get(2).conversationId()).as("the header wins").isEqualTo("c-7");
      assertThat(hmac("fedcba9876543210", "session:" + id)).doesNotStartWith(hash);
    }
  }

  private static String hmac(String key, String text) throws Exception {
    javax.crypto.Mac mac = javax.crypto.Mac.getInstance("HmacSHA256");
    mac.init(new javax.crypto.spec.SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
    return java.util.HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @EnumSource(
      value = WebApplicationType.class,
      names = {"SERVLET", "REACTIVE"})
  void whoHasNoNameIsNoUser(WebApplicationType type) throws Exception {
    try (WebApp app = start(type)) {
      assertThat(app.get("/call", "X-User", NAMELESS).status()).isEqualTo(200);
      assertThat(app.get("/call", "X-User", BLANK).status()).isEqualTo(200);

      assertThat(app.bean(RingSink.class).awaitCalls(2, Duration.ofSeconds(10)))
          .extracting(LlmCall::userId)
          .containsOnlyNulls();
    }
  }

  /** As with Spring Session whose store is down, which handlers without a session never ask. */
  @ParameterizedTest
  @EnumSource(
      value = WebApplicationType.class,
      names = {"SERVLET", "REACTIVE"})
  void aSessionOrUserThatCannotBeReadIsLeftOutAndToldOnce(WebApplicationType type)
      throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    // MVC itself asks for the session of each request, for its flash attributes
    String handler = type == WebApplicationType.SERVLET ? "/plain" : "/call";
    try (WebApp app = start(type)) {
      log.setLevel(Level.WARN); // Boot's start sets levels, and takes appenders away
      log.addAppender(told);
      for (String each : List.of("c-1", "c-2")) {
        assertThat(app.get(handler, "X-Conversation-Id", each, "X-Down", "true").status())
            .isEqualTo(200);
      }

      List<LlmCall> calls = app.bean(RingSink.class).awaitCalls(2, Duration.ofSeconds(10));
      assertThat(calls).extracting(LlmCall::conversationId).containsExactly("c-1", "c-2");
      assertThat(calls).extracting(LlmCall::sessionId).containsOnlyNulls();
      assertThat(calls).extracting(LlmCall::userId).containsOnlyNulls();
      assertThat(told.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .filteredOn(each -> each.contains("could not be read"))
          .containsExactlyInAnyOrder(
              "a request's session could not be read (java.lang.IllegalStateException), and is left"
                  + " out of its calls; others are left out without a word",
              "a request's user could not be read (java.lang.IllegalStateException), and is left"
                  + " out of its calls; others are left out without a word");
      assertThat(app.bean(LlmOps.class).explain())
          .contains(
              "The session of 2 requests could not be read (java.lang.IllegalStateException).",
              "The user of 2 requests could not be read (java.lang.IllegalStateException).");
    } finally {
      log.detachAppender(told);
      log.setLevel(null);
    }
  }

  private static WebApp start(WebApplicationType type) {
    return WebApp.start(type, type == WebApplicationType.SERVLET ? Mvc.class : Flux.class, ASKED);
  }

  @Test
  void nothingIsReadUnlessAskedFor() throws Exception {
    try (WebApp app =
        WebApp.start(WebApplicationType.SERVLET, Mvc.class, "--llmops.ring.capacity=10")) {
      app.get("/call", "X-Conversation-Id", "c-7", "X-User", "ann");

      LlmCall call = app.bean(RingSink.class).awaitCalls(1, Duration.ofSeconds(10)).get(0);
      assertThat(call.conversationId()).isNull();
      assertThat(call.userId()).isNull();
    }
  }

  @Feature("tasks of the application's executor have their submitter's context")
  @Test
  void decoratesTasksUnlessTheApplicationDoes() {
    ApplicationContextRunner application =
        new ApplicationContextRunner()
            .withConfiguration(ours())
            .withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class));

    application.run(context -> assertThat(userInTask(context)).isEqualTo("u-7"));
    TaskDecorator own = task -> task;
    application
        .withBean(TaskDecorator.class, () -> own)
        .run(context -> assertThat(context.getBean(TaskDecorator.class)).isSameAs(own));
    application
        .withPropertyValues("llmops.context.tasks=false")
        .run(context -> assertThat(context).doesNotHaveBean(TaskDecorator.class));
    application
        .withPropertyValues("llmops.enabled=false")
        .run(
            context -> {
              assertThat(context).as("may be injected").hasSingleBean(TaskDecorator.class);
              assertThat(userInTask(context)).isNull();
            });
    new ApplicationContextRunner()
        .withConfiguration(UserConfigurations.of(EverythingButOurs.class))
        .run(context -> assertThat(context).doesNotHaveBean(TaskDecorator.class));
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(exclude = LlmOpsAutoConfiguration.class)
  static class EverythingButOurs {}

  /** Whose auto-configuration comes after ours, as one does whose name does. */
  @Test
  void theDecoratorOfAnotherAutoConfigurationIsNotDisplaced() {
    for (Class<?> theirs : List.of(YieldingDecorator.class, TheirDecorator.class)) {
      new ApplicationContextRunner()
          .withConfiguration(ours())
          .withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class, theirs))
          .run(
              context -> {
                assertThat(context).hasSingleBean(TaskDecorator.class);
                assertThat(context).hasBean("theirDecorator");
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains(
                        "Tasks of Boot's executors have it only if the TaskDecorator"
                            + " [theirDecorator] calls LlmContext.current().wrap(task).");
              });
    }
  }

  @Test
  void saysThatBoot3UsesNoneOfSeveralDecorators() {
    boolean three = SpringBootVersion.getVersion().startsWith("3.");
    new ApplicationContextRunner()
        .withConfiguration(ours())
        .withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
        .withBean("one", TaskDecorator.class, () -> task -> LlmContext.current().wrap(task))
        .withBean("two", TaskDecorator.class, () -> task -> task)
        .run(
            context -> {
              // what is told is so
              assertThat(userInTask(context)).isEqualTo(three ? null : "u-7");
              assertThat(
                      context
                          .getBean(LlmOps.class)
                          .explain()
                          .contains(
                              "Tasks of Boot's executors have no context, as Boot 3 uses none of"
                                  + " several TaskDecorator beans ([one, two]): mark as @Primary"
                                  + " one that calls the others and"
                                  + " LlmContext.current().wrap(task)."))
                  .isEqualTo(three);
            });
  }

  private static String userInTask(ApplicationContext context) throws Exception {
    Executor executor = context.getBean("applicationTaskExecutor", Executor.class);
    CompletableFuture<String> seen = new CompletableFuture<>();
    try (LlmContext.Scope scope = LlmContext.builder().user("u-7").open()) {
      executor.execute(() -> seen.complete(LlmContext.current().userId()));
    }
    return seen.get(10, TimeUnit.SECONDS);
  }

  /** As an application with the starter has them. */
  private static AutoConfigurations ours() {
    ClassLoader loader = ContextTest.class.getClassLoader();
    return AutoConfigurations.of(
        ImportCandidates.load(AutoConfiguration.class, loader).getCandidates().stream()
            .filter(each -> each.startsWith("dev.llmops."))
            .map(each -> ClassUtils.resolveClassName(each, loader))
            .toArray(Class<?>[]::new));
  }

  @AutoConfiguration(after = LlmOpsAutoConfiguration.class)
  static class TheirDecorator {

    @Bean
    TaskDecorator theirDecorator() {
      return task -> task;
    }
  }

  @AutoConfiguration(after = LlmOpsAutoConfiguration.class)
  static class YieldingDecorator {

    @Bean
    @ConditionalOnMissingBean
    TaskDecorator theirDecorator() {
      return task -> task;
    }
  }

  @Test
  void saysThatReactorLosesTheContextWithoutPropagation() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
        .withClassLoader(new FilteredClassLoader("io.micrometer.context"))
        .run(
            context ->
                assertThat(context.getBean(LlmOps.class).explain())
                    .contains("Reactor loses the context of calls: add io.micrometer:context"));
  }

  @Test
  void propagationLeavesNothingOnAThreadWhateverTheOrder() {
    ContextKey<String> key = ContextKey.named("other");
    ContextSnapshot snapshot;
    try (LlmContext.Scope scope = LlmContext.builder().user("u-7").open()) {
      snapshot =
          ContextSnapshotFactory.builder()
              .contextRegistry(ContextRegistry.getInstance())
              .build()
              .captureAll();
    }

    // as a scope of OpenTelemetry that is opened before and closed before
    Scope other = Context.current().with(key, "x").makeCurrent();
    ContextSnapshot.Scope ours = snapshot.setThreadLocals();
    assertThat(LlmContext.current().userId()).isEqualTo("u-7");
    other.close();
    ours.close();

    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
    assertThat(Context.current().get(key)).isNull();
  }

  @Test
  void aPropagatedContextWinsOverTheOneThatWasCarriedBeforeAndLosesToALaterOne() {
    LlmContextAccessor accessor = new LlmContextAccessor();
    try (LlmContext.Scope before = LlmContext.builder().user("before").open()) {
      accessor.setValue(LlmContext.builder().user("propagated").build());
      assertThat(LlmContext.current().userId()).isEqualTo("propagated");
      try (LlmContext.Scope later = LlmContext.builder().user("later").open()) {
        assertThat(LlmContext.current().userId()).isEqualTo("later");
      }
      assertThat(LlmContext.current().userId()).isEqualTo("propagated");
      accessor.restore();
      assertThat(LlmContext.current().userId()).isEqualTo("before");
    }
    assertThat(LlmContext.current()).isSameAs(LlmContext.EMPTY);
  }

  private static final String ANN = "9a2ced55ea496e67f9ce12449776a402";

  private static String[] withVirtualThreads(String virtual) {
    String[] all = java.util.Arrays.copyOf(ASKED, ASKED.length + 1);
    all[ASKED.length] = "--spring.threads.virtual.enabled=" + virtual; // without effect before 21
    return all;
  }

  private static final String NAMELESS = "(nameless)";
  private static final String BLANK = "(blank)";

  private static Principal principal(String user) {
    return () -> user.equals(NAMELESS) ? null : user.equals(BLANK) ? " " : user;
  }

  static String call(LlmOps ops) {
    return ops.call(LlmRequest.chat("local", "m"), () -> "answer", LlmResponse::ofText);
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableAsync
  @Import({MvcController.class, Background.class})
  static class Mvc {

    @Bean
    jakarta.servlet.Filter security() {
      return new UserFilter();
    }

    @Bean
    jakarta.servlet.Filter plain(LlmOps ops) {
      return new PlainHandler(ops);
    }
  }

  /** Stands for a servlet that is not MVC's. */
  static final class PlainHandler extends org.springframework.web.filter.OncePerRequestFilter
      implements org.springframework.core.Ordered {
    private final LlmOps ops;

    PlainHandler(LlmOps ops) {
      this.ops = ops;
    }

    @Override
    public int getOrder() {
      return LOWEST_PRECEDENCE;
    }

    @Override
    protected void doFilterInternal(
        jakarta.servlet.http.HttpServletRequest request,
        jakarta.servlet.http.HttpServletResponse response,
        jakarta.servlet.FilterChain chain)
        throws java.io.IOException, jakarta.servlet.ServletException {
      if (request.getRequestURI().equals("/plain")) {
        response.getWriter().write(call(ops));
      } else {
        chain.doFilter(request, response);
      }
    }
  }

  /** Stands for security: who asks is what the header says. */
  static final class UserFilter extends org.springframework.web.filter.OncePerRequestFilter
      implements org.springframework.core.Ordered {

    @Override
    public int getOrder() {
      return -100;
    }

    @Override
    protected void doFilterInternal(
        jakarta.servlet.http.HttpServletRequest request,
        jakarta.servlet.http.HttpServletResponse response,
        jakarta.servlet.FilterChain chain)
        throws java.io.IOException, jakarta.servlet.ServletException {
      String user = request.getHeader("X-User");
      boolean down = request.getHeader("X-Down") != null;
      chain.doFilter(
          new jakarta.servlet.http.HttpServletRequestWrapper(request) {
            @Override
            public Principal getUserPrincipal() {
              if (down) {
                throw new IllegalStateException("down");
              }
              return user == null ? null : principal(user);
            }

            @Override
            public jakarta.servlet.http.HttpSession getSession(boolean create) {
              if (down) {
                throw new IllegalStateException("down");
              }
              return super.getSession(create);
            }
          },
          response);
    }
  }

  @RestController
  static class MvcController {
    private final LlmOps ops;
    private final Background background;

    MvcController(LlmOps ops, Background background) {
      this.ops = ops;
      this.background = background;
    }

    @GetMapping("/call")
    String call() {
      return ContextTest.call(ops);
    }

    @GetMapping("/login")
    String login(jakarta.servlet.http.HttpSession session) {
      return session.isNew() ? "in" : "was in";
    }

    @GetMapping("/async")
    String async() throws Exception {
      return background.call().get(10, TimeUnit.SECONDS);
    }
  }

  static class Background {
    private final LlmOps ops;

    Background(LlmOps ops) {
      this.ops = ops;
    }

    @Async
    public CompletableFuture<String> call() {
      return CompletableFuture.completedFuture(ContextTest.call(ops));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(FluxController.class)
  static class Flux {

    @Bean
    @org.springframework.core.annotation.Order(-100)
    WebFilter security() {
      return (exchange, chain) -> {
        String user = exchange.getRequest().getHeaders().getFirst("X-User");
        if (exchange.getRequest().getHeaders().getFirst("X-Down") != null) {
          return chain.filter(new Down(exchange));
        }
        return chain.filter(
            user == null
                ? exchange
                : exchange.mutate().principal(Mono.just(principal(user))).build());
      };
    }
  }

  static final class Down extends org.springframework.web.server.ServerWebExchangeDecorator {

    Down(org.springframework.web.server.ServerWebExchange exchange) {
      super(exchange);
    }

    @Override
    public Mono<org.springframework.web.server.WebSession> getSession() {
      throw new IllegalStateException("down");
    }

    @Override
    public <T extends Principal> Mono<T> getPrincipal() {
      return Mono.error(new IllegalStateException("down"));
    }
  }

  @RestController
  static class FluxController {
    private final LlmOps ops;

    FluxController(LlmOps ops) {
      this.ops = ops;
    }

    @GetMapping("/login")
    Mono<String> login(org.springframework.web.server.WebSession session) {
      session.start();
      return Mono.just("in");
    }

    @GetMapping("/call")
    Mono<String> call() {
      return Mono.fromCallable(() -> ContextTest.call(ops))
          .subscribeOn(Schedulers.boundedElastic());
    }
  }
}
