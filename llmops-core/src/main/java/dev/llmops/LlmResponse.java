package dev.llmops;

import dev.llmops.server.ServerTiming;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came back from a model, whole or in part. Immutable.
 *
 * <p>Outputs are content: they reach only those consumers whose {@link ContentPolicy} asks for
 * them.
 */
public final class LlmResponse {

  /** A response of which nothing is known. */
  public static final LlmResponse EMPTY = new LlmResponse(new Builder());

  private final @Nullable String id;
  private final @Nullable String model;
  private final List<Message> outputs;
  private final List<String> finishReasons;
  private final TokenUsage usage;
  private final @Nullable String serviceTier;
  private final @Nullable String systemFingerprint;
  private final @Nullable String status;
  private final @Nullable String structuredOutputError;
  private final Map<String, String> headers;
  private final @Nullable ServerTiming serverTiming;

  private LlmResponse(Builder builder) {
    id = builder.id;
    model = builder.model;
    outputs = builder.outputs;
    finishReasons = builder.finishReasons;
    usage = builder.usage;
    serviceTier = builder.serviceTier;
    systemFingerprint = builder.systemFingerprint;
    status = builder.status;
    structuredOutputError = builder.structuredOutputError;
    headers = builder.headers == null ? Map.of() : Checks.copy(builder.headers, "headers");
    serverTiming = builder.serverTiming;
  }

  /** A response that is one text of the assistant. */
  public static LlmResponse ofText(String text) {
    return builder().outputs(List.of(Message.assistant(text))).build();
  }

  /** A builder with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from this response. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.id = id;
    builder.model = model;
    builder.outputs = outputs;
    builder.finishReasons = finishReasons;
    builder.usage = usage;
    builder.serviceTier = serviceTier;
    builder.systemFingerprint = systemFingerprint;
    builder.status = status;
    builder.structuredOutputError = structuredOutputError;
    builder.headers = headers.isEmpty() ? null : new LinkedHashMap<>(headers);
    builder.serverTiming = serverTiming;
    return builder;
  }

  /** The provider's id of the response. */
  public @Nullable String id() {
    return id;
  }

  /** The model that answered, often more exact than the one asked for. */
  public @Nullable String model() {
    return model;
  }

  /** One message a choice; empty when not captured. */
  public List<Message> outputs() {
    return outputs;
  }

  /**
   * Why the model stopped, one a choice, in the words of the OpenTelemetry conventions where they
   * have one ({@code stop}, {@code length}, {@code content_filter}, {@code tool_call}), else the
   * provider's; empty when the provider gave none.
   */
  public List<String> finishReasons() {
    return finishReasons;
  }

  /** What was counted; {@link TokenUsage#NONE} when nothing was. */
  public TokenUsage usage() {
    return usage;
  }

  /** The service tier that served the call. */
  public @Nullable String serviceTier() {
    return serviceTier;
  }

  /** The provider's fingerprint of the serving configuration. */
  public @Nullable String systemFingerprint() {
    return systemFingerprint;
  }

  /** The state of a response that lives on the server: {@code completed}, {@code incomplete}, … */
  public @Nullable String status() {
    return status;
  }

  /**
   * Why the output could not be parsed into the type that was asked for: the class name of the
   * parser's exception. Absent when it could, or when no structured output was asked for. The call
   * itself is completed: the model did answer.
   */
  public @Nullable String structuredOutputError() {
    return structuredOutputError;
  }

  /**
   * Response headers that carry facts about the server (request id, processing time, rate limits);
   * names in lower case; empty where the client does not show headers. Never authorization or
   * cookies.
   */
  public Map<String, String> headers() {
    return headers;
  }

  /** What the response says about the server's time for this call; absent when it says nothing. */
  public @Nullable ServerTiming serverTiming() {
    return serverTiming;
  }

  /** The text of the first output; empty when there is none or it was not captured. */
  public String text() {
    return outputs.isEmpty() ? "" : outputs.get(0).text();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LlmResponse that
        && Objects.equals(id, that.id)
        && Objects.equals(model, that.model)
        && outputs.equals(that.outputs)
        && finishReasons.equals(that.finishReasons)
        && usage.equals(that.usage)
        && Objects.equals(serviceTier, that.serviceTier)
        && Objects.equals(systemFingerprint, that.systemFingerprint)
        && Objects.equals(status, that.status)
        && Objects.equals(structuredOutputError, that.structuredOutputError)
        && headers.equals(that.headers)
        && Objects.equals(serverTiming, that.serverTiming);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, model, outputs, finishReasons, usage, status);
  }

  /** Id, model, reasons and usage; never content. */
  @Override
  public String toString() {
    return "LlmResponse[" + id + " " + model + " " + finishReasons + " " + usage + "]";
  }

  /** Collects a response; null unsets an optional field. Not thread-safe. */
  public static final class Builder {
    private @Nullable String id;
    private @Nullable String model;
    private List<Message> outputs = List.of();
    private List<String> finishReasons = List.of();
    private TokenUsage usage = TokenUsage.NONE;
    private @Nullable String serviceTier;
    private @Nullable String systemFingerprint;
    private @Nullable String status;
    private @Nullable String structuredOutputError;
    private @Nullable Map<String, String> headers;
    private @Nullable ServerTiming serverTiming;

    private Builder() {}

    /** See {@link LlmResponse#serverTiming()}; {@link ServerTiming#read} makes it. */
    public Builder serverTiming(@Nullable ServerTiming serverTiming) {
      this.serverTiming = serverTiming;
      return this;
    }

    /** See {@link LlmResponse#id()}. */
    public Builder id(@Nullable String id) {
      this.id = id;
      return this;
    }

    /** See {@link LlmResponse#model()}. */
    public Builder model(@Nullable String model) {
      this.model = model;
      return this;
    }

    /** See {@link LlmResponse#outputs()}. */
    public Builder outputs(List<Message> outputs) {
      this.outputs = Checks.copy(outputs, "outputs");
      return this;
    }

    /** See {@link LlmResponse#finishReasons()}. */
    public Builder finishReasons(List<String> finishReasons) {
      this.finishReasons = Checks.copy(finishReasons, "finishReasons");
      return this;
    }

    /** See {@link LlmResponse#usage()}. */
    public Builder usage(TokenUsage usage) {
      this.usage = Objects.requireNonNull(usage, "usage must not be null");
      return this;
    }

    /** See {@link LlmResponse#serviceTier()}. */
    public Builder serviceTier(@Nullable String serviceTier) {
      this.serviceTier = serviceTier;
      return this;
    }

    /** See {@link LlmResponse#systemFingerprint()}. */
    public Builder systemFingerprint(@Nullable String systemFingerprint) {
      this.systemFingerprint = systemFingerprint;
      return this;
    }

    /** See {@link LlmResponse#status()}. */
    public Builder status(@Nullable String status) {
      this.status = status;
      return this;
    }

    /** See {@link LlmResponse#structuredOutputError()}. */
    public Builder structuredOutputError(@Nullable String exceptionType) {
      this.structuredOutputError = exceptionType;
      return this;
    }

    /** Sets one of {@link LlmResponse#headers()}; the name is put into lower case. */
    public Builder header(String name, String value) {
      if (headers == null) {
        headers = new LinkedHashMap<>();
      }
      headers.put(
          Checks.notBlank(name, "name").toLowerCase(Locale.ROOT),
          Objects.requireNonNull(value, "value must not be null"));
      return this;
    }

    /** The response as it stands. */
    public LlmResponse build() {
      return new LlmResponse(this);
    }
  }
}
