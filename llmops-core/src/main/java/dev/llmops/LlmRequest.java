package dev.llmops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of a model. Immutable; make one with {@link #chat}, {@link #embeddings}, {@link
 * #textCompletion} or {@link #builder}, and reuse it where the request does not change.
 *
 * <p>Messages are content: they reach only those consumers whose {@link ContentPolicy} asks for
 * them. Leave them out when nothing captures content ({@link LlmOps#capturesContent()}).
 */
public final class LlmRequest {

  /** The operation of a conversation with a model. */
  public static final String CHAT = "chat";

  /** The operation of multimodal generation (Gemini's name for it). */
  public static final String GENERATE_CONTENT = "generate_content";

  /** The operation of a legacy text completion. */
  public static final String TEXT_COMPLETION = "text_completion";

  /** The operation of making embeddings. */
  public static final String EMBEDDINGS = "embeddings";

  private final String operation;
  private final String provider;
  private final @Nullable String model;
  private final @Nullable String serverAddress;
  private final @Nullable Integer serverPort;
  private final boolean stream;
  private final RequestParameters parameters;
  private final List<MessagePart> systemInstructions;
  private final List<Message> messages;
  private final List<ToolDefinition> tools;
  private final @Nullable String conversationId;
  private final @Nullable String userId;
  private final @Nullable String sessionId;
  private final @Nullable Prompt prompt;
  private final Map<String, String> tags;

  private LlmRequest(Builder builder) {
    operation = builder.operation;
    provider = builder.provider;
    model = builder.model;
    serverAddress = builder.serverAddress;
    serverPort = builder.serverPort;
    stream = builder.stream;
    parameters = builder.parameters;
    systemInstructions = builder.systemInstructions;
    messages = builder.messages == null ? List.of() : Checks.copy(builder.messages, "messages");
    tools = builder.tools;
    conversationId = builder.conversationId;
    userId = builder.userId;
    sessionId = builder.sessionId;
    prompt = builder.prompt;
    tags = builder.tags == null ? Map.of() : Checks.copy(builder.tags, "tags");
  }

  /**
   * A chat with a model, without more to say about it.
   *
   * @param provider the well-known provider name ({@code openai}, {@code anthropic}, {@code
   *     aws.bedrock}, …) or your own name for a server of yours ({@code vllm}, {@code local})
   * @param model the model's name as it is sent
   */
  public static LlmRequest chat(String provider, String model) {
    return builder(CHAT, provider).model(model).build();
  }

  /** A request for embeddings; see {@link #chat} for the names. */
  public static LlmRequest embeddings(String provider, String model) {
    return builder(EMBEDDINGS, provider).model(model).build();
  }

  /** A legacy text completion; see {@link #chat} for the names. */
  public static LlmRequest textCompletion(String provider, String model) {
    return builder(TEXT_COMPLETION, provider).model(model).build();
  }

  /**
   * A builder for any operation.
   *
   * @param operation {@link #CHAT} or another operation name of the OpenTelemetry GenAI
   *     conventions; low cardinality, as it is a metric label
   * @param provider see {@link #chat}
   */
  public static Builder builder(String operation, String provider) {
    return new Builder(operation, provider);
  }

  /** A builder that starts from this request. */
  public Builder toBuilder() {
    Builder builder = new Builder(operation, provider);
    builder.model = model;
    builder.serverAddress = serverAddress;
    builder.serverPort = serverPort;
    builder.stream = stream;
    builder.parameters = parameters;
    builder.systemInstructions = systemInstructions;
    builder.messages = messages;
    builder.tools = tools;
    builder.conversationId = conversationId;
    builder.userId = userId;
    builder.sessionId = sessionId;
    builder.prompt = prompt;
    builder.tags = tags.isEmpty() ? null : new LinkedHashMap<>(tags);
    return builder;
  }

  /** The operation, such as {@link #CHAT}. */
  public String operation() {
    return operation;
  }

  /** The provider's name. */
  public String provider() {
    return provider;
  }

  /** The model as it was asked for, absent where the request names none. */
  public @Nullable String model() {
    return model;
  }

  /** Host name or address of the server, absent when not known. */
  public @Nullable String serverAddress() {
    return serverAddress;
  }

  /** Port of the server, 1 to 65535, absent when not known. */
  public @Nullable Integer serverPort() {
    return serverPort;
  }

  /** Whether the answer was asked for in chunks. */
  public boolean stream() {
    return stream;
  }

  /** Sampling and other parameters; {@link RequestParameters#NONE} when none was named. */
  public RequestParameters parameters() {
    return parameters;
  }

  /** Instructions that the provider keeps apart from the messages; empty when there are none. */
  public List<MessagePart> systemInstructions() {
    return systemInstructions;
  }

  /** The conversation as it was sent; empty when it was not captured. */
  public List<Message> messages() {
    return messages;
  }

  /** The tools on offer; empty when there are none or they were not captured. */
  public List<ToolDefinition> tools() {
    return tools;
  }

  /** The conversation this call belongs to, absent when none was told; never made up. */
  public @Nullable String conversationId() {
    return conversationId;
  }

  /** The user on whose behalf the call is made, absent when none was told. */
  public @Nullable String userId() {
    return userId;
  }

  /** The session of the application, absent when none was told. */
  public @Nullable String sessionId() {
    return sessionId;
  }

  /** The prompt template, absent when none was told. */
  public @Nullable Prompt prompt() {
    return prompt;
  }

  /** The caller's own labels; empty when there are none. Never metric labels unless listed. */
  public Map<String, String> tags() {
    return tags;
  }

  /** Whether this request carries content of any kind. */
  boolean hasContent() {
    return !messages.isEmpty()
        || !systemInstructions.isEmpty()
        || !tools.isEmpty()
        || (prompt != null && !prompt.variables().isEmpty());
  }

  LlmRequest withStream() {
    return stream ? this : toBuilder().stream(true).build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LlmRequest that
        && operation.equals(that.operation)
        && provider.equals(that.provider)
        && Objects.equals(model, that.model)
        && Objects.equals(serverAddress, that.serverAddress)
        && Objects.equals(serverPort, that.serverPort)
        && stream == that.stream
        && parameters.equals(that.parameters)
        && systemInstructions.equals(that.systemInstructions)
        && messages.equals(that.messages)
        && tools.equals(that.tools)
        && Objects.equals(conversationId, that.conversationId)
        && Objects.equals(userId, that.userId)
        && Objects.equals(sessionId, that.sessionId)
        && Objects.equals(prompt, that.prompt)
        && tags.equals(that.tags);
  }

  @Override
  public int hashCode() {
    return Objects.hash(operation, provider, model, parameters, messages, conversationId, userId);
  }

  /** Operation, provider and model; never content. */
  @Override
  public String toString() {
    return "LlmRequest[" + operation + " " + provider + " " + model + "]";
  }

  /** Collects a request; null unsets an optional field. Not thread-safe. */
  public static final class Builder {
    private final String operation;
    private final String provider;
    private @Nullable String model;
    private @Nullable String serverAddress;
    private @Nullable Integer serverPort;
    private boolean stream;
    private RequestParameters parameters = RequestParameters.NONE;
    private List<MessagePart> systemInstructions = List.of();
    private @Nullable List<Message> messages;
    private boolean ownsMessages;
    private List<ToolDefinition> tools = List.of();
    private @Nullable String conversationId;
    private @Nullable String userId;
    private @Nullable String sessionId;
    private @Nullable Prompt prompt;
    private @Nullable Map<String, String> tags;

    private Builder(String operation, String provider) {
      this.operation = Checks.notBlank(operation, "operation");
      this.provider = Checks.notBlank(provider, "provider");
    }

    /** See {@link LlmRequest#model()}. */
    public Builder model(@Nullable String model) {
      this.model = model == null || model.isBlank() ? null : model;
      return this;
    }

    /**
     * Where the request goes.
     *
     * @param address host name or address, without scheme or path
     * @param port 1 to 65535, or null when not known
     */
    public Builder server(@Nullable String address, @Nullable Integer port) {
      if (port != null) {
        Checks.between(port, 1, 65_535, "port");
      }
      this.serverAddress = address == null || address.isBlank() ? null : address;
      this.serverPort = port;
      return this;
    }

    /** See {@link LlmRequest#stream()}; {@link LlmOps#stream} sets it by itself. */
    public Builder stream(boolean stream) {
      this.stream = stream;
      return this;
    }

    /** See {@link LlmRequest#parameters()}. */
    public Builder parameters(RequestParameters parameters) {
      this.parameters = Objects.requireNonNull(parameters, "parameters must not be null");
      return this;
    }

    /** See {@link LlmRequest#systemInstructions()}. */
    public Builder systemInstructions(List<MessagePart> instructions) {
      this.systemInstructions = Checks.copy(instructions, "systemInstructions");
      return this;
    }

    /** Replaces the messages. */
    public Builder messages(List<Message> messages) {
      this.messages = Objects.requireNonNull(messages, "messages must not be null");
      this.ownsMessages = false;
      return this;
    }

    /** Adds one message. */
    public Builder message(Message message) {
      if (messages == null || !ownsMessages) {
        messages = messages == null ? new ArrayList<>() : new ArrayList<>(messages);
        ownsMessages = true;
      }
      messages.add(Objects.requireNonNull(message, "message must not be null"));
      return this;
    }

    /** See {@link LlmRequest#tools()}. */
    public Builder tools(List<ToolDefinition> tools) {
      this.tools = Checks.copy(tools, "tools");
      return this;
    }

    /** See {@link LlmRequest#conversationId()}. */
    public Builder conversationId(@Nullable String conversationId) {
      this.conversationId = conversationId;
      return this;
    }

    /** See {@link LlmRequest#userId()}. */
    public Builder userId(@Nullable String userId) {
      this.userId = userId;
      return this;
    }

    /** See {@link LlmRequest#sessionId()}. */
    public Builder sessionId(@Nullable String sessionId) {
      this.sessionId = sessionId;
      return this;
    }

    /** See {@link LlmRequest#prompt()}. */
    public Builder prompt(@Nullable Prompt prompt) {
      this.prompt = prompt;
      return this;
    }

    /** Sets one of {@link LlmRequest#tags()}. */
    public Builder tag(String key, String value) {
      if (tags == null) {
        tags = new LinkedHashMap<>();
      }
      tags.put(Checks.notBlank(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /** The request as it stands. */
    public LlmRequest build() {
      return new LlmRequest(this);
    }
  }
}
