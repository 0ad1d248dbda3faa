package dev.llmops.sink;

import dev.llmops.CallError;
import dev.llmops.CallScore;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.Outcome;
import dev.llmops.Prompt;
import dev.llmops.StepResult;
import dev.llmops.ToolDefinition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much memory a record holds, roughly and never too little for text: two bytes a character (a
 * string of Latin-1 takes one) and a fixed amount for each object around it.
 */
final class RecordSize {

  private static final int RECORD = 512;
  private static final int OBJECT = 64;

  private RecordSize() {}

  /** An estimate in bytes; the same for the same record. Linear in the number of parts. */
  static long of(LlmRecord record) {
    if (record instanceof LlmCall call) {
      return RECORD
          + of(call.context())
          + of(call.request())
          + of(call.outcome())
          + texts(call.problems());
    }
    if (record instanceof LlmStep step) {
      return RECORD
          + of(step.context())
          + text(step.request().name())
          + text(step.request().description())
          + text(step.request().input())
          + of(step.result())
          + of(step.error())
          + texts(step.problems());
    }
    CallScore score = (CallScore) record;
    return RECORD
        + text(score.key())
        + text(score.name())
        + text(score.label())
        + text(score.explanation());
  }

  private static long of(LlmContext context) {
    return of(context.prompt()) + texts(context.tags());
  }

  private static long of(LlmRequest request) {
    long size =
        parts(request.systemInstructions())
            + messages(request.messages())
            + of(request.prompt())
            + texts(request.tags())
            + texts(request.parameters().stopSequences());
    for (ToolDefinition tool : request.tools()) {
      size +=
          OBJECT
              + text(tool.name())
              + text(tool.description())
              + (tool.parameters() == null ? 0 : text(tool.parameters().text()));
    }
    return size;
  }

  private static long of(Outcome outcome) {
    LlmResponse response = outcome.response();
    long size = outcome instanceof Outcome.Failed failed ? of(failed.error()) : 0;
    return response == null
        ? size
        : size
            + messages(response.outputs())
            + texts(response.finishReasons())
            + texts(response.headers());
  }

  private static long of(StepResult result) {
    long size = text(result.text());
    for (StepResult.Document document : result.documents()) {
      size += OBJECT + text(document.id()) + text(document.text());
    }
    return size;
  }

  private static long of(@Nullable CallError error) {
    return error == null ? 0 : text(error.type()) + text(error.message());
  }

  private static long of(@Nullable Prompt prompt) {
    return prompt == null ? 0 : text(prompt.name()) + texts(prompt.variables());
  }

  private static long messages(List<Message> messages) {
    long size = 0;
    for (Message message : messages) {
      size += OBJECT + text(message.role()) + text(message.name()) + parts(message.parts());
    }
    return size;
  }

  private static long parts(List<MessagePart> parts) {
    long size = 0;
    for (MessagePart part : parts) {
      size += OBJECT + of(part);
    }
    return size;
  }

  private static long of(MessagePart part) {
    if (part instanceof MessagePart.Text text) {
      return text(text.content());
    }
    if (part instanceof MessagePart.Reasoning reasoning) {
      return text(reasoning.content());
    }
    if (part instanceof MessagePart.Refusal refusal) {
      return text(refusal.content());
    }
    if (part instanceof MessagePart.ToolCall call) {
      return text(call.name()) + (call.arguments() == null ? 0 : text(call.arguments().text()));
    }
    if (part instanceof MessagePart.ToolResponse response) {
      return text(response.response());
    }
    if (part instanceof MessagePart.Blob blob) {
      return text(blob.base64());
    }
    if (part instanceof MessagePart.FileRef file) {
      return text(file.fileId());
    }
    if (part instanceof MessagePart.UriRef uri) {
      return text(uri.uri());
    }
    MessagePart.Other other = (MessagePart.Other) part;
    return text(other.type()) + text(other.value().text());
  }

  private static long texts(List<String> texts) {
    long size = 0;
    for (String text : texts) {
      size += OBJECT + text(text);
    }
    return size;
  }

  private static long texts(Map<String, String> texts) {
    long size = 0;
    for (Map.Entry<String, String> entry : texts.entrySet()) {
      size += OBJECT + text(entry.getKey()) + text(entry.getValue());
    }
    return size;
  }

  private static long text(@Nullable String text) {
    return text == null ? 0 : 2L * text.length();
  }
}
