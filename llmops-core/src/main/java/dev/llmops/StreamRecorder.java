package dev.llmops;

import dev.llmops.server.ServerTiming;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts the chunks of one stream together. A {@link ChunkReader} tells it what each chunk says; it
 * keeps text only where some consumer captures content. Used by one thread at a time; bounded:
 * beyond a million characters of one answer the rest is only counted.
 */
public final class StreamRecorder {

  private static final int MAX_CHARS = 1_000_000;
  private static final int MAX_CHOICES = 128;
  private static final int MAX_TOOL_CALLS = 256;
  private static final int MAX_HEADERS = 64;

  private final boolean capture;
  private boolean output;
  private @Nullable String id;
  private @Nullable String model;
  private @Nullable String serviceTier;
  private @Nullable String systemFingerprint;
  private @Nullable String status;
  private TokenUsage usage = TokenUsage.NONE;
  private final Choice first = new Choice();
  private @Nullable List<Choice> others;
  private @Nullable Map<String, String> headers;
  private @Nullable ServerTiming serverTiming;
  private @Nullable LlmResponse whole;
  private @Nullable CallError error;
  private int keptChars;
  private long cutChars;

  StreamRecorder(boolean capture) {
    this.capture = capture;
  }

  /** Whether any consumer wants content; if not, readers can skip making it. */
  public boolean capturesContent() {
    return capture;
  }

  /** Text of the first choice. */
  public void text(String delta) {
    text(0, delta);
  }

  /** Text of a choice, from 0. */
  public void text(int choice, String delta) {
    if (!delta.isEmpty()) {
      output = true;
      if (capture && fits(delta)) {
        Choice into = choice(choice);
        into.text = appended(into.text, delta);
      }
    }
  }

  /** Reasoning text of a choice. */
  public void reasoning(int choice, String delta) {
    if (!delta.isEmpty()) {
      output = true;
      if (capture && fits(delta)) {
        Choice into = choice(choice);
        into.reasoning = appended(into.reasoning, delta);
      }
    }
  }

  /** Text of a refusal. */
  public void refusal(int choice, String delta) {
    if (!delta.isEmpty()) {
      output = true;
      if (capture && fits(delta)) {
        Choice into = choice(choice);
        into.refusal = appended(into.refusal, delta);
      }
    }
  }

  /**
   * A piece of a tool call.
   *
   * @param choice from 0
   * @param index which tool call of the choice, from 0
   * @param id the call's id, where this piece has it
   * @param name the tool's name, where this piece has it
   * @param arguments the next piece of the arguments, where this piece has one
   */
  public void toolCall(
      int choice,
      int index,
      @Nullable String id,
      @Nullable String name,
      @Nullable String arguments) {
    output = true;
    if (!capture || index < 0 || index >= MAX_TOOL_CALLS) {
      return;
    }
    List<ToolPieces> calls = choice(choice).toolCalls;
    while (calls.size() <= index) {
      calls.add(new ToolPieces());
    }
    ToolPieces pieces = calls.get(index);
    if (id != null && !id.isEmpty()) {
      pieces.id = id;
    }
    if (name != null && !name.isEmpty()) {
      pieces.name = name;
    }
    if (arguments != null && !arguments.isEmpty() && fits(arguments)) {
      pieces.arguments.add(arguments);
    }
  }

  /** Why a choice ended. */
  public void finishReason(int choice, String reason) {
    choice(choice).finishReason = reason;
  }

  /** What was counted; a later report replaces an earlier one. */
  public void usage(TokenUsage usage) {
    this.usage = Objects.requireNonNull(usage, "usage must not be null");
  }

  /** See {@link LlmResponse#id()}; null changes nothing. */
  public void id(@Nullable String id) {
    this.id = id == null ? this.id : id;
  }

  /** See {@link LlmResponse#model()}; null changes nothing. */
  public void model(@Nullable String model) {
    this.model = model == null ? this.model : model;
  }

  /** See {@link LlmResponse#serviceTier()}; null changes nothing. */
  public void serviceTier(@Nullable String serviceTier) {
    this.serviceTier = serviceTier == null ? this.serviceTier : serviceTier;
  }

  /** See {@link LlmResponse#systemFingerprint()}; null changes nothing. */
  public void systemFingerprint(@Nullable String systemFingerprint) {
    this.systemFingerprint = systemFingerprint == null ? this.systemFingerprint : systemFingerprint;
  }

  /** See {@link LlmResponse#status()}; null changes nothing. */
  public void status(@Nullable String status) {
    this.status = status == null ? this.status : status;
  }

