package dev.llmops.client.springai;

import dev.llmops.CallCodec;
import dev.llmops.ChunkReader;
import dev.llmops.StreamRecorder;
import dev.llmops.TokenUsage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** Reads the chunks of one stream. */
final class ChatChunks implements ChunkReader<ChatResponse> {

  /** Spring AI 2 tells with each chunk all of the reasoning so far, 1.1 only the new piece. */
  private static final boolean REASONING_GROWS =
      !Features.isPresent("org.springframework.ai.openai.api.OpenAiApi");

  private @Nullable String reasoning;

  @Override
  public void read(ChatResponse chunk, StreamRecorder into) {
    ChatResponseMetadata metadata = chunk.getMetadata();
    if (metadata != null) {
      into.id(Responses.id(metadata.getId()));
      into.model(Responses.known(metadata.getModel()));
      TokenUsage usage = Usages.of(metadata, null);
      if (!usage.isEmpty()) {
        into.usage(usage);
      }
    }
    List<Generation> generations = chunk.getResults();
    for (int i = 0; i < generations.size(); i++) {
      read(generations.get(i), i, into);
    }
  }

  @Override
  public CallCodec<ChatResponse> codec() {
    return ChatCodec.INSTANCE;
  }

  private void read(Generation generation, int position, StreamRecorder into) {
    AssistantMessage said = generation.getOutput();
    Map<String, Object> metadata = said.getMetadata();
    int choice =
        metadata != null && metadata.get("index") instanceof Number index
            ? index.intValue()
            : position;
    String reason = Responses.finishReason(generation.getMetadata());
    if (reason != null) {
      into.finishReason(choice, reason);
    }
    String thought = Messages.text(metadata, "reasoningContent");
    if (thought != null) {
      into.reasoning(choice, newOf(thought));
    }
    String text = said.getText();
    if (text != null) {
      into.text(choice, text);
    }
    String refusal = Messages.text(metadata, "refusal");
    if (refusal != null) {
      into.refusal(choice, refusal);
    }
    List<AssistantMessage.ToolCall> calls = said.getToolCalls();
    for (int i = 0; i < calls.size(); i++) {
      AssistantMessage.ToolCall call = calls.get(i);
      into.toolCall(choice, i, call.id(), call.name(), call.arguments());
    }
  }

  private String newOf(String thought) {
    String before = reasoning;
    reasoning = thought;
    return REASONING_GROWS && before != null && thought.startsWith(before)
        ? thought.substring(before.length())
        : thought;
  }
}
