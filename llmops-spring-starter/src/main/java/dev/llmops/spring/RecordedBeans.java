package dev.llmops.spring;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.NativeDetector;
import org.springframework.util.ClassUtils;

/**
 * Stands for a bean, as the class that it is: what the application injects by its class must still
 * be of it. The methods of the recorded interfaces go to their recordings, all others to the bean.
 */
final class RecordedBeans {

  private RecordedBeans() {}

  /**
   * What takes the bean's place.
   *
   * @param declared the type that the bean was declared with
   * @param recordings what the methods of each interface of the bean go to
   * @throws CannotWrapException if the class of the bean can be wanted and cannot be extended
   */
  static Object inPlaceOf(Object bean, Class<?> declared, Map<Class<?>, Object> recordings) {
    if (bean.getClass().isHidden() || bean.getClass().isSynthetic()) { // a lambda
      return recordings.values().iterator().next();
    }
    ProxyFactory proxy = new ProxyFactory(bean);
    proxy.addAdvice(new ToRecordings(recordings));
    if (Proxy.isProxyClass(bean.getClass())) {
      return proxy.getProxy(bean.getClass().getClassLoader());
    }
    ClassLoader loader = bean.getClass().getClassLoader();
    String obstacle = obstacle(bean.getClass());
    if (obstacle == null) {
      proxy.setProxyTargetClass(true);
      try {
        return proxy.getProxy(loader);
      } catch (AopConfigException e) {
        obstacle = "it cannot be extended (" + e.getClass().getSimpleName() + ")";
      }
    }
    if (!declared.isInterface()) {
      throw new CannotWrapException(
          "its class "
              + bean.getClass().getName()
              + " is what other beans may ask for, and "
              + obstacle
              + "; declare the bean as the interface ("
              + recordings.keySet().iterator().next().getSimpleName()
              + "), or wrap it with LangChain4jInstrumentation where it is made");
    }
    if (ClassUtils.getAllInterfacesForClass(bean.getClass()).length == 1) {
      return recordings.values().iterator().next();
    }
    proxy.setProxyTargetClass(false);
    return proxy.getProxy(loader);
  }

  /** Why the class cannot be extended such that nothing else changes; absent when it can. */
  private static @Nullable String obstacle(Class<?> type) {
    if (NativeDetector.inNativeImage()) {
      return "a native image makes no classes";
    }
    if (Modifier.isFinal(type.getModifiers())) {
      return "it is final";
    }
    for (Field field : type.getFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        return "its field " + field.getName() + " is public";
      }
    }
    for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
      for (Method method : each.getDeclaredMethods()) {
        int modifiers = method.getModifiers();
        if (Modifier.isFinal(modifiers)
            && !Modifier.isStatic(modifiers)
            && !Modifier.isPrivate(modifiers)
            && !method.isSynthetic()) {
          return "its method " + method.getName() + " is final";
        }
      }
    }
    return null;
  }

  /** Sends each call to the recording of the interface that has the method. */
  private static final class ToRecordings implements MethodInterceptor {

    private final Map<Class<?>, Object> recordings;
    private final Map<Method, Optional<Target>> targets = new ConcurrentHashMap<>();

    ToRecordings(Map<Class<?>, Object> recordings) {
      this.recordings = recordings;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation call) throws Throwable {
      Optional<Target> target = targets.computeIfAbsent(call.getMethod(), this::find);
      return target.isPresent()
          ? AopUtils.invokeJoinpointUsingReflection(
              target.get().recording(), target.get().method(), call.getArguments())
          : call.proceed();
    }

    private Optional<Target> find(Method method) {
      for (Map.Entry<Class<?>, Object> each : recordings.entrySet()) {
        Method own =
            ClassUtils.getMethodIfAvailable(
                each.getKey(), method.getName(), method.getParameterTypes());
        if (own != null) {
          return Optional.of(new Target(each.getValue(), own));
        }
      }
      return Optional.empty();
    }
  }

  private record Target(Object recording, Method method) {}
}
