package dev.llmops.client.springai;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.content.Media;
import org.springframework.ai.content.MediaContent;

/** Reads messages; content. */
final class Messages {

  private static final int MAX_MEDIA_BYTES = 1_048_576;

  private Messages() {}

  static List<Message> of(List<org.springframework.ai.chat.messages.Message> messages) {
    List<Message> read = new ArrayList<>(messages.size());
    for (org.springframework.ai.chat.messages.Message message : messages) {
      read.add(of(message));
    }
    return read;
  }

  static Message of(org.springframework.ai.chat.messages.Message message) {
    List<MessagePart> parts = new ArrayList<>(1);
    Map<String, Object> metadata = message.getMetadata();
    if (message instanceof AssistantMessage) {
      String reasoning = text(metadata, "reasoningContent");
      if (reasoning != null) {
        parts.add(new MessagePart.Reasoning(reasoning));
      }
    }
    if (message instanceof ToolResponseMessage answer) {
      for (ToolResponseMessage.ToolResponse response : answer.getResponses()) {
        String data = response.responseData();
        parts.add(new MessagePart.ToolResponse(response.id(), data == null ? "" : data));
      }
    } else {
      String text = message.getText();
      if (text != null && !text.isEmpty()) {
        parts.add(new MessagePart.Text(text));
      }
    }
    if (message instanceof AssistantMessage said) {
      String refusal = text(metadata, "refusal");
      if (refusal != null) {
        parts.add(new MessagePart.Refusal(refusal));
      }
      for (AssistantMessage.ToolCall call : said.getToolCalls()) {
        String name = call.name();
        String arguments = call.arguments();
        parts.add(
            new MessagePart.ToolCall(
                call.id(),
                name == null ? "" : name,
                arguments == null ? null : JsonText.of(arguments)));
      }
    }
    if (message instanceof MediaContent some) {
      Collection<Media> media = some.getMedia();
      if (media != null) {
        media.forEach(each -> parts.add(media(each)));
      }
    }
    return new Message(message.getMessageType().getValue(), parts, null);
  }

  /** A text of a message's metadata, null if it is not there or blank. */
  static @Nullable String text(@Nullable Map<String, Object> metadata, String key) {
    return metadata != null && metadata.get(key) instanceof String text && !text.isBlank()
        ? text
        : null;
  }

  private static MessagePart media(Media media) {
    String type = media.getMimeType() == null ? null : media.getMimeType().toString();
    Modality modality = modality(type);
    Object data = media.getData();
    if (data instanceof byte[] bytes) {
      return bytes.length > MAX_MEDIA_BYTES
          ? new MessagePart.Other("media", JsonText.of("{\"bytes\":" + bytes.length + "}"))
          : new MessagePart.Blob(modality, type, Base64.getEncoder().encodeToString(bytes));
    }
    String text = String.valueOf(data);
    return text.startsWith("http://") || text.startsWith("https://") || text.startsWith("data:")
        ? new MessagePart.UriRef(modality, type, text)
        : new MessagePart.Blob(modality, type, text);
  }

  private static Modality modality(@Nullable String type) {
    String kind = type == null ? "" : type.toLowerCase(Locale.ROOT);
    if (kind.startsWith("image/")) {
      return Modality.IMAGE;
    }
    if (kind.startsWith("audio/")) {
      return Modality.AUDIO;
    }
    if (kind.startsWith("video/")) {
      return Modality.VIDEO;
    }
    if (kind.startsWith("text/")) {
      return Modality.TEXT;
    }
    return kind.startsWith("application/") ? Modality.DOCUMENT : Modality.UNKNOWN;
  }
}
