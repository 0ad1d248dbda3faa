package dev.llmops.client.openai;

import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.ResponsesModel;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseCustomToolCall;
import com.openai.models.responses.ResponseError;
import com.openai.models.responses.ResponseErrorEvent;
import com.openai.models.responses.ResponseFormatTextConfig;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputContent;
import com.openai.models.responses.ResponseInputFile;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseOutputMessage;
import com.openai.models.responses.ResponsePrompt;
import com.openai.models.responses.ResponseReasoningItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseTextConfig;
import com.openai.models.responses.ResponseUsage;
import com.openai.models.responses.StructuredResponse;
import com.openai.models.responses.StructuredResponseCreateParams;
import com.openai.models.responses.Tool;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.ChunkReader;
import dev.llmops.JsonText;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import dev.llmops.Prompt;
import dev.llmops.RequestParameters;
import dev.llmops.StreamRecorder;
import dev.llmops.ToolDefinition;
import dev.llmops.server.ServerTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Responses that are created. */
@SuppressWarnings("deprecation") // fields that applications still send
final class ResponsesFormat extends Format<ResponseCreateParams, Response, ResponseStreamEvent> {

  static final ResponsesFormat INSTANCE = new ResponsesFormat();

  static final String API_TYPE = "responses";

  private ResponsesFormat() {
    super(ResponseCreateParams.class, Response.class);
  }

  @Override
  String operation() {
    return LlmRequest.CHAT;
  }

  @Override
  void request(ResponseCreateParams params, LlmRequest.Builder into, boolean content) {
    into.model(name(Fields.known(params._model())))
        .userId(Fields.known(params._user()))
        .conversationId(conversation(Fields.known(params._conversation())))
        .prompt(prompt(Fields.known(params._prompt())))
        .parameters(parameters(params));
    if (content) {
      String instructions = Fields.known(params._instructions());
      if (instructions != null) {
        into.systemInstructions(List.of(new MessagePart.Text(instructions)));
      }
      into.messages(messages(Fields.known(params._input()))).tools(tools(params));
    }
  }

  @Override
  @Nullable Object raw(@Nullable Object parameters) {
    return parameters instanceof StructuredResponseCreateParams<?> structured
        ? structured.rawParams()
        : parameters;
  }

  @Override
  Class<?> plain(Class<?> type) {
    return type == StructuredResponseCreateParams.class ? ResponseCreateParams.class : type;
  }

  @Override
  @Nullable Class<?> outputType(@Nullable Object parameters) {
    return parameters instanceof StructuredResponseCreateParams<?> structured
        ? structured.responseType()
        : null;
  }

  @Override
  @Nullable Object rawResult(@Nullable Object result) {
    return result instanceof StructuredResponse<?> structured ? structured.rawResponse() : result;
  }

  @Override
  Object structured(Class<?> type, Object result) {
    return new StructuredResponse<>(type, (Response) result);
  }

  @Override
  Object body(ResponseCreateParams params) {
    return params._body();
  }

  @Override
  LlmResponse.Builder response(Response response, boolean content) {
    return read(response, content).usage(Usages.of(Fields.known(response._usage())));
  }

  @Override
  @Nullable CallError failure(Response response) {
    ResponseStatus status = Fields.known(response._status());
    return status != null && "failed".equals(Fields.known(status._value()))
        ? failureOf(response)
        : null;
  }

  @Override
  ServerTiming.Body timings(Response response) {
    return timingsOf(response);
  }

  private static ServerTiming.Body timingsOf(Response response) {
    ResponseUsage usage = Fields.known(response._usage());
    return Timings.body(
        response._additionalProperties(),
        usage == null ? Map.of() : usage._additionalProperties(),
        usage == null ? null : Fields.known(usage._outputTokens()));
  }

  /** Why a response failed, as it says itself. */
  private static CallError failureOf(@Nullable Response response) {
    ResponseError error = response == null ? null : Fields.known(response._error());
    if (error == null) {
      return Failures.reported(null, null, null, "error");
    }
    ResponseError.Code code = Fields.known(error._code());
    return Failures.reported(
        code == null ? null : Fields.known(code._value()),
        Fields.known(error._type()),
        Fields.known(error._message()),
        "error");
  }

