package dev.llmops.eval.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/** A run of JUnit inside of a test, with folders of its own. */
final class Jupiter {

  private Jupiter() {}

  static EngineExecutionResults run(Path folder, Class<?> tests) {
    return run(folder, tests, Map.of());
  }

  static EngineExecutionResults run(Path folder, Class<?> tests, Map<String, String> settings) {
    EngineTestKit.Builder builder =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(tests))
            .configurationParameter("llmops.results", folder.resolve("results").toString())
            .configurationParameter(
                "llmops.cassette.folder", folder.resolve("cassettes").toString());
    settings.forEach(builder::configurationParameter);
    return builder.execute();
  }

  /** The messages of the tests and containers that ended in this way. */
  static List<String> messages(EngineExecutionResults results, TestExecutionResult.Status status) {
    return results.allEvents().stream()
        .filter(event -> event.getType() == EventType.FINISHED)
        .map(event -> event.getRequiredPayload(TestExecutionResult.class))
        .filter(result -> result.getStatus() == status)
        .map(result -> String.valueOf(result.getThrowable().orElseThrow().getMessage()))
        .toList();
  }

  static List<String> failures(EngineExecutionResults results) {
    return messages(results, TestExecutionResult.Status.FAILED);
  }

  static List<String> aborts(EngineExecutionResults results) {
    return messages(results, TestExecutionResult.Status.ABORTED);
  }

  static List<String> displayNames(EngineExecutionResults results) {
    return results.testEvents().started().stream()
        .map(Event::getTestDescriptor)
        .map(test -> test.getDisplayName())
        .toList();
  }
}
