package dev.llmops.client.langchain4j;

import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.invocation.LangChain4jManaged;
import dev.llmops.LlmContext;
import dev.llmops.OpenStep;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The step of an AI service. LangChain4j carries it along with the service's invocation, to
 * whatever thread it runs tools and searches on.
 */
record ServiceStep(OpenStep step) implements LangChain4jManaged {

  private static final LlmContext.Scope NOTHING = () -> {};

  /** Makes the step current, and part of every invocation that begins on this thread. */
  LlmContext.Scope open() {
    Map<Class<? extends LangChain4jManaged>, LangChain4jManaged> before =
        LangChain4jManaged.current();
    Map<Class<? extends LangChain4jManaged>, LangChain4jManaged> inside =
        before == null ? new HashMap<>(2) : new HashMap<>(before);
    inside.put(ServiceStep.class, this);
    LlmContext.Scope current = step.makeCurrent();
    LangChain4jManaged.setCurrent(inside);
    return () -> {
      if (before == null) {
        LangChain4jManaged.removeCurrent();
      } else {
        LangChain4jManaged.setCurrent(before);
      }
      current.close();
    };
  }

  /** Like {@link #open()}, in the given context, which was current inside of the step. */
  LlmContext.Scope open(LlmContext context) {
    LlmContext.Scope service = open();
    LlmContext.Scope inside = context.open();
    return () -> {
      inside.close();
      service.close();
    };
  }

  /** The step of which the context is, absent where it is in another one or in none. */
  static @Nullable ServiceStep around(LlmContext context) {
    ServiceStep service = current();
    return service != null && service.step().ref().equals(context.parent()) ? service : null;
  }

  /** The step in whose service this thread is. */
  static @Nullable ServiceStep current() {
    Map<Class<? extends LangChain4jManaged>, LangChain4jManaged> managed =
        LangChain4jManaged.current();
    return managed == null ? null : (ServiceStep) managed.get(ServiceStep.class);
  }

  /**
   * Enters the step of the invocation where this thread is not in it; does nothing where it is, or
   * is in something else.
   */
  @SuppressWarnings("ReferenceEquality") // equals() leaves out who listens
  static LlmContext.Scope enter(@Nullable InvocationContext invocation) {
    Map<Class<? extends LangChain4jManaged>, LangChain4jManaged> managed =
        invocation == null ? null : invocation.managedParameters();
    if (managed == null
        || !(managed.get(ServiceStep.class) instanceof ServiceStep service)
        || service.equals(current())) {
      return NOTHING;
    }
    return LlmContext.current() == LlmContext.EMPTY ? service.open() : NOTHING;
  }
}
