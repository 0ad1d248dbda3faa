package dev.llmops.testing;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.CallSink;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A sink that keeps everything it gets, in order, for a test to look at. Thread-safe. */
public final class Records implements CallSink {

  private final List<LlmRecord> records = new CopyOnWriteArrayList<>();
  private final ContentPolicy policy;

  private Records(ContentPolicy policy) {
    this.policy = policy;
  }

  /** Keeps records without content. */
  public static Records withoutContent() {
    return new Records(ContentPolicy.none());
  }

  /** Keeps records with all their content. */
  public static Records withContent() {
    return new Records(ContentPolicy.full());
  }

  /** Keeps records with the content that this policy allows. */
  public static Records with(ContentPolicy policy) {
    return new Records(policy);
  }

  @Override
  public void accept(LlmRecord record) {
    records.add(record);
  }

  @Override
  public ContentPolicy content() {
    return policy;
  }

  /** Everything so far. */
  public List<LlmRecord> all() {
    return List.copyOf(records);
  }

  /** The calls so far. */
  public List<LlmCall> calls() {
    return all(LlmCall.class);
  }

  /** The steps so far. */
  public List<LlmStep> steps() {
    return all(LlmStep.class);
  }

  /** The scores so far. */
  public List<CallScore> scores() {
    return all(CallScore.class);
  }

  /**
   * The only call so far.
   *
   * @throws AssertionError if there is none, or more than one
   */
  public LlmCall onlyCall() {
    List<LlmCall> calls = calls();
    if (calls.size() != 1) {
      throw new AssertionError("expected one recorded call, but there are " + calls.size());
    }
    return calls.get(0);
  }

  /** What a record with this parent lies in, from the inside out. */
  public List<CallRef> ancestors(@Nullable CallRef parent) {
    return Stream.iterate(parent, each -> each != null, this::above).toList();
  }

  private @Nullable CallRef above(CallRef step) {
    return steps().stream()
        .filter(each -> each.ref().equals(step))
        .findFirst()
        .map(LlmStep::parent)
        .orElse(null);
  }

  private <T extends LlmRecord> List<T> all(Class<T> type) {
    return records.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
