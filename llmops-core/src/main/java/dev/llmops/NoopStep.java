package dev.llmops;

/** What {@link LlmOps#openStep} gives while llmops is off. */
final class NoopStep implements OpenStep {

  static final NoopStep INSTANCE = new NoopStep();

  private NoopStep() {}

  @Override
  public CallRef ref() {
    return NoopCall.INSTANCE.ref();
  }

  @Override
  public LlmContext.Scope makeCurrent() {
    return () -> {};
  }

  @Override
  public void complete(StepResult result) {}

  @Override
  public void fail(Throwable error) {}
}
