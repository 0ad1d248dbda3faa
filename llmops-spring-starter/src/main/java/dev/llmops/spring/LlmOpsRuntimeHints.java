package dev.llmops.spring;

import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/**
 * What a native image must keep beside what Spring finds by itself: the resources that prices and
 * evaluators are read from, and the types by which streams and services of openai-java are wrapped.
 */
final class LlmOpsRuntimeHints implements RuntimeHintsRegistrar {

  @Override
  public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
    hints.resources().registerPattern("dev/llmops/cost/*");
    hints.resources().registerPattern("dev/llmops/eval/**");
    hints.resources().registerPattern("META-INF/services/dev.llmops.*");
    for (String type :
        List.of(
            "com.openai.client.OpenAIClient",
            "com.openai.client.OpenAIClientAsync",
            "com.openai.core.http.StreamResponse",
            "com.openai.core.http.AsyncStreamResponse",
            "com.openai.core.http.HttpResponseFor")) {
      if (ClassUtils.isPresent(type, loader)) {
        proxies(hints, ClassUtils.resolveClassName(type, loader), new HashSet<>());
      }
    }
  }

  /** The interface, and the services that it gives. */
  private static void proxies(RuntimeHints hints, Class<?> type, Set<Class<?>> seen) {
    if (!type.isInterface() || !type.getName().startsWith("com.openai.") || !seen.add(type)) {
      return;
    }
    hints.proxies().registerJdkProxy(type);
    hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
    for (Method method : type.getMethods()) {
      if (method.getParameterCount() == 0) {
        proxies(hints, method.getReturnType(), seen);
      }
    }
  }
}
