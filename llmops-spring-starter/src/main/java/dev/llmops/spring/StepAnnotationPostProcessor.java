package dev.llmops.spring;

import dev.llmops.LlmOps;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Proxies beans that have methods with {@link LlmTool}, {@link LlmAgent}, {@link LlmWorkflow} or
 * {@link LlmPrompt}; made by {@link StepAnnotations} when there is one.
 */
final class StepAnnotationPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

  private static final long serialVersionUID = 1;
  private static final List<Class<? extends Annotation>> STEPS =
      List.of(LlmTool.class, LlmAgent.class, LlmWorkflow.class);

  StepAnnotationPostProcessor(ObjectProvider<LlmOps> ops) {
    advisor = new DefaultPointcutAdvisor(new Annotated(), new StepInterceptor(ops));
    setBeforeExistingAdvisors(false); // inside @Async's: a step begins on the thread that runs it
  }

  /** A bean of a final class can only be proxied by its interfaces. */
  @Override
  protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
    ProxyFactory proxy = super.prepareProxyFactory(bean, beanName);
    if (Modifier.isFinal(bean.getClass().getModifiers())) {
      proxy.setProxyTargetClass(false);
    }
    return proxy;
  }

  /** Whether calls of the method are steps, where they go through the proxy. */
  static boolean isStep(Method method, Class<?> target) {
    Method specific = AopUtils.getMostSpecificMethod(method, target);
    return STEPS.stream().anyMatch(each -> AnnotatedElementUtils.hasAnnotation(specific, each));
  }

  private static final class Annotated extends StaticMethodMatcherPointcut {

    @Override
    public ClassFilter getClassFilter() {
      return StepAnnotations::isLookedAt;
    }

    @Override
    public boolean matches(Method method, Class<?> target) {
      return method.getDeclaringClass() != Object.class
          && (isStep(method, target)
              || AnnotatedElementUtils.hasAnnotation(
                  AopUtils.getMostSpecificMethod(method, target), LlmPrompt.class));
    }
  }
}
