package dev.llmops.spring;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** Runs annotated methods as steps. */
final class StepInterceptor implements MethodInterceptor {

  private static final boolean REACTOR =
      ClassUtils.isPresent("reactor.core.publisher.Flux", StepInterceptor.class.getClassLoader());
  private static final int MAX_ARGUMENT_CHARS = 32_768;

  private final ObjectProvider<LlmOps> ops;
  private final Map<Method, Step> steps = new ConcurrentHashMap<>();
  private volatile @Nullable LlmOps resolved;

  StepInterceptor(ObjectProvider<LlmOps> ops) {
    this.ops = ops;
  }

  @Override
  public @Nullable Object invoke(MethodInvocation call) throws Throwable {
    LlmOps found = ops();
    Object target = call.getThis();
    if (found == null || !found.isEnabled() || target == null) {
      return call.proceed();
    }
    Step step =
        steps.computeIfAbsent(
            AopUtils.getMostSpecificMethod(call.getMethod(), AopUtils.getTargetClass(target)),
            Step::of);
    StepRequest request = step.request(found, call.getArguments());
    Class<?> returned = call.getMethod().getReturnType();
    if (returned.isAssignableFrom(CompletableFuture.class) && returned != Object.class) {
      return future(found, request, call);
    }
    if (REACTOR && ReactiveSteps.isReactive(returned)) {
      return ReactiveSteps.step(found, request, call.proceed());
    }
    return inStep(found, request, call);
  }

  /** Asked for at the first call: before, it would be made too early. */
  private @Nullable LlmOps ops() {
    LlmOps found = resolved;
    if (found == null) {
      found = ops.getIfUnique();
      resolved = found;
    }
    return found;
  }

  static StepResult result(@Nullable Object result) {
    return result instanceof CharSequence text ? StepResult.of(text.toString()) : StepResult.NONE;
  }

  @SuppressWarnings("NullAway") // a body may return null
  private static @Nullable Object inStep(LlmOps ops, StepRequest request, MethodInvocation call) {
    return ops.step(request, () -> proceed(call), StepInterceptor::result);
  }

  private static @Nullable Object future(LlmOps ops, StepRequest request, MethodInvocation call) {
    Holder other = new Holder();
    Supplier<CompletableFuture<Object>> body =
        () -> {
          Object result = proceed(call);
          if (result instanceof CompletableFuture<?> made) {
            @SuppressWarnings("unchecked") // passed on as it is
            CompletableFuture<Object> client = (CompletableFuture<Object>) made;
            return client;
          }
          other.result = result; // a stage or future of another kind: the step ends here
          other.used = true;
          return CompletableFuture.completedFuture(StepResult.NONE);
        };
    CompletableFuture<Object> recorded = ops.stepAsync(request, body, StepInterceptor::result);
    return other.used ? other.result : recorded;
  }

  private static @Nullable Object proceed(MethodInvocation call) {
    try {
      return call.proceed();
    } catch (Throwable t) {
      throw StepInterceptor.<RuntimeException>sneaky(t);
    }
  }

  private static final class Holder {
    @Nullable Object result;
    boolean used;
  }

  /** Throws what a lambda may not declare, as it is. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneaky(Throwable thrown) throws E {
    throw (E) thrown;
  }

  /** What is known of a method before it is called. */
  private record Step(
      StepRequest.Kind kind, String name, @Nullable String description, String[] parameters) {

    static Step of(Method method) {
      LlmTool tool = AnnotatedElementUtils.findMergedAnnotation(method, LlmTool.class);
      if (tool != null) {
        return of(StepRequest.Kind.TOOL, tool.value(), tool.description(), method);
      }
      LlmAgent agent = AnnotatedElementUtils.findMergedAnnotation(method, LlmAgent.class);
      if (agent != null) {
        return of(StepRequest.Kind.AGENT, agent.value(), agent.description(), method);
      }
      LlmWorkflow flow = AnnotatedElementUtils.findMergedAnnotation(method, LlmWorkflow.class);
      return flow == null
          ? of(StepRequest.Kind.WORKFLOW, "", "", method)
          : of(StepRequest.Kind.WORKFLOW, flow.value(), flow.description(), method);
    }

    private static Step of(StepRequest.Kind kind, String name, String description, Method method) {
      String[] names = new DefaultParameterNameDiscoverer().getParameterNames(method);
      if (names == null) {
        names = new String[method.getParameterCount()];
        for (int i = 0; i < names.length; i++) {
          names[i] = "arg" + i;
        }
      }
      return new Step(
          kind,
          name.isBlank() ? method.getName() : name,
          description.isBlank() ? null : description,
          names);
    }

    StepRequest request(LlmOps ops, @Nullable Object[] arguments) {
      StepRequest.Builder request =
          switch (kind) {
            case TOOL -> StepRequest.tool(name).toolType("function");
            case AGENT -> StepRequest.agent(name);
            default -> StepRequest.workflow(name);
          };
      if (ops.capturesContent() && arguments.length > 0) {
        request.input(json(arguments));
      }
      return request.description(description).build();
    }

    /** Arguments as a JSON object; what is no text, number or boolean by its toString. */
    private @Nullable String json(@Nullable Object[] arguments) {
      try {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < arguments.length; i++) {
          json.append(i == 0 ? "\"" : ",\"").append(quoted(parameters[i])).append("\":");
          Object value = arguments[i];
          if (value == null || value instanceof Boolean || isPlain(value)) {
            json.append(value);
          } else {
            json.append('"').append(quoted(String.valueOf(value))).append('"');
          }
        }
        return json.append('}').toString();
      } catch (RuntimeException e) { // a toString() can be anyone's
        return null;
      }
    }

    private static boolean isPlain(Object value) {
      return value instanceof Integer || value instanceof Long || value instanceof Short;
    }

    private static String quoted(String text) {
      String bounded =
          text.length() <= MAX_ARGUMENT_CHARS ? text : text.substring(0, MAX_ARGUMENT_CHARS);
      return new String(JsonStringEncoder.getInstance().quoteAsString(bounded));
    }
  }
}
