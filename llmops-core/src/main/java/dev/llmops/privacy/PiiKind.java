package dev.llmops.privacy;

/**
 * A kind of personal data that a pattern, with a checksum where one exists, can tell.
 *
 * <p>In all kinds digits may be full-width ({@code １３８}) or of another script, any Unicode dash
 * counts as {@code -} and any Unicode space as a space. A number may stand directly beside Chinese
 * text, but not beside an ASCII letter, digit or underscore.
 */
public enum PiiKind {

  /**
   * An e-mail address with a dotted domain whose last label is of letters: {@code
   * a.b+c@example.org}. Local parts may hold Latin letters with accents; addresses in other scripts
   * and quoted local parts (RFC 5321, section 4.1.2) are not found.
   */
  EMAIL("[EMAIL]", new EmailFinder()),

  /**
   * An international bank account number: a country of the SWIFT IBAN registry with that country's
   * length, and the mod-97 checksum of ISO 13616 (ISO/IEC 7064 MOD 97-10). Compact, or in upper
   * case with single spaces or dashes.
   */
  IBAN("[IBAN]", new IbanFinder()),

  /**
   * An IPv4 address in dotted decimal, or an IPv6 address in the forms of RFC 4291, section 2.2.
   * Four-part version and section numbers are left alone where the word before says so ({@code
   * version 1.2.3.4}). Of compressed IPv6 addresses only those with five or more hexadecimal digits
   * are taken, so {@code ::1} and the slice {@code [1::2]} stay.
   */
  IP("[IP]", new IpFinder()),

  /**
   * A Chinese resident identity number of 18 characters: province, valid date of birth and check
   * character of GB 11643-1999 (ISO/IEC 7064 MOD 11-2). The old form of 15 digits has no checksum
   * and is not found.
   */
  CN_ID("[CN_ID]", new ChineseIdFinder()),

  /**
   * A payment card number: 13 to 19 digits (Maestro: 12 to 19) in groups of three or more, divided
   * by single spaces or dashes, with an issuer prefix of the large schemes (ISO/IEC 7812-1) and the
   * Luhn checksum.
   */
  CARD("[CARD]", new CardFinder()),

  /**
   * A US social security number written {@code 123-45-6789}; with spaces or without any divider
   * only after words such as {@code SSN}. Numbers never issued (area 000, 666 and 900 to 999, group
   * 00, serial 0000; Social Security Administration, POMS RM 10201.035) are left alone.
   */
  US_SSN("[SSN]", new SsnFinder()),

  /**
   * A Chinese mobile number: 11 digits from {@code 13} to {@code 19}, together or grouped 3-4-4,
   * with {@code +86}, {@code 0086} or {@code 86} before it or not.
   */
  CN_MOBILE("[PHONE]", new ChineseMobileFinder()),

  /**
   * A phone number in international writing ({@code +49 30 123456}, {@code 0049 ...}), in North
   * American writing ({@code (212) 555-0100}), or in a national one with a trunk zero and dividers
   * ({@code 0755-12345678}). Other writings are taken only beside words such as {@code phone},
   * {@code call}, {@code fax} or 电话, because they look like dates, prices and order numbers.
   */
  PHONE("[PHONE]", new PhoneFinder());

  private final String mark;

  // The finders are stateless; the annotation of Error Prone is not worth a dependency.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Finder finder;

  PiiKind(String mark, Finder finder) {
    this.mark = mark;
    this.finder = finder;
  }

  /** Returns what stands in the redacted text for a value of this kind, such as {@code [EMAIL]}. */
  public String mark() {
    return mark;
  }

  Finder finder() {
    return finder;
  }
}
