package dev.llmops.server;

/**
 * Takes a response's body as it comes.
 *
 * @param <T> what it makes of it
 */
interface Body<T> {

  /**
   * The next bytes; they may be overwritten after the return.
   *
   * @throws PageException when no more of it is wanted
   */
  void feed(byte[] bytes, int from, int to);

  /**
   * The body is whole.
   *
   * @throws PageException when it is not what was expected
   */
  T finish();
}
