package dev.llmops.client.langchain4j;

import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.memory.ChatMemoryAccess;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An AI service, each of whose methods is an agent step: what it does meanwhile (retrieval, model
 * calls, tools) is recorded inside of it.
 */
final class RecordedAiService implements InvocationHandler {

  private final Class<?> type;
  private final Object service;
  private final LlmOps ops;

  private RecordedAiService(Class<?> type, Object service, LlmOps ops) {
    this.type = type;
    this.service = service;
    this.ops = ops;
  }

  static <T> T of(Class<T> type, T service, LlmOps ops) {
    if (Proxy.isProxyClass(service.getClass())
        && Proxy.getInvocationHandler(service) instanceof RecordedAiService recorded
        && recorded.ops == ops) {
      return service;
    }
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            new RecordedAiService(type, service, ops)));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(proxy, method, arguments);
    }
    if (!ops.isEnabled() || method.getDeclaringClass() == ChatMemoryAccess.class) {
      return call(method, arguments);
    }
    StepRequest step = step(method, arguments);
    Object memoryId = argument(method, arguments, MemoryId.class);
    if (memoryId == null) {
      return recorded(step, method, arguments);
    }
    try (LlmContext.Scope scope = LlmContext.extend().conversation(memoryId.toString()).open()) {
      return recorded(step, method, arguments);
    }
  }

  private @Nullable Object recorded(
      StepRequest request, Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    if (method.getReturnType() == CompletableFuture.class) {
      @SuppressWarnings("unchecked") // as the method declares it
      CompletableFuture<Object> future =
          ops.stepAsync(
              request,
              () -> (CompletableFuture<Object>) sneaky(method, arguments),
              RecordedAiService::read);
      return future;
    }
    ServiceStep service = new ServiceStep(ops.openStep(request));
    Object result;
    try (LlmContext.Scope scope = service.open()) {
      result = call(method, arguments);
    } catch (Throwable t) {
      service.step().fail(t);
      throw t;
    }
    if (result instanceof TokenStream stream && method.getReturnType() == TokenStream.class) {
      return new RecordedTokenStream(
          stream, service, new StreamEnd(service.step(), ops.capturesContent()));
    }
    if (result != null && isFlux(method.getReturnType())) {
      return ServiceFlux.recorded(result, service.step(), ops.capturesContent());
    }
    service.step().complete(read(result));
    return result;
  }

  /** By name, as the type need not be there. */
  private static boolean isFlux(Class<?> type) {
    return type.getName().equals("reactor.core.publisher.Flux");
  }

  private StepRequest step(Method method, @Nullable Object @Nullable [] arguments) {
    StepRequest.Builder step = StepRequest.agent(type.getSimpleName() + "." + method.getName());
    if (ops.capturesContent() && arguments != null) {
      Object told =
          arguments.length == 1 ? arguments[0] : argument(method, arguments, UserMessage.class);
      step.input(told instanceof CharSequence text ? text.toString() : null);
    }
    return step.build();
  }

  private static StepResult read(@Nullable Object result) {
    Object answer = result instanceof Result<?> whole ? whole.content() : result;
    return answer instanceof CharSequence text ? StepResult.of(text.toString()) : StepResult.NONE;
  }

  private static @Nullable Object argument(
      Method method,
      @Nullable Object @Nullable [] arguments,
      Class<? extends Annotation> annotation) {
    if (arguments != null) {
      Parameter[] parameters = method.getParameters();
      for (int i = 0; i < parameters.length && i < arguments.length; i++) {
        if (parameters[i].isAnnotationPresent(annotation)) {
          return arguments[i];
        }
      }
    }
    return null;
  }

  private @Nullable Object ofObject(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "toString" -> "recorded " + service;
      default -> call(method, arguments);
    };
  }

  private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    method.trySetAccessible(); // the interface need not be public
    try {
      return method.invoke(service, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** Like {@code call}; throws what it throws, declared or not. */
  @SuppressWarnings("NullAway") // what a service returns is passed on as it is
  private Object sneaky(Method method, @Nullable Object @Nullable [] arguments) {
    try {
      return call(method, arguments);
    } catch (Throwable t) {
      throw RecordedAiService.<RuntimeException>sneaky(t);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> RuntimeException sneaky(Throwable error) throws E {
    throw (E) error;
  }
}
