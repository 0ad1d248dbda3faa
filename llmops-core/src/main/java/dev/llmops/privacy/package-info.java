/**
 * Redactors: they replace personal data and credentials in a text by marks such as {@code [EMAIL]}
 * before the text is stored or sent. Start with {@link dev.llmops.privacy.Redactors}.
 *
 * <p>They find what has a shape or a checksum: addresses of mail and network, phone, card and bank
 * account numbers, US and Chinese identity numbers, keys, tokens and passwords. They do not find
 * names, postal addresses or anything else that needs language understanding. What is captured at
 * all, and for whom, is decided elsewhere.
 */
@NullMarked
package dev.llmops.privacy;

import org.jspecify.annotations.NullMarked;
