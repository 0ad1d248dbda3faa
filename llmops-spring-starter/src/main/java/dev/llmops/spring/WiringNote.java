package dev.llmops.spring;

/** A bean that tells in {@code explain()} what it wired and what it could not. */
interface WiringNote {

  /** What is wired, in plain words. */
  String note();
}
