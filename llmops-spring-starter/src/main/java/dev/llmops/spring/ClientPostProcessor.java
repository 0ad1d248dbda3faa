package dev.llmops.spring;

import dev.llmops.LlmOps;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Wraps the application's beans of one client library as they are made. {@link LlmOps} is asked for
 * only then: before, it would be made too early, and all it needs with it.
 *
 * <p>Another library is one subclass and one nested configuration in {@link
 * LlmOpsAutoConfiguration}; {@code explain()} and the endpoint find it by its type.
 */
abstract class ClientPostProcessor implements BeanPostProcessor, WrappedClients {

  private static final Logger log = LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);
  private static final int MAX_NAMES = 100;

  private final ObjectProvider<LlmOps> ops;
  private final Map<String, String> beans = Collections.synchronizedMap(new LinkedHashMap<>());
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  ClientPostProcessor(ObjectProvider<LlmOps> ops) {
    this.ops = ops;
  }

  /** Whether this is a client that can be wrapped. */
  abstract boolean isClient(Object bean);

  /**
   * The client with its calls recorded; the same object when it was wrapped before.
   *
   * @throws CannotWrapException if it cannot be wrapped and stay what it is
   */
  abstract Object wrap(Object client, String beanName, LlmOps ops);

  /** What is wrong with wrapping this client, as the rest of a sentence; empty when nothing is. */
  String caution(Object client) {
    return "";
  }

  /** What the clients are called in a sentence: {@code OpenAI client}. */
  abstract String noun();

  /** What to say while there is no such bean. */
  abstract String nothingYet();

  @Override
  public final Object postProcessAfterInitialization(Object bean, String beanName) {
    if (!isClient(bean)) {
      return bean;
    }
    if (bean instanceof ScopedObject) {
      return bean; // a scope's proxy: the client behind it is a bean of its own and is wrapped
    }
    LlmOps found = ops(beanName);
    if (found == null || found.isNoop()) {
      return bean;
    }
    try {
      Object wrapped = wrap(bean, beanName, found);
      remember(
          beanName, wrapped == bean ? "wrapped by the application" : "wrapped" + caution(bean));
      return wrapped;
    } catch (CannotWrapException e) {
      leave(beanName, String.valueOf(e.getMessage()));
      return bean;
    } catch (RuntimeException | LinkageError e) {
      if (isNews(beanName)) {
        log.warn("could not wrap the bean [{}]; its calls are not recorded", beanName, e);
      }
      remember(beanName, "NOT wrapped: " + e);
      return bean;
    }
  }

  @Override
  public final String note() {
    Map<String, String> seen = beans();
    if (seen.isEmpty()) {
      return nothingYet();
    }
    TreeSet<String> lines = new TreeSet<>();
    seen.forEach((name, state) -> lines.add("[" + name + "] " + state));
    return noun() + " beans: " + String.join(", ", lines) + ".";
  }

  @Override
  public final Map<String, String> beans() {
    synchronized (beans) {
      return new TreeMap<>(beans);
    }
  }

  /** The one that records; absent when there is none, which is said. */
  final @Nullable LlmOps ops(String beanName) {
    try {
      LlmOps found = ops.getIfUnique();
      if (found == null) {
        leave(beanName, "there is not one LlmOps bean; mark one as @Primary");
      }
      return found;
    } catch (BeansException e) {
      if (!e.contains(BeanCurrentlyInCreationException.class)) {
        throw e;
      }
      leave(
          beanName,
          "a part of the LlmOps bean (a sink, an observer) needs this client itself; give that part"
              + " a client of its own, or inject this one as ObjectProvider");
      return null;
    }
  }

  final void leave(String beanName, String why) {
    if (isNews(beanName)) {
      log.warn("did not wrap the bean [{}], its calls are not recorded: {}", beanName, why);
    }
    remember(beanName, "NOT wrapped: " + why);
  }

  /** Whether nothing was said of the bean: one that is no singleton is made again and again. */
  private boolean isNews(String beanName) {
    return told.size() < MAX_NAMES && told.add(beanName);
  }

  private void remember(String beanName, String state) {
    if (beans.size() < MAX_NAMES) {
      beans.put(beanName, state);
    }
  }
}
