package dev.llmops.spring;

/** Whatever wraps client beans, so that {@code explain()} can tell which it found. */
interface WrappedClients {

  /** What was wrapped so far and what was not, in plain words. */
  String note();
}
