package dev.llmops.eval.junit;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/** The results of all tests of one run of JUnit, which closes it at its end. */
// both kinds: 5.10 to 5.12 close the one only, later versions warn of those that are not the other
final class ResultFolder implements CloseableResource, AutoCloseable {

  static final String ROOT = "llmops.results";

  private static final String DEFAULT_ROOT = "target/llmops";

  private final Path root;
  private final Map<String, TestResults> tests = new ConcurrentHashMap<>();

  private ResultFolder(Path root) {
    this.root = root;
  }

  static ResultFolder of(ExtensionContext context) {
    String root = context.getConfigurationParameter(ROOT).orElse(DEFAULT_ROOT);
    return Objects.requireNonNull(
        context
            .getRoot()
            .getStore(EvalExtension.NAMESPACE)
            .getOrComputeIfAbsent(
                ResultFolder.class, unused -> new ResultFolder(Path.of(root)), ResultFolder.class));
  }

  TestResults test(TestName name) {
    return tests.computeIfAbsent(name.folder(), unused -> new TestResults(name, root));
  }

  @Override
  public void close() {
    tests.values().forEach(TestResults::write);
  }
}
