package dev.llmops.samples.regression;

import com.openai.client.OpenAIClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

/** Answers questions about this library; the application that the tests hold in place. */
public final class Assistant {

  private static final String MODEL = "gpt-4o-mini";
  private static final String INSTRUCTIONS =
      "You answer questions about the Java library llmops with the name alone, without a sentence.";

  private final OpenAIClient openai;

  /** An assistant over a client, which is wrapped where it is made. */
  public Assistant(OpenAIClient openai) {
    this.openai = openai;
  }

  /** The answer; empty when the model gave none. */
  public String answer(String question) {
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder()
            .model(MODEL)
            .temperature(0)
            .addSystemMessage(INSTRUCTIONS)
            .addUserMessage(question)
            .build();
    return openai
        .chat()
        .completions()
        .create(params)
        .choices()
        .get(0)
        .message()
        .content()
        .orElse("");
  }
}
