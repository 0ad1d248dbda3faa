package dev.llmops.spring;

import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;

/** Reads properties that are true or false before they are bound, in conditions. */
final class Switches {

  private Switches() {}

  /**
   * Whether it is on.
   *
   * @throws LlmOpsConfigurationException if it is neither true nor false
   */
  static boolean isOn(Environment environment, String property, boolean unlessSaid) {
    try {
      return environment.getProperty(property, Boolean.class, unlessSaid);
    } catch (ConversionException | IllegalArgumentException e) {
      throw new LlmOpsConfigurationException(
          property
              + " must be true or false, but was \""
              + environment.getProperty(property)
              + "\"",
          "Correct " + property + ".");
    }
  }
}