  @Override
  ChunkReader<ResponseStreamEvent> chunks() {
    return new Events(true);
  }

  /** Everything but the usage. */
  static LlmResponse.Builder read(Response response, boolean content) {
    ResponseStatus state = Fields.known(response._status());
    String status = state == null ? null : Fields.known(state._value());
    Response.ServiceTier tier = Fields.known(response._serviceTier());
    List<ResponseOutputItem> items = Fields.list(response._output());
    String reason = finishReason(response, status, items);
    LlmResponse.Builder builder =
        LlmResponse.builder()
            .id(Fields.known(response._id()))
            .model(name(Fields.known(response._model())))
            .serviceTier(tier == null ? null : Fields.known(tier._value()))
            .status(status)
            .finishReasons(reason == null ? List.of() : List.of(reason));
    return content && !items.isEmpty() ? builder.outputs(List.of(output(items))) : builder;
  }

  /** The text that a structured output is parsed from, one a part. */
  static List<String> texts(Response response) {
    List<String> texts = new ArrayList<>(1);
    for (ResponseOutputItem item : Fields.list(response._output())) {
      if (item.isMessage()) {
        for (ResponseOutputMessage.Content part : Fields.list(item.asMessage()._content())) {
          String text = part.isOutputText() ? Fields.known(part.asOutputText()._text()) : null;
          if (text != null) {
            texts.add(text);
          }
        }
      }
    }
    return texts;
  }

  private static @Nullable String name(@Nullable ResponsesModel model) {
    if (model == null) {
      return null;
    }
    return model.isString()
        ? model.asString()
        : model.isChat()
            ? Fields.known(model.asChat()._value())
            : model.isOnly() ? Fields.known(model.asOnly()._value()) : null;
  }

  private static @Nullable String conversation(
      ResponseCreateParams.@Nullable Conversation conversation) {
    if (conversation == null) {
      return null;
    }
    return conversation.isId()
        ? conversation.asId()
        : conversation.isResponseConversationParam()
            ? Fields.known(conversation.asResponseConversationParam()._id())
            : null;
  }

  /** A template that is kept at OpenAI, by its id. */
  private static @Nullable Prompt prompt(@Nullable ResponsePrompt prompt) {
    String id = prompt == null ? null : Fields.known(prompt._id());
    if (prompt == null || id == null || id.isBlank()) {
      return null;
    }
    String version = Fields.known(prompt._version());
    return version == null ? Prompt.of(id) : Prompt.of(id, version);
  }

  private static RequestParameters parameters(ResponseCreateParams params) {
    Reasoning reasoning = Fields.known(params._reasoning());
    ReasoningEffort effort = reasoning == null ? null : Fields.known(reasoning._effort());
    ResponseCreateParams.ServiceTier tier = Fields.known(params._serviceTier());
    return RequestParameters.builder()
        .apiType(API_TYPE)
        .temperature(Fields.decimal(params._temperature()))
        .topP(Fields.decimal(params._topP()))
        .maxTokens(Fields.whole(params._maxOutputTokens()))
        .reasoningLevel(effort == null ? null : Fields.known(effort._value()))
        .previousResponseId(Fields.known(params._previousResponseId()))
        .serviceTier(tier == null ? null : Fields.known(tier._value()))
        .outputType(outputType(Fields.known(params._text())))
        .build();
  }

  private static @Nullable String outputType(@Nullable ResponseTextConfig text) {
    ResponseFormatTextConfig format = text == null ? null : Fields.known(text._format());
    if (format == null) {
      return null;
    }
    return format.isJsonSchema() || format.isJsonObject() ? JSON : format.isText() ? TEXT : null;
  }

  private static List<Message> messages(ResponseCreateParams.@Nullable Input input) {
    if (input == null) {
      return List.of();
    } else if (input.isText()) {
      return List.of(Message.user(input.asText()));
    } else if (!input.isResponse()) {
      return List.of(Message.of("user", Fields.other("input", input)));
    }
    List<Message> messages = new ArrayList<>();
    for (ResponseInputItem item : input.asResponse()) {
      messages.add(message(item));
    }
    return messages;
  }

