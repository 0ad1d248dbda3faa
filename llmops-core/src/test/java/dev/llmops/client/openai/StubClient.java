package dev.llmops.client.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that is not openai-java's own: every call of its services gets the same answer. */
final class StubClient implements InvocationHandler {

  private final Answer answer;
  private final Map<Class<?>, Object> services = new HashMap<>();

  private StubClient(Answer answer) {
    this.answer = answer;
  }

  static OpenAIClient answering(Answer answer) {
    return (OpenAIClient) new StubClient(answer).service(OpenAIClient.class);
  }

  static OpenAIClientAsync answeringAsync(Answer answer) {
    return (OpenAIClientAsync) new StubClient(answer).service(OpenAIClientAsync.class);
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    Class<?> type = method.getReturnType();
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "equals" -> arguments != null && proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> "stub";
      };
    }
    return Service.of(method.getDeclaringClass()).route(method).kind() == Service.Kind.CHILD
        ? service(type)
        : answer.answer(method, arguments);
  }

  private Object service(Class<?> type) {
    return services.computeIfAbsent(
        type, key -> Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this));
  }

  /** What every call gets. */
  @FunctionalInterface
  interface Answer {
    @Nullable Object answer(Method method, @Nullable Object @Nullable [] arguments)
        throws Throwable;
  }
}
