package dev.llmops.samples.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.embedding.onnx.HuggingFaceTokenCountEstimator;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a language model where there is none. It writes nothing of its own: a question with
 * an order number makes it ask for the first tool on offer, a tool's result is its answer, and any
 * other question is answered with the first passage that the retriever has put behind it. Tokens
 * are those of the MiniLM tokenizer.
 */
final class EmbeddedChatModel implements ChatModel {

  static final String NAME = "embedded-rules";
  static final String DESCRIPTION =
      "Not a language model: rules that call a tool, or repeat the passage that was found. For a"
          + " real model set OPENAI_API_KEY, or OPENAI_BASE_URL and OPENAI_MODEL.";

  private static final Pattern ORDER_NUMBER = Pattern.compile("\\b[A-Z]-\\d{4}\\b");
  private static final Pattern PASSAGES =
      Pattern.compile("Answer using the following information:\\s*(.+)", Pattern.DOTALL);

  private final HuggingFaceTokenCountEstimator tokenizer = new HuggingFaceTokenCountEstimator();

  @Override
  public ChatResponse doChat(ChatRequest request) {
    AiMessage answer = answer(request.messages(), request.toolSpecifications());
    return ChatResponse.builder()
        .id(UUID.randomUUID().toString())
        .modelName(NAME)
        .aiMessage(answer)
        .tokenUsage(new TokenUsage(tokens(request.messages()), tokens(List.of(answer))))
        .finishReason(
            answer.hasToolExecutionRequests() ? FinishReason.TOOL_EXECUTION : FinishReason.STOP)
        .build();
  }

  private static AiMessage answer(
      List<ChatMessage> messages, @Nullable List<ToolSpecification> tools) {
    ChatMessage last = messages.get(messages.size() - 1);
    if (last instanceof ToolExecutionResultMessage result) {
      return AiMessage.from(result.text());
    }
    String question = ((UserMessage) last).singleText();
    Matcher order = ORDER_NUMBER.matcher(question);
    if (tools != null && !tools.isEmpty() && order.find()) {
      return AiMessage.from(
          ToolExecutionRequest.builder()
              .id("call_" + messages.size())
              .name(tools.get(0).name())
              .arguments("{\"orderNumber\": \"" + order.group() + "\"}")
              .build());
    }
    Matcher found = PASSAGES.matcher(question);
    return AiMessage.from(
        found.find() ? found.group(1).split("\n", 2)[0] : "The handbook does not say.");
  }

  private int tokens(List<? extends ChatMessage> messages) {
    int tokens = 0;
    for (ChatMessage message : messages) {
      String text = text(message);
      tokens += text.isBlank() ? 0 : tokenizer.estimateTokenCountInText(text);
    }
    return tokens;
  }

  private static String text(ChatMessage message) {
    if (message instanceof SystemMessage system) {
      return system.text();
    } else if (message instanceof UserMessage user) {
      return user.singleText();
    } else if (message instanceof ToolExecutionResultMessage result) {
      return result.text();
    } else if (message instanceof AiMessage ai && ai.text() != null) {
      return ai.text();
    } else if (message instanceof AiMessage ai && ai.hasToolExecutionRequests()) {
      return ai.toolExecutionRequests().get(0).arguments();
    }
    return "";
  }
}