  private static Message message(ResponseInputItem item) {
    if (item.isEasyInputMessage()) {
      EasyInputMessage easy = item.asEasyInputMessage();
      EasyInputMessage.Role role = Fields.known(easy._role());
      return new Message(
          role(role == null ? null : Fields.known(role._value())), parts(easy), null);
    } else if (item.isMessage()) {
      ResponseInputItem.Message message = item.asMessage();
      ResponseInputItem.Message.Role role = Fields.known(message._role());
      return new Message(
          role(role == null ? null : Fields.known(role._value())),
          parts(Fields.list(message._content())),
          null);
    } else if (item.isResponseOutputMessage()) {
      List<MessagePart> parts = new ArrayList<>(1);
      add(item.asResponseOutputMessage(), parts);
      return new Message("assistant", parts, null);
    } else if (item.isFunctionCall()) {
      return Message.of("assistant", toolCall(item.asFunctionCall()));
    } else if (item.isCustomToolCall()) {
      return Message.of("assistant", toolCall(item.asCustomToolCall()));
    } else if (item.isReasoning()) {
      List<MessagePart> parts = new ArrayList<>(1);
      add(item.asReasoning(), parts);
      return new Message("assistant", parts, null);
    } else if (item.isFunctionCallOutput()) {
      ResponseInputItem.FunctionCallOutput result = item.asFunctionCallOutput();
      ResponseInputItem.FunctionCallOutput.Output output = Fields.known(result._output());
      String text =
          output == null ? "" : output.isString() ? output.asString() : Fields.json(output).text();
      return Message.tool(Fields.known(result._callId()), text);
    }
    return Message.of("user", Fields.other("item", item));
  }

  private static String role(@Nullable String role) {
    return role == null || role.isBlank() ? "user" : role;
  }

  private static List<MessagePart> parts(EasyInputMessage message) {
    EasyInputMessage.Content content = Fields.known(message._content());
    if (content == null) {
      return List.of();
    }
    return content.isTextInput()
        ? List.of(new MessagePart.Text(content.asTextInput()))
        : content.isResponseInputMessageContentList()
            ? parts(content.asResponseInputMessageContentList())
            : List.of(Fields.other("content", content));
  }

  private static List<MessagePart> parts(List<ResponseInputContent> contents) {
    List<MessagePart> parts = new ArrayList<>(contents.size());
    for (ResponseInputContent content : contents) {
      parts.add(part(content));
    }
    return parts;
  }

  private static MessagePart part(ResponseInputContent content) {
    if (content.isInputText()) {
      String text = Fields.known(content.asInputText()._text());
      if (text != null) {
        return new MessagePart.Text(text);
      }
    } else if (content.isInputImage()) {
      ResponseInputImage image = content.asInputImage();
      String id = Fields.known(image._fileId());
      String url = Fields.known(image._imageUrl());
      if (id != null) {
        return new MessagePart.FileRef(Modality.IMAGE, null, id);
      } else if (url != null) {
        return Media.image(url);
      }
    } else if (content.isInputFile()) {
      ResponseInputFile file = content.asInputFile();
      MessagePart reference =
          Media.file(
              Fields.known(file._fileId()),
              Fields.known(file._fileUrl()),
              Fields.known(file._fileData()));
      if (reference != null) {
        return reference;
      }
    }
    return Fields.other("content", content);
  }

  private static List<ToolDefinition> tools(ResponseCreateParams params) {
    List<Tool> given = Fields.list(params._tools());
    List<ToolDefinition> tools = new ArrayList<>(given.size());
    for (Tool tool : given) {
      if (tool.isFunction()) {
        FunctionTool function = tool.asFunction();
        String name = Fields.known(function._name());
        if (name != null && !name.isBlank()) {
          FunctionTool.Parameters schema = Fields.known(function._parameters());
          tools.add(
              ToolDefinition.function(
                  name,
                  Fields.known(function._description()),
                  schema == null ? null : Fields.json(schema)));
        }
      } else {
        String type = builtIn(tool);
        tools.add(new ToolDefinition(type, type, null, Fields.json(tool)));
      }
    }
    return tools;
  }

