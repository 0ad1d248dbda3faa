package dev.llmops.eval;

import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing to judge: what was asked, what was answered, and what a judge may hold it against.
 * Immutable. Everything but what an evaluator {@linkplain Need needs} may be missing.
 */
public final class EvalCase {

  private final @Nullable String id;
  private final @Nullable String input;
  private final List<Message> messages;
  private final @Nullable String output;
  private final List<String> samples;
  private final List<Variant> variants;
  private final List<String> references;
  private final List<Document> context;
  private final @Nullable List<String> retrievedIds;
  private final @Nullable Map<String, Double> relevantIds;
  private final @Nullable List<ToolCall> expectedToolCalls;
  private final @Nullable List<ToolCall> toolCalls;
  private final Set<String> tags;
  private final Map<String, String> metadata;
  private final @Nullable LlmCall call;

  private EvalCase(Builder builder) {
    id = builder.id;
    input = builder.input;
    messages = List.copyOf(builder.messages);
    output = builder.output;
    samples = List.copyOf(builder.samples);
    variants = List.copyOf(builder.variants);
    references = List.copyOf(builder.references);
    context = List.copyOf(builder.context);
    retrievedIds = builder.retrievedIds == null ? null : List.copyOf(builder.retrievedIds);
    relevantIds =
        builder.relevantIds == null
            ? null
            : Collections.unmodifiableMap(new LinkedHashMap<>(builder.relevantIds));
    expectedToolCalls =
        builder.expectedToolCalls == null ? null : List.copyOf(builder.expectedToolCalls);
    toolCalls = builder.toolCalls == null ? null : List.copyOf(builder.toolCalls);
    tags = Collections.unmodifiableSet(new LinkedHashSet<>(builder.tags));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(builder.metadata));
    call = builder.call;
  }

  /** A case with an output and references to hold it against. */
  public static EvalCase of(String output, String... references) {
    return builder().output(output).references(List.of(references)).build();
  }

  /** A builder with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** A case made from a recorded call: its messages, its first output and its tool calls. */
  public static EvalCase of(LlmCall call) {
    Builder builder = builder().call(call).messages(call.request().messages());
    List<Message> asked = call.request().messages();
    for (int i = asked.size() - 1; i >= 0; i--) {
      if (asked.get(i).role().equals("user")) {
        builder.input(asked.get(i).text());
        break;
      }
    }
    List<Message> outputs = call.response().outputs();
    if (!outputs.isEmpty()) {
      builder.output(outputs.get(0).text());
      List<ToolCall> made = new ArrayList<>();
      outputs
          .get(0)
          .parts()
          .forEach(
              part -> {
                if (part instanceof dev.llmops.MessagePart.ToolCall tool) {
                  made.add(new ToolCall(tool.name(), tool.arguments()));
                }
              });
      builder.toolCalls(made);
      if (outputs.size() > 1) {
        outputs.subList(1, outputs.size()).forEach(each -> builder.sample(each.text()));
      }
    }
    return builder.build();
  }

  /** A builder that starts from this case. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.id = id;
    builder.input = input;
    builder.messages = messages;
    builder.output = output;
    builder.samples = new ArrayList<>(samples);
    builder.variants = new ArrayList<>(variants);
    builder.references = references;
    builder.context = new ArrayList<>(context);
    builder.retrievedIds = retrievedIds;
    builder.relevantIds = relevantIds;
    builder.expectedToolCalls = expectedToolCalls;
    builder.toolCalls = toolCalls;
    builder.tags = new LinkedHashSet<>(tags);
    builder.metadata = new LinkedHashMap<>(metadata);
    builder.call = call;
    return builder;
  }

  /** The same case with another output. */
  public EvalCase withOutput(String newOutput) {
    return toBuilder().output(newOutput).build();
  }

  /** The case's id in its dataset. */
  public @Nullable String id() {
    return id;
  }

  /** What was asked, as one text. */
  public @Nullable String input() {
    return input;
  }

  /** What was asked, as a conversation; empty when only {@link #input()} is known. */
  public List<Message> messages() {
    return messages;
  }

  /** What the model answered. */
  public @Nullable String output() {
    return output;
  }

  /** Further answers to the same input, {@link #output()} not among them. */
  public List<String> samples() {
    return samples;
  }

  /** {@link #output()}, where there is one, and {@link #samples()}. */
  public List<String> allOutputs() {
    if (output == null) {
      return samples;
    }
    List<String> all = new ArrayList<>(samples.size() + 1);
    all.add(output);
    all.addAll(samples);
    return all;
  }

  /** Answers to other wordings, orders or formats of the same question. */
  public List<Variant> variants() {
    return variants;
  }

  /** Right answers; any of them is right. */
  public List<String> references() {
    return references;
  }

  /** Documents that the answer should rest on, in the order the model saw them. */
  public List<Document> context() {
    return context;
  }

  /** Ids of what a retriever found, best first; absent when nothing is known of a retrieval. */
  public @Nullable List<String> retrievedIds() {
    return retrievedIds;
  }

  /** Ids of what it should have found with their gain (1 unless graded); absent when not known. */
  public @Nullable Map<String, Double> relevantIds() {
    return relevantIds;
  }

  /** The tool calls that should be made, in order; absent when not told; empty when none should. */
  public @Nullable List<ToolCall> expectedToolCalls() {
    return expectedToolCalls;
  }

  /** The tool calls that were made, in order; absent when not known; empty when none was. */
  public @Nullable List<ToolCall> toolCalls() {
    return toolCalls;
  }

  /** The slices of its dataset that it belongs to, such as {@code billing} or {@code hard}. */
  public Set<String> tags() {
    return tags;
  }

  /** The dataset's own fields, such as where the case comes from. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The recorded call, for evaluators of time, tokens and cost. */
  public @Nullable LlmCall call() {
    return call;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EvalCase that
        && Objects.equals(id, that.id)
        && Objects.equals(input, that.input)
        && messages.equals(that.messages)
        && Objects.equals(output, that.output)
        && samples.equals(that.samples)
        && variants.equals(that.variants)
        && references.equals(that.references)
        && context.equals(that.context)
        && Objects.equals(retrievedIds, that.retrievedIds)
        && Objects.equals(relevantIds, that.relevantIds)
        && Objects.equals(expectedToolCalls, that.expectedToolCalls)
        && Objects.equals(toolCalls, that.toolCalls)
        && tags.equals(that.tags)
        && metadata.equals(that.metadata)
        && Objects.equals(call, that.call);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, input, output, samples, references);
  }

  /** The id; never content. */
  @Override
  public String toString() {
    return "EvalCase[" + id + "]";
  }

  /**
   * A document given to the model or found by a retriever.
   *
   * @param id its id, absent where it has none
   * @param text what it says
   */
  public record Document(@Nullable String id, String text) {
    /** Checks for null only. */
    public Document {
      Objects.requireNonNull(text, "text must not be null");
    }
  }

  /**
   * A tool call, expected or made.
   *
   * @param name the tool's name
   * @param arguments its arguments as JSON, absent where there are none; may be invalid when a
   *     model wrote them
   * @param execution what became of a call that was made, absent when not known
   */
  public record ToolCall(String name, @Nullable JsonText arguments, @Nullable Execution execution) {

    /** What became of a call that a model made. */
    public enum Execution {
      /** It was run, and nothing says that it failed. */
      SUCCEEDED,
      /** It was run and failed. */
      FAILED,
      /** It was not run. */
      MISSING
    }

    /** Checks for null only. */
    public ToolCall {
      Objects.requireNonNull(name, "name must not be null");
    }

    /** A call of which is not known what became of it. */
    public ToolCall(String name, @Nullable JsonText arguments) {
      this(name, arguments, null);
    }
  }

  /**
   * An answer to the same question put differently.
   *
   * @param input the question as it was put
   * @param output what was answered
   */
  public record Variant(String input, String output) {
    /** Checks for null only. */
    public Variant {
      Objects.requireNonNull(input, "input must not be null");
      Objects.requireNonNull(output, "output must not be null");
    }
  }

  /** Collects a case; null unsets an optional field. Not thread-safe. */
  public static final class Builder {
    private @Nullable String id;
    private @Nullable String input;
    private List<Message> messages = List.of();
    private @Nullable String output;
    private List<String> samples = new ArrayList<>();
    private List<Variant> variants = new ArrayList<>();
    private List<String> references = List.of();
    private List<Document> context = new ArrayList<>();
    private @Nullable List<String> retrievedIds;
    private @Nullable Map<String, Double> relevantIds;
    private @Nullable List<ToolCall> expectedToolCalls;
    private @Nullable List<ToolCall> toolCalls;
    private Set<String> tags = new LinkedHashSet<>();
    private Map<String, String> metadata = new LinkedHashMap<>();
    private @Nullable LlmCall call;

    private Builder() {}

    /** See {@link EvalCase#id()}. */
    public Builder id(@Nullable String id) {
      this.id = id;
      return this;
    }

    /** See {@link EvalCase#input()}. */
    public Builder input(@Nullable String input) {
      this.input = input;
      return this;
    }

    /** See {@link EvalCase#messages()}. */
    public Builder messages(List<Message> messages) {
      this.messages = Objects.requireNonNull(messages, "messages must not be null");
      return this;
    }

    /** See {@link EvalCase#output()}. */
    public Builder output(@Nullable String output) {
      this.output = output;
      return this;
    }

    /** Adds one of {@link EvalCase#samples()}. */
    public Builder sample(String sample) {
      this.samples.add(Objects.requireNonNull(sample, "sample must not be null"));
      return this;
    }

    /** Adds one of {@link EvalCase#variants()}. */
    public Builder variant(String input, String output) {
      this.variants.add(new Variant(input, output));
      return this;
    }

    /** See {@link EvalCase#references()}. */
    public Builder references(List<String> references) {
      this.references = Objects.requireNonNull(references, "references must not be null");
      return this;
    }

    /** Adds a document to {@link EvalCase#context()}. */
    public Builder document(@Nullable String documentId, String text) {
      this.context.add(new Document(documentId, text));
      return this;
    }

    /** See {@link EvalCase#retrievedIds()}. */
    public Builder retrievedIds(@Nullable List<String> retrievedIds) {
      this.retrievedIds = retrievedIds;
      return this;
    }

    /** See {@link EvalCase#relevantIds()}; each with a gain of 1. */
    public Builder relevantIds(List<String> relevantIds) {
      Map<String, Double> gains = new LinkedHashMap<>();
      relevantIds.forEach(each -> gains.put(each, 1.0));
      this.relevantIds = gains;
      return this;
    }

    /** See {@link EvalCase#relevantIds()}; gains of 0 or more. */
    public Builder relevantIds(@Nullable Map<String, Double> gains) {
      this.relevantIds = gains;
      return this;
    }

    /** See {@link EvalCase#expectedToolCalls()}. */
    public Builder expectedToolCalls(@Nullable List<ToolCall> expected) {
      this.expectedToolCalls = expected;
      return this;
    }

    /** See {@link EvalCase#toolCalls()}. */
    public Builder toolCalls(@Nullable List<ToolCall> made) {
      this.toolCalls = made;
      return this;
    }

    /** Adds one of {@link EvalCase#tags()}. */
    public Builder tag(String tag) {
      this.tags.add(Objects.requireNonNull(tag, "tag must not be null"));
      return this;
    }

    /** Sets one of {@link EvalCase#metadata()}. */
    public Builder metadata(String key, String value) {
      this.metadata.put(
          Objects.requireNonNull(key, "key must not be null"),
          Objects.requireNonNull(value, "value must not be null"));
      return this;
    }

    /** See {@link EvalCase#call()}. */
    public Builder call(@Nullable LlmCall call) {
      this.call = call;
      return this;
    }

    /** The case as it stands. */
    public EvalCase build() {
      return new EvalCase(this);
    }
  }
}
