package dev.llmops.eval.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.Cost;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.report.CaseRun;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {

  private static final long SECOND = 1_000_000_000L;

  private final StringWriter written = new StringWriter();
  private final AtomicLong now = new AtomicLong();

  @Test
  void inALogItIsALineEveryTenSeconds() {
    ConsoleProgress progress = progress(false);

    progress.onStart("qa", 4, 0);
    now.set(5 * SECOND);
    progress.onCase(run());
    now.set(10 * SECOND);
    progress.onCase(run());
    progress.onEnd("4 of 4 run");

    // 2 of 4 took 10 s, so the other 2 take as long
    assertThat(written.toString().lines())
        .containsExactly(
            "qa: 4 to run", "qa 2/4, 0.5000 USD, about 10 s left", "qa: 4 of 4 run, 0.5000 USD");
  }

  @Test
  void whatAJournalHoldsIsNotCountedAsSpeed() {
    ConsoleProgress progress = progress(false);

    progress.onStart("qa", 10, 6);
    now.set(10 * SECOND);
    progress.onCase(run());

    // one fresh case took 10 s; 3 are left
    assertThat(written.toString().lines())
        .containsExactly(
            "qa: 10 to run, 6 of them found in the journal",
            "qa 7/10, 0.2500 USD, about 30 s left");
  }

  @Test
  void inATerminalOneLineIsDrawnOverAndOver() {
    ConsoleProgress progress = progress(true);

    progress.onStart("qa", 2, 0);
    now.set(SECOND);
    progress.onCase(run());
    progress.onEnd("2 of 2 run");

    String[] drawn = written.toString().split("\r", -1);
    assertThat(drawn[1]).isEqualTo("qa ████████████░░░░░░░░░░░░ 1/2, 0.2500 USD, about 1 s left");
    // padded, so that nothing of the longer line stays
    assertThat(drawn[2].stripTrailing()).isEqualTo("qa: 2 of 2 run, 0.2500 USD");
    assertThat(drawn[2].strip().length()).isLessThan(drawn[2].length());
  }

  private ConsoleProgress progress(boolean terminal) {
    return new ConsoleProgress(new PrintWriter(written), terminal, now::get);
  }

  private static CaseRun run() {
    Cost cost = new Cost(new BigDecimal("0.25"), "USD", "test", false);
    return new CaseRun(
        EvalCase.builder().id("c").input("q").build(),
        0,
        null,
        null,
        List.of(),
        new Spend(1, TokenUsage.NONE, cost, null),
        List.of());
  }
}
