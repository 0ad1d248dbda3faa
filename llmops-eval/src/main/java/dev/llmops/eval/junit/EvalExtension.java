package dev.llmops.eval.junit;

import dev.llmops.LlmContext;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.report.EvalCollector;
import dev.llmops.eval.run.EvalRun;
import java.lang.reflect.Method;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Collects what a test evaluates and writes it under {@code target/llmops} (or the configuration
 * parameter {@code llmops.results}), also when an assertion throws first: a report a test method,
 * and a folder a case with what was asked, answered, found and called. {@link EvalSource}, {@link
 * EvalTest} and {@link Cassette} bring it; for other tests use {@code @ExtendWith}. The files hold
 * content; credentials in recorded calls are redacted.
 *
 * <p>Tests may run in parallel. What is evaluated on another thread than the test's is not seen.
 */
public final class EvalExtension
    implements BeforeEachCallback, AfterEachCallback, InvocationInterceptor, ParameterResolver {

  static final Namespace NAMESPACE = Namespace.create(EvalExtension.class);

  /** Made by JUnit. */
  public EvalExtension() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    RunningTest test = RunningTest.start(context);
    context.getStore(NAMESPACE).put(RunningTest.class, test);
    test.begin();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    RunningTest test = context.getStore(NAMESPACE).remove(RunningTest.class, RunningTest.class);
    if (test != null) {
      test.end(context.getExecutionException().orElse(null));
    }
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    within(invocation, null, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    Rows rows = Rows.find(context);
    within(invocation, rows == null ? null : rows.find(method.getArguments()), context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == EvalRun.class
        && AnnotationSupport.isAnnotated(context.getTestMethod(), EvalTest.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    EvalTest asked =
        AnnotationSupport.findAnnotation(context.getTestMethod(), EvalTest.class).orElseThrow();
    Selection selection = Selection.of(asked);
    Dataset dataset = selection.load(context);
    RunningTest test = test(context);
    EvalRun run =
        EvalRun.of(dataset).name(test.name().report()).repetitions(selection.repetitions());
    return asked.journal() ? run.journal(test.journal()) : run;
  }

  /** In the test's context also where a timeout has it run on a thread of its own. */
  private static void within(
      Invocation<Void> invocation, Rows.@Nullable Row row, ExtensionContext context)
      throws Throwable {
    RunningTest test = test(context);
    LlmContext said = test.said(row);
    try (LlmContext.Scope scope = said.open();
        EvalCollector.Scope collecting = test.begin(row)) {
      invocation.proceed();
    }
  }

  private static RunningTest test(ExtensionContext context) {
    return Objects.requireNonNull(
        context.getStore(NAMESPACE).get(RunningTest.class, RunningTest.class),
        "the test has not begun");
  }
}
