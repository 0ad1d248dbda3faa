package dev.llmops.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.privacy.MarkedText.Span;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Laws that hold for every text. The seeds are fixed, so that a failure can be repeated; five times
 * as many texts with {@code -Psimulation}.
 */
class RedactorsPropertyTest {

  private static final ScanningRedactor ALL = (ScanningRedactor) Redactors.all();

  /** Pieces that match, nearly match, or join and divide what matches. */
  private static final List<String> PIECES =
      List.of(
          "a@example.com",
          "b@c.de",
          "@",
          "4111 1111 1111 1111",
          "4111111111111111",
          "378282246310005",
          "13800138000",
          "+8613800138000",
          "138-0013-8000",
          "212-555-0100",
          "(212) 555-0100",
          "+49 30 901820",
          "0755-12345678",
          "123-45-6789",
          "11010519491231002X",
          "192.0.2.1",
          "2001:db8::1:2",
          "fe80::1",
          "DE89 3704 0044 0532 0130 00",
          "GB29NWBK60161331926819",
          "sk-abcdefghij0123456789",
          "ghp_0123456789abcdefghijABCDEFGHIJ012345",
          "password",
          "token",
          "api_key",
          "Authorization",
          "Bearer ",
          "Basic ",
          "密码",
          "电话",
          "phone",
          "call",
          "ssn",
          "office",
          "-----BEGIN PRIVATE KEY-----",
          "-----END PRIVATE KEY-----",
          "://",
          "http://u:p@h/",
          "eyJhbGciOiJI",
          "[EMAIL]",
          "[PHONE]",
          "[SECRET]",
          "[",
          "]",
          "=",
          ":",
          "：",
          "\"",
          "'",
          "\\",
          " ",
          " ",
          "-",
          ".",
          "\n",
          "/",
          "+",
          "(",
          ")",
          ",",
          "，",
          "x",
          "ext",
          "是",
          "1",
          "12",
          "555",
          "2024",
          "00",
          "86",
          "ａ",
          "１",
          "f",
          "_",
          "<",
          ">",
          "{",
          "$",
          "*",
          "a",
          "Z",
          "é",
          "\uD83D\uDE00",
          "\uD83D",
          "\uDE00");

  @Test
  void randomPiecesKeepTheLaws() {
    Random random = new Random(20_261_121);
    for (int run = 0; run < runs(60_000); run++) {
      StringBuilder text = new StringBuilder();
      for (int n = 1 + random.nextInt(12); n > 0; n--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      assertLaws(text.toString());
    }
  }

  @Test
  void randomUtf16KeepsTheLaws() {
    Random random = new Random(7);
    for (int run = 0; run < runs(3_000); run++) {
      char[] text = new char[random.nextInt(200)];
      for (int i = 0; i < text.length; i++) {
        text[i] = (char) random.nextInt(0x10000);
      }
      assertLaws(new String(text));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0123456789", "0123456789 -", "0123456789 -.()+", "0123456789abcdef:.", "aA0@.-_"})
  void randomTextsOfAnAlphabetKeepTheLaws(String alphabet) {
    Random random = new Random(alphabet.hashCode());
    for (int run = 0; run < runs(10_000); run++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(60); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertLaws(text.toString());
    }
  }

  /** Checked with a pattern and a Luhn of its own, Visa and UnionPay of 16 digits. */
  @Test
  void noCardNumberStays() {
    Pattern cards =
        Pattern.compile(
            "(?<![\\w.])(?=([46]\\d{3})([ -]?)(\\d{4})\\2(\\d{4})\\2(\\d{4})(?![\\w.]))");
    Random random = new Random(42);
    int replaced = 0;
    for (int run = 0; run < runs(40_000); run++) {
      String divider = List.of("", " ", "-").get(random.nextInt(3));
      StringBuilder text = new StringBuilder("n ");
      for (int n = 4 + random.nextInt(5); n > 0; n--) {
        text.append(random.nextInt(3) == 0 ? "4" : "6");
        text.append(String.format("%03d", random.nextInt(1000)));
        text.append(n > 1 ? divider : "");
      }
      String redacted = Redactors.pii(PiiKind.CARD).redact(text.toString());
      replaced += redacted.contains("[CARD]") ? 1 : 0;
      Matcher matcher = cards.matcher(redacted);
      while (matcher.find()) {
        String number = matcher.group(1) + matcher.group(3) + matcher.group(4) + matcher.group(5);
        assertThat(luhn(number)).as(redacted).isNotZero();
      }
    }
    assertThat(replaced).isGreaterThan(runs(1_000));
  }

  private static int runs(int inFull) {
    return "full".equals(System.getProperty("llmops.simulation")) ? inFull : inFull / 5;
  }

  private static int luhn(String number) {
    int sum = 0;
    for (int i = 0; i < number.length(); i++) {
      int digit = number.charAt(number.length() - 1 - i) - '0';
      int weighted = i % 2 == 0 ? digit : 2 * digit;
      sum += weighted / 10 + weighted % 10;
    }
    return sum % 10;
  }

  private static void assertLaws(String text) {
    String once = Redactors.all().redact(text);
    assertThat(Redactors.all().redact(once)).as("twice: %s", escaped(text)).isSameAs(once);

    StringBuilder rebuilt = new StringBuilder();
    int from = 0;
    MarkedText marked = new MarkedText(text);
    ALL.scan(marked);
    for (Span span : marked.spans()) {
      assertThat(span.start()).as("order: %s", escaped(text)).isGreaterThanOrEqualTo(from);
      assertThat(span.end()).isGreaterThan(span.start()).isLessThanOrEqualTo(text.length());
      rebuilt.append(text, from, span.start()).append(span.mark());
      from = span.end();
    }
    assertThat(once).isEqualTo(rebuilt.append(text.substring(from)).toString());
    if (from == 0) {
      assertThat(once).isSameAs(text);
    }
    assertTwice(Redactors.pii(), text);
    assertTwice(Redactors.secrets(), text);
  }

  private static void assertTwice(Redactor redactor, String text) {
    String once = redactor.redact(text);
    assertThat(redactor.redact(once)).as("twice: %s", escaped(text)).isSameAs(once);
  }

  private static String escaped(String text) {
    return text.replace("\n", "\\n");
  }
}
