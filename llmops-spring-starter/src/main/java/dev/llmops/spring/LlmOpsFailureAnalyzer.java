package dev.llmops.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Lets Boot show what is wrong and what to do, in place of a stack trace. */
final class LlmOpsFailureAnalyzer extends AbstractFailureAnalyzer<LlmOpsConfigurationException> {

  @Override
  protected FailureAnalysis analyze(Throwable root, LlmOpsConfigurationException cause) {
    return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
  }
}
