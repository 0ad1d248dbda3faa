package dev.llmops.spring;

import dev.llmops.LlmContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/** Opens the {@code LlmContext} of a servlet request, after security knows who asks. */
final class LlmContextFilter extends OncePerRequestFilter implements Ordered {

  private static final String ATTRIBUTE = LlmContextFilter.class.getName() + ".context";

  private final RequestFacts facts;

  LlmContextFilter(RequestFacts facts) {
    this.facts = facts;
  }

  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE - 100; // Spring Security's chain is at -100
  }

  /** The dispatch of an asynchronous result is on a thread of its own, and may call models too. */
  @Override
  protected boolean shouldNotFilterAsyncDispatch() {
    return false;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    LlmContext context = (LlmContext) request.getAttribute(ATTRIBUTE);
    if (context == null) {
      context = facts.context(conversation(request), session(request), user(request));
      request.setAttribute(ATTRIBUTE, context);
    }
    try (LlmContext.Scope scope = context.open()) {
      chain.doFilter(request, response);
    }
  }

  private @Nullable String conversation(HttpServletRequest request) {
    String header = facts.conversationHeader();
    return header == null ? null : request.getHeader(header);
  }

  private @Nullable String session(HttpServletRequest request) {
    return facts.readsSession()
        ? read(
            RequestFacts.SESSION,
            () -> {
              HttpSession session = request.getSession(false);
              return session == null ? null : session.getId();
            })
        : null;
  }

  private @Nullable String user(HttpServletRequest request) {
    return facts.readsUser()
        ? read(RequestFacts.USER, () -> RequestFacts.name(request.getUserPrincipal()))
        : null;
  }

  /** Null also when it cannot be read: the request may never ask for it. */
  private @Nullable String read(String what, Supplier<@Nullable String> fact) {
    try {
      return fact.get();
    } catch (RuntimeException e) {
      facts.unreadable(what, e);
      return null;
    }
  }
}
