package dev.llmops.spring;

import dev.llmops.LlmContext;
import dev.llmops.client.springai.LlmContextAccessor;
import java.security.Principal;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

/** Puts the {@code LlmContext} of a WebFlux request into Reactor's context, after security. */
final class LlmContextWebFilter implements WebFilter, Ordered {

  private final RequestFacts facts;

  LlmContextWebFilter(RequestFacts facts) {
    this.facts = facts;
  }

  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE - 100; // Spring Security's chain is at -100
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    String header = facts.conversationHeader();
    String conversation =
        header == null ? null : exchange.getRequest().getHeaders().getFirst(header);
    Mono<Optional<String>> session =
        facts.readsSession()
            ? read(RequestFacts.SESSION, session(exchange))
            : Mono.just(Optional.empty());
    Mono<Optional<String>> user =
        facts.readsUser() ? read(RequestFacts.USER, user(exchange)) : Mono.just(Optional.empty());
    return Mono.zip(session, user)
        .flatMap(
            known -> {
              LlmContext context =
                  facts.context(
                      conversation, known.getT1().orElse(null), known.getT2().orElse(null));
              return chain
                  .filter(exchange)
                  .contextWrite(view -> view.put(LlmContextAccessor.KEY, context));
            });
  }

  /** Empty when there is none, and when it cannot be read: the request may never ask for it. */
  private Mono<Optional<String>> read(String what, Mono<String> fact) {
    return fact.map(Optional::of)
        .onErrorResume(
            e -> {
              facts.unreadable(what, e);
              return Mono.empty();
            })
        .defaultIfEmpty(Optional.empty());
  }

  private static Mono<String> session(ServerWebExchange exchange) {
    return Mono.defer(exchange::getSession).filter(WebSession::isStarted).map(WebSession::getId);
  }

  private static Mono<String> user(ServerWebExchange exchange) {
    return Mono.defer(exchange::<Principal>getPrincipal).mapNotNull(RequestFacts::name);
  }
}
