package dev.llmops.spring;

import dev.llmops.privacy.PiiKind;
import dev.llmops.privacy.Redactor;
import dev.llmops.privacy.Redactors;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is redacted, by name; docs/privacy.md says what each finds. */
public enum RedactionKind {
  /** Secrets and all personal data. */
  ALL(null),
  /** Keys, tokens and passwords. */
  SECRETS(null),
  /** All personal data. */
  PII(null),
  /** E-mail addresses. */
  EMAIL(PiiKind.EMAIL),
  /** International bank account numbers. */
  IBAN(PiiKind.IBAN),
  /** IP addresses. */
  IP(PiiKind.IP),
  /** Chinese resident identity numbers. */
  CN_ID(PiiKind.CN_ID),
  /** Payment card numbers. */
  CARD(PiiKind.CARD),
  /** US social security numbers. */
  US_SSN(PiiKind.US_SSN),
  /** Chinese mobile numbers. */
  CN_MOBILE(PiiKind.CN_MOBILE),
  /** Other phone numbers. */
  PHONE(PiiKind.PHONE);

  private final @Nullable PiiKind kind;

  RedactionKind(@Nullable PiiKind kind) {
    this.kind = kind;
  }

  /** One redactor for all of these, secrets first; one kind or more. */
  static Redactor redactor(Set<RedactionKind> kinds) {
    if (kinds.contains(ALL) || (kinds.contains(SECRETS) && kinds.contains(PII))) {
      return Redactors.all();
    }
    List<Redactor> redactors = new ArrayList<>();
    if (kinds.contains(SECRETS)) {
      redactors.add(Redactors.secrets());
    }
    EnumSet<PiiKind> named = EnumSet.noneOf(PiiKind.class);
    for (RedactionKind each : kinds) {
      if (each.kind != null) {
        named.add(each.kind);
      }
    }
    if (kinds.contains(PII)) {
      redactors.add(Redactors.pii());
    } else if (!named.isEmpty()) {
      redactors.add(Redactors.pii(named.toArray(PiiKind[]::new)));
    }
    return redactors.stream().reduce(Redactor::then).orElseGet(Redactors::all);
  }
}