  /**
   * One of {@link LlmResponse#headers()}, where the client shows the headers of a stream; at most
   * 64.
   */
  public void header(String name, String value) {
    if (headers == null) {
      headers = new LinkedHashMap<>();
    }
    if (headers.size() < MAX_HEADERS) {
      headers.put(name, value);
    }
  }

  /**
   * What the headers or a chunk say about the server's time, beside what was said before; null
   * changes nothing.
   */
  public void serverTiming(@Nullable ServerTiming timing) {
    ServerTiming before = serverTiming;
    serverTiming = before == null ? timing : before.and(timing);
  }

  /** The whole response, where a chunk brings it: it replaces what was put together. */
  public void response(LlmResponse response) {
    this.whole = Objects.requireNonNull(response, "response must not be null");
  }

  /** The provider reported a failure inside the stream: the call ends as failed. */
  public void failed(CallError error) {
    this.error = Objects.requireNonNull(error, "error must not be null");
  }

  boolean hasOutput() {
    return output;
  }

  @Nullable CallError error() {
    return error;
  }

  /** What the chunks said so far. */
  LlmResponse response() {
    LlmResponse told = whole;
    if (told != null) {
      return headers == null && serverTiming == null
          ? told
          : withHeaders(told.toBuilder()).serverTiming(timing(told)).build();
    }
    LlmResponse.Builder builder =
        withHeaders(LlmResponse.builder())
            .id(id)
            .model(model)
            .serviceTier(serviceTier)
            .systemFingerprint(systemFingerprint)
            .status(status)
            .usage(usage)
            .serverTiming(serverTiming);
    List<String> reasons = new ArrayList<>(1);
    List<Message> outputs = new ArrayList<>(1);
    addTo(first, reasons, outputs);
    if (others != null) {
      for (Choice choice : others) {
        addTo(choice, reasons, outputs);
      }
    }
    return builder.finishReasons(reasons).outputs(outputs).build();
  }

  private @Nullable ServerTiming timing(LlmResponse told) {
    ServerTiming before = serverTiming;
    return before == null ? told.serverTiming() : before.and(told.serverTiming());
  }

  private LlmResponse.Builder withHeaders(LlmResponse.Builder builder) {
    if (headers != null) {
      headers.forEach(builder::header);
    }
    return builder;
  }

  private void addTo(Choice choice, List<String> reasons, List<Message> outputs) {
    if (choice.finishReason != null) {
      reasons.add(choice.finishReason);
    }
    if (!capture) {
      return;
    }
    List<MessagePart> parts = new ArrayList<>(2);
    if (choice.reasoning != null) {
      parts.add(new MessagePart.Reasoning(choice.reasoning.toString()));
    }
    if (choice.text != null) {
      String cut = choice == first && cutChars > 0 ? "… [" + cutChars + " characters cut]" : "";
      parts.add(new MessagePart.Text(choice.text + cut));
    }
    if (choice.refusal != null) {
      parts.add(new MessagePart.Refusal(choice.refusal.toString()));
    }
    for (ToolPieces call : choice.toolCalls) {
      parts.add(
          new MessagePart.ToolCall(
              call.id, call.name, new JsonText(String.join("", call.arguments))));
    }
    if (!parts.isEmpty() || choice.finishReason != null) {
      outputs.add(new Message("assistant", parts, null));
    }
  }

  private boolean fits(String delta) {
    if (keptChars + (long) delta.length() > MAX_CHARS) {
      cutChars += delta.length();
      return false;
    }
    keptChars += delta.length();
    return true;
  }

  private Choice choice(int index) {
    if (index <= 0) {
      return first;
    }
    if (others == null) {
      others = new ArrayList<>(2);
    }
    int at = Math.min(index, MAX_CHOICES) - 1;
    while (others.size() <= at) {
      others.add(new Choice());
    }
    return others.get(at);
  }

  private static StringBuilder appended(@Nullable StringBuilder text, String delta) {
    return text == null ? new StringBuilder(delta) : text.append(delta);
  }

  private static final class Choice {
    @Nullable StringBuilder text;
    @Nullable StringBuilder reasoning;
    @Nullable StringBuilder refusal;
    final List<ToolPieces> toolCalls = new ArrayList<>(0);
    @Nullable String finishReason;
  }

  private static final class ToolPieces {
    @Nullable String id;
    String name = "";
    final List<String> arguments = new ArrayList<>(1);
  }
}
