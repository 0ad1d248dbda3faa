package dev.llmops.client.springai;

import dev.llmops.CallCodec;
import dev.llmops.ChunkReader;
import dev.llmops.StreamRecorder;
import dev.llmops.TokenUsage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** Reads the chunks of one stream, which may be several calls after another. */
final class ChatChunks implements ChunkReader<ChatResponse> {

  /**
   * OpenAI's model of Spring AI 2 tells with each chunk all of the reasoning so far, that of 1.1
   * only the new piece. The version is told by what every application has, not by that module.
   */
  private static final boolean REASONING_GROWS =
      Features.getter(Usage.class, "getCacheReadInputTokens", Long.class) != null;

  private final Map<Integer, Choice> choices = new HashMap<>(2);
  private @Nullable StreamRecorder last;

  @Override
  @SuppressWarnings("ReferenceEquality") // a recorder is a call
  public void read(ChatResponse chunk, StreamRecorder into) {
    if (last != into) {
      last = into;
      choices.clear();
    }
    ChatResponseMetadata metadata = chunk.getMetadata();
    if (metadata != null) {
      into.id(Responses.id(metadata.getId()));
      into.model(Responses.known(metadata.getModel()));
      TokenUsage usage = Usages.of(metadata, null);
      if (!usage.isEmpty()) {
        into.usage(usage);
      }
    }
    for (Generation generation : chunk.getResults()) {
      read(generation, into);
    }
  }

  @Override
  public CallCodec<ChatResponse> codec() {
    return ChatCodec.INSTANCE;
  }

  private void read(Generation generation, StreamRecorder into) {
    AssistantMessage said = generation.getOutput();
    Map<String, Object> metadata = said.getMetadata();
    int index = Choices.index(metadata);
    String reason = Responses.finishReason(generation.getMetadata());
    if (reason != null) {
      into.finishReason(index, reason);
    }
    if (metadata != null
        && metadata.get("reasoningContent") instanceof String thought
        && !thought.isEmpty()) {
      into.reasoning(index, choice(index).newOf(thought));
    }
    String text = said.getText();
    if (text != null) {
      if (Choices.isThought(metadata)) {
        into.reasoning(index, text);
      } else {
        into.text(index, text);
      }
    }
    String refusal = Messages.text(metadata, "refusal");
    if (refusal != null) {
      into.refusal(index, refusal);
    }
    for (AssistantMessage.ToolCall call : said.getToolCalls()) {
      into.toolCall(index, choice(index).placeOf(call), call.id(), call.name(), call.arguments());
    }
  }

  private Choice choice(int index) {
    return choices.computeIfAbsent(index, each -> new Choice());
  }

  /** What the chunks before have said of one choice. */
  private static final class Choice {
    private @Nullable String reasoning;
    private boolean inPieces = !REASONING_GROWS;
    private int calls;
    private @Nullable String callId;

    String newOf(String thought) {
      String before = reasoning;
      reasoning = thought;
      if (inPieces || before == null) {
        return thought;
      }
      if (thought.startsWith(before)) {
        return thought.substring(before.length());
      }
      inPieces = true; // of another provider
      return thought;
    }

    /** Spring AI's chunks carry whole calls; what has no name, or the same id, goes on with one. */
    int placeOf(AssistantMessage.ToolCall call) {
      String id = call.id();
      boolean anonymous = id == null || id.isEmpty();
      boolean goesOn =
          calls > 0
              && (anonymous ? call.name() == null || call.name().isEmpty() : id.equals(callId));
      if (!goesOn) {
        calls++;
        callId = anonymous ? null : id;
      }
      return calls - 1;
    }
  }
}
