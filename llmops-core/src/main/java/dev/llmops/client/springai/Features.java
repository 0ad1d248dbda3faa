package dev.llmops.client.springai;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** What the Spring AI on the class path has that not every version or application has. */
final class Features {

  private Features() {}

  static boolean isPresent(String type) {
    return find(type) != null;
  }

  /** A public method without parameters, taken as one from Object to Object; null if absent. */
  static @Nullable MethodHandle getter(Class<?> type, String name, Class<?> result) {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(type, name, MethodType.methodType(result))
          .asType(MethodType.methodType(Object.class, Object.class));
    } catch (NoSuchMethodException | IllegalAccessException | LinkageError e) {
      return null;
    }
  }

  /** The result of a getter, null if the getter is absent or fails. */
  static @Nullable Object get(@Nullable MethodHandle getter, Object target) {
    if (getter == null) {
      return null;
    }
    try {
      return getter.invokeExact(target);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      return null;
    }
  }

  private static @Nullable Class<?> find(String type) {
    try {
      return Class.forName(type, false, Features.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }
}
