package dev.llmops.spring;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import dev.llmops.LlmOps;
import dev.llmops.client.openai.OpenAiInstrumentation;
import org.springframework.beans.factory.ObjectProvider;

/** Wraps the application's OpenAI clients as they are made. */
final class OpenAiClientPostProcessor extends ClientPostProcessor {

  OpenAiClientPostProcessor(ObjectProvider<LlmOps> ops) {
    super(ops);
  }

  @Override
  boolean isClient(Object bean) {
    return bean instanceof OpenAIClient || bean instanceof OpenAIClientAsync;
  }

  @Override
  Object wrap(Object client, String beanName, LlmOps ops) {
    return client instanceof OpenAIClient sync
        ? OpenAiInstrumentation.wrap(sync, ops)
        : OpenAiInstrumentation.wrap((OpenAIClientAsync) client, ops);
  }

  @Override
  String caution(Object client) {
    return OpenAiInstrumentation.isTracedByOpenTelemetry(client)
        ? ", and traced by OpenTelemetry's own instrumentation too, so that each call has two"
            + " spans: set otel.instrumentation.openai.enabled=false for the Java agent, or leave"
            + " out OpenAITelemetry.wrap"
        : "";
  }

  @Override
  String noun() {
    return "OpenAI client";
  }

  @Override
  String nothingYet() {
    return "No bean of type OpenAIClient or OpenAIClientAsync was made yet, so none is wrapped;"
        + " wrap other clients with OpenAiInstrumentation.wrap(client, ops).";
  }
}
