package dev.llmops.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.report.EvalReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunJournalTest {

  private static final Evaluator EXACT = Evaluators.byName("exact_match");

  @TempDir private Path folder;

  @Test
  void aRunGoesOnWhereItWasLeftAndWhatFailedIsRunAgain() {
    Path journal = folder.resolve("runs/run.jsonl");
    EvalRun.of(EvalRunTest.dataset(5))
        .journal(journal)
        .task(
            input -> {
              if (input.equals("q3")) {
                throw new IllegalStateException("down");
              }
              return input;
            })
        .evaluate(EXACT);
    Set<String> asked = ConcurrentHashMap.newKeySet();

    EvalReport report = collecting(asked, journal, 5).evaluate(EXACT);

    assertThat(asked).containsExactly("q3");
    assertThat(report.runs()).hasSize(5).allSatisfy(run -> assertThat(run.error()).isNull());
  }

  @Test
  void aLineThatWasCutOffIsCutAwayEvenInTheMiddleOfACharacter() throws IOException {
    Path journal = folder.resolve("run.jsonl");
    EvalRun.of(EvalRunTest.dataset(3)).journal(journal).task(input -> input).evaluate(EXACT);
    byte[] half = "{\"type\":\"case_run\",\"case\":{\"id\":\"é".getBytes(StandardCharsets.UTF_8);
    Files.write(journal, java.util.Arrays.copyOf(half, half.length - 1), StandardOpenOption.APPEND);
    Set<String> asked = ConcurrentHashMap.newKeySet();

    EvalReport report = collecting(asked, journal, 3).evaluate(EXACT);

    assertThat(asked).isEmpty();
    assertThat(report.runs()).hasSize(3);
    assertThat(Files.readAllLines(journal)).hasSize(4);
  }

  @Test
  void theJournalOfAnotherRunIsRefused() {
    Path journal = folder.resolve("run.jsonl");
    EvalRun.of(EvalRunTest.dataset(3)).journal(journal).task(input -> input).evaluate(EXACT);

    assertThatThrownBy(
            () ->
                EvalRun.of(EvalRunTest.dataset(3))
                    .journal(journal)
                    .task(input -> input)
                    .repetitions(2)
                    .evaluate(EXACT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is of another run: it says {\"type\":\"eval_run\"")
        .hasMessageEndingWith("; delete it, or give this run a journal of its own");
  }

  @Test
  void aJournalInUseIsRefused() {
    Path journal = folder.resolve("run.jsonl");

    EvalReport report =
        EvalRun.of(EvalRunTest.dataset(1))
            .journal(journal)
            .task(
                input -> {
                  assertThatThrownBy(
                          () -> EvalRun.of(EvalRunTest.dataset(1)).journal(journal).evaluate(EXACT))
                      .hasMessageEndingWith(
                          "is in use by another run; give each run a journal of its own");
                  return input;
                })
            .evaluate(EXACT);

    assertThat(report.runs().get(0).error()).isNull();
  }

  @Test
  void aDamagedLineIsNamedAndNotGuessedAt() throws IOException {
    Path journal = folder.resolve("run.jsonl");
    EvalRun.of(EvalRunTest.dataset(2)).journal(journal).task(input -> input).evaluate(EXACT);
    Files.writeString(journal, "<<<<<<< HEAD\n", StandardOpenOption.APPEND);

    assertThatThrownBy(() -> collecting(new TreeSet<>(), journal, 2).evaluate(EXACT))
        .hasMessage(
            "journal ["
                + journal
                + "] line 4: not a line of JSON; mend the line, or delete the file to run"
                + " everything again");
  }

  @Test
  void aProcessThatIsKilledLosesNoFinishedCase() throws Exception {
    Path journal = folder.resolve("run.jsonl");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledRun.class.getName(),
                journal.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).as(output).isEqualTo(KilledRun.EXIT);
    Set<String> asked = ConcurrentHashMap.newKeySet();

    EvalReport report = collecting(asked, journal, KilledRun.CASES).evaluate(EXACT);

    assertThat(asked).hasSize(KilledRun.CASES - KilledRun.FINISHED);
    assertThat(report.runs()).hasSize(KilledRun.CASES);
  }

  private static EvalRun collecting(Set<String> asked, Path journal, int cases) {
    return EvalRun.of(EvalRunTest.dataset(cases))
        .journal(journal)
        .task(
            input -> {
              asked.add(input);
              return input;
            });
  }

  /** A process that is gone, without a word, right after the seventh case was told. */
  static final class KilledRun {
    static final int CASES = 20;
    static final int FINISHED = 7;
    static final int EXIT = 86;

    private KilledRun() {}

    public static void main(String[] args) {
      int[] told = new int[1];
      EvalRun.of(EvalRunTest.dataset(CASES))
          .journal(Path.of(args[0]))
          .parallelism(1)
          .task(input -> input)
          .listener(
              new RunListener() {
                @Override
                public void onCase(dev.llmops.eval.report.CaseRun run) {
                  if (++told[0] == FINISHED) {
                    Runtime.getRuntime().halt(EXIT);
                  }
                }
              })
          .evaluate(EXACT);
    }
  }
}
