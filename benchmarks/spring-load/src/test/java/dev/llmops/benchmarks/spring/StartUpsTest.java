package dev.llmops.benchmarks.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StartUpsTest {

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    assertThat(StartUps.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
    assertThat(StartUps.median(new double[] {3, 1, 2})).isEqualTo(2);
  }

  /**
   * Of ten, one or none below the median has the probability 11/1024, twice that is 2.1 %; two or
   * fewer have 56/1024, twice that is 10.9 %. Of six, none has 1/64, twice that is 3.1 %; of five,
   * 6.3 %, so that even the whole range holds less than 95 %, and is all that can be said.
   */
  @Test
  void theIntervalIsThatOfTheSignTest() {
    assertThat(StartUps.intervalOfMedian(upTo(10))).containsExactly(2, 9);
    assertThat(StartUps.intervalOfMedian(upTo(6))).containsExactly(1, 6);
    assertThat(StartUps.intervalOfMedian(upTo(5))).containsExactly(1, 5);
  }

  private static double[] upTo(int last) {
    return IntStream.rangeClosed(1, last).mapToDouble(n -> n).toArray();
  }
}
