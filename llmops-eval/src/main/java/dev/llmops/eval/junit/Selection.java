package dev.llmops.eval.junit;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.dataset.Dataset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/** Which cases of which dataset a test is about, and how often. */
record Selection(String location, List<String> tags, int sample, long seed, int repetitions) {

  static final String CASE = "llmops.case";

  private static final int MAX_REPETITIONS = 1_000;

  Selection {
    if (sample < 0) {
      throw new IllegalArgumentException("sample must not be negative, but was " + sample);
    }
    if (repetitions < 1 || repetitions > MAX_REPETITIONS) {
      throw new IllegalArgumentException(
          "repetitions must be between 1 and " + MAX_REPETITIONS + ", but was " + repetitions);
    }
  }

  static Selection of(EvalSource source) {
    return new Selection(
        source.value(),
        List.of(source.tags()),
        source.sample(),
        source.seed(),
        source.repetitions());
  }

  static Selection of(EvalTest test) {
    return new Selection(
        test.dataset(), List.of(test.tags()), test.sample(), test.seed(), test.repetitions());
  }

  /**
   * The cases, at least one.
   *
   * @throws IllegalArgumentException if there is none: a test without cases would always look fine
   * @throws TestAbortedException if there is none of those that {@value #CASE} asks for
   */
  Dataset load(ExtensionContext context) {
    Dataset all = Dataset.load(location);
    Dataset chosen = all;
    if (!tags.isEmpty()) {
      chosen = chosen.filter(each -> each.tags().stream().anyMatch(tags::contains));
    }
    if (sample > 0) {
      chosen = chosen.sample(sample, seed);
    }
    if (chosen.size() == 0) {
      throw new IllegalArgumentException(
          "dataset ["
              + location
              + "] has no case"
              + (all.size() == 0 ? "" : " with a tag of " + tags + "; it has " + tagsOf(all)));
    }
    String asked = context.getConfigurationParameter(CASE).orElse("");
    if (asked.isBlank()) {
      return chosen;
    }
    List<String> ids = Arrays.stream(asked.split(",", -1)).map(String::strip).toList();
    Dataset reproduced = chosen.filter(each -> ids.contains(each.id()));
    if (reproduced.size() == 0) {
      throw new TestAbortedException(
          CASE + "=" + asked + " names none of the " + chosen.size() + " cases of " + location);
    }
    return reproduced;
  }

  private static Set<String> tagsOf(Dataset dataset) {
    Set<String> tags = new TreeSet<>();
    for (EvalCase each : dataset.cases()) {
      tags.addAll(each.tags());
    }
    return tags;
  }
}
