package dev.llmops;

import dev.llmops.privacy.Redactor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What content one consumer may get, and in what shape: nothing by default. Immutable, thread-safe.
 *
 * <p>Text is redacted first and cut afterwards, so that a cut never splits what a redactor would
 * have found. A redactor that throws drops the content of that record; the record says so in its
 * problems.
 */
@SuppressWarnings("ReferenceEquality") // "nothing had to go" is told by identity
public final class ContentPolicy {

  /** Text longer than this is cut unless the policy says otherwise, in UTF-16 characters. */
  public static final int DEFAULT_MAX_CHARS = 32_768;

  private static final int DEFAULT_MAX_MESSAGES = 200;
  private static final ContentPolicy NONE = new ContentPolicy(new Builder());
  private static final ContentPolicy FULL = builder().everything().build();

  private final boolean input;
  private final boolean output;
  private final boolean tools;
  private final boolean errorMessages;
  private final int maxChars;
  private final int maxMessages;
  private final @Nullable Redactor redactor;

  private ContentPolicy(Builder builder) {
    input = builder.input;
    output = builder.output;
    tools = builder.tools;
    errorMessages = builder.errorMessages;
    maxChars = builder.maxChars;
    maxMessages = builder.maxMessages;
    redactor = builder.redactor;
  }

  /** Nothing. */
  public static ContentPolicy none() {
    return NONE;
  }

  /**
   * Everything, unredacted: texts up to {@link #DEFAULT_MAX_CHARS} characters, the last 200
   * messages. For a person's own machine; elsewhere use {@link #redacted}.
   */
  public static ContentPolicy full() {
    return FULL;
  }

  /** Everything, through a redactor, with the bounds of {@link #full()}. */
  public static ContentPolicy redacted(Redactor redactor) {
    return builder().everything().redactor(redactor).build();
  }

  /** A builder that allows nothing yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** Whether messages, system instructions and prompt variables may be seen. */
  public boolean capturesInput() {
    return input;
  }

  /** Whether the model's outputs and the explanations of scores may be seen. */
  public boolean capturesOutput() {
    return output;
  }

  /** Whether tool definitions, and the arguments and results of steps, may be seen. */
  public boolean capturesTools() {
    return tools;
  }

  /** Whether the messages of errors may be seen: they can quote the prompt. */
  public boolean capturesErrorMessages() {
    return errorMessages;
  }

  /** Whether any content may be seen. */
  public boolean capturesAny() {
    return input || output || tools || errorMessages;
  }

  /** Texts longer than this are cut, in UTF-16 characters. */
  public int maxChars() {
    return maxChars;
  }

  /** The record with no more than this policy allows; the same record when nothing has to go. */
  public LlmRecord apply(LlmRecord record) {
    if (record instanceof LlmCall call) {
      return apply(call);
    }
    if (record instanceof LlmStep step) {
      return apply(step);
    }
    return apply((CallScore) record);
  }

  /** See {@link #apply(LlmRecord)}. */
  public LlmCall apply(LlmCall call) {
    try {
      return filtered(call);
    } catch (RuntimeException | StackOverflowError e) {
      return NONE.filtered(withProblem(call, failure(e)));
    }
  }

  /** See {@link #apply(LlmRecord)}. */
  public LlmStep apply(LlmStep step) {
    try {
      return filtered(step);
    } catch (RuntimeException | StackOverflowError e) {
      List<String> problems = new ArrayList<>(step.problems());
      problems.add(failure(e));
      LlmStep marked =
          new LlmStep(
              step.ref(),
              step.parent(),
              step.context(),
              step.request(),
              step.result(),
              step.error(),
              step.timing(),
              step.weight(),
              problems);
      return NONE.filtered(marked);
    }
  }

  /** See {@link #apply(LlmRecord)}. */
  public CallScore apply(CallScore score) {
    String explanation = score.explanation();
    if (explanation == null) {
      return score;
    }
    String kept;
    try {
      kept = output ? text(explanation) : null;
    } catch (RuntimeException | StackOverflowError e) {
      kept = null;
    }
    return explanation.equals(kept) ? score : score.toBuilder().explanation(kept).build();
  }

  /** One text as this policy lets it be seen: redacted, then cut with a mark. */
  public String text(String text) {
    Redactor redact = redactor;
    String seen = redact == null ? text : redact.redact(text);
    return cut(seen, maxChars);
  }

  /** Cuts at a character boundary and says how much is missing. */
  static String cut(String text, int maxChars) {
    if (text.length() <= maxChars) {
      return text;
    }
    int end = maxChars;
    if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + "… [" + (text.length() - end) + " characters cut]";
  }

  private LlmCall filtered(LlmCall call) {
    LlmRequest request = filtered(call.request());
    Outcome outcome = filtered(call.outcome());
    LlmContext context = filtered(call.context());
    if (request == call.request() && outcome == call.outcome() && context == call.context()) {
      return call;
    }
    return new LlmCall(
        call.ref(),
        call.parent(),
        context,
        request,
        outcome,
        call.timing(),
        call.cost(),
        call.attempts(),
        call.origin(),
        call.weight(),
        call.server(),
        call.problems());
  }

