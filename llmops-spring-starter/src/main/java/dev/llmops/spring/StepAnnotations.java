package dev.llmops.spring;

import dev.llmops.LlmOps;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.SpringProxy;
import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Hands beans with an annotated method to {@link StepAnnotationPostProcessor}, which is made for
 * the first of them: an application without any need not load what proxies are made with.
 */
final class StepAnnotations
    implements SmartInstantiationAwareBeanPostProcessor,
        BeanFactoryAware,
        BeanClassLoaderAware,
        Ordered {

  private static final List<Class<? extends Annotation>> LOOKED_FOR =
      List.of(LlmTool.class, LlmAgent.class, LlmWorkflow.class, LlmPrompt.class);

  private final Supplier<SmartInstantiationAwareBeanPostProcessor> making;
  private final Map<Class<?>, Boolean> annotated = new ConcurrentHashMap<>();
  private volatile @Nullable SmartInstantiationAwareBeanPostProcessor proxies;
  private @Nullable BeanFactory beans;
  private @Nullable ClassLoader loader;

  StepAnnotations(Supplier<SmartInstantiationAwareBeanPostProcessor> making) {
    this.making = making;
  }

  static StepAnnotations create(ObjectProvider<LlmOps> ops, boolean byClass) {
    return new StepAnnotations(() -> WithProxies.create(ops, byClass));
  }

  /** Apart: to verify a method that returns one, the JVM loads it. */
  private static final class WithProxies {

    static SmartInstantiationAwareBeanPostProcessor create(
        ObjectProvider<LlmOps> ops, boolean byClass) {
      StepAnnotationPostProcessor made = new StepAnnotationPostProcessor(ops);
      // Boot's property reaches Spring's own proxies only, and what is injected by class must fit
      made.setProxyTargetClass(byClass);
      return made;
    }
  }

  /** Most beans are the framework's own: looking at all their methods takes its time. */
  static boolean isLookedAt(Class<?> type) {
    String name = type.getName();
    return !name.startsWith("org.springframework.") && !name.startsWith("java.");
  }

  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE; // as the other: outside of what is proxied before
  }

  @Override
  public void setBeanFactory(BeanFactory factory) {
    beans = factory;
  }

  @Override
  public void setBeanClassLoader(ClassLoader classLoader) {
    loader = classLoader;
  }

  /** For processing ahead of time, which generates the classes of proxies. */
  @Override
  public Class<?> determineBeanType(Class<?> type, String name) {
    return isAnnotated(type) ? proxies().determineBeanType(type, name) : type;
  }

  @Override
  public @Nullable Object postProcessAfterInitialization(Object bean, String name) {
    // behind a proxy is a class that only the other sees
    return bean instanceof SpringProxy || isAnnotated(bean.getClass())
        ? proxies().postProcessAfterInitialization(bean, name)
        : bean;
  }

  private SmartInstantiationAwareBeanPostProcessor proxies() {
    SmartInstantiationAwareBeanPostProcessor made = proxies;
    return made == null ? make() : made;
  }

  private synchronized SmartInstantiationAwareBeanPostProcessor make() {
    SmartInstantiationAwareBeanPostProcessor made = proxies;
    if (made == null) {
      made = making.get();
      if (loader != null && made instanceof BeanClassLoaderAware aware) {
        aware.setBeanClassLoader(loader);
      }
      if (beans != null && made instanceof BeanFactoryAware aware) {
        aware.setBeanFactory(beans);
      }
      proxies = made;
    }
    return made;
  }

  private boolean isAnnotated(Class<?> type) {
    return isLookedAt(type) && annotated.computeIfAbsent(type, StepAnnotations::hasAnnotation);
  }

  /** Also where only an interface or a superclass has it: whoever overrides it inherits it. */
  private static boolean hasAnnotation(Class<?> type) {
    Set<Class<?>> all = new LinkedHashSet<>(ClassUtils.getAllInterfacesForClassAsSet(type));
    all.add(ClassUtils.getUserClass(type));
    for (Class<?> each : all) {
      for (Method method : ReflectionUtils.getAllDeclaredMethods(each)) {
        if (method.getAnnotations().length > 0
            && LOOKED_FOR.stream()
                .anyMatch(annotation -> AnnotatedElementUtils.isAnnotated(method, annotation))) {
          return true;
        }
      }
    }
    return false;
  }
}
