package dev.llmops.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineFileTest {

  @TempDir Path folder;

  private final EvalReport report = Reports.ofPassed(3, 4);

  @Test
  void nothingIsWrittenUnlessAsked() {
    BaselineFile file = file(Map.of(), Map.of());

    assertThat(file.updated(report)).isFalse();
    assertThat(file.load()).isNull();
  }

  @Test
  void updateWritesWhatTheRunScored() {
    BaselineFile file = file(Map.of("llmops.baseline", "update"), Map.of("CI", "false"));

    assertThat(file.updated(report)).isTrue();
    Baseline written = file.load();
    assertThat(written).isNotNull();
    assertThat(written.score("c0", "exact_match")).isEqualTo(1.0);
    assertThat(written.score("c3", "exact_match")).isEqualTo(0.0);
  }

  @Test
  void updateIsRefusedInCi() {
    BaselineFile file = file(Map.of("llmops.baseline", "update"), Map.of("CI", "true"));

    assertThatThrownBy(() -> file.updated(report))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "llmops.baseline=update is refused where the environment variable CI is set: a"
                + " baseline is accepted by a person; update it on your machine, look at the diff,"
                + " and commit it");
    assertThat(file.load()).isNull();
  }

  @Test
  void updateIsRefusedForOneCase() {
    BaselineFile file = file(Map.of("llmops.baseline", "update", "llmops.case", "c1"), Map.of());

    assertThatThrownBy(() -> file.updated(report))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "llmops.baseline=update is refused together with llmops.case, as the other cases would"
                + " be lost; run all of them");
  }

  @Test
  void anotherWordIsAnError() {
    BaselineFile file = file(Map.of("llmops.baseline", "yes"), Map.of());

    assertThatThrownBy(() -> file.updated(report))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("llmops.baseline must be update or compare, but was \"yes\"");
  }

  private BaselineFile file(Map<String, String> properties, Map<String, String> environment) {
    return new BaselineFile(folder.resolve("main.json"), properties::get, environment);
  }
}