  private LlmStep filtered(LlmStep step) {
    String given = step.request().input();
    String keptInput = given == null ? null : tools ? text(given) : null;
    StepRequest request =
        Objects.equals(given, keptInput) ? step.request() : step.request().withInput(keptInput);
    StepResult result = filtered(step.result());
    CallError error = filtered(step.error());
    LlmContext context = filtered(step.context());
    if (request == step.request()
        && result == step.result()
        && error == step.error()
        && context == step.context()) {
      return step;
    }
    return new LlmStep(
        step.ref(),
        step.parent(),
        context,
        request,
        result,
        error,
        step.timing(),
        step.weight(),
        step.problems());
  }

  private StepResult filtered(StepResult result) {
    if (result.text() == null && result.documents().isEmpty()) {
      return result;
    }
    List<StepResult.Document> documents = new ArrayList<>(result.documents().size());
    for (StepResult.Document document : result.documents()) {
      String seen = document.text() == null || !tools ? null : text(document.text());
      documents.add(new StepResult.Document(document.id(), document.score(), seen));
    }
    String seen = result.text() == null || !tools ? null : text(result.text());
    return new StepResult(seen, documents);
  }

  private LlmContext filtered(LlmContext context) {
    Prompt prompt = context.prompt();
    Prompt seen = filtered(prompt);
    return seen == prompt ? context : context.toBuilder().prompt(seen).build();
  }

  private @Nullable Prompt filtered(@Nullable Prompt prompt) {
    if (prompt == null || prompt.variables().isEmpty() || (input && isPlain())) {
      return prompt;
    }
    Map<String, String> variables = new LinkedHashMap<>();
    if (input) {
      prompt.variables().forEach((name, value) -> variables.put(name, text(value)));
    }
    return prompt.withVariables(variables);
  }

  private LlmRequest filtered(LlmRequest request) {
    if (!request.hasContent()) {
      return request;
    }
    List<Message> messages = input ? messages(request.messages()) : List.of();
    List<MessagePart> instructions = input ? parts(request.systemInstructions()) : List.of();
    Prompt prompt = filtered(request.prompt());
    List<ToolDefinition> offered = tools ? definitions(request.tools()) : List.of();
    if (messages == request.messages()
        && instructions == request.systemInstructions()
        && prompt == request.prompt()
        && offered == request.tools()) {
      return request;
    }
    return request.toBuilder()
        .messages(messages)
        .systemInstructions(instructions)
        .prompt(prompt)
        .tools(offered)
        .build();
  }

  private Outcome filtered(Outcome outcome) {
    if (outcome instanceof Outcome.Completed completed) {
      LlmResponse seen = filtered(completed.response());
      return seen == completed.response() ? outcome : new Outcome.Completed(seen);
    }
    if (outcome instanceof Outcome.Failed failed) {
      LlmResponse seen = failed.response() == null ? null : filtered(failed.response());
      CallError error = Objects.requireNonNull(filtered(failed.error()));
      return seen == failed.response() && error == failed.error()
          ? outcome
          : new Outcome.Failed(seen, error);
    }
    Outcome.Cancelled cancelled = (Outcome.Cancelled) outcome;
    LlmResponse seen = cancelled.response() == null ? null : filtered(cancelled.response());
    return seen == cancelled.response() ? outcome : new Outcome.Cancelled(seen, cancelled.reason());
  }

  private LlmResponse filtered(LlmResponse response) {
    if (response.outputs().isEmpty()) {
      return response;
    }
    List<Message> outputs = output ? messages(response.outputs()) : List.of();
    return outputs == response.outputs() ? response : response.toBuilder().outputs(outputs).build();
  }

  private @Nullable CallError filtered(@Nullable CallError error) {
    if (error == null || error.message() == null) {
      return error;
    }
    return errorMessages ? error.withMessage(text(error.message())) : error.withoutMessage();
  }

  private List<Message> messages(List<Message> messages) {
    int from = messages.size() - maxMessages; // the latest say most about the answer
    return filtered(from <= 0 ? messages : messages.subList(from, messages.size()), this::message);
  }

  private Message message(Message message) {
    List<MessagePart> seen = parts(message.parts());
    return seen == message.parts() ? message : new Message(message.role(), seen, message.name());
  }

  private List<MessagePart> parts(List<MessagePart> parts) {
    return filtered(parts, this::part);
  }

  /** The same list when the filter changes nothing: most texts are short and need no copy. */
  private static <T> List<T> filtered(List<T> items, UnaryOperator<T> filter) {
    List<T> changed = null;
    for (int i = 0; i < items.size(); i++) {
      T item = items.get(i);
      T seen = filter.apply(item);
      if (changed == null && seen != item) {
        changed = new ArrayList<>(items.size());
        changed.addAll(items.subList(0, i));
      }
      if (changed != null) {
        changed.add(seen);
      }
    }
    return changed == null ? items : changed;
  }

