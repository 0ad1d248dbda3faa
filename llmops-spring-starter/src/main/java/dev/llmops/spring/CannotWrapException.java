package dev.llmops.spring;

/** A bean that cannot be wrapped without a change to the application; says what to do. */
final class CannotWrapException extends RuntimeException {

  private static final long serialVersionUID = 1;

  CannotWrapException(String why) {
    super(why);
  }
}
