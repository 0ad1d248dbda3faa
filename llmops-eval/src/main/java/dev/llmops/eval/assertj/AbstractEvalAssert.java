package dev.llmops.eval.assertj;

import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Condition;
import org.jspecify.annotations.Nullable;

/** What all our assertions share: where failures go, and how they are worded. */
abstract class AbstractEvalAssert<S extends AbstractEvalAssert<S, A>, A>
    extends AbstractAssert<S, A> {

  private final Failures failures;

  AbstractEvalAssert(@Nullable A actual, Class<?> selfType, Failures failures) {
    super(actual, selfType);
    this.failures = failures;
  }

  @Override
  public S is(Condition<? super A> condition) {
    return collected(() -> super.is(condition));
  }

  @Override
  public S isNot(Condition<? super A> condition) {
    return collected(() -> super.isNot(condition));
  }

  @Override
  public S has(Condition<? super A> condition) {
    return collected(() -> super.has(condition));
  }

  @Override
  public S doesNotHave(Condition<? super A> condition) {
    return collected(() -> super.doesNotHave(condition));
  }

  @Override
  public S satisfies(Condition<? super A> condition) {
    return collected(() -> super.satisfies(condition));
  }

  final Failures failures() {
    return failures;
  }

  /** Fails with this text, which may hold anything, percent signs too. */
  final S failed(String text) {
    failures.failed(failure("%s", text));
    return myself;
  }

  /** Runs the check; what it throws goes where failures go. */
  final S collected(Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      failures.failed(e);
    }
    return myself;
  }
}
