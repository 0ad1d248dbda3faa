package dev.llmops.otel;

import dev.llmops.LlmCall;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.Prompt;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.LogRecordBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Content in the convention's attributes, once its policy was applied: structured where the API can
 * ({@code AttributeKey.valueKey}, from 1.62). Before that a span gets JSON text, which is built on
 * the calling thread and costs what it costs, and an event gets the same fields, structured, as its
 * body.
 */
final class ContentAttributes {

  private static final @Nullable AttributeKey<Value<?>> INPUT_MESSAGES =
      ApiFeatures.valueKey(GenAiAttributes.INPUT_MESSAGES);
  private static final @Nullable AttributeKey<Value<?>> OUTPUT_MESSAGES =
      ApiFeatures.valueKey(GenAiAttributes.OUTPUT_MESSAGES);
  private static final @Nullable AttributeKey<Value<?>> SYSTEM_INSTRUCTIONS =
      ApiFeatures.valueKey(GenAiAttributes.SYSTEM_INSTRUCTIONS);
  private static final @Nullable AttributeKey<Value<?>> TOOL_DEFINITIONS =
      ApiFeatures.valueKey(GenAiAttributes.TOOL_DEFINITIONS);
  private static final @Nullable AttributeKey<Value<?>> RETRIEVAL_DOCUMENTS =
      ApiFeatures.valueKey(GenAiAttributes.RETRIEVAL_DOCUMENTS);

  private interface Target {
    void put(@Nullable AttributeKey<Value<?>> key, String name, Value<?> value);
  }

  private final boolean toolDetails;

  ContentAttributes(boolean toolDetails) {
    this.toolDetails = toolDetails;
  }

  void onSpan(LlmCall seen, AttributeSetter span) {
    call(seen, span, (key, name, value) -> set(span, key, name, value));
  }

  void onEvent(LlmCall seen, LogRecordBuilder event) {
    AttributeSetter attributes = event::setAttribute;
    if (ApiFeatures.hasStructuredAttributes()) {
      onSpan(seen, attributes);
      return;
    }
    List<KeyValue> body = new ArrayList<>();
    call(seen, attributes, (key, name, value) -> body.add(KeyValue.of(name, value)));
    if (!body.isEmpty()) {
      event.setBody(Value.of(body.toArray(new KeyValue[0])));
    }
  }

  void onSpan(LlmStep seen, AttributeSetter span) {
    String input = seen.request().input();
    String output = seen.result().text();
    switch (seen.request().kind()) {
      case TOOL -> {
        if (input != null) {
          span.set(GenAiAttributes.TOOL_CALL_ARGUMENTS, input);
        }
        if (output != null) {
          span.set(GenAiAttributes.TOOL_CALL_RESULT, output);
        }
      }
      case RETRIEVAL -> {
        if (input != null) {
          span.set(GenAiAttributes.RETRIEVAL_QUERY_TEXT, input);
        }
        if (!seen.result().documents().isEmpty()) {
          set(
              span,
              RETRIEVAL_DOCUMENTS,
              GenAiAttributes.RETRIEVAL_DOCUMENTS,
              MessageValues.documents(seen.result().documents()));
        }
      }
      case AGENT, WORKFLOW -> {
        if (input != null) {
          Value<?> messages = MessageValues.text("user", input);
          set(span, INPUT_MESSAGES, GenAiAttributes.INPUT_MESSAGES, messages);
        }
        if (output != null) {
          Value<?> messages = MessageValues.text("assistant", output);
          set(span, OUTPUT_MESSAGES, GenAiAttributes.OUTPUT_MESSAGES, messages);
        }
      }
    }
  }

  private void call(LlmCall seen, AttributeSetter attributes, Target out) {
    LlmRequest request = seen.request();
    if (!request.systemInstructions().isEmpty()) {
      out.put(
          SYSTEM_INSTRUCTIONS,
          GenAiAttributes.SYSTEM_INSTRUCTIONS,
          MessageValues.instructions(request.systemInstructions()));
    }
    if (!request.messages().isEmpty()) {
      out.put(
          INPUT_MESSAGES,
          GenAiAttributes.INPUT_MESSAGES,
          MessageValues.messages(request.messages()));
    }
    if (!request.tools().isEmpty()) {
      out.put(
          TOOL_DEFINITIONS,
          GenAiAttributes.TOOL_DEFINITIONS,
          MessageValues.tools(request.tools(), toolDetails));
    }
    LlmResponse response = seen.response();
    if (!response.outputs().isEmpty()) {
      out.put(
          OUTPUT_MESSAGES,
          GenAiAttributes.OUTPUT_MESSAGES,
          MessageValues.outputs(response.outputs(), response.finishReasons()));
    }
    Prompt prompt = seen.prompt();
    if (prompt != null) {
      for (Map.Entry<String, String> variable : prompt.variables().entrySet()) {
        attributes.set(
            AttributeKey.stringKey(
                GenAiAttributes.PROMPT_VARIABLE_PREFIX + CallTarget.cut(variable.getKey())),
            variable.getValue());
      }
    }
  }

  private static void set(
      AttributeSetter out, @Nullable AttributeKey<Value<?>> key, String name, Value<?> value) {
    if (key != null) {
      out.set(key, value);
    } else {
      out.set(AttributeKey.stringKey(name), ValueJson.write(value));
    }
  }
}
