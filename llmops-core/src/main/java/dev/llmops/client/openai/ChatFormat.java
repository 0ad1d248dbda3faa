package dev.llmops.client.openai;

import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.models.ChatModel;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionAssistantMessageParam;
import com.openai.models.chat.completions.ChatCompletionAudio;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionChunk.Choice.Delta;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartInputAudio;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionCustomTool;
import com.openai.models.chat.completions.ChatCompletionDeveloperMessageParam;
import com.openai.models.chat.completions.ChatCompletionFunctionMessageParam;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageCustomToolCall;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionMessageParam;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionSystemMessageParam;
import com.openai.models.chat.completions.ChatCompletionTool;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.chat.completions.ChatCompletionUserMessageParam;
import com.openai.models.chat.completions.StructuredChatCompletion;
import com.openai.models.chat.completions.StructuredChatCompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.ChunkReader;
import dev.llmops.JsonText;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import dev.llmops.RequestParameters;
import dev.llmops.StreamRecorder;
import dev.llmops.ToolDefinition;
import dev.llmops.server.ServerTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Chat completions. */
@SuppressWarnings("deprecation") // fields that applications and other servers still send
final class ChatFormat
    extends Format<ChatCompletionCreateParams, ChatCompletion, ChatCompletionChunk> {

  static final ChatFormat INSTANCE = new ChatFormat();

  private ChatFormat() {
    super(ChatCompletionCreateParams.class, ChatCompletion.class);
  }

  @Override
  String operation() {
    return LlmRequest.CHAT;
  }

  @Override
  void request(ChatCompletionCreateParams params, LlmRequest.Builder into, boolean content) {
    ChatModel model = Fields.known(params._model());
    into.model(model == null ? null : Fields.known(model._value()))
        .userId(Fields.known(params._user()))
        .parameters(parameters(params));
    if (content) {
      into.messages(messages(params)).tools(tools(params));
    }
  }

  @Override
  @Nullable Object raw(@Nullable Object parameters) {
    return parameters instanceof StructuredChatCompletionCreateParams<?> structured
        ? structured.rawParams()
        : parameters;
  }

  @Override
  Class<?> plain(Class<?> type) {
    return type == StructuredChatCompletionCreateParams.class
        ? ChatCompletionCreateParams.class
        : type;
  }

  @Override
  @Nullable Class<?> outputType(@Nullable Object parameters) {
    return parameters instanceof StructuredChatCompletionCreateParams<?> structured
        ? structured.responseType()
        : null;
  }

  @Override
  @Nullable Object rawResult(@Nullable Object result) {
    return result instanceof StructuredChatCompletion<?> structured
        ? structured.rawChatCompletion()
        : result;
  }

  @Override
  Object structured(Class<?> type, Object result) {
    return new StructuredChatCompletion<>(type, (ChatCompletion) result);
  }

  @Override
  Object body(ChatCompletionCreateParams params) {
    return params._body();
  }

  @Override
  LlmResponse.Builder response(ChatCompletion chat, boolean content) {
    List<ChatCompletion.Choice> choices = Fields.list(chat._choices());
    List<String> reasons = new ArrayList<>(choices.size());
    List<Message> outputs = content ? new ArrayList<>(choices.size()) : List.of();
    for (ChatCompletion.Choice choice : choices) {
      ChatCompletion.Choice.FinishReason reason = Fields.known(choice._finishReason());
      String wire = reason == null ? null : Fields.known(reason._value());
      if (wire != null) {
        reasons.add(finishReason(wire));
      }
      if (content) {
        outputs.add(output(Fields.known(choice._message())));
      }
    }
    ChatCompletion.ServiceTier tier = Fields.known(chat._serviceTier());
    return LlmResponse.builder()
        .id(Fields.known(chat._id()))
        .model(Fields.known(chat._model()))
        .serviceTier(tier == null ? null : Fields.known(tier._value()))
        .systemFingerprint(Fields.known(chat._systemFingerprint()))
        .usage(Usages.of(Fields.known(chat._usage())))
        .finishReasons(reasons)
        .outputs(outputs);
  }

  @Override
  ServerTiming.Body timings(ChatCompletion chat) {
    return timings(chat._additionalProperties(), Fields.known(chat._usage()));
  }

  private static ServerTiming.Body timings(
      Map<String, JsonValue> top, @Nullable CompletionUsage usage) {
    return Timings.body(
        top,
        usage == null ? Map.of() : usage._additionalProperties(),
        usage == null ? null : Fields.known(usage._completionTokens()));
  }

  @Override
  ChunkReader<ChatCompletionChunk> chunks() {
    return Chunks.INSTANCE;
  }

  /** The text that a structured output is parsed from, one a choice. */
  static List<String> texts(ChatCompletion chat) {
    List<String> texts = new ArrayList<>(1);
    for (ChatCompletion.Choice choice : Fields.list(chat._choices())) {
      ChatCompletionMessage message = Fields.known(choice._message());
      String text = message == null ? null : Fields.known(message._content());
      if (text != null) {
        texts.add(text);
      }
    }
    return texts;
  }

  private static RequestParameters parameters(ChatCompletionCreateParams params) {
    Long maxTokens = Fields.whole(params._maxCompletionTokens());
    ReasoningEffort effort = Fields.known(params._reasoningEffort());
    ChatCompletionCreateParams.ServiceTier tier = Fields.known(params._serviceTier());
    return RequestParameters.builder()
        .apiType("chat_completions")
        .temperature(Fields.decimal(params._temperature()))
        .topP(Fields.decimal(params._topP()))
        .maxTokens(maxTokens == null ? Fields.whole(params._maxTokens()) : maxTokens)
        .presencePenalty(Fields.decimal(params._presencePenalty()))
        .frequencyPenalty(Fields.decimal(params._frequencyPenalty()))
        .seed(Fields.whole(params._seed()))
        .choiceCount(Fields.whole(params._n()))
        .stopSequences(stops(params._stop()))
        .reasoningLevel(effort == null ? null : Fields.known(effort._value()))
        .serviceTier(tier == null ? null : Fields.known(tier._value()))
        .outputType(outputType(params))
        .build();
  }

  private static List<String> stops(JsonField<ChatCompletionCreateParams.Stop> field) {
    ChatCompletionCreateParams.Stop stop = Fields.known(field);
    if (stop == null) {
      return List.of();
    }
    return stop.isString()
        ? List.of(stop.asString())
        : stop.isStrings() ? stop.asStrings() : List.of();
  }

  private static @Nullable String outputType(ChatCompletionCreateParams params) {
    for (ChatCompletionCreateParams.Modality modality : Fields.list(params._modalities())) {
      if (ChatCompletionCreateParams.Modality.AUDIO.equals(modality)) {
        return "speech";
      }
    }
    ChatCompletionCreateParams.ResponseFormat format = Fields.known(params._responseFormat());
    if (format == null) {
      return null;
    }
    return format.isJsonSchema() || format.isJsonObject() ? JSON : format.isText() ? TEXT : null;
  }

  private static List<Message> messages(ChatCompletionCreateParams params) {
    List<ChatCompletionMessageParam> given = Fields.list(params._messages());
    List<Message> messages = new ArrayList<>(given.size());
    for (ChatCompletionMessageParam message : given) {
      messages.add(message(message));
    }
    return messages;
  }

  private static Message message(ChatCompletionMessageParam message) {
    if (message.isUser()) {
      return user(message.asUser());
    } else if (message.isSystem()) {
      ChatCompletionSystemMessageParam system = message.asSystem();
      ChatCompletionSystemMessageParam.Content content = Fields.known(system._content());
      List<MessagePart> parts =
          content == null
              ? List.of()
              : content.isText()
                  ? text(content.asText())
                  : content.isArrayOfContentParts()
                      ? texts(content.asArrayOfContentParts())
                      : List.of(Fields.other("content", content));
      return new Message("system", parts, Fields.known(system._name()));
    } else if (message.isDeveloper()) {
      ChatCompletionDeveloperMessageParam developer = message.asDeveloper();
      ChatCompletionDeveloperMessageParam.Content content = Fields.known(developer._content());
      List<MessagePart> parts =
          content == null
              ? List.of()
              : content.isText()
                  ? text(content.asText())
                  : content.isArrayOfContentParts()
                      ? texts(content.asArrayOfContentParts())
                      : List.of(Fields.other("content", content));
      return new Message("developer", parts, Fields.known(developer._name()));
    } else if (message.isAssistant()) {
      return assistant(message.asAssistant());
    } else if (message.isTool()) {
      ChatCompletionToolMessageParam tool = message.asTool();
      return Message.tool(
          Fields.known(tool._toolCallId()), toolText(Fields.known(tool._content())));
    } else if (message.isFunction()) {
      ChatCompletionFunctionMessageParam function = message.asFunction();
      String text = Fields.known(function._content());
      return new Message(
          "function",
          List.of(new MessagePart.ToolResponse(null, text == null ? "" : text)),
          Fields.known(function._name()));
    }
    return new Message("unknown", List.of(Fields.other("message", message)), null);
  }

  private static Message user(ChatCompletionUserMessageParam user) {
    ChatCompletionUserMessageParam.Content content = Fields.known(user._content());
    List<MessagePart> parts;
    if (content == null) {
      parts = List.of();
    } else if (content.isText()) {
      parts = text(content.asText());
    } else if (content.isArrayOfContentParts()) {
      parts = new ArrayList<>();
      for (ChatCompletionContentPart part : content.asArrayOfContentParts()) {
        parts.add(part(part));
      }
    } else {
      parts = List.of(Fields.other("content", content));
    }
    return new Message("user", parts, Fields.known(user._name()));
  }

  private static Message assistant(ChatCompletionAssistantMessageParam assistant) {
    List<MessagePart> parts = new ArrayList<>(2);
    ChatCompletionAssistantMessageParam.Content content = Fields.known(assistant._content());
    if (content != null) {
      if (content.isText()) {
        parts.add(new MessagePart.Text(content.asText()));
      } else if (content.isArrayOfContentParts()) {
        for (var part : content.asArrayOfContentParts()) {
          String text = part.isText() ? Fields.known(part.asText()._text()) : null;
          String refusal = part.isRefusal() ? Fields.known(part.asRefusal()._refusal()) : null;
          parts.add(
              text != null
                  ? new MessagePart.Text(text)
                  : refusal != null
                      ? new MessagePart.Refusal(refusal)
                      : Fields.other("content", part));
        }
      } else {
        parts.add(Fields.other("content", content));
      }
    }
    String refusal = Fields.known(assistant._refusal());
    if (refusal != null) {
      parts.add(new MessagePart.Refusal(refusal));
    }
    var audio = Fields.known(assistant._audio());
    String audioId = audio == null ? null : Fields.known(audio._id());
    if (audioId != null) {
      parts.add(new MessagePart.FileRef(Modality.AUDIO, null, audioId));
    }
    toolCalls(Fields.list(assistant._toolCalls()), parts);
    var function = Fields.known(assistant._functionCall());
    if (function != null) {
      parts.add(
          toolCall(null, Fields.known(function._name()), Fields.known(function._arguments())));
    }
    return new Message("assistant", parts, Fields.known(assistant._name()));
  }

  private static MessagePart part(ChatCompletionContentPart part) {
    if (part.isText()) {
      String text = Fields.known(part.asText()._text());
      if (text != null) {
        return new MessagePart.Text(text);
      }
    } else if (part.isImageUrl()) {
      ChatCompletionContentPartImage.ImageUrl image = Fields.known(part.asImageUrl()._imageUrl());
      String url = image == null ? null : Fields.known(image._url());
      if (url != null) {
        return Media.image(url);
      }
    } else if (part.isInputAudio()) {
      ChatCompletionContentPartInputAudio.InputAudio audio =
          Fields.known(part.asInputAudio()._inputAudio());
      String data = audio == null ? null : Fields.known(audio._data());
      if (audio != null && data != null) {
        var format = Fields.known(audio._format());
        String name = format == null ? null : Fields.known(format._value());
        return new MessagePart.Blob(Modality.AUDIO, name == null ? null : "audio/" + name, data);
      }
    } else if (part.isFile()) {
      ChatCompletionContentPart.File.FileObject file = Fields.known(part.asFile()._file());
      if (file != null) {
        MessagePart reference =
            Media.file(Fields.known(file._fileId()), null, Fields.known(file._fileData()));
        if (reference != null) {
          return reference;
        }
      }
    }
    return Fields.other("content", part);
  }

  private static List<MessagePart> text(String text) {
    return List.of(new MessagePart.Text(text));
  }

  private static List<MessagePart> texts(List<ChatCompletionContentPartText> given) {
    List<MessagePart> parts = new ArrayList<>(given.size());
    for (ChatCompletionContentPartText part : given) {
      String text = Fields.known(part._text());
      parts.add(text == null ? Fields.other("content", part) : new MessagePart.Text(text));
    }
    return parts;
  }

  private static String toolText(ChatCompletionToolMessageParam.@Nullable Content content) {
    if (content == null) {
      return "";
    } else if (content.isText()) {
      return content.asText();
    } else if (!content.isArrayOfContentParts()) {
      return Fields.json(content).text();
    }
    StringBuilder text = new StringBuilder();
    for (ChatCompletionContentPartText part : content.asArrayOfContentParts()) {
      String piece = Fields.known(part._text());
      if (piece != null) {
        text.append(piece);
      }
    }
    return text.toString();
  }

  private static List<ToolDefinition> tools(ChatCompletionCreateParams params) {
    List<ChatCompletionTool> given = Fields.list(params._tools());
    List<ToolDefinition> tools = new ArrayList<>(given.size());
    for (ChatCompletionTool tool : given) {
      if (tool.isFunction()) {
        FunctionDefinition function = Fields.known(tool.asFunction()._function());
        String name = function == null ? null : Fields.known(function._name());
        if (function != null && name != null && !name.isBlank()) {
          FunctionParameters schema = Fields.known(function._parameters());
          tools.add(
              ToolDefinition.function(
                  name,
                  Fields.known(function._description()),
                  schema == null ? null : Fields.json(schema)));
        }
      } else if (tool.isCustom()) {
        ChatCompletionCustomTool.Custom custom = Fields.known(tool.asCustom()._custom());
        String name = custom == null ? null : Fields.known(custom._name());
        if (custom != null && name != null && !name.isBlank()) {
          tools.add(new ToolDefinition("custom", name, Fields.known(custom._description()), null));
        }
      }
    }
    return tools;
  }

  private static Message output(@Nullable ChatCompletionMessage message) {
    List<MessagePart> parts = new ArrayList<>(1);
    if (message != null) {
      String reasoning = reasoning(message._additionalProperties());
      if (reasoning != null) {
        parts.add(new MessagePart.Reasoning(reasoning));
      }
      String text = Fields.known(message._content());
      if (text != null) {
        parts.add(new MessagePart.Text(text));
      }
      String refusal = Fields.known(message._refusal());
      if (refusal != null) {
        parts.add(new MessagePart.Refusal(refusal));
      }
      ChatCompletionAudio audio = Fields.known(message._audio());
      if (audio != null) {
        // by reference: the sound itself would fill whatever keeps the record
        String transcript = Fields.known(audio._transcript());
        if (transcript != null) {
          parts.add(new MessagePart.Text(transcript));
        }
        String id = Fields.known(audio._id());
        if (id != null) {
          parts.add(new MessagePart.FileRef(Modality.AUDIO, null, id));
        }
      }
      toolCalls(Fields.list(message._toolCalls()), parts);
      var function = Fields.known(message._functionCall());
      if (function != null) {
        parts.add(
            toolCall(null, Fields.known(function._name()), Fields.known(function._arguments())));
      }
    }
    return new Message("assistant", parts, null);
  }

  private static void toolCalls(
      List<ChatCompletionMessageToolCall> calls, List<MessagePart> parts) {
    for (ChatCompletionMessageToolCall call : calls) {
      if (call.isFunction()) {
        ChatCompletionMessageFunctionToolCall function = call.asFunction();
        var called = Fields.known(function._function());
        parts.add(
            toolCall(
                Fields.known(function._id()),
                called == null ? null : Fields.known(called._name()),
                called == null ? null : Fields.known(called._arguments())));
      } else if (call.isCustom()) {
        ChatCompletionMessageCustomToolCall custom = call.asCustom();
        var called = Fields.known(custom._custom());
        parts.add(
            toolCall(
                Fields.known(custom._id()),
                called == null ? null : Fields.known(called._name()),
                called == null ? null : Fields.known(called._input())));
      } else {
        parts.add(Fields.other("tool_call", call));
      }
    }
  }

  private static MessagePart toolCall(
      @Nullable String id, @Nullable String name, @Nullable String arguments) {
    return new MessagePart.ToolCall(
        id, name == null ? "" : name, arguments == null ? null : new JsonText(arguments));
  }

  /** What DeepSeek, vLLM, llama.cpp and OpenRouter call it; OpenAI's chat does not show any. */
  private static @Nullable String reasoning(Map<String, JsonValue> unknown) {
    if (unknown.isEmpty()) {
      return null;
    }
    String text = Fields.text(unknown, "reasoning_content");
    return text == null ? Fields.text(unknown, "reasoning") : text;
  }

  /** Reads chunks; without state, as each chunk says which choice it continues. */
  private static final class Chunks implements ChunkReader<ChatCompletionChunk> {

    static final Chunks INSTANCE = new Chunks();
    private static final CallCodec<ChatCompletionChunk> CODEC =
        new ClientCodec<>(ChatCompletionChunk.class);

    @Override
    public void read(ChatCompletionChunk chunk, StreamRecorder into) {
      into.id(Fields.known(chunk._id()));
      into.model(Fields.known(chunk._model()));
      into.systemFingerprint(Fields.known(chunk._systemFingerprint()));
      ChatCompletionChunk.ServiceTier tier = Fields.known(chunk._serviceTier());
      if (tier != null) {
        into.serviceTier(Fields.known(tier._value()));
      }
      var usage = Fields.known(chunk._usage());
      if (usage != null) {
        into.usage(Usages.of(usage));
      }
      boolean last = usage != null;
      List<ChatCompletionChunk.Choice> choices = Fields.list(chunk._choices());
      for (int i = 0; i < choices.size(); i++) { // no iterator: a chunk costs no bytes
        ChatCompletionChunk.Choice choice = choices.get(i);
        int index = Fields.index(choice._index());
        Delta delta = Fields.known(choice._delta());
        if (delta != null) {
          read(delta, index, into);
        }
        ChatCompletionChunk.Choice.FinishReason reason = Fields.known(choice._finishReason());
        String wire = reason == null ? null : Fields.known(reason._value());
        if (wire != null) {
          into.finishReason(index, finishReason(wire));
          last = true;
        }
      }
      // only there: the client copies the map of unknown fields at each look
      if (last && (usage != null || Timings.mayBeIn(chunk._additionalProperties()))) {
        into.serverTiming(
            ServerTiming.read(
                ServerTiming.Headers.NONE, timings(chunk._additionalProperties(), usage), true));
      }
    }

    private static void read(Delta delta, int choice, StreamRecorder into) {
      String text = Fields.known(delta._content());
      if (text != null) {
        into.text(choice, text);
      }
      String refusal = Fields.known(delta._refusal());
      if (refusal != null) {
        into.refusal(choice, refusal);
      }
      String reasoning = reasoning(delta._additionalProperties());
      if (reasoning != null) {
        into.reasoning(choice, reasoning);
      }
      List<Delta.ToolCall> calls = Fields.list(delta._toolCalls());
      for (int i = 0; i < calls.size(); i++) {
        Delta.ToolCall call = calls.get(i);
        Delta.ToolCall.Function function = Fields.known(call._function());
        into.toolCall(
            choice,
            Fields.index(call._index()),
            Fields.known(call._id()),
            function == null ? null : Fields.known(function._name()),
            function == null ? null : Fields.known(function._arguments()));
      }
      Delta.Audio audio = Fields.known(delta._audio());
      String transcript = audio == null ? null : Fields.known(audio._transcript());
      if (transcript != null) {
        into.text(choice, transcript);
      }
      Delta.FunctionCall function = Fields.known(delta._functionCall());
      if (function != null) {
        into.toolCall(
            choice, 0, null, Fields.known(function._name()), Fields.known(function._arguments()));
      }
    }

    @Override
    public CallError readError(Throwable error) {
      return Failures.of(error);
    }

    @Override
    public CallCodec<ChatCompletionChunk> codec() {
      return CODEC;
    }
  }
}
