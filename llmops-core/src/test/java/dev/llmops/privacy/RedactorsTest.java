package dev.llmops.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorsTest {

  // Checksums: cards are the schemes' published test numbers; IBANs the examples of the SWIFT
  // registry; the resident number is the example of GB 11643-1999 (11010519491231002X).
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          mail a.b+c@example.co.uk, please ~ mail [EMAIL], please
          邮箱zhang.san@example.com。 ~ 邮箱[EMAIL]。
          ａｂ＠ｅｘａｍｐｌｅ．ｃｏｍ ~ [EMAIL]
          josé@example.fr ~ [EMAIL]
          see <x@y.example>. ~ see <[EMAIL]>.
          IBAN GB29 NWBK 6016 1331 9268 19. ~ IBAN [IBAN].
          DE89370400440532013000 ~ [IBAN]
          de89370400440532013000 ~ [IBAN]
          账户DE89370400440532013000，谢谢 ~ 账户[IBAN]，谢谢
          from 192.0.2.17:8080 ~ from [IP]:8080
          host 2001:db8::ff00:42:8329 up ~ host [IP] up
          ::ffff:192.0.2.128 ~ [IP]
          地址：2001:db8:0:0:0:0:0:1。 ~ 地址：[IP]。
          http://[2001:db8::7777]:80/ ~ http://[[IP]]:80/
          身份证11010519491231002X号 ~ 身份证[CN_ID]号
          １１０１０５１９４９１２３１００２ｘ ~ [CN_ID]
          card 4111 1111 1111 1111 exp ~ card [CARD] exp
          3782-822463-10005 ~ [CARD]
          2024 4111 1111 1111 1111 ~ 2024 [CARD]
          卡号４１１１１１１１１１１１１１１１， ~ 卡号[CARD]，
          SSN 123-45-6789. ~ SSN [SSN].
          social security number: 123456789 ~ social security number: [SSN]
          电话13800138000。 ~ 电话[PHONE]。
          手机+86-138-0013-8000, ~ 手机[PHONE],
          13800138000，13900139000 ~ [PHONE]，[PHONE]
          １３８００１３８０００ ~ [PHONE]
          (212) 555-0100 ~ [PHONE]
          212-555-0100 x12 ~ [PHONE]
          1-212-555-0100 ~ [PHONE]
          +49 30 901820 ~ [PHONE]
          +442079460958 ~ [PHONE]
          +46 (0)8 123 456 78 ~ [PHONE]
          0044 20 7946 0958 ~ [PHONE]
          01 99 00 12 34 ~ [PHONE]
          座机0755-12345678转1 ~ 座机[PHONE]转1
          my phone is 555 0199 ~ my phone is [PHONE]
          """)
  void personalDataIsReplaced(String text, String expected) {
    assertThat(Redactors.pii().redact(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "on 2024-05-17 12:30:45 and 17.05.2024 and 05/17/2024",
        "order 1234567890123456, ticket 204060801",
        "4111 1111 1111 1112 fails Luhn",
        "GB29 NWBK 6016 1331 9268 18 fails mod 97",
        "11010519491231002 and 110105194912310021 fail MOD 11-2",
        "at 1712345678901 ms, $1,234,567.89, 3.14159265358979",
        "version 1.2.3.4, v1.2.3.4, 7.20.512.1024, section 4.2.1.7",
        "000-12-3456 666-12-3456 912-12-3456 123-00-4567 123-45-0000",
        "SKU 123-45-678A and 123-45-67890",
        "x[1::2], std::vector, a::b, 12:30:45, 02:00:5e:10:00:01",
        "uuid 0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f1",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "ISBN 978-0-00-000000-2",
        "订单号900000000000000001已发货，版本号1.10.12.41，共20000000003条",
        "SF1234567890123",
        "客服400-820-8888",
        "@Override and a@b and user@localhost",
        "RGB(255, 128, 0); (2019) 12, 345; pages 123-145",
      })
  void lookAlikesStay(String text) {
    assertThat(Redactors.pii().redact(text)).isSameAs(text);
  }

  // The values are made up; only their form is that of the vendors.
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\0',
      textBlock =
          """
          use sk-abcdefghij0123456789abcdefghij0123456789abcdefgh now ~ use [SECRET] now
          sk-proj-Ab3dEf6hIj9kLm2nOp5q--Rs8tUv1w_Xy4z ~ [SECRET]
          sk-ant-api03-Ab3dEf6hIj9kLm2nOp5qRs8tUv1w-Xy4zAA。 ~ [SECRET]。
          密钥sk-abcdefghij0123456789 ~ 密钥[SECRET]
          AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q ~ [SECRET]
          id AKIAIOSFODNN7EXAMPLE ~ id [SECRET]
          aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY ~ aws_secret_access_key = [SECRET]
          ghp_0123456789abcdefghijABCDEFGHIJ012345 ~ [SECRET]
          github_pat_11ABCDEFG0abcdefghij01_0123456789abcdefghijABCDEFGHIJ ~ [SECRET]
          xoxb-123456789012-abcdefghijkl ~ [SECRET]
          hf_abcdefghijklmnopQRSTUVWXYZabcdefgh ~ [SECRET]
          gsk_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijAB ~ [SECRET]
          sk_live_0123456789abcdefghijABCD ~ [SECRET]
          eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl ~ [SECRET]
          Authorization: Bearer abc.def ~ Authorization: Bearer [SECRET]
          "Authorization": "Basic dXNlcjpwYXNz" ~ "Authorization": "Basic [SECRET]"
          curl -H 'authorization: abc' ~ curl -H 'authorization: [SECRET]'
          a Bearer 0123456789abcdefXYZ token ~ a Bearer [SECRET] token
          a Basic dXNlcjpwYXNz one ~ a Basic [SECRET] one
          OPENAI_API_KEY=abc ~ OPENAI_API_KEY=[SECRET]
          {"apiKey": "a b, c", "n": 1} ~ {"apiKey": "[SECRET]", "n": 1}
          {\\"password\\": \\"hun\\\\ter2\\"} ~ {\\"password\\": \\"[SECRET]\\"}
          {\"password\": \"hunter2\", \"n\": 1} ~ {\"password\": \"[SECRET]\", \"n\": 1}
          password: hunter2. Then ~ password: [SECRET]. Then
          psql --password hunter2 -h db ~ psql --password [SECRET] -h db
          <db><password>hunter2</password></db> ~ <db><password>[SECRET]</password></db>
          ?api_key=abc&q=1 ~ ?api_key=[SECRET]&q=1
          密码：hunter2，谢谢 ~ 密码：[SECRET]，谢谢
          密码是hunter2。 ~ 密码是[SECRET]。
          token: 0123456789abcdefXYZ ~ token: [SECRET]
          postgres://app:s3cr@t@db.example:5432/x ~ postgres://app:[SECRET]@db.example:5432/x
          https://hooks.slack.com/services/T000/B000/f00ba4 ~ https://hooks.slack.com/services/[SECRET]
          """)
  void secretsAreReplaced(String text, String expected) {
    assertThat(Redactors.secrets().redact(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "max_tokens: 100, next token: the, secret: be kind",
        "password: ${DB_PASSWORD}, api_key={{key}}, pwd=***, \"password\": null",
        "\"password\": {\"type\": \"string\"}",
        "the bearer of bad news, basic understanding, Bearer authentication",
        "sk-learn-pipeline-with-a-very-long-name-of-words",
        "http://example.com:8080/a@b, https://user@example.com",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "会议号100200300，密码405060。",
      })
  void wordsAboutSecretsStay(String text) {
    assertThat(Redactors.secrets().redact(text)).isSameAs(text);
  }

  @Test
  void privateKeyBlockIsReplacedAsAWhole() {
    String text =
        "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJB\n-----END RSA PRIVATE KEY-----\nb";

    assertThat(Redactors.secrets().redact(text)).isEqualTo("a\n[SECRET]\nb");
  }

  @Test
  void truncatedPrivateKeyTakesTheRest() {
    String text = "a -----BEGIN PRIVATE KEY-----\nMIIBOgIBAAJB";

    assertThat(Redactors.secrets().redact(text)).isEqualTo("a [SECRET]");
  }

  @Test
  void exampleOfTheDocumentation() {
    assertThat(Redactors.all().redact("mail a@example.com, key AKIAIOSFODNN7EXAMPLE"))
        .isEqualTo("mail [EMAIL], key [SECRET]");
  }

  @Test
  void allFindsSecretsFirst() {
    assertThat(Redactors.all().redact("password=a@example.com, b@example.com"))
        .isEqualTo("password=[SECRET], [EMAIL]");
  }

  @Test
  void onlyTheNamedKindsAreReplaced() {
    assertThat(Redactors.pii(PiiKind.EMAIL).redact("a@example.com 192.0.2.1"))
        .isEqualTo("[EMAIL] 192.0.2.1");
  }

  @Test
  void noKindIsRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Redactors.pii(new PiiKind[0]))
        .withMessage(
            "kinds must hold at least one kind, but was empty;"
                + " use Redactors.none() to redact nothing");
  }

  @Test
  void thenAppliesBothInOrder() {
    Redactor redactor =
        Redactors.literal("Blue Falcon", "PROJECT").then(Redactors.pii(PiiKind.EMAIL));

    assertThat(redactor.redact("Blue Falcon, a@example.com")).isEqualTo("[PROJECT], [EMAIL]");
  }

  @Test
  void literalIsReplacedButNotWithinItsMark() {
    Redactor redactor = Redactors.literal("ID", "ID");

    String once = redactor.redact("ID, [ID], IDID");

    assertThat(once).isEqualTo("[ID], [ID], [ID][ID]");
    assertThat(redactor.redact(once)).isSameAs(once);
  }

  @Test
  void regexIsReplacedButNotWithinItsMark() {
    Redactor redactor = Redactors.regex(Pattern.compile("E\\d{4}|[A-Z]+_ID"), "EMPLOYEE_ID");

    String once = redactor.redact("E1234 and E5678");

    assertThat(once).isEqualTo("[EMPLOYEE_ID] and [EMPLOYEE_ID]");
    assertThat(redactor.redact(once)).isSameAs(once);
  }

  @Test
  void exponentialRegexGivesUp() {
    Redactor redactor = Redactors.regex(Pattern.compile("(x+x+)+y"), "X");

    assertThatIllegalStateException()
        .isThrownBy(() -> redactor.redact("x".repeat(200)))
        .withMessage(
            "the pattern for [X] read more than 30000 characters of a text of 200;"
                + " rewrite it without nested or adjacent repetition");
  }

  @Test
  void regexThatOverflowsTheStackGivesUp() {
    Redactor redactor = Redactors.regex(Pattern.compile("(a|b)*c"), "X");

    assertThatIllegalStateException()
        .isThrownBy(() -> redactor.redact("ab".repeat(500_000)))
        .withMessageContaining("the pattern for [X]");
  }

  @Test
  void badLabelIsRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Redactors.literal("x", "a]"))
        .withMessage(
            "label must be upper-case letters, digits and underscores, starting with a letter,"
                + " but was \"a]\"; use one such as EMPLOYEE_ID");
    assertThatIllegalArgumentException().isThrownBy(() -> Redactors.literal("", "X"));
  }

  @Test
  void noneReturnsTheSameText() {
    String text = "a@example.com";

    assertThat(Redactors.none().redact(text)).isSameAs(text);
  }
}
