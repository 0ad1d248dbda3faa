package dev.llmops.client.langchain4j;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks for what only some providers' types tell: their modules are not ours to depend on, and the
 * same facts have the same names in several of them. Public methods of public classes only.
 */
final class Accessors {

  private static final ClassValue<Map<String, Optional<Method>>> FOUND =
      new ClassValue<>() {
        @Override
        protected Map<String, Optional<Method>> computeValue(Class<?> type) {
          return new ConcurrentHashMap<>(4);
        }
      };

  private Accessors() {}

  /** What the method of this name says, absent where there is none or it says null. */
  static @Nullable Object value(@Nullable Object target, String name) {
    if (target == null) {
      return null;
    }
    Map<String, Optional<Method>> known = FOUND.get(target.getClass());
    Optional<Method> method = known.get(name);
    if (method == null) {
      method = find(target.getClass(), name);
      known.put(name, method);
    }
    try {
      return method.isPresent() ? method.get().invoke(target) : null;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return null;
    }
  }

  static @Nullable Long whole(@Nullable Object target, String name) {
    return value(target, name) instanceof Number number ? number.longValue() : null;
  }

  static @Nullable String text(@Nullable Object target, String name) {
    Object value = value(target, name);
    return value instanceof String || value instanceof Enum<?> ? value.toString() : null;
  }

  private static Optional<Method> find(Class<?> type, String name) {
    try {
      Method method = type.getMethod(name);
      return Modifier.isPublic(method.getDeclaringClass().getModifiers())
              && !Modifier.isStatic(method.getModifiers())
          ? Optional.of(method)
          : Optional.empty();
    } catch (NoSuchMethodException | SecurityException e) {
      return Optional.empty();
    }
  }
}
