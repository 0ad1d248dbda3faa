package dev.llmops.client.openai;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** What the proxies of this package share. */
final class Proxies {

  private Proxies() {}

  /** Invokes a method of the client; throws the very exception that it throws. */
  static @Nullable Object invoke(
      Object target, Method method, @Nullable Object @Nullable [] arguments) {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw Failures.<RuntimeException>sneaky(e.getTargetException());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("cannot call " + method, e);
    }
  }

  /** Whether it is a method of {@link Object}. */
  static boolean isOfObject(Method method) {
    return method.getDeclaringClass() == Object.class;
  }

  /** A method of {@link Object} for a proxy that stands for one object of the client's. */
  static @Nullable Object invokeOfObject(
      Object proxy, Object client, Method method, @Nullable Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "recorded " + client;
    };
  }
}
