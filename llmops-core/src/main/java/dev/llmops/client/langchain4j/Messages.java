package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads LangChain4j's messages. */
final class Messages {

  private Messages() {}

  static List<Message> read(List<? extends ChatMessage> messages) {
    List<Message> read = new ArrayList<>(messages.size());
    for (ChatMessage message : messages) {
      read.add(read(message));
    }
    return read;
  }

  static Message read(AiMessage message) {
    List<MessagePart> parts = new ArrayList<>(1);
    if (message.thinking() != null) {
      parts.add(new MessagePart.Reasoning(message.thinking()));
    }
    if (message.text() != null) {
      parts.add(new MessagePart.Text(message.text()));
    }
    for (ToolExecutionRequest call : message.toolExecutionRequests()) {
      String arguments = call.arguments();
      parts.add(
          new MessagePart.ToolCall(
              call.id(),
              call.name() == null ? "" : call.name(),
              arguments == null ? null : JsonText.of(arguments)));
    }
    return new Message("assistant", parts, null);
  }

  /** As LangChain4j itself stores messages. */
  static JsonNode json(List<ChatMessage> messages) {
    return Json.parsed(ChatMessageSerializer.messagesToJson(messages));
  }

  private static Message read(ChatMessage message) {
    if (message instanceof UserMessage user) {
      return new Message("user", parts(user.contents()), user.name());
    } else if (message instanceof AiMessage ai) {
      return read(ai);
    } else if (message instanceof SystemMessage system) {
      return Message.system(system.text());
    } else if (message instanceof ToolExecutionResultMessage result) {
      return new Message(
          "tool",
          List.of(new MessagePart.ToolResponse(result.id(), text(result))),
          result.toolName());
    }
    return Message.of("user", other(message)); // a message of a provider's own
  }

  private static String text(ToolExecutionResultMessage result) {
    try {
      return text(result.contents());
    } catch (NoSuchMethodError e) { // LangChain4j before 1.13 has texts alone
      return result.text();
    }
  }

  private static List<MessagePart> parts(List<Content> contents) {
    List<MessagePart> parts = new ArrayList<>(contents.size());
    for (Content content : contents) {
      parts.add(part(content));
    }
    return parts;
  }

  private static MessagePart part(Content content) {
    if (content instanceof TextContent text) {
      return new MessagePart.Text(text.text());
    } else if (content instanceof ImageContent image) {
      var data = image.image();
      return media(Modality.IMAGE, data.mimeType(), data.url(), data.base64Data());
    } else if (content instanceof AudioContent audio) {
      var data = audio.audio();
      return media(Modality.AUDIO, data.mimeType(), data.url(), data.base64Data());
    } else if (content instanceof VideoContent video) {
      var data = video.video();
      return media(Modality.VIDEO, data.mimeType(), data.url(), data.base64Data());
    } else if (content instanceof PdfFileContent pdf) {
      var data = pdf.pdfFile();
      return media(Modality.DOCUMENT, data.mimeType(), data.url(), data.base64Data());
    }
    return new MessagePart.Other(
        content.type() == null ? "content" : content.type().name(), JsonText.of("null"));
  }

  private static MessagePart media(
      Modality modality, @Nullable String mimeType, @Nullable URI url, @Nullable String base64) {
    return url != null
        ? new MessagePart.UriRef(modality, mimeType, url.toString())
        : new MessagePart.Blob(modality, mimeType, base64 == null ? "" : base64);
  }

  private static String text(List<Content> contents) {
    StringBuilder text = new StringBuilder();
    for (Content content : contents) {
      text.append(content instanceof TextContent part ? part.text() : "[" + content.type() + "]");
    }
    return text.toString();
  }

  private static MessagePart other(ChatMessage message) {
    return new MessagePart.Other(
        message.type() == null ? "message" : message.type().name(),
        JsonText.of(ChatMessageSerializer.messageToJson(message)));
  }
}
