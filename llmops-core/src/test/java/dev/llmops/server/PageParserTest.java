package dev.llmops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The text formats are those of prometheus.io (0.0.4) and openmetrics.io (1.0). */
class PageParserTest {

  private static final MetricNames NAMES = new MetricNames(List.of("a_b", "c_total", "vllm_x"));

  @Test
  void readsClassicText() {
    Page page =
        parse(
            """
            # HELP a:b What it is, with a {brace} and a "quote".
            # TYPE a:b gauge
            a:b 1
            a:b{x="1",y="two words"} 2.5 1700000000000
            unknown{x="1"} 3
            c_total{} 1e3
            """);

    assertThat(page.samples()).hasSize(3);
    assertThat(page.samples().get(1).name()).isEqualTo("a_b");
    assertThat(page.samples().get(1).value()).isEqualTo(2.5);
    assertThat(page.samples().get(1).label("y")).isEqualTo("two words");
    assertThat(page.samples().get(2).value()).isEqualTo(1000);
    assertThat(page.complaint()).isNull();
  }

  @Test
  void readsOpenMetricsWithExemplarsAndNothingBehindItsEnd() {
    Page page =
        parse(
            """
            # TYPE c counter
            # UNIT c tokens
            c_total{x="1"} 17 1700000000.5 # {trace_id="abc"} 1.0 1700000000.1
            # EOF
            a_b 99
            """);

    assertThat(page.samples()).hasSize(1);
    assertThat(page.samples().get(0).value()).isEqualTo(17);
  }

  @Test
  void readsEscapesBlanksAndTrailingCommas() {
    Page page = parse("a_b{ x = \"a\\\\b\\\"c\\nd\" , y=\"}\", }\t7\r\n");

    assertThat(page.samples().get(0).label("x")).isEqualTo("a\\b\"c\nd");
    assertThat(page.samples().get(0).label("y")).isEqualTo("}");
    assertThat(page.samples().get(0).value()).isEqualTo(7);
  }

  @Test
  void readsUnicodeLabels() {
    assertThat(parse("a_b{x=\"模型\"} 1\na_b{x=\"型模\"} 2").samples().get(1).label("x"))
        .isEqualTo("型模");
  }

  @Test
  void ofASeriesThatComesTwiceTheFirstIsTaken() {
    Page page = parse("a_b{x=\"1\"} 1\na_b{x=\"1\"} 2\na_b{x=\"2\"} 3\n");

    assertThat(page.samples()).extracting(Page.Sample::value).containsExactly(1.0, 3.0);
  }

  @Test
  void nanAndTheInfinitiesAreAbsent() {
    Page page = parse("a_b{x=\"1\"} NaN\na_b{x=\"2\"} +Inf\na_b{x=\"3\"} -Inf\na_b{x=\"4\"} 4\n");

    assertThat(page.samples()).extracting(Page.Sample::value).containsExactly(4.0);
    assertThat(page.complaint()).isNull();
  }

  @Test
  void linesThatCannotBeReadAreCountedAndTheRestIsRead() {
    Page page =
        parse("a_b{x=\"1} 1\na_b\na_b{x} 2\na_b 0x1p3\na_b{x=\"9\"} 1d\na_b 5\na_b{=\"\"} 1\n");

    assertThat(page.samples()).extracting(Page.Sample::value).containsExactly(5.0);
    assertThat(page.complaint()).isEqualTo("6 lines could not be read");
  }

  @Test
  void aLineWithoutEndTakesNoMemory() {
    PageParser parser = new PageParser(NAMES, 10);
    byte[] chunk = "x".repeat(8192).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 1000; i++) {
      parser.feed(chunk, 0, chunk.length);
    }
    byte[] rest = "\na_b 1\n".getBytes(StandardCharsets.US_ASCII);
    parser.feed(rest, 0, rest.length);

    assertThat(parser.finish().samples()).hasSize(1);
  }

  @Test
  void keepsNoMoreSeriesThanAllowedAndSaysSo() {
    StringBuilder page = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      page.append("a_b{x=\"").append(i).append("\"} 1\n");
    }

    assertThat(parse(page.toString()).samples()).hasSize(10);
    assertThat(parse(page.toString()).complaint())
        .isEqualTo("more than 10 series: the rest was left out");
  }

  @Test
  void whatIsNoMetricsPageIsNamed() {
    assertThatThrownBy(() -> parse("  <!DOCTYPE html><html>\n<body>a_b 1</body>"))
        .hasMessage("it answered with HTML instead of metrics");
    assertThatThrownBy(() -> parse("[{\"numActiveRequests\":1}]"))
        .hasMessage("it answered with JSON instead of metrics");
    assertThatThrownBy(() -> parse("\n\n"))
        .hasMessage("it answered with an empty page instead of metrics");
    assertThatThrownBy(() -> parse("# TYPE x gauge\nx 1\ny 2\n"))
        .hasMessage("none of its metrics is known here (2 lines)");
  }

  @Test
  void howThePageIsCutIntoChunksMakesNoDifference() {
    byte[] page =
        "# TYPE a_b gauge\r\na_b{x=\"1\",y=\"é\"} 1.5\n\nc_total 7 # {t=\"q\"} 1\nvllm:x 3"
            .getBytes(StandardCharsets.UTF_8);

    for (int size = 1; size <= page.length; size++) {
      PageParser parser = new PageParser(NAMES, 10);
      for (int from = 0; from < page.length; from += size) {
        parser.feed(page, from, Math.min(page.length, from + size));
      }

      List<Page.Sample> samples = parser.finish().samples();
      assertThat(samples).extracting(Page.Sample::value).containsExactly(1.5, 7.0, 3.0);
      assertThat(samples.get(0).label("y")).isEqualTo("é");
    }
  }

  @Test
  void raysPrefixIsTakenOffAndNoticed() {
    assertThat(parse("ray_vllm_x 1\n").ray()).isTrue();
    assertThat(parse("vllm:x 1\n").ray()).isFalse();
  }

  @Test
  void numbersAreThoseOfTheJdk() {
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      double value =
          switch (i % 4) {
            case 0 -> random.nextInt(1_000_000);
            case 1 -> random.nextDouble();
            case 2 -> Double.longBitsToDouble(random.nextLong());
            default -> random.nextLong() / 1000.0;
          };
      if (Double.isFinite(value)) {
        byte[] text = Double.toString(value).getBytes(StandardCharsets.US_ASCII);
        assertThat(PageParser.number(text, 0, text.length)).isEqualTo(value);
      }
    }
    for (String text : List.of("0", "-0.5", "+3", "1.", ".5", "1e+09", "8.128902e+06", "1E-7")) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      assertThat(PageParser.number(bytes, 0, bytes.length)).isEqualTo(Double.parseDouble(text));
    }
  }

  private static Page parse(String text) {
    PageParser parser = new PageParser(NAMES, 10);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    parser.feed(bytes, 0, bytes.length);
    return parser.finish();
  }
}
