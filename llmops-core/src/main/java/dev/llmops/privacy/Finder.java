package dev.llmops.privacy;

/**
 * Finds values of one kind in a text and claims them. Stateless.
 *
 * <p>Whether a value is accepted may depend on the value and on a bounded number of characters
 * around it only, and the work per character must be bounded or amortised: the text is hostile.
 */
interface Finder {

  void scan(MarkedText text, String mark);
}
