package dev.llmops.benchmarks.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.benchmarks.spring.OpenLoop.Slice;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuantilesTest {

  @Test
  void isTheNearestRank() {
    Quantiles times = Quantiles.of(List.of(millis(4, 1), millis(3, 2)));

    assertThat(times.millis(0.25)).isEqualTo(1);
    assertThat(times.millis(0.5)).isEqualTo(2);
    assertThat(times.millis(0.51)).isEqualTo(3);
    assertThat(times.millis(0.99)).isEqualTo(4);
    assertThat(times.millis(1)).isEqualTo(4);
  }

  @Test
  void ofAHundredTheNinetyNinthIsP99() {
    Quantiles times =
        Quantiles.of(
            List.of(
                new Slice(LongStream.rangeClosed(1, 100).map(n -> n * 1_000_000).toArray(), 0)));

    assertThat(times.millis(0.99)).isEqualTo(99);
  }

  /** Every slice is later by 5 ms, so every draw of slices is. */
  @Test
  void aConstantDifferenceHasNoWidth() {
    Quantiles first = Quantiles.of(List.of(millis(1, 2, 3), millis(1, 2, 3)));
    Quantiles second = Quantiles.of(List.of(millis(6, 7, 8), millis(6, 7, 8)));

    assertThat(Quantiles.difference(first, second, 0.5, 200)).containsExactly(5, 5);
  }

  /** Of two slices a draw takes one of them twice (1 or 9 more), or both. */
  @Test
  void slicesThatDifferGiveTheIntervalItsWidth() {
    Quantiles first = Quantiles.of(List.of(millis(1), millis(1)));
    Quantiles second = Quantiles.of(List.of(millis(2), millis(10)));

    assertThat(Quantiles.difference(first, second, 0.99, 200)).containsExactly(1, 9);
  }

  private static Slice millis(long... millis) {
    return new Slice(LongStream.of(millis).map(each -> each * 1_000_000).toArray(), 0);
  }
}