  /** OpenAI's own tools have no name but their type. */
  private static String builtIn(Tool tool) {
    if (tool.isWebSearch() || tool.isWebSearchPreview()) {
      return "web_search";
    } else if (tool.isFileSearch()) {
      return "file_search";
    } else if (tool.isCodeInterpreter()) {
      return "code_interpreter";
    } else if (tool.isImageGeneration()) {
      return "image_generation";
    } else if (tool.isComputer() || tool.isComputerUsePreview()) {
      return "computer";
    } else if (tool.isMcp()) {
      return "mcp";
    }
    return tool.isCustom() ? "custom" : "other";
  }

  private static @Nullable String finishReason(
      Response response, @Nullable String status, List<ResponseOutputItem> items) {
    if (status == null) {
      return null;
    }
    switch (status) {
      case "completed":
        for (ResponseOutputItem item : items) {
          if (item.isFunctionCall() || item.isCustomToolCall()) {
            return "tool_call";
          }
        }
        return "stop";
      case "incomplete":
        Response.IncompleteDetails details = Fields.known(response._incompleteDetails());
        Response.IncompleteDetails.Reason reason =
            details == null ? null : Fields.known(details._reason());
        String wire = reason == null ? null : Fields.known(reason._value());
        return "max_output_tokens".equals(wire) ? "length" : wire;
      case "failed":
        return "error";
      default:
        return null;
    }
  }

  /** All items of a response are one message: together they are what the model said. */
  private static Message output(List<ResponseOutputItem> items) {
    List<MessagePart> parts = new ArrayList<>(items.size());
    for (ResponseOutputItem item : items) {
      if (item.isMessage()) {
        add(item.asMessage(), parts);
      } else if (item.isFunctionCall()) {
        parts.add(toolCall(item.asFunctionCall()));
      } else if (item.isCustomToolCall()) {
        parts.add(toolCall(item.asCustomToolCall()));
      } else if (item.isReasoning()) {
        add(item.asReasoning(), parts);
      } else {
        parts.add(Fields.other("item", item));
      }
    }
    return new Message("assistant", parts, null);
  }

  private static void add(ResponseOutputMessage message, List<MessagePart> parts) {
    for (ResponseOutputMessage.Content content : Fields.list(message._content())) {
      String text = content.isOutputText() ? Fields.known(content.asOutputText()._text()) : null;
      String refusal = content.isRefusal() ? Fields.known(content.asRefusal()._refusal()) : null;
      parts.add(
          text != null
              ? new MessagePart.Text(text)
              : refusal != null
                  ? new MessagePart.Refusal(refusal)
                  : Fields.other("content", content));
    }
  }

  /** The summaries, else the reasoning itself where the server shows it. */
  private static void add(ResponseReasoningItem reasoning, List<MessagePart> parts) {
    List<ResponseReasoningItem.Summary> summaries = Fields.list(reasoning._summary());
    for (ResponseReasoningItem.Summary summary : summaries) {
      String text = Fields.known(summary._text());
      if (text != null) {
        parts.add(new MessagePart.Reasoning(text));
      }
    }
    if (summaries.isEmpty()) {
      for (ResponseReasoningItem.Content content : Fields.list(reasoning._content())) {
        String text = Fields.known(content._text());
        if (text != null) {
          parts.add(new MessagePart.Reasoning(text));
        }
      }
    }
  }

  private static MessagePart toolCall(ResponseFunctionToolCall call) {
    return toolCall(
        Fields.known(call._callId()), Fields.known(call._name()), Fields.known(call._arguments()));
  }

  private static MessagePart toolCall(ResponseCustomToolCall call) {
    return toolCall(
        Fields.known(call._callId()), Fields.known(call._name()), Fields.known(call._input()));
  }

  private static MessagePart toolCall(
      @Nullable String id, @Nullable String name, @Nullable String arguments) {
    return new MessagePart.ToolCall(
        id, name == null ? "" : name, arguments == null ? null : new JsonText(arguments));
  }

  /**
   * Reads the events of one stream. Deltas are kept for the case that the stream is left early; the
   * last event brings the whole response, which then replaces them.
   */
  static final class Events implements ChunkReader<ResponseStreamEvent> {

    private static final CallCodec<ResponseStreamEvent> CODEC =
        new ClientCodec<>(ResponseStreamEvent.class);

    private final boolean inference;
    private final List<Integer> toolCalls = new ArrayList<>(0); // their places among the items

    /**
     * @param inference whether this stream made the tokens, or fetches what was made before
     */
    Events(boolean inference) {
      this.inference = inference;
    }

