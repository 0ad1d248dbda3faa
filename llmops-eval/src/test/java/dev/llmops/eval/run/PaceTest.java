package dev.llmops.eval.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {

  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong now = new AtomicLong();

  @Test
  void sixtyRequestsAMinuteAreOneASecondAndAnIdleMinuteIsNotSavedUp() throws Exception {
    Pace pace = new Pace(10, new RateLimit(60, null), now::get);

    assertThat(pace.enter(Long.MAX_VALUE)).isTrue();
    assertThat(pace.waitNanos(now.get())).isEqualTo(SECOND);

    now.set(60 * SECOND);
    assertThat(pace.enter(Long.MAX_VALUE)).isTrue();
    assertThat(pace.waitNanos(now.get())).isEqualTo(SECOND);
  }

  @Test
  void tokensAreBookedAfterwardsAndPaidOffBeforeTheNext() throws Exception {
    Pace pace = new Pace(10, new RateLimit(null, 6_000L), now::get); // 100 a second

    pace.enter(Long.MAX_VALUE);
    assertThat(pace.waitNanos(now.get())).isZero();
    pace.leave(250);

    assertThat(pace.waitNanos(now.get())).isEqualTo(2 * SECOND + SECOND / 2);
  }

  @Test
  void tooManyHalvesAndARoundOfGoodAnswersGivesOneBack() {
    Pace pace = new Pace(8, RateLimit.NONE, now::get);

    pace.tooMany(3 * SECOND);
    assertThat(pace.parallel()).isEqualTo(4);
    assertThat(pace.waitNanos(now.get())).isEqualTo(3 * SECOND);

    // 4 + 1/4 + 1/4.25 + 1/4.485 + 1/4.708 = 4.92, and with a fifth 5.12
    for (int i = 0; i < 5; i++) {
      pace.good();
    }
    assertThat(pace.parallel()).isEqualTo(5);
    pace.tooMany(0);
    pace.tooMany(0);
    pace.tooMany(0);
    assertThat(pace.parallel()).isEqualTo(1);
  }

  @Test
  void nobodyEntersAfterTheEndOrAStop() throws Exception {
    Pace pace = new Pace(1, RateLimit.NONE, now::get);
    now.set(5);
    assertThat(pace.enter(5)).isFalse();

    pace.stop();
    assertThat(pace.enter(Long.MAX_VALUE)).isFalse();
  }
}
