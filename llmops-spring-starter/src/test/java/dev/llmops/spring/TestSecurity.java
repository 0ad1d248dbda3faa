package dev.llmops.spring;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves Boot's security out of the applications of tests, which it would lock, unless they set
 * {@code test.security=true}.
 */
final class TestSecurity implements AutoConfigurationImportFilter, EnvironmentAware {

  private boolean wanted;

  @Override
  public void setEnvironment(Environment environment) {
    wanted = environment.getProperty("test.security", Boolean.class, false);
  }

  @Override
  public boolean[] match(String[] classes, AutoConfigurationMetadata metadata) {
    boolean[] kept = new boolean[classes.length];
    for (int i = 0; i < classes.length; i++) {
      String name = classes[i];
      kept[i] = wanted || name == null || !name.contains(".security.");
    }
    return kept;
  }
}
