package dev.llmops.eval;

/** What an evaluator needs of a case, or from outside, to say anything. */
public enum Need {
  /** {@link EvalCase#input()}. */
  INPUT("an input: EvalCase.Builder.input(..)"),
  /** {@link EvalCase#output()}. */
  OUTPUT("an output: EvalCase.withOutput(..)"),
  /** At least one of {@link EvalCase#references()}. */
  REFERENCES("a reference: EvalCase.Builder.references(..)"),
  /** At least one of {@link EvalCase#context()}. */
  CONTEXT("a context document: EvalCase.Builder.document(..)"),
  /** At least two outputs: {@link EvalCase#allOutputs()}. */
  SAMPLES("further samples of the same input: EvalCase.Builder.sample(..)"),
  /** At least one of {@link EvalCase#variants()}. */
  VARIANTS("answers to other wordings: EvalCase.Builder.variant(..)"),
  /** {@link EvalCase#retrievedIds()}. */
  RETRIEVED_IDS("what was retrieved: EvalCase.Builder.retrievedIds(..)"),
  /** {@link EvalCase#relevantIds()}. */
  RELEVANT_IDS("what is relevant: EvalCase.Builder.relevantIds(..)"),
  /** {@link EvalCase#toolCalls()}. */
  TOOL_CALLS("the tool calls that were made: EvalCase.Builder.toolCalls(..)"),
  /** {@link EvalCase#expectedToolCalls()}. */
  EXPECTED_TOOL_CALLS("the expected tool calls: EvalCase.Builder.expectedToolCalls(..)"),
  /** {@link EvalCase#call()}. */
  CALL("the recorded call: EvalCase.of(call)"),
  /** An embedding model, given when the evaluator is made. */
  EMBEDDINGS("an embedding model"),
  /** A judge model, given when the evaluator is made. */
  JUDGE("a judge model"),
  /** A local classification or inference model, given when the evaluator is made. */
  LOCAL_MODEL("a local model");

  private final String provide;

  Need(String provide) {
    this.provide = provide;
  }

  /** What to provide, in words, for the reason of a {@link EvalResult.Skipped}. */
  public String provide() {
    return provide;
  }

  /** Whether the case has it; needs from outside the case are always met here. */
  public boolean isMetBy(EvalCase evalCase) {
    return switch (this) {
      case INPUT -> evalCase.input() != null;
      case OUTPUT -> evalCase.output() != null;
      case REFERENCES -> !evalCase.references().isEmpty();
      case CONTEXT -> !evalCase.context().isEmpty();
      case SAMPLES -> evalCase.allOutputs().size() >= 2;
      case VARIANTS -> !evalCase.variants().isEmpty();
      case RETRIEVED_IDS -> evalCase.retrievedIds() != null;
      case RELEVANT_IDS -> evalCase.relevantIds() != null;
      case TOOL_CALLS -> evalCase.toolCalls() != null;
      case EXPECTED_TOOL_CALLS -> evalCase.expectedToolCalls() != null;
      case CALL -> evalCase.call() != null;
      case EMBEDDINGS, JUDGE, LOCAL_MODEL -> true;
    };
  }
}
