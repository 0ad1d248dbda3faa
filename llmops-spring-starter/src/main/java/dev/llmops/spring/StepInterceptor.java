package dev.llmops.spring;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.Prompt;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** Runs annotated methods as steps, with the conversation and the prompt that they say. */
final class StepInterceptor implements MethodInterceptor {

  private static final Logger log = LoggerFactory.getLogger(LlmOpsAutoConfiguration.class);
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
    if (REACTOR && ReactiveSteps.isReactive(returned)) {
      UnaryOperator<LlmContext> said = step.said(call.getArguments());
      return ReactiveSteps.step(found, request, said, call.proceed());
    }
    if (!step.saysAnything()) {
      return run(found, request, returned, call);
    }
    LlmContext said = step.said(call.getArguments()).apply(LlmContext.current());
    try (LlmContext.Scope scope = said.open()) {
      return run(found, request, returned, call);
    }
  }

  private static @Nullable Object run(
      LlmOps ops, @Nullable StepRequest request, Class<?> returned, MethodInvocation call)
      throws Throwable {
    if (request == null) {
      return call.proceed();
    }
    return returned.isAssignableFrom(CompletableFuture.class) && returned != Object.class
        ? future(ops, request, call)
        : inStep(ops, request, call);
  }

  /**
   * Asked for at the first call: before, it would be made too early. Where there is none, that is
   * told and it is not asked for again; a method that the making of it calls itself is let pass.
   */
  private @Nullable LlmOps ops() {
    LlmOps found = resolved;
    if (found != null) {
      return found;
    }
    String missing = "there is not one LlmOps bean; mark one as @Primary";
    try {
      found = ops.getIfUnique();
    } catch (BeansException e) {
      if (e.contains(BeanCurrentlyInCreationException.class)) {
        return null;
      }
      missing = e.getMostSpecificCause().toString();
    }
    if (found == null) {
      log.warn("annotated methods are not recorded: {}", missing);
      found = LlmOps.noop();
    }
    resolved = found;
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
      StepRequest.@Nullable Kind kind, // null for a method that says something and is no step
      String name,
      @Nullable String description,
      String[] parameters,
      @Nullable Prompt prompt,
      int conversation) { // which parameter, -1 for none

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
          ? of(null, "", "", method)
          : of(StepRequest.Kind.WORKFLOW, flow.value(), flow.description(), method);
    }

    private static Step of(
        StepRequest.@Nullable Kind kind, String name, String description, Method method) {
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
          names,
          prompt(method),
          conversation(method));
    }

    private static @Nullable Prompt prompt(Method method) {
      LlmPrompt prompt = AnnotatedElementUtils.findMergedAnnotation(method, LlmPrompt.class);
      if (prompt == null || prompt.value().isBlank()) {
        return null;
      }
      return prompt.version().isBlank()
          ? Prompt.of(prompt.value())
          : Prompt.of(prompt.value(), prompt.version());
    }

    private static int conversation(Method method) {
      Parameter[] parameters = method.getParameters();
      for (int i = 0; i < parameters.length; i++) {
        if (parameters[i].isAnnotationPresent(LlmConversation.class)) {
          return i;
        }
      }
      return -1;
    }

    boolean saysAnything() {
      return prompt != null || conversation >= 0;
    }

    /** Adds to a context what the annotations say. */
    UnaryOperator<LlmContext> said(@Nullable Object[] arguments) {
      String id = conversation < 0 ? null : id(arguments[conversation]);
      if (id == null && prompt == null) {
        return UnaryOperator.identity();
      }
      return context -> {
        LlmContext.Builder builder = context.toBuilder();
        if (id != null) {
          builder.conversation(id);
        }
        return (prompt == null ? builder : builder.prompt(prompt)).build();
      };
    }

    private static @Nullable String id(@Nullable Object argument) {
      try {
        String id = argument == null ? "" : String.valueOf(argument.toString());
        return RequestFacts.isUsable(id) ? id : null;
      } catch (RuntimeException e) { // a toString() can be anyone's
        return null;
      }
    }

    @Nullable StepRequest request(LlmOps ops, @Nullable Object[] arguments) {
      if (kind == null) {
        return null;
      }
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
