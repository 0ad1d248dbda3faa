package dev.llmops.client.springai;

import dev.llmops.Message;
import dev.llmops.MessagePart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.Generation;

/**
 * The choices of an answer. A {@code Generation} is a choice with OpenAI and those who follow it;
 * it is a part of one with Gemini (one for each part of a candidate), and with Anthropic and
 * Bedrock, which have one choice only (Spring AI 1.1.6 and 2.0.1).
 */
final class Choices {

  private static final int MOST = 128; // as many as a StreamRecorder keeps
  private static final String[] INDICES = {
    "index", "choiceIndex", "candidateIndex"
  }; // OpenAI, Mistral, DeepSeek; Azure; Gemini

  private Choices() {}

  /**
   * Adds finish reasons, and messages if there is content.
   *
   * @param outputs where messages go; unused without content
   */
  static void read(
      List<Generation> generations, boolean content, List<String> reasons, List<Message> outputs) {
    if (generations.size() == 1) { // as most have: nothing to put together
      String reason = Responses.finishReason(generations.get(0).getMetadata());
      if (reason != null) {
        reasons.add(reason);
      }
      if (content) {
        AssistantMessage said = generations.get(0).getOutput();
        Message message = Messages.of(said);
        outputs.add(new Message(message.role(), parts(message, said.getMetadata(), false), null));
      }
      return;
    }
    Map<Integer, Choice> choices = new LinkedHashMap<>();
    for (Generation generation : generations) {
      AssistantMessage said = generation.getOutput();
      Choice choice = choices.computeIfAbsent(index(said.getMetadata()), index -> new Choice());
      String reason = Responses.finishReason(generation.getMetadata());
      choice.finishReason = reason == null ? choice.finishReason : reason;
      if (content) {
        Message message = Messages.of(said);
        choice.role = message.role();
        choice.parts.addAll(parts(message, said.getMetadata(), true));
      }
    }
    for (Choice choice : choices.values()) {
      if (choice.finishReason != null) {
        reasons.add(choice.finishReason);
      }
      if (content) {
        outputs.add(new Message(choice.role, choice.parts, null));
      }
    }
  }

  /** Which choice a message is of, from 0. */
  static int index(@Nullable Map<String, Object> metadata) {
    if (metadata != null) {
      for (String name : INDICES) {
        if (metadata.get(name) instanceof Number index) {
          return Math.max(0, Math.min(index.intValue(), MOST));
        }
      }
    }
    return 0;
  }

  /** Whether the text of a part of an answer is reasoning: Gemini says so, Anthropic signs it. */
  static boolean isThought(@Nullable Map<String, Object> metadata) {
    return metadata != null
        && (Boolean.TRUE.equals(metadata.get("isThought")) || metadata.containsKey("signature"));
  }

  /**
   * @param several whether the answer has more generations: that of a stream which Spring AI put
   *     together has one, with the metadata of all of them
   */
  private static List<MessagePart> parts(
      Message message, @Nullable Map<String, Object> metadata, boolean several) {
    String thoughts = Messages.text(metadata, "thoughts");
    if (thoughts != null
        && metadata != null
        && metadata.get("outputWithoutThoughts") instanceof String rest) {
      List<MessagePart> parts = new ArrayList<>();
      parts.add(new MessagePart.Reasoning(thoughts));
      if (!rest.isEmpty()) {
        parts.add(new MessagePart.Text(rest));
      }
      message.parts().stream()
          .filter(part -> !(part instanceof MessagePart.Text))
          .forEach(parts::add);
      return parts;
    }
    boolean thought =
        several
            ? isThought(metadata)
            : metadata != null && Boolean.TRUE.equals(metadata.get("isThought"));
    if (!thought) {
      return message.parts();
    }
    return message.parts().stream()
        .map(
            part ->
                part instanceof MessagePart.Text text
                    ? new MessagePart.Reasoning(text.content())
                    : part)
        .toList();
  }

  private static final class Choice {
    final List<MessagePart> parts = new ArrayList<>(2);
    String role = "assistant";
    @Nullable String finishReason;
  }
}
