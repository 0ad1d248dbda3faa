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
 * What a native image must keep beside what Spring finds by itself and what the metadata in the
 * jars of core, otel and eval names ({@code META-INF/native-image}): the types by which streams and
 * services of openai-java are wrapped, and what is asked of Spring AI and OpenTelemetry by name.
 */
final class LlmOpsRuntimeHints implements RuntimeHintsRegistrar {

  /**
   * What {@code SpringAiObservationHandler} looks for to see which parts of Spring AI are there.
   */
  private static final List<String> PRESENT =
      List.of(
          "org.springframework.ai.chat.client.observation.ChatClientObservationContext",
          "org.springframework.ai.embedding.observation.EmbeddingModelObservationContext",
          "org.springframework.ai.vectorstore.observation.VectorStoreObservationContext",
          "org.springframework.ai.openai.api.OpenAiApi");

  /** Whose public methods are called through method handles, as not every version has them. */
  private static final List<String> ASKED =
      List.of(
          "org.springframework.ai.chat.observation.ChatModelObservationContext",
          "org.springframework.ai.tool.observation.ToolCallingObservationContext",
          "org.springframework.ai.chat.metadata.Usage",
          "org.springframework.ai.model.tool.ToolCallingChatOptions",
          "io.opentelemetry.api.GlobalOpenTelemetry");

  @Override
  public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
    hints.resources().registerPattern("dev/llmops/cost/*");
    hints.resources().registerPattern("dev/llmops/eval/**");
    hints.resources().registerPattern("META-INF/services/dev.llmops.*");
    PRESENT.forEach(type -> hints.reflection().registerTypeIfPresent(loader, type));
    ASKED.forEach(
        type ->
            hints
                .reflection()
                .registerTypeIfPresent(loader, type, MemberCategory.INVOKE_PUBLIC_METHODS));
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
