package dev.llmops.spring;

import dev.langchain4j.agent.tool.ReturnBehavior;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.agent.tool.ToolSpecifications;
import dev.langchain4j.service.tool.DefaultToolExecutor;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderRequest;
import dev.langchain4j.service.tool.ToolProviderResult;
import dev.langchain4j.service.tool.ToolService;
import dev.llmops.LlmOps;
import dev.llmops.client.langchain4j.LangChain4jInstrumentation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.MutablePropertyValues;
import org.springframework.beans.PropertyValues;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.util.ReflectionUtils;

/**
 * The tools of the AI services that LangChain4j's starter makes. Its factory takes objects with
 * {@code @Tool} methods and gives no way in: the same tools, recorded, are handed to it as a tool
 * provider instead. The objects stay what they are.
 */
final class AiServiceTools {

  private static final String FACTORY = "dev.langchain4j.service.spring.AiServiceFactory";
  private static final String TOOLS = "tools";
  private static final String PROVIDER = "toolProvider";

  private AiServiceTools() {}

  static boolean isFactory(Object bean) {
    return bean.getClass().getName().equals(FACTORY);
  }

  /** The factory's properties with recorded tools; the same where it has none. */
  static PropertyValues recorded(
      PropertyValues values,
      ConfigurableListableBeanFactory beans,
      String serviceName,
      LlmOps ops) {
    if (!(value(values, TOOLS) instanceof List<?> references) || references.isEmpty()) {
      return values;
    }
    List<FoundTool> tools = new ArrayList<>();
    for (Object reference : references) {
      Object object = resolved(reference, beans, serviceName);
      tools.addAll(
          !AopUtils.isAopProxy(object)
              ? of(object, null, ops)
              : isProxiedByUsAlone(object)
                  ? of(
                      Objects.requireNonNull(AopProxyUtils.getSingletonTarget(object)), object, ops)
                  : ofProxy(object, ops));
    }
    Object other = value(values, PROVIDER);
    ToolProvider provider =
        other == null ? null : (ToolProvider) resolved(other, beans, serviceName);
    MutablePropertyValues own = new MutablePropertyValues(values);
    own.removePropertyValue(TOOLS);
    own.add(PROVIDER, new FoundTools(List.copyOf(tools), provider));
    return own;
  }

  /**
   * As LangChain4j finds them in the object itself: an annotation of ours takes none away. Those
   * that are steps by annotation are called through the proxy, if there is one.
   */
  private static List<FoundTool> of(Object object, @Nullable Object proxy, LlmOps ops) {
    ToolService found = new ToolService();
    found.tools(List.of(object));
    List<FoundTool> tools = new ArrayList<>();
    for (ToolSpecification tool : found.toolSpecifications()) {
      ToolExecutor executor = Objects.requireNonNull(found.toolExecutors().get(tool.name()));
      ToolExecutor step = proxy == null ? null : asStep(tool.name(), object, proxy);
      tools.add(
          new FoundTool(
              tool,
              step == null ? LangChain4jInstrumentation.wrap(executor, ops, tool.name()) : step,
              returnBehavior(found, tool.name())));
    }
    return tools;
  }

  /** Calls the tool through the proxy; absent where that records no step. */
  private static @Nullable ToolExecutor asStep(String tool, Object object, Object proxy) {
    for (Method method : ReflectionUtils.getUniqueDeclaredMethods(object.getClass())) {
      if (StepAnnotationPostProcessor.isStep(method, object.getClass())
          && method.isAnnotationPresent(Tool.class)
          && ToolSpecifications.toolSpecificationFrom(method).name().equals(tool)) {
        Method through = through(proxy, method);
        return through == null
            ? null
            : DefaultToolExecutor.builder() // as ToolService builds them
                .object(proxy)
                .originalMethod(method)
                .methodToInvoke(through)
                .wrapToolArgumentsExceptions(true)
                .propagateToolExecutionExceptions(true)
                .build();
      }
    }
    return null;
  }

  /**
   * As LangChain4j's starter finds the tools of a proxy: those of its target, called through it.
   */
  private static List<FoundTool> ofProxy(Object proxy, LlmOps ops) {
    List<FoundTool> tools = new ArrayList<>();
    for (Method method : AopProxyUtils.ultimateTargetClass(proxy).getDeclaredMethods()) {
      Method through = method.isAnnotationPresent(Tool.class) ? through(proxy, method) : null;
      if (through != null) {
        ToolSpecification tool = ToolSpecifications.toolSpecificationFrom(method);
        ToolExecutor executor = new DefaultToolExecutor(proxy, method, through);
        tools.add(
            new FoundTool(
                tool,
                isStep(method, proxy) // one step, not two
                    ? executor
                    : LangChain4jInstrumentation.wrap(executor, ops, tool.name()),
                ReturnBehavior.TO_LLM));
      }
    }
    return tools;
  }

  private static boolean isProxiedByUsAlone(Object proxy) {
    return proxy instanceof Advised advised
        && AopProxyUtils.getSingletonTarget(proxy) != null
        && Arrays.stream(advised.getAdvisors())
            .allMatch(advisor -> advisor.getAdvice() instanceof StepInterceptor);
  }

  /** Whether our annotation records the method. */
  private static boolean isStep(Method method, Object proxy) {
    return StepAnnotationPostProcessor.isStep(method, AopUtils.getTargetClass(proxy))
        && proxy instanceof Advised advised
        && Arrays.stream(advised.getAdvisors())
            .anyMatch(advisor -> advisor.getAdvice() instanceof StepInterceptor);
  }

  @SuppressWarnings("deprecation") // what there was before 1.14
  private static ReturnBehavior returnBehavior(ToolService tools, String name) {
    try {
      return tools.returnBehavior(name);
    } catch (NoSuchMethodError e) {
      return tools.isImmediateTool(name) ? ReturnBehavior.IMMEDIATE : ReturnBehavior.TO_LLM;
    }
  }

  private static @Nullable Method through(Object proxy, Method method) {
    for (Method own : proxy.getClass().getDeclaredMethods()) {
      if (own.getName().equals(method.getName())
          && Arrays.equals(own.getParameterTypes(), method.getParameterTypes())) {
        return own;
      }
    }
    return null;
  }

  private static @Nullable Object value(PropertyValues values, String name) {
    var value = values.getPropertyValue(name);
    return value == null ? null : value.getValue();
  }

  private static Object resolved(
      Object value, ConfigurableListableBeanFactory beans, String serviceName) {
    if (!(value instanceof RuntimeBeanReference reference)) {
      return value;
    }
    Object bean = beans.getBean(reference.getBeanName());
    beans.registerDependentBean(reference.getBeanName(), serviceName);
    return bean;
  }

  private record FoundTool(
      ToolSpecification tool, ToolExecutor executor, ReturnBehavior returnBehavior) {}

  /** Always the same tools, after those of the application's own provider. */
  private record FoundTools(List<FoundTool> tools, @Nullable ToolProvider other)
      implements ToolProvider {

    @Override
    public ToolProviderResult provideTools(ToolProviderRequest request) {
      ToolProviderResult theirs = other == null ? null : other.provideTools(request);
      ToolProviderResult.Builder into =
          theirs == null ? ToolProviderResult.builder() : theirs.toBuilder();
      for (FoundTool each : tools) {
        into.add(each.tool(), each.executor(), each.returnBehavior());
      }
      return into.build();
    }

    @Override
    public boolean isDynamic() {
      return other != null && other.isDynamic();
    }
  }
}
