package dev.llmops.eval.report;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Baseline} in a committed file, which one explicit command writes anew: {@code mvn test
 * -Dtest=.. -Dllmops.baseline=update}. A person runs it, looks at the diff, and commits. Immutable.
 */
public final class BaselineFile {

  /** The system property: {@code update} writes, {@code compare} (the default) compares. */
  public static final String PROPERTY = "llmops.baseline";

  private static final Logger LOG = LoggerFactory.getLogger(BaselineFile.class);

  private final Path path;
  private final UnaryOperator<@Nullable String> property;
  private final Map<String, String> environment;

  BaselineFile(
      Path path, UnaryOperator<@Nullable String> property, Map<String, String> environment) {
    this.path = Objects.requireNonNull(path, "path must not be null");
    this.property = property;
    this.environment = environment;
  }

  /** The baseline in this file, which need not exist. */
  public static BaselineFile at(Path path) {
    return new BaselineFile(path, System::getProperty, System.getenv());
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** What it holds; null when there is no file yet, which no gate passes. */
  public @Nullable Baseline load() {
    return Baseline.loadIfPresent(path);
  }

  /**
   * Writes what this run scored, if that is what {@value #PROPERTY} asks for.
   *
   * @return whether it was written; there is nothing to compare with then
   * @throws IllegalStateException if it is asked for where the environment variable {@code CI} is
   *     set, or while {@code llmops.case} leaves cases out
   * @throws IllegalArgumentException if the property is neither {@code update} nor {@code compare},
   *     or the run cannot be a {@linkplain Baseline#of baseline}
   */
  public boolean updated(EvalReport report) {
    String mode = property.apply(PROPERTY);
    if (mode == null || mode.isBlank() || mode.strip().equalsIgnoreCase("compare")) {
      return false;
    }
    if (!mode.strip().toLowerCase(Locale.ROOT).equals("update")) {
      throw new IllegalArgumentException(
          PROPERTY + " must be update or compare, but was \"" + mode + "\"");
    }
    String ci = environment.get("CI");
    if (ci != null && !ci.isBlank() && !ci.equalsIgnoreCase("false")) {
      throw new IllegalStateException(
          PROPERTY
              + "=update is refused where the environment variable CI is set: a baseline is"
              + " accepted by a person; update it on your machine, look at the diff, and commit it");
    }
    String one = property.apply("llmops.case");
    if (one != null && !one.isBlank()) {
      throw new IllegalStateException(
          PROPERTY
              + "=update is refused together with llmops.case, as the other cases would be lost;"
              + " run all of them");
    }
    Baseline.of(report).save(path);
    LOG.info("baseline [{}] holds what {} scored; look at the diff, and commit it", path, report);
    return true;
  }

  /** The file. */
  @Override
  public String toString() {
    return "BaselineFile[" + path + "]";
  }
}
