package dev.llmops.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {

  @TempDir private Path folder;

  @Test
  void aFileReadsBackAndHasALineACaseWithoutContent() throws IOException {
    Path path = folder.resolve("evals/main.json");

    Baseline.of(Reports.ofScores(1, 0.25)).save(path);
    Baseline read = Baseline.load(path);

    assertThat(read.size()).isEqualTo(2);
    assertThat(read.name()).isEqualTo("qa");
    assertThat(read.score("c1", "exact_match")).isEqualTo(0.25);
    assertThat(read.score("c9", "exact_match")).isNull();
    assertThat(Files.readAllLines(path))
        .anyMatch(line -> line.matches(" {4}\"c1\": \\{.*\"exact_match\":\\[0\\.25]}}"))
        .noneMatch(line -> line.contains("question") || line.contains("right"));
    Baseline.of(Reports.ofScores(1, 0.25)).save(folder.resolve("again.json"));
    assertThat(folder.resolve("again.json")).hasSameTextualContentAs(path);
  }

  @Test
  void newChangedAndLostCasesAreLeftOutAndCounted() {
    Baseline before = Baseline.of(Reports.ofScores(1, 1, 1, 1));
    CaseRun changed =
        new CaseRun(
            Reports.run("c1", 0, 1).evalCase().toBuilder().input("another question").build(),
            0,
            null,
            null,
            Reports.run("c1", 0, 1).results(),
            Reports.run("c1", 0, 1).spend(),
            List.of());
    EvalReport now =
        Reports.of(List.of(Reports.run("c0", 0, 0), changed, Reports.run("new", 0, 1)));

    Baseline.Pairs pairs = before.pairs(now, "exact_match", null);

    assertThat(pairs.before()).containsExactly(1);
    assertThat(pairs.now()).containsExactly(0);
    assertThat(pairs.note())
        .isEqualTo(
            "Compared are 1 cases; left out are 1 new, 1 changed and 2 gone since the baseline. ");
  }

  @Test
  void aBaselineHasNoHoles() {
    assertThatThrownBy(() -> Baseline.of(Reports.ofScores(1, Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "case c1 has no score of exact_match: the judge did not answer; a baseline needs a"
                + " score of every case");
    assertThatThrownBy(() -> Baseline.of(Reports.ofScores()))
        .hasMessageStartingWith("report must be of a complete run with at least one case");
  }

  @Test
  void aMissingOrDamagedFileIsSaidAndNeverGuessedAt() throws IOException {
    Path path = folder.resolve("main.json");

    assertThat(Baseline.loadIfPresent(path)).isNull();
    assertThatThrownBy(() -> Baseline.load(path))
        .hasMessageContaining("there is no baseline; write one with Baseline.of(report)");

    Files.writeString(path, "{\n  \"schema\": 1,\n<<<<<<< HEAD\n");
    assertThatThrownBy(() -> Baseline.load(path))
        .hasMessage(
            "baseline ["
                + path
                + "] line 3: not JSON; resolve what a merge left, or write it anew");

    Files.writeString(
        path, "{\"schema\":1,\"cases\":{\"a\":{\"case\":\"x\",\"scores\":{\"m\":[7]}}}}");
    assertThatThrownBy(() -> Baseline.load(path))
        .hasMessage("baseline [" + path + "] case a: scores must be numbers between 0.0 and 1.0");
  }

  @Test
  void scoresOfAnotherVersionAreNotCompared() {
    Baseline before = Baseline.of(Reports.ofScores(1));
    EvalReport now = Reports.ofScores(1);
    EvalReport other =
        now.toBuilder()
            .evaluators(List.of(Reports.EXACT.withSettings(java.util.Map.of("case", "ignore"))))
            .build();

    assertThat(before.pairs(now, "exact_match", null).why()).isNull();
    assertThat(before.pairs(other, "exact_match", null).why())
        .isEqualTo(
            "the baseline was measured by exact_match@1 and the run by exact_match@1{case=ignore},"
                + " which cannot be compared; write the baseline anew.");
  }
}
