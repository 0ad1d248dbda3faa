package dev.llmops.eval.junit;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a test method is called, by Java, by Maven and in a folder. */
record TestName(Class<?> type, String method) {

  static TestName of(ExtensionContext context) {
    return new TestName(
        context.getRequiredTestClass(), context.getTestMethod().map(Method::getName).orElse(""));
  }

  /** {@code AssistantTest#answers}, {@code AssistantTest.Nested#answers}. */
  String report() {
    return nested(".") + "#" + method;
  }

  /** {@code AssistantTest/answers}. */
  String cassette() {
    return nested("/") + "/" + method;
  }

  /** {@code org.acme.AssistantTest/answers}. */
  String folder() {
    return type.getName() + "/" + method;
  }

  /**
   * The command that runs it again.
   *
   * @param caseId of the case alone, null for all
   */
  String command(@Nullable String caseId) {
    String simple = nested("$") + "#" + method;
    return "mvn test -Dtest="
        + quoted(simple)
        + (caseId == null ? "" : " -D" + Selection.CASE + "=" + quoted(caseId));
  }

  private String nested(String divider) {
    Class<?> outer = type.getEnclosingClass();
    return outer == null
        ? type.getSimpleName()
        : new TestName(outer, method).nested(divider) + divider + type.getSimpleName();
  }

  /** For a POSIX shell; names of datasets may hold anything. */
  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9_.,:/#@%+=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
