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
            ? exchange
                .getSession()
                .filter(WebSession::isStarted)
                .map(each -> Optional.of(each.getId()))
                .defaultIfEmpty(Optional.empty())
            : Mono.just(Optional.empty());
    Mono<Optional<String>> user =
        facts.readsUser()
            ? exchange
                .getPrincipal()
                .map(Principal::getName)
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
            : Mono.just(Optional.empty());
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
}
