package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.sink.RingSink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpMethod;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Applications under Spring Security itself, with its own filters in their own order. */
class SecurityTest {

  // printf 'user:ann' | openssl dgst -sha256 -hmac 0123456789abcdef, the first 32 digits
  private static final String ANN = "9a2ced55ea496e67f9ce12449776a402";
  private static final String[] ASKED = {
    "--test.security=true",
    "--llmops.ring.capacity=10",
    "--llmops.context.user=true",
    "--llmops.context.salt=0123456789abcdef",
    "--spring.reactor.context-propagation=auto",
    "--management.endpoints.web.exposure.include=health,llmops"
  };

  @Feature("the user that Spring Security knows: MVC, also on `@Async` threads")
  @Test
  void callsOfAServletRequestHaveTheAuthenticatedUser() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Servlet.class, ASKED)) {
      assertThat(app.get("/call", as("ann")).status()).isEqualTo(200);
      assertThat(app.get("/async", as("ann")).status()).isEqualTo(200);
      assertThat(app.get("/call").status()).as("anonymous").isEqualTo(200);

      List<LlmCall> calls = app.bean(RingSink.class).awaitCalls(3, Duration.ofSeconds(10));
      assertThat(calls).extracting(LlmCall::userId).containsExactly(ANN, ANN, null);
    }
  }

  @Feature("the user that Spring Security knows: WebFlux")
  @Test
  void callsOfAWebFluxRequestHaveTheAuthenticatedUser() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.REACTIVE, Reactive.class, ASKED)) {
      assertThat(app.get("/call", as("ann")).status()).isEqualTo(200);
      assertThat(app.get("/call").status()).as("anonymous").isEqualTo(200);

      List<LlmCall> calls = app.bean(RingSink.class).awaitCalls(2, Duration.ofSeconds(10));
      assertThat(calls).extracting(LlmCall::userId).containsExactly(ANN, null);
    }
  }

  @Test
  void anonymousCallersOfAWebFluxRequestAreNoUser() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.REACTIVE, Anonymous.class, ASKED)) {
      assertThat(app.get("/call").status()).isEqualTo(200);
      assertThat(app.get("/call", as("ann")).status()).isEqualTo(200);

      List<LlmCall> calls = app.bean(RingSink.class).awaitCalls(2, Duration.ofSeconds(10));
      assertThat(calls).extracting(LlmCall::userId).containsExactly(null, ANN);
    }
  }

  @Feature("the endpoint under Spring Security's rules")
  @Test
  void theEndpointIsUnderTheRulesOfTheApplication() throws Exception {
    String feedback = "{\"key\":\"k\",\"value\":1}";
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Servlet.class, ASKED)) {
      assertThat(app.get("/actuator/llmops").status()).isEqualTo(401);
      assertThat(app.get("/actuator/llmops", as("ann")).status()).isEqualTo(200);
      assertThat(app.post("/actuator/llmops/feedback", feedback).status()).isEqualTo(401);
      assertThat(app.post("/actuator/llmops/feedback", feedback, as("ann")).status())
          .as("ann may read")
          .isEqualTo(403);
      WebApp.Answer answer = app.post("/actuator/llmops/feedback", feedback, as("rater"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().at("/accepted").asBoolean()).isTrue();
    }
  }

  @Test
  void withTheRulesOfBootNothingOfTheEndpointIsOpen() throws Exception {
    try (WebApp app = WebApp.start(WebApplicationType.SERVLET, Locked.class, ASKED)) {
      assertThat(app.get("/actuator/llmops").status()).isEqualTo(401);
      assertThat(app.get("/actuator/llmops/calls", as("ann")).status()).isEqualTo(200);
      // without a token against cross-site requests, a POST is refused whoever sends it
      assertThat(
              app.post("/actuator/llmops/feedback", "{\"key\":\"k\",\"value\":1}", as("rater"))
                  .status())
          .isIn(401, 403);
      JsonNode scores = app.get("/actuator/llmops/scores", as("ann")).json();
      assertThat(scores.at("/matching").asInt()).isZero();
    }
  }

  private static String[] as(String user) {
    byte[] credentials = (user + ":secret").getBytes(StandardCharsets.UTF_8);
    return new String[] {
      "Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials)
    };
  }

  private static UserDetails user(String name, String authority) {
    return User.withUsername(name).password("{noop}secret").authorities(authority).build();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Locked {

    @Bean
    UserDetailsService users() {
      return new InMemoryUserDetailsManager(user("ann", "reads"), user("rater", "rates"));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableAsync
  @Import({Calls.class, ContextTest.Background.class})
  static class Servlet {

    @Bean
    UserDetailsService users() {
      return new InMemoryUserDetailsManager(user("ann", "reads"), user("rater", "rates"));
    }

    @Bean
    SecurityFilterChain rules(HttpSecurity http) throws Exception {
      return http.authorizeHttpRequests(
              rules ->
                  rules
                      .requestMatchers(HttpMethod.POST, "/actuator/llmops/feedback")
                      .hasAuthority("rates")
                      .requestMatchers("/actuator/**")
                      .authenticated()
                      .anyRequest()
                      .permitAll())
          .csrf(csrf -> csrf.ignoringRequestMatchers("/actuator/llmops/feedback"))
          .httpBasic(Customizer.withDefaults())
          .build();
    }
  }

  @RestController
  static class Calls {
    private final LlmOps ops;
    private final ContextTest.Background background;

    Calls(LlmOps ops, ContextTest.Background background) {
      this.ops = ops;
      this.background = background;
    }

    @GetMapping("/call")
    String call() {
      return ContextTest.call(ops);
    }

    @GetMapping("/async")
    String async() throws Exception {
      return background.call().get(10, TimeUnit.SECONDS);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(ReactiveCalls.class)
  static class Reactive {

    @Bean
    MapReactiveUserDetailsService users() {
      return new MapReactiveUserDetailsService(user("ann", "reads"));
    }

    @Bean
    SecurityWebFilterChain rules(ServerHttpSecurity http) {
      return http.authorizeExchange(rules -> rules.anyExchange().permitAll())
          .httpBasic(Customizer.withDefaults())
          .build();
    }
  }

  /** Where callers without a name have an authentication: anonymousUser's. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(ReactiveCalls.class)
  static class Anonymous {

    @Bean
    MapReactiveUserDetailsService users() {
      return new MapReactiveUserDetailsService(user("ann", "reads"));
    }

    @Bean
    SecurityWebFilterChain rules(ServerHttpSecurity http) {
      return http.authorizeExchange(rules -> rules.anyExchange().permitAll())
          .anonymous(Customizer.withDefaults())
          .httpBasic(Customizer.withDefaults())
          .build();
    }
  }

  @RestController
  static class ReactiveCalls {
    private final LlmOps ops;

    ReactiveCalls(LlmOps ops) {
      this.ops = ops;
    }

    @GetMapping("/call")
    Mono<String> call() {
      return Mono.fromCallable(() -> ContextTest.call(ops))
          .subscribeOn(Schedulers.boundedElastic());
    }
  }
}
