package dev.llmops.client.langchain4j;

import dev.langchain4j.model.output.TokenUsage;
import org.jspecify.annotations.Nullable;

/** The usage of a replayed answer: what was recorded of it, the provider's details included. */
final class StoredUsage extends TokenUsage {

  private final dev.llmops.TokenUsage recorded;

  StoredUsage(
      @Nullable Integer input,
      @Nullable Integer output,
      @Nullable Integer total,
      dev.llmops.TokenUsage recorded) {
    super(input, output, total);
    this.recorded = recorded;
  }

  dev.llmops.TokenUsage recorded() {
    return recorded;
  }

  /** As any usage: the details do not count, as they do not in what LangChain4j compares. */
  @Override
  public boolean equals(@Nullable Object other) {
    return super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
