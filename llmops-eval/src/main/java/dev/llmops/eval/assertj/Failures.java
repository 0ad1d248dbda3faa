package dev.llmops.eval.assertj;

/** Where a failed assertion goes: thrown, or collected by soft assertions. */
@FunctionalInterface
interface Failures {

  Failures THROW =
      error -> {
        throw error;
      };

  void failed(AssertionError error);
}
