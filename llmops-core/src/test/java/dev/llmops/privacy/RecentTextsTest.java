package dev.llmops.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentTextsTest {

  private static final String LONG = "nothing to see here, and much of it; ".repeat(10);

  @Test
  void knowsATextByItsIdentity() {
    RecentTexts texts = new RecentTexts();
    String text = copy("write to jane@example.com");

    assertThat(texts.find(text)).isNull();
    texts.add(text, "write to [EMAIL]");

    assertThat(texts.find(text)).isEqualTo("write to [EMAIL]");
    assertThat(texts.find(copy(text))).isNull();
  }

  @Test
  void whatNeedsNoChangeIsTheSameInstance() {
    RecentTexts texts = new RecentTexts();
    String text = copy(LONG);
    texts.add(text, text);

    assertThat(texts.find(text)).isSameAs(text);
  }

  @Test
  void manyTextsPushEachOtherOutAndAreNeverMistaken() {
    RecentTexts texts = new RecentTexts();
    List<String> all = new ArrayList<>();
    List<String> results = new ArrayList<>(); // held weakly there
    for (int i = 0; i < 10_000; i++) {
      String text = copy("text " + i);
      all.add(text);
      results.add("result " + i);
      texts.add(text, results.get(i));
    }

    int known = 0;
    for (int i = 0; i < all.size(); i++) {
      String found = texts.find(all.get(i));
      assertThat(found).isIn(null, results.get(i));
      known += found == null ? 0 : 1;
    }
    assertThat(known).isBetween(1, 1024);
  }

  /** Twice with the same instance: scanned once, with the same result. */
  @Test
  void aRedactorAnswersTheSameTheSecondTime() {
    Redactor redactor = Redactors.all();
    String secret = copy(LONG + "write to jane@example.com");

    String once = redactor.redact(secret);

    assertThat(once).isEqualTo(LONG + "write to [EMAIL]");
    assertThat(redactor.redact(secret)).isSameAs(once);
    assertThat(redactor.redact(copy(secret))).isEqualTo(once);
    String plain = copy(LONG);
    assertThat(redactor.redact(plain)).isSameAs(plain);
    assertThat(redactor.redact(plain)).isSameAs(plain);
  }

  @SuppressWarnings("StringOperationCanBeSimplified") // another instance is meant
  private static String copy(String text) {
    return new String(text);
  }
}
