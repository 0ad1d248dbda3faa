package dev.llmops.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The work on hostile text grows with its length and no faster. Counted in reads of the text, not
 * by the clock: twice the text may cost at most 2.1 times the reads. Eight times longer texts with
 * {@code -Psimulation}.
 */
class RedactorsWorkTest {

  private static final int CHARS =
      "full".equals(System.getProperty("llmops.simulation")) ? 1 << 18 : 1 << 15;

  static Stream<String> units() {
    return Stream.of(
        "1-",
        "1 ",
        "1.",
        "12-",
        "123 ",
        "1234-",
        "a@",
        "a.",
        "@",
        "a@a.",
        "a@b.co.",
        "1",
        "1:",
        "a:",
        "::",
        "f",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY",
        "-----END ",
        "-",
        "sk-",
        "sk--",
        "sk-sk-",
        "sk",
        "ask_",
        "a-sk",
        "a--sk ",
        "=",
        "a=",
        "a  =",
        "a\" =",
        "=        ",
        "--a",
        "be",
        "ghp_",
        "eyJ",
        "eyJ-",
        "eyJ.",
        "eyJ-a.eyJ",
        "xoxb-",
        "AKIA",
        "password",
        "password=",
        "password=\"",
        "password='\"",
        "password=[",
        "password:${",
        "password=\\\"",
        "pwd=x ",
        "token:",
        "token: a-",
        "token=\"a",
        "secret==",
        "<password>",
        "--password ",
        "Authorization: Bearer ",
        "Authorization:",
        "Bearer ",
        "Basic ",
        "Basic aaaa",
        "密码",
        "密码是",
        "密码是a",
        "密码:",
        "://",
        "a://b:c@",
        "://a:",
        "a:b@",
        "+",
        "+1",
        "+1 ",
        "(",
        "(1)",
        "(12) ",
        "0",
        "00",
        "00-1 ",
        "86",
        "+86 1",
        "13",
        "DE89",
        "DE89 ",
        "DE89a ",
        "GB",
        "192.",
        "1.1.1.1",
        "1.1.1.1.",
        "phone ",
        "phone 1",
        "phone 12 34 56 ",
        "call 12 ",
        "[",
        "[EMAIL]",
        "4111 ",
        "4111-1111-",
        "212-555-0100 ",
        "x1",
        "ext 1",
        "\uD83D",
        "１",
        "http://hooks.slack.com/services/",
        "a_",
        "_",
        "\"",
        "\\",
        "\n",
        " ");
  }

  @ParameterizedTest
  @MethodSource("units")
  void workIsLinear(String unit) {
    long once = reads(unit, CHARS / 2);
    long twice = reads(unit, CHARS);

    assertThat((double) twice / once).as("growth").isLessThan(2.1);
    assertThat((double) twice / CHARS).as("reads per character").isLessThan(200);
  }

  /** What a scan looks for may be far away: behind the units comes one long word. */
  @ParameterizedTest
  @MethodSource("units")
  void workIsLinearBeforeALongWord(String unit) {
    for (String word : List.of("a", "1", "a1")) {
      long once = reads(units(unit, CHARS / 4) + units(word, CHARS / 4));
      long twice = reads(units(unit, CHARS / 2) + units(word, CHARS / 2));

      assertThat((double) twice / once).as("growth before %s", word).isLessThan(2.1);
    }
  }

  private static long reads(String unit, int chars) {
    return reads(units(unit, chars));
  }

  /** In fours: an odd quote would open a value, which reaches over what stands behind the units. */
  private static String units(String unit, int chars) {
    return unit.repeat(chars / unit.length() / 4 * 4);
  }

  private static long reads(String text) {
    Counting counting = new Counting(text);
    ((ScanningRedactor) Redactors.all()).scan(counting);
    return text.length() + counting.reads; // each character is read once to see what begins there
  }

  private static final class Counting extends MarkedText {

    private long reads;

    Counting(String text) {
      super(text);
    }

    @Override
    char at(int i) {
      reads++;
      return super.at(i);
    }
  }
}