    @Override
    public void read(ResponseStreamEvent event, StreamRecorder into) {
      if (event.isOutputTextDelta()) { // most events by far
        text(into, Fields.known(event.asOutputTextDelta()._delta()));
      } else if (event.isFunctionCallArgumentsDelta()) {
        var delta = event.asFunctionCallArgumentsDelta();
        toolCall(
            into, Fields.index(delta._outputIndex()), null, null, Fields.known(delta._delta()));
      } else if (event.isReasoningSummaryTextDelta()) {
        reasoning(into, Fields.known(event.asReasoningSummaryTextDelta()._delta()));
      } else if (event.isReasoningTextDelta()) {
        reasoning(into, Fields.known(event.asReasoningTextDelta()._delta()));
      } else if (event.isRefusalDelta()) {
        String refusal = Fields.known(event.asRefusalDelta()._delta());
        if (refusal != null) {
          into.refusal(0, refusal);
        }
      } else if (event.isCustomToolCallInputDelta()) {
        var delta = event.asCustomToolCallInputDelta();
        toolCall(
            into, Fields.index(delta._outputIndex()), null, null, Fields.known(delta._delta()));
      } else if (event.isAudioTranscriptDelta()) {
        text(into, Fields.known(event.asAudioTranscriptDelta()._delta()));
      } else if (event.isOutputItemAdded()) {
        var added = event.asOutputItemAdded();
        ResponseOutputItem item = Fields.known(added._item());
        if (item != null && item.isFunctionCall()) {
          ResponseFunctionToolCall call = item.asFunctionCall();
          toolCall(
              into,
              Fields.index(added._outputIndex()),
              Fields.known(call._callId()),
              Fields.known(call._name()),
              null);
        } else if (item != null && item.isCustomToolCall()) {
          ResponseCustomToolCall call = item.asCustomToolCall();
          toolCall(
              into,
              Fields.index(added._outputIndex()),
              Fields.known(call._callId()),
              Fields.known(call._name()),
              null);
        }
      } else if (event.isCreated()) {
        begun(into, Fields.known(event.asCreated()._response()));
      } else if (event.isCompleted()) {
        ended(into, Fields.known(event.asCompleted()._response()));
      } else if (event.isIncomplete()) {
        ended(into, Fields.known(event.asIncomplete()._response()));
      } else if (event.isFailed()) {
        Response response = Fields.known(event.asFailed()._response());
        ended(into, response);
        into.failed(failureOf(response));
      } else if (event.isError()) {
        ResponseErrorEvent error = event.asError();
        into.failed(
            Failures.reported(
                Fields.known(error._code()), null, Fields.known(error._message()), "error"));
      }
    }

    private static void text(StreamRecorder into, @Nullable String delta) {
      if (delta != null) {
        into.text(0, delta);
      }
    }

    private static void reasoning(StreamRecorder into, @Nullable String delta) {
      if (delta != null) {
        into.reasoning(0, delta);
      }
    }

    private void toolCall(
        StreamRecorder into,
        int place,
        @Nullable String id,
        @Nullable String name,
        @Nullable String arguments) {
      int index = toolCalls.indexOf(place);
      if (index < 0) {
        index = toolCalls.size();
        toolCalls.add(place);
      }
      into.toolCall(0, index, id, name, arguments);
    }

    private static void begun(StreamRecorder into, @Nullable Response response) {
      if (response != null) {
        ResponseStatus status = Fields.known(response._status());
        into.id(Fields.known(response._id()));
        into.model(name(Fields.known(response._model())));
        into.status(status == null ? null : Fields.known(status._value()));
      }
    }

    private void ended(StreamRecorder into, @Nullable Response response) {
      if (response != null) {
        LlmResponse.Builder whole = ResponsesFormat.read(response, into.capturesContent());
        into.serverTiming(ServerTiming.read(ServerTiming.Headers.NONE, timingsOf(response), true));
        into.response(
            inference
                ? whole.usage(Usages.of(Fields.known(response._usage()))).build()
                : whole.build());
      }
    }

    @Override
    public CallError readError(Throwable error) {
      return Failures.of(error);
    }

    @Override
    public CallCodec<ResponseStreamEvent> codec() {
      return CODEC;
    }
  }
}