  private MessagePart part(MessagePart part) {
    if (part instanceof MessagePart.Text text) {
      String seen = text(text.content());
      return seen == text.content() ? part : new MessagePart.Text(seen);
    }
    if (part instanceof MessagePart.Reasoning reasoning) {
      String seen = text(reasoning.content());
      return seen == reasoning.content() ? part : new MessagePart.Reasoning(seen);
    }
    if (part instanceof MessagePart.Refusal refusal) {
      String seen = text(refusal.content());
      return seen == refusal.content() ? part : new MessagePart.Refusal(seen);
    }
    if (part instanceof MessagePart.ToolCall call) {
      JsonText seen = json(call.arguments());
      return seen == call.arguments()
          ? part
          : new MessagePart.ToolCall(call.id(), call.name(), seen);
    }
    if (part instanceof MessagePart.ToolResponse response) {
      String seen = text(response.response());
      return seen == response.response() ? part : new MessagePart.ToolResponse(response.id(), seen);
    }
    if (part instanceof MessagePart.Blob blob) {
      // a redactor cannot look into media, and a cut picture is none: leave out what is too long
      return redactor == null && blob.base64().length() <= maxChars
          ? blob
          : new MessagePart.Blob(blob.modality(), blob.mimeType(), "");
    }
    if (part instanceof MessagePart.UriRef uri) {
      String seen = text(uri.uri());
      return seen == uri.uri()
          ? part
          : new MessagePart.UriRef(uri.modality(), uri.mimeType(), seen);
    }
    if (part instanceof MessagePart.Other other) {
      JsonText seen = Objects.requireNonNull(json(other.value()));
      return seen == other.value() ? part : new MessagePart.Other(other.type(), seen);
    }
    return part;
  }

  private List<ToolDefinition> definitions(List<ToolDefinition> definitions) {
    return filtered(definitions, this::definition);
  }

  private ToolDefinition definition(ToolDefinition tool) {
    String description = tool.description() == null ? null : text(tool.description());
    JsonText parameters = json(tool.parameters());
    return description == tool.description() && parameters == tool.parameters()
        ? tool
        : new ToolDefinition(tool.type(), tool.name(), description, parameters);
  }

  private @Nullable JsonText json(@Nullable JsonText json) {
    if (json == null) {
      return null;
    }
    String seen = text(json.text());
    return seen == json.text() ? json : new JsonText(seen);
  }

  private boolean isPlain() {
    return redactor == null && maxChars == Integer.MAX_VALUE;
  }

  private static LlmCall withProblem(LlmCall call, String problem) {
    List<String> problems = new ArrayList<>(call.problems());
    problems.add(problem);
    return new LlmCall(
        call.ref(),
        call.parent(),
        call.context(),
        call.request(),
        call.outcome(),
        call.timing(),
        call.cost(),
        call.attempts(),
        call.origin(),
        call.weight(),
        call.server(),
        problems);
  }

  private static String failure(Throwable e) {
    return "content dropped: the redactor threw " + e.getClass().getName();
  }

  /** Collects a policy that allows nothing but what is named. Not thread-safe. */
  public static final class Builder {
    private boolean input;
    private boolean output;
    private boolean tools;
    private boolean errorMessages;
    private int maxChars = DEFAULT_MAX_CHARS;
    private int maxMessages = DEFAULT_MAX_MESSAGES;
    private @Nullable Redactor redactor;

    private Builder() {}

    /** Allows all four kinds. */
    public Builder everything() {
      input = true;
      output = true;
      tools = true;
      errorMessages = true;
      return this;
    }

    /** See {@link ContentPolicy#capturesInput()}. */
    public Builder captureInput(boolean captureInput) {
      this.input = captureInput;
      return this;
    }

    /** See {@link ContentPolicy#capturesOutput()}. */
    public Builder captureOutput(boolean captureOutput) {
      this.output = captureOutput;
      return this;
    }

    /** See {@link ContentPolicy#capturesTools()}. */
    public Builder captureTools(boolean captureTools) {
      this.tools = captureTools;
      return this;
    }

    /** See {@link ContentPolicy#capturesErrorMessages()}. */
    public Builder captureErrorMessages(boolean captureErrorMessages) {
      this.errorMessages = captureErrorMessages;
      return this;
    }

    /** See {@link ContentPolicy#maxChars()}; 1 or more. */
    public Builder maxChars(int maxChars) {
      Checks.between(maxChars, 1, Integer.MAX_VALUE, "maxChars");
      this.maxChars = maxChars;
      return this;
    }

    /** How many messages are kept, the latest; 1 to 10,000. */
    public Builder maxMessages(int maxMessages) {
      Checks.between(maxMessages, 1, Checks.MAX_ENTRIES, "maxMessages");
      this.maxMessages = maxMessages;
      return this;
    }

    /** Every text passes through this first; null for none. */
    public Builder redactor(@Nullable Redactor redactor) {
      this.redactor = redactor;
      return this;
    }

    /** The policy as it stands. */
    public ContentPolicy build() {
      return new ContentPolicy(this);
    }
  }
}
