package dev.llmops.privacy;

import dev.llmops.privacy.ScanningRedactor.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The redactors that come with llmops.
 *
 * <p>All of them are pure and safe for use by many threads. Those for personal data and secrets
 * take time linear in the length of the text, whatever the text, never throw on any UTF-16 text,
 * change nothing but what they replace, return the same instance where there is nothing to replace,
 * and find nothing more in their own result.
 *
 * <p>A pattern finds what has a pattern: names, postal addresses, dates of birth, health data and
 * secrets without a telling form stay. Measured precision and recall are in {@code
 * docs/privacy.md}.
 */
public final class Redactors {

  private static final String SECRET_MARK = "[SECRET]";

  private static final Pass SECRETS_PASS = new Pass(new SecretFinder(), SECRET_MARK);
  private static final ScanningRedactor SECRETS = new ScanningRedactor(List.of(SECRETS_PASS));
  private static final ScanningRedactor PII =
      new ScanningRedactor(passes(EnumSet.allOf(PiiKind.class)));
  private static final ScanningRedactor ALL = all(EnumSet.allOf(PiiKind.class));

  private Redactors() {}

  /** Returns the redactor that changes nothing. */
  public static Redactor none() {
    return text -> text;
  }

  /** Returns a redactor for secrets and all kinds of personal data. Secrets are found first. */
  public static Redactor all() {
    return ALL;
  }

  /** Returns a redactor for all kinds of personal data. */
  public static Redactor pii() {
    return PII;
  }

  /**
   * Returns a redactor for these kinds of personal data. Kinds are looked for in the order of
   * {@link PiiKind}, whatever the order here.
   *
   * @throws IllegalArgumentException if there is no kind
   */
  public static Redactor pii(PiiKind... kinds) {
    if (kinds.length == 0) {
      throw new IllegalArgumentException(
          "kinds must hold at least one kind, but was empty; use Redactors.none() to redact nothing");
    }
    return new ScanningRedactor(passes(EnumSet.copyOf(Arrays.asList(kinds))));
  }

  /**
   * Returns a redactor that replaces credentials by {@code [SECRET]}:
   *
   * <ul>
   *   <li>keys with a vendor's prefix: OpenAI, Anthropic, Google, AWS, GitHub, GitLab, Slack,
   *       Hugging Face, Groq, xAI, Perplexity, Replicate, NVIDIA, Stripe, LangSmith, Langfuse, npm,
   *       PyPI, SendGrid, DigitalOcean, Alibaba Cloud, Tencent Cloud; JSON web tokens; Slack
   *       webhooks;
   *   <li>the credentials after {@code Bearer} and {@code Basic} and in an {@code Authorization}
   *       header;
   *   <li>the value in {@code password=…}, {@code "api_key": "…"}, {@code --client-secret …},
   *       {@code <password>…}, {@code 密码：…}; after {@code token} and {@code secret} only a value of
   *       at least 16 characters with a letter and a digit, for both words are common in texts
   *       about models;
   *   <li>private keys in PEM form; one that is cut off takes the rest of the text with it;
   *   <li>the password in {@code scheme://user:password@host}.
   * </ul>
   *
   * <p>Variables ({@code ${PASSWORD}}), {@code ***} and words such as {@code null} are left alone.
   * A quoted value ends at its quote; another at white space, a quote, a closing bracket or one of
   * {@code , ; & | < > \}.
   */
  public static Redactor secrets() {
    return SECRETS;
  }

  /**
   * Returns a redactor that replaces every occurrence of {@code literal}, case-sensitive, by {@code
   * [label]}. An occurrence within such a mark stays.
   *
   * @param label upper-case letters, digits and underscores, starting with a letter
   * @throws IllegalArgumentException if the literal is empty or the label is not of that form
   */
  public static Redactor literal(String literal, String label) {
    if (literal.isEmpty()) {
      throw new IllegalArgumentException("literal must not be empty");
    }
    return new LiteralRedactor(literal, mark(label));
  }

  /**
   * Returns a redactor that replaces every match of {@code pattern} by {@code [label]}. Empty
   * matches, and matches within such a mark, stay.
   *
   * <p>{@link Pattern} backtracks and can take time exponential in the length of a hostile text. So
   * the reads of the text are counted, and past 10,000 + 100 for each character the redactor gives
   * up and throws {@link IllegalStateException}, as it does when the match overflows the stack. It
   * fails closed: the caller drops the content. Write patterns without nested or adjacent
   * repetition of the same characters; possessive quantifiers ({@code a++}) help.
   *
   * <p>Redacting twice changes nothing more only if the pattern cannot match across a mark.
   *
   * @param label upper-case letters, digits and underscores, starting with a letter
   * @throws IllegalArgumentException if the label is not of that form
   */
  public static Redactor regex(Pattern pattern, String label) {
    Objects.requireNonNull(pattern, "pattern must not be null");
    return new RegexRedactor(pattern, mark(label));
  }

  private static ScanningRedactor all(Set<PiiKind> kinds) {
    List<Pass> passes = new ArrayList<>();
    passes.add(SECRETS_PASS);
    passes.addAll(passes(kinds));
    return new ScanningRedactor(passes);
  }

  private static List<Pass> passes(Set<PiiKind> kinds) {
    return kinds.stream().map(kind -> new Pass(kind.finder(), kind.mark())).toList();
  }

  private static String mark(String label) {
    boolean valid = !label.isEmpty() && label.charAt(0) >= 'A' && label.charAt(0) <= 'Z';
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      valid &= (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "label must be upper-case letters, digits and underscores, starting with a letter, but was \""
              + label
              + "\"; use one such as EMPLOYEE_ID");
    }
    return "[" + label + "]";
  }
}
