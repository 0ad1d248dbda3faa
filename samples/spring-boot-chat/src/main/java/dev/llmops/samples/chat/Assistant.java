package dev.llmops.samples.chat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.llmops.LlmOps;
import dev.llmops.StepResult;
import dev.llmops.samples.quickstart.DocsAssistant;
import dev.llmops.spring.LlmWorkflow;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Answers from the docs: finds passages, asks the model, and runs the tool that it asks for. */
@Component
public class Assistant {

  private static final int PASSAGES = 3;
  private static final int MAX_ROUNDS = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OpenAIClient client;
  private final DocsAssistant docs;
  private final DocTools tools;
  private final LlmOps ops;
  private final boolean offerTools;

  Assistant(
      OpenAIClient client,
      DocsAssistant docs,
      DocTools tools,
      LlmOps ops,
      @Value("${chat.tools:#{null}}") @Nullable Boolean offerTools) {
    this.offerTools = offerTools != null ? offerTools : docs.takesTools();
    this.client = client;
    this.docs = docs;
    this.tools = tools;
    this.ops = ops;
  }

  /** Answers in one piece. */
  @LlmWorkflow("answer")
  public String answer(String question) {
    ChatCompletionCreateParams.Builder chat = asking(question);
    if (offerTools) {
      chat.addTool(findDocuments());
    }
    for (int round = 1; ; round++) {
      ChatCompletionMessage message =
          client.chat().completions().create(chat.build()).choices().get(0).message();
      List<ChatCompletionMessageToolCall> calls = message.toolCalls().orElse(List.of());
      if (calls.isEmpty() || round == MAX_ROUNDS) {
        return message.content().orElse("");
      }
      chat.addMessage(message);
      for (ChatCompletionMessageToolCall call : calls) {
        call.function().ifPresent(asked -> chat.addMessage(result(asked)));
      }
    }
  }

  /** Answers in pieces, as they come. */
  @LlmWorkflow("stream-answer")
  public void answer(String question, Consumer<String> pieces) {
    ChatCompletionCreateParams chat =
        asking(question)
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(chat)) {
      chunks.stream()
          .flatMap(chunk -> chunk.choices().stream())
          .flatMap(choice -> choice.delta().content().stream())
          .forEach(pieces);
    }
  }

  private ChatCompletionCreateParams.Builder asking(String question) {
    List<DocsAssistant.Found> found =
        ops.retrieval(
            "llmops-docs", question, () -> docs.search(question, PASSAGES), Assistant::documents);
    String passages =
        found.stream()
            .map(each -> "[" + each.source() + "]\n" + each.text())
            .collect(Collectors.joining("\n\n"));
    return ChatCompletionCreateParams.builder()
        .model(docs.model())
        .addSystemMessage(
            "You answer questions about the project from the passages of its docs below, briefly,"
                + " and name the document. If they do not answer the question, say so.\n\n"
                + passages)
        .addUserMessage(question);
  }

  private ChatCompletionToolMessageParam result(ChatCompletionMessageFunctionToolCall call) {
    String result;
    try { // the model wrote the name and the arguments: anything can stand there
      String topic = JSON.readTree(call.function().arguments()).path("topic").asText();
      result =
          call.function().name().equals("find_documents")
              ? tools.findDocuments(topic)
              : "there is no such tool";
    } catch (IOException e) {
      result = "the arguments are not JSON";
    }
    return ChatCompletionToolMessageParam.builder().toolCallId(call.id()).content(result).build();
  }

  private static ChatCompletionFunctionTool findDocuments() {
    return ChatCompletionFunctionTool.builder()
        .function(
            FunctionDefinition.builder()
                .name("find_documents")
                .description("Names the documents about a topic.")
                .parameters(
                    FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty(
                            "properties", JsonValue.from(Map.of("topic", Map.of("type", "string"))))
                        .putAdditionalProperty("required", JsonValue.from(List.of("topic")))
                        .build())
                .build())
        .build();
  }

  private static StepResult documents(List<DocsAssistant.Found> found) {
    return StepResult.of(
        found.stream()
            .map(each -> new StepResult.Document(each.source(), each.similarity(), null))
            .toList());
  }
}
