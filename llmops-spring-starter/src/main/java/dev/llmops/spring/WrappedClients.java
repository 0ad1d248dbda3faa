package dev.llmops.spring;

import java.util.Map;

/**
 * Whatever wraps client beans, so that {@code explain()} and the endpoint can tell which it found.
 * A bean of this type is all they need; see {@link ClientPostProcessor}.
 */
interface WrappedClients {

  /** What was wrapped so far and what was not, in plain words. */
  String note();

  /** The state of each bean that was seen, by its name: {@code wrapped}, {@code NOT wrapped: …}. */
  Map<String, String> beans();
}
