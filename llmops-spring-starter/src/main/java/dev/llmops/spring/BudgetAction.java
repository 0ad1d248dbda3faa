package dev.llmops.spring;

/** What happens to a call when a budget is spent. */
public enum BudgetAction {
  /** The caller gets a BudgetExceededException, and nothing is sent. */
  REFUSE,
  /** It goes on, is counted, and the first of a window is logged. */
  WARN
}
