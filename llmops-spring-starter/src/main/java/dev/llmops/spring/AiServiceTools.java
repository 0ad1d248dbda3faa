package dev.llmops.spring;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolSpecifications;
import dev.langchain4j.service.tool.AiServiceTool;
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
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.MutablePropertyValues;
import org.springframework.beans.PropertyValues;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.RuntimeBeanReference;

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

  /**
   * The factory's properties with recorded tools; the same where it has none.
   *
   * @throws CannotWrapException if LangChain4j is too old
   */
  static PropertyValues recorded(
      PropertyValues values,
      ConfigurableListableBeanFactory beans,
      String serviceName,
      LlmOps ops) {
    if (!(value(values, TOOLS) instanceof List<?> references) || references.isEmpty()) {
      return values;
    }
    List<AiServiceTool> tools = new ArrayList<>();
    for (Object reference : references) {
      Object object = resolved(reference, beans, serviceName);
      for (AiServiceTool tool : AopUtils.isAopProxy(object) ? ofProxy(object) : find(object)) {
        tools.add(recorded(tool, object, ops));
      }
    }
    Object other = value(values, PROVIDER);
    ToolProvider provider =
        other == null ? null : (ToolProvider) resolved(other, beans, serviceName);
    MutablePropertyValues own = new MutablePropertyValues(values);
    own.removePropertyValue(TOOLS);
    own.add(PROVIDER, new Tools(List.copyOf(tools), provider));
    return own;
  }

  /** A tool that is a step by our annotation already is not one twice. */
  private static AiServiceTool recorded(AiServiceTool tool, Object object, LlmOps ops) {
    return tool.toolExecutor() instanceof DefaultToolExecutor executor
            && isStep(executor.originalMethod(), object)
        ? tool
        : tool.toBuilder()
            .toolExecutor(LangChain4jInstrumentation.wrap(tool.toolExecutor(), ops, tool.name()))
            .build();
  }

  private static boolean isStep(Method method, Object object) {
    return StepAnnotationPostProcessor.isAnnotated(method, AopUtils.getTargetClass(object))
        && object instanceof Advised advised
        && Arrays.stream(advised.getAdvisors())
            .anyMatch(advisor -> advisor.getAdvice() instanceof StepInterceptor);
  }

  private static List<AiServiceTool> find(Object object) {
    try {
      return ToolService.findTools(object);
    } catch (NoSuchMethodError | NoClassDefFoundError e) {
      throw new CannotWrapException("recording tools needs LangChain4j 1.13 or newer");
    }
  }

  /**
   * As LangChain4j's starter finds the tools of a proxy: those of its target, called through it.
   */
  private static List<AiServiceTool> ofProxy(Object proxy) {
    List<AiServiceTool> tools = new ArrayList<>();
    for (Method method : AopProxyUtils.ultimateTargetClass(proxy).getDeclaredMethods()) {
      Method through = method.isAnnotationPresent(Tool.class) ? through(proxy, method) : null;
      if (through != null) {
        ToolExecutor executor = new DefaultToolExecutor(proxy, method, through);
        tools.add(
            AiServiceTool.builder()
                .toolSpecification(ToolSpecifications.toolSpecificationFrom(method))
                .toolExecutor(executor)
                .build());
      }
    }
    return tools;
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

  /** Always the same tools, and those of the application's own provider. */
  private record Tools(List<AiServiceTool> tools, @Nullable ToolProvider other)
      implements ToolProvider {

    @Override
    public ToolProviderResult provideTools(ToolProviderRequest request) {
      ToolProviderResult.Builder into = ToolProviderResult.builder().addAll(tools);
      ToolProviderResult theirs = other == null ? null : other.provideTools(request);
      return (theirs == null ? into : into.addAll(theirs.aiServiceTools())).build();
    }

    @Override
    public boolean isDynamic() {
      return other != null && other.isDynamic();
    }
  }
}
