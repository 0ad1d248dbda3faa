package dev.llmops.spring;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.service.tool.ToolProvider;
import dev.llmops.LlmOps;
import dev.llmops.client.langchain4j.LangChain4jInstrumentation;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.PropertyValues;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.InstantiationAwareBeanPostProcessor;

/**
 * Wraps the application's LangChain4j beans as they are made: models, retrievers, tool providers
 * and AI services; and gives the AI services that LangChain4j's starter makes recorded tools.
 */
final class LangChain4jPostProcessor extends ClientPostProcessor
    implements InstantiationAwareBeanPostProcessor {

  private static final String AI_SERVICES = "dev.langchain4j.service.";

  private final ConfigurableListableBeanFactory beans;

  LangChain4jPostProcessor(ObjectProvider<LlmOps> ops, ConfigurableListableBeanFactory beans) {
    super(ops);
    this.beans = beans;
  }

  @Override
  boolean isClient(Object bean) {
    return bean instanceof ChatModel
        || bean instanceof StreamingChatModel
        || bean instanceof EmbeddingModel
        || bean instanceof ScoringModel
        || bean instanceof ModerationModel
        || bean instanceof ContentRetriever
        || bean instanceof ToolProvider
        || serviceType(bean) != null;
  }

  @Override
  Object wrap(Object client, String beanName, LlmOps ops) {
    Class<?> service = serviceType(client);
    if (service != null) {
      return service(service, client, ops);
    }
    Map<Class<?>, Object> recordings = new LinkedHashMap<>();
    record(client, ChatModel.class, recordings, it -> LangChain4jInstrumentation.wrap(it, ops));
    record(
        client,
        StreamingChatModel.class,
        recordings,
        it -> LangChain4jInstrumentation.wrap(it, ops));
    record(
        client, EmbeddingModel.class, recordings, it -> LangChain4jInstrumentation.wrap(it, ops));
    record(client, ScoringModel.class, recordings, it -> LangChain4jInstrumentation.wrap(it, ops));
    record(
        client, ModerationModel.class, recordings, it -> LangChain4jInstrumentation.wrap(it, ops));
    record(
        client,
        ContentRetriever.class,
        recordings,
        it -> LangChain4jInstrumentation.wrap(it, ops, beanName));
    record(client, ToolProvider.class, recordings, it -> LangChain4jInstrumentation.wrap(it, ops));
    return recordings.isEmpty()
        ? client
        : RecordedBeans.inPlaceOf(client, declared(beanName, client), recordings);
  }

  @Override
  String noun() {
    return "LangChain4j";
  }

  @Override
  String nothingYet() {
    return "No LangChain4j bean (a model, a retriever, an AI service) was made yet, so none is"
        + " wrapped; wrap others with LangChain4jInstrumentation.";
  }

  @Override
  public PropertyValues postProcessProperties(PropertyValues values, Object bean, String beanName) {
    if (!AiServiceTools.isFactory(bean)) {
      return values;
    }
    LlmOps found = ops(beanName);
    if (found == null || found.isNoop()) {
      return values;
    }
    try {
      return AiServiceTools.recorded(values, beans, beanName, found);
    } catch (RuntimeException | LinkageError e) {
      leave(beanName + " (its tools)", e.toString());
      return values;
    }
  }

  private static <T> void record(
      Object client, Class<T> type, Map<Class<?>, Object> recordings, UnaryOperator<T> wrap) {
    if (type.isInstance(client)) {
      T wrapped = wrap.apply(type.cast(client));
      if (wrapped != client) {
        recordings.put(type, wrapped);
      }
    }
  }

  @SuppressWarnings("unchecked") // the service implements its interface
  private static Object service(Class<?> type, Object service, LlmOps ops) {
    return LangChain4jInstrumentation.wrap((Class<Object>) type, service, ops);
  }

  /** The interface of an AI service, which LangChain4j implements; absent for other beans. */
  private static @Nullable Class<?> serviceType(Object bean) {
    Object target = AopProxyUtils.getSingletonTarget(bean); // where an aspect is around it
    Object service = target == null ? bean : target;
    return Proxy.isProxyClass(service.getClass())
            && Proxy.getInvocationHandler(service).getClass().getName().startsWith(AI_SERVICES)
        ? service.getClass().getInterfaces()[0]
        : null;
  }

  private Class<?> declared(String beanName, Object bean) {
    try {
      Class<?> type = beans.getMergedBeanDefinition(beanName).getResolvableType().resolve();
      return type != null && type.isInstance(bean) ? type : bean.getClass();
    } catch (NoSuchBeanDefinitionException e) { // an inner bean
      return bean.getClass();
    }
  }
}
