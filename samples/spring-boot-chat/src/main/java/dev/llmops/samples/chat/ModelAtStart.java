package dev.llmops.samples.chat;

import dev.llmops.samples.quickstart.DocsAssistant;
import java.util.HashMap;
import java.util.Map;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.MapPropertySource;

/**
 * Where {@code spring.ai.openai.base-url} names no model server, takes the quickstart's choice: a
 * key ({@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL}, {@code OPENAI_MODEL}), an Ollama, a GGUF
 * file, or the embedded server that repeats sentences of the docs. Texts are embedded in this
 * process.
 */
final class ModelAtStart implements ApplicationContextInitializer<ConfigurableApplicationContext> {

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    if (context.getEnvironment().containsProperty("spring.ai.openai.base-url")) {
      return;
    }
    DocsAssistant assistant = DocsAssistant.start();
    System.out.println("Model: " + assistant.model() + " at " + assistant.baseUrl());
    System.out.println(assistant.description());
    Map<String, Object> settings = new HashMap<>();
    settings.put("spring.ai.openai.base-url", assistant.baseUrl());
    settings.put("spring.ai.openai.api-key", assistant.apiKey());
    settings.put("spring.ai.openai.embedding.base-url", assistant.embeddingBaseUrl());
    settings.put("spring.ai.openai.embedding.api-key", "none");
    settings.put("chat.model", assistant.model());
    settings.put("chat.embedding-model", assistant.embeddingModel());
    settings.put("chat.tools", assistant.takesTools());
    context
        .getEnvironment()
        .getPropertySources()
        .addFirst(new MapPropertySource("model", settings));
    context.addApplicationListener(
        event -> {
          if (event instanceof ContextClosedEvent closed
              && closed.getApplicationContext() == context) {
            assistant.close();
          }
        });
  }
}
