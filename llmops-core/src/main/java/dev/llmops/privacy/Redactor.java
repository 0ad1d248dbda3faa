package dev.llmops.privacy;

import java.util.Objects;

/**
 * Replaces what must not be stored in a text by marks.
 *
 * <p>An implementation must be pure (the same text gives the same result, nothing else changes) and
 * safe for use by many threads at once. It sees prompts and model output, so its input is hostile:
 * its time should grow no faster than the length of the text.
 *
 * <p>A redactor that throws fails closed: the caller drops the whole content it was to store and
 * counts the drop. It never stores the text unredacted, and the user's own call never sees the
 * exception. The exception's message must not repeat the text.
 *
 * @see Redactors
 */
@FunctionalInterface
public interface Redactor {

  /**
   * Returns the text with everything sensitive replaced.
   *
   * @param text any UTF-16 text, possibly empty, possibly with lone surrogates
   * @return the redacted text; the same instance where there was nothing to redact
   */
  String redact(String text);

  /**
   * Returns a redactor that applies this one, then {@code next} to its result. If this one throws,
   * {@code next} is not applied and the exception passes on.
   *
   * <p>What is replaced first hides from the second, so put the more telling one first: secrets
   * before personal data, own patterns before both.
   */
  default Redactor then(Redactor next) {
    Objects.requireNonNull(next, "next must not be null");
    return text -> next.redact(redact(text));
  }
}
