package dev.llmops.samples.regression;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.llmops.LlmOps;
import dev.llmops.client.openai.OpenAiInstrumentation;

/**
 * The client of the tests. On replay nothing is sent and the key may be missing; to record, set
 * {@code OPENAI_API_KEY}, or {@code -Dsample.model} to the address of any server that speaks the
 * API.
 */
final class Model {

  private Model() {}

  static OpenAIClient open() {
    OpenAIOkHttpClient.Builder builder =
        OpenAIOkHttpClient.builder()
            .apiKey(System.getenv().getOrDefault("OPENAI_API_KEY", "not-needed-on-replay"));
    String address = System.getProperty("sample.model");
    if (address != null) {
      builder.baseUrl(address);
    }
    return OpenAiInstrumentation.wrap(builder.build(), LlmOps.builder().build());
  }
}
