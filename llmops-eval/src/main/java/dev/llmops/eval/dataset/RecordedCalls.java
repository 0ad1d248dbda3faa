package dev.llmops.eval.dataset;

import dev.llmops.CallScore;
import dev.llmops.LlmCall;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.Message;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.dataset.DatasetException.Problem;
import dev.llmops.privacy.Redactor;
import dev.llmops.privacy.Redactors;
import dev.llmops.sink.JsonlReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes datasets of the calls that a {@link dev.llmops.sink.JsonlSink} recorded with their content.
 * Immutable; nothing is read before {@link #toDataset} or {@link #fromFeedback}, which read the
 * files twice and keep only scores and cases in memory.
 *
 * <p>A case is a call of the application (or one that another instrumentation saw) that was
 * answered to its end and has messages. Its id is the call's, its {@code input} the last message of
 * the user; {@code model}, {@code provider}, {@code recorded} (the time) and the call's tags are
 * its metadata. Everything goes through {@link Redactors#all()} unless told otherwise, and media
 * are left out; names and postal addresses are not found by it, so look through a dataset before
 * you share it. What is left out is counted and logged once at INFO.
 */
public final class RecordedCalls {

  private static final Logger log = LoggerFactory.getLogger(RecordedCalls.class);
  private static final double POSITIVE = 0.5;

  private final Path path;
  private final Redactor redactor;
  private final Predicate<LlmCall> condition;
  private final Map<String, Double> below;

  private RecordedCalls(
      Path path, Redactor redactor, Predicate<LlmCall> condition, Map<String, Double> below) {
    this.path = path;
    this.redactor = redactor;
    this.condition = condition;
    this.below = below;
  }

  /** The calls of a file and what was rotated away from it, or of a directory of such files. */
  public static RecordedCalls at(Path path) {
    Objects.requireNonNull(path, "path must not be null");
    return new RecordedCalls(path, Redactors.all(), call -> true, Map.of());
  }

  /**
   * With another redactor; {@link Redactors#none()} for calls that may be stored as they are. A
   * case whose text makes it throw is left out.
   */
  public RecordedCalls redactor(Redactor other) {
    Objects.requireNonNull(other, "redactor must not be null");
    return new RecordedCalls(path, other, condition, below);
  }

  /** Only calls that also pass this. */
  public RecordedCalls where(Predicate<LlmCall> also) {
    Objects.requireNonNull(also, "condition must not be null");
    return new RecordedCalls(path, redactor, condition.and(also), below);
  }

  /** Only calls that have this tag with this value, on the request or in its context. */
  public RecordedCalls tag(String key, String value) {
    Objects.requireNonNull(value, "value must not be null");
    return where(call -> value.equals(tags(call).get(key)));
  }

  /**
   * Only calls whose latest score of this name is below a bound; calls that nobody scored are left
   * out.
   *
   * @param bound above 0, at most 1
   */
  public RecordedCalls scoredBelow(String scoreName, double bound) {
    if (!(bound > 0 && bound <= 1)) {
      throw new IllegalArgumentException(
          "bound must be above 0.0 and at most 1.0, but was " + bound);
    }
    Map<String, Double> more = new LinkedHashMap<>(below);
    more.merge(scoreName, bound, Math::min);
    return new RecordedCalls(path, redactor, condition, more);
  }

  /**
   * The calls as cases with the output that was recorded, without references.
   *
   * @throws DatasetException if there are calls but none has content
   * @throws java.io.UncheckedIOException if there is no file or it cannot be read
   */
  public Dataset toDataset(String name) {
    return read(name, null);
  }

  /**
   * The calls that have a score of this name, by its latest value: from 0.5 on the recorded output
   * becomes the reference (and its tool calls the expected ones) and the case has no output; below
   * it, the case keeps the output and has no reference, for someone to write one. Metadata: {@code
   * feedback} is {@code positive} or {@code negative}, {@code feedback_score} the value, {@code
   * feedback_comment} the explanation where there is one. Scores without a value are left out.
   *
   * @throws DatasetException if there are calls but none has content
   * @throws java.io.UncheckedIOException if there is no file or it cannot be read
   */
  public Dataset fromFeedback(String name, String scoreName) {
    Objects.requireNonNull(scoreName, "scoreName must not be null");
    return read(name, scoreName);
  }

  private enum LeftOut {
    NOT_ANSWERED,
    OF_A_JUDGE,
    WITHOUT_CONTENT,
    NOT_WANTED,
    WITHOUT_FEEDBACK,
    REPEATED,
    NOT_REDACTABLE;

    String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private Dataset read(String name, @Nullable String feedback) {
    Set<String> wanted = new HashSet<>(below.keySet());
    if (feedback != null) {
      wanted.add(feedback);
    }
    Map<String, Map<String, CallScore>> scores = wanted.isEmpty() ? Map.of() : scores(wanted);
    Map<LeftOut, Integer> leftOut = new EnumMap<>(LeftOut.class);
    Map<String, EvalCase> cases = new LinkedHashMap<>();
    long[] calls = {0};
    try (Stream<LlmRecord> records = JsonlReader.at(path).read()) {
      records.forEach(
          record -> {
            if (record instanceof LlmCall call) {
              calls[0]++;
              LeftOut why = add(call, scores, feedback, cases);
              if (why != null) {
                leftOut.merge(why, 1, Integer::sum);
              }
            }
          });
    }
    if (cases.isEmpty() && leftOut.containsKey(LeftOut.WITHOUT_CONTENT)) {
      throw new DatasetException(
          name,
          List.of(
              new Problem(
                  path.toString(),
                  0,
                  0,
                  "no call that is wanted has content; record with"
                      + " JsonlSink.builder(path).content(ContentPolicy.redacted(Redactors.all()))")),
          false);
    }
    List<String> reasons = new ArrayList<>();
    leftOut.forEach((why, count) -> reasons.add(count + " " + why.words()));
    log.info(
        "made {} of {} calls in [{}] to cases of dataset [{}]; left out: {}",
        cases.size(),
        calls[0],
        path,
        name,
        reasons.isEmpty() ? "none" : String.join(", ", reasons));
    return Dataset.of(name, path.toString(), List.copyOf(cases.values()), Map.of());
  }

  /** The latest scores of these names, by the ref or key of what they judge. */
  private Map<String, Map<String, CallScore>> scores(Set<String> names) {
    Map<String, Map<String, CallScore>> scores = new HashMap<>();
    try (Stream<LlmRecord> records = JsonlReader.at(path).read()) {
      records.forEach(
          record -> {
            if (record instanceof CallScore score
                && score.value() != null
                && names.contains(score.name())) {
              String target =
                  score.ref() != null ? refTarget(score.ref().id()) : keyTarget(score.key());
              scores
                  .computeIfAbsent(target, none -> new HashMap<>())
                  .merge(score.name(), score, RecordedCalls::later);
            }
          });
    }
    return scores;
  }

  private static String refTarget(String id) {
    return "ref " + id;
  }

  private static String keyTarget(@Nullable String key) {
    return "key " + key;
  }

  private static CallScore later(CallScore one, CallScore next) {
    Instant first = one.time() == null ? Instant.MIN : one.time();
    Instant second = next.time() == null ? Instant.MIN : next.time();
    return second.isBefore(first) ? one : next;
  }

  /** The latest score of the call itself or under one of its tags. */
  private static @Nullable CallScore score(
      LlmCall call, String name, Map<String, Map<String, CallScore>> scores) {
    CallScore latest = scores.getOrDefault(refTarget(call.ref().id()), Map.of()).get(name);
    for (String key : tags(call).values()) {
      CallScore byKey = scores.getOrDefault(keyTarget(key), Map.of()).get(name);
      if (byKey != null) {
        latest = latest == null ? byKey : later(latest, byKey);
      }
    }
    return latest;
  }

  private @Nullable LeftOut add(
      LlmCall call,
      Map<String, Map<String, CallScore>> scores,
      @Nullable String feedback,
      Map<String, EvalCase> cases) {
    if (call.origin() == Origin.JUDGE) {
      return LeftOut.OF_A_JUDGE;
    }
    if (!(call.outcome() instanceof Outcome.Completed)) {
      return LeftOut.NOT_ANSWERED;
    }
    if (call.request().operation().equals(LlmRequest.EMBEDDINGS) || !condition.test(call)) {
      return LeftOut.NOT_WANTED;
    }
    for (Map.Entry<String, Double> bound : below.entrySet()) {
      CallScore score = score(call, bound.getKey(), scores);
      if (score == null || !(value(score) < bound.getValue())) {
        return LeftOut.NOT_WANTED;
      }
    }
    CallScore judged = feedback == null ? null : score(call, feedback, scores);
    if (feedback != null && judged == null) {
      return LeftOut.WITHOUT_FEEDBACK;
    }
    if (call.request().messages().isEmpty()) {
      return LeftOut.WITHOUT_CONTENT;
    }
    String id = call.ref().id();
    if (cases.containsKey(id)) {
      return LeftOut.REPEATED;
    }
    EvalCase made = judged == null ? plain(call).build() : judged(call, judged);
    try {
      cases.put(id, CaseTexts.map(made, redactor::redact));
      return null;
    } catch (RuntimeException e) {
      // it may have stopped half-way: nothing of the case is kept, nor of what the exception says
      return LeftOut.NOT_REDACTABLE;
    }
  }

  private static EvalCase.Builder plain(LlmCall call) {
    EvalCase.Builder builder = EvalCase.of(call).toBuilder().call(null).id(call.ref().id());
    if (!call.request().systemInstructions().isEmpty()) {
      List<Message> messages = new ArrayList<>();
      messages.add(new Message("system", call.request().systemInstructions(), null));
      messages.addAll(call.request().messages());
      builder.messages(messages);
    }
    tags(call).forEach(builder::metadata);
    String model =
        call.response().model() != null ? call.response().model() : call.request().model();
    if (model != null) {
      builder.metadata("model", model);
    }
    builder.metadata("provider", call.request().provider());
    builder.metadata("recorded", call.timing().start().toString());
    return builder;
  }

  private static EvalCase judged(LlmCall call, CallScore score) {
    EvalCase recorded = plain(call).build();
    EvalCase.Builder builder = recorded.toBuilder();
    boolean positive = value(score) >= POSITIVE;
    if (positive) {
      String output = recorded.output();
      if (output != null && !output.isBlank()) {
        builder.references(List.of(output));
      }
      List<ToolCall> made = recorded.toolCalls();
      if (made != null && !made.isEmpty()) {
        builder.expectedToolCalls(made);
      }
      builder.output(null).toolCalls(null);
    }
    builder.metadata("feedback", positive ? "positive" : "negative");
    builder.metadata("feedback_score", String.valueOf(score.value()));
    if (score.explanation() != null) {
      builder.metadata("feedback_comment", score.explanation());
    }
    return builder.build();
  }

  private static double value(CallScore score) {
    return score.value() == null ? Double.NaN : score.value();
  }

  private static Map<String, String> tags(LlmCall call) {
    if (call.context().tags().isEmpty()) {
      return call.request().tags();
    }
    Map<String, String> tags = new LinkedHashMap<>(call.context().tags());
    tags.putAll(call.request().tags());
    return tags;
  }
}
