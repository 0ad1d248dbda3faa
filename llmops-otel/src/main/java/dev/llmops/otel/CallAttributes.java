package dev.llmops.otel;

import dev.llmops.CallError;
import dev.llmops.Cost;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Prompt;
import dev.llmops.RequestParameters;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import dev.llmops.TokenUsage.ModalityUsage;
import io.opentelemetry.api.common.AttributeKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finished call in the convention's attributes, without content and without those of its start.
 */
final class CallAttributes {

  private static final int MAX_LIST = 128;

  private CallAttributes() {}

  static void describe(
      LlmCall call, CallTarget target, SemConvDialect dialect, AttributeSetter out) {
    LlmRequest request = call.request();
    if (request.stream()) {
      out.set(GenAiAttributes.REQUEST_STREAM, true);
    }
    RequestParameters parameters = request.parameters();
    if (!parameters.equals(RequestParameters.NONE)) {
      parameters(parameters, target, dialect, out);
    }
    put(out, GenAiAttributes.CONVERSATION_ID, call.conversationId());
    put(out, GenAiAttributes.USER_ID, call.userId());
    put(out, GenAiAttributes.SESSION_ID, call.sessionId());
    Prompt prompt = call.prompt();
    if (prompt != null) {
      put(out, GenAiAttributes.PROMPT_NAME, prompt.name());
      put(out, GenAiAttributes.PROMPT_VERSION, prompt.version());
    }
    response(call.response(), target, out);
    TokenUsage usage = call.usage();
    if (!usage.isEmpty()) {
      usage(usage, dialect, out);
    }
    ending(call, out);
    own(call, usage, out);
    ServerAttributes.describe(call, out);
  }

  /** What the application said about itself, for calls and steps alike. */
  static void context(LlmContext context, AttributeSetter out) {
    put(out, GenAiAttributes.CASE_ID, context.caseId());
    Integer iteration = context.iteration();
    if (iteration != null) {
      out.set(GenAiAttributes.CASE_ITERATION, iteration.longValue());
    }
    if (context.origin() != Origin.APPLICATION) {
      out.set(GenAiAttributes.ORIGIN, CallSeries.nameOf(context.origin()));
    }
  }

  static void put(AttributeSetter out, AttributeKey<String> key, @Nullable String value) {
    if (value != null) {
      out.set(key, CallTarget.cut(value));
    }
  }

  static void put(AttributeSetter out, AttributeKey<List<String>> key, List<String> values) {
    if (!values.isEmpty()) {
      out.set(key, bounded(values));
    }
  }

  private static <T> void putValue(AttributeSetter out, AttributeKey<T> key, @Nullable T value) {
    if (value != null) {
      out.set(key, value);
    }
  }

  private static void parameters(
      RequestParameters parameters,
      CallTarget target,
      SemConvDialect dialect,
      AttributeSetter out) {
    putValue(out, GenAiAttributes.REQUEST_TEMPERATURE, parameters.temperature());
    putValue(out, GenAiAttributes.REQUEST_TOP_P, parameters.topP());
    Long topK = parameters.topK();
    if (topK != null) {
      if (dialect == SemConvDialect.V1_41) {
        out.set(GenAiAttributes.V1_41_REQUEST_TOP_K, topK.doubleValue());
      } else {
        out.set(GenAiAttributes.REQUEST_TOP_K, topK);
      }
    }
    putValue(out, GenAiAttributes.REQUEST_MAX_TOKENS, parameters.maxTokens());
    putValue(out, GenAiAttributes.REQUEST_PRESENCE_PENALTY, parameters.presencePenalty());
    putValue(out, GenAiAttributes.REQUEST_FREQUENCY_PENALTY, parameters.frequencyPenalty());
    putValue(out, GenAiAttributes.REQUEST_SEED, parameters.seed());
    put(out, GenAiAttributes.REQUEST_STOP_SEQUENCES, parameters.stopSequences());
    Long choices = parameters.choiceCount();
    if (choices != null && choices != 1) {
      out.set(GenAiAttributes.REQUEST_CHOICE_COUNT, choices);
    }
    put(out, GenAiAttributes.OUTPUT_TYPE, parameters.outputType());
    put(out, GenAiAttributes.REQUEST_REASONING_LEVEL, parameters.reasoningLevel());
    put(out, GenAiAttributes.REQUEST_ENCODING_FORMATS, parameters.encodingFormats());
    putValue(out, GenAiAttributes.EMBEDDINGS_DIMENSION_COUNT, parameters.embeddingDimensions());
    put(out, GenAiAttributes.REQUEST_PREVIOUS_RESPONSE_ID, parameters.previousResponseId());
    if (target.isOpenAi()) {
      String tier = parameters.serviceTier();
      if (tier != null && !tier.equals("auto")) {
        put(out, GenAiAttributes.OPENAI_REQUEST_SERVICE_TIER, tier);
      }
      put(out, GenAiAttributes.OPENAI_API_TYPE, parameters.apiType());
    }
  }

  private static void response(LlmResponse response, CallTarget target, AttributeSetter out) {
    put(out, GenAiAttributes.RESPONSE_ID, response.id());
    put(out, GenAiAttributes.RESPONSE_MODEL, response.model());
    put(out, GenAiAttributes.RESPONSE_FINISH_REASONS, response.finishReasons());
    put(out, GenAiAttributes.STRUCTURED_OUTPUT_ERROR, response.structuredOutputError());
    if (target.isOpenAi()) {
      put(out, GenAiAttributes.OPENAI_RESPONSE_SERVICE_TIER, response.serviceTier());
      put(out, GenAiAttributes.OPENAI_SYSTEM_FINGERPRINT, response.systemFingerprint());
    }
  }

  private static void usage(TokenUsage usage, SemConvDialect dialect, AttributeSetter out) {
    putValue(out, GenAiAttributes.USAGE_INPUT, usage.inputTokens());
    putValue(out, GenAiAttributes.USAGE_OUTPUT, usage.outputTokens());
    putValue(out, GenAiAttributes.USAGE_CACHE_READ, usage.cachedInputTokens());
    putValue(
        out,
        dialect == SemConvDialect.V1_41
            ? GenAiAttributes.V1_41_USAGE_CACHE_WRITE
            : GenAiAttributes.USAGE_CACHE_WRITE,
        usage.cacheWriteInputTokens());
    putValue(out, GenAiAttributes.USAGE_REASONING, usage.reasoningTokens());
    for (ModalityUsage part : usage.modalities()) {
      switch (part.modality()) {
        case TEXT -> {
          putValue(out, GenAiAttributes.USAGE_TEXT_INPUT, part.inputTokens());
          putValue(out, GenAiAttributes.USAGE_TEXT_OUTPUT, part.outputTokens());
          putValue(out, GenAiAttributes.USAGE_TEXT_CACHE_READ, part.cachedInputTokens());
        }
        case IMAGE -> {
          putValue(out, GenAiAttributes.USAGE_IMAGE_INPUT, part.inputTokens());
          putValue(out, GenAiAttributes.USAGE_IMAGE_OUTPUT, part.outputTokens());
          putValue(out, GenAiAttributes.USAGE_IMAGE_CACHE_READ, part.cachedInputTokens());
        }
        case AUDIO -> {
          putValue(out, GenAiAttributes.USAGE_AUDIO_INPUT, part.inputTokens());
          putValue(out, GenAiAttributes.USAGE_AUDIO_OUTPUT, part.outputTokens());
          putValue(out, GenAiAttributes.USAGE_AUDIO_CACHE_READ, part.cachedInputTokens());
        }
        default -> {} // the convention has attributes for these three only; metrics have them all
      }
    }
  }

  private static void ending(LlmCall call, AttributeSetter out) {
    Outcome outcome = call.outcome();
    CallError error = call.error();
    if (error != null) {
      put(out, GenAiAttributes.ERROR_TYPE, error.type());
    } else if (outcome instanceof Outcome.Cancelled cancelled) {
      out.set(GenAiAttributes.CANCELLED_REASON, CallSeries.nameOf(cancelled.reason()));
    }
  }

  private static void own(LlmCall call, TokenUsage usage, AttributeSetter out) {
    Cost cost = call.cost();
    if (cost != null) {
      out.set(GenAiAttributes.COST_AMOUNT, cost.amount().doubleValue());
      out.set(GenAiAttributes.COST_CURRENCY, cost.currency());
      if (cost.estimated()) {
        out.set(GenAiAttributes.COST_ESTIMATED, true);
      }
    }
    Integer attempts = call.attempts();
    if (attempts != null) {
      out.set(GenAiAttributes.ATTEMPTS, attempts.longValue());
    }
    if (call.request().stream()) {
      Timing timing = call.timing();
      out.set(GenAiAttributes.CHUNKS, timing.chunks());
      putSeconds(out, GenAiAttributes.RESPONSE_TIME_TO_FIRST_CHUNK, timing.timeToFirstChunk());
      putSeconds(out, GenAiAttributes.TIME_TO_FIRST_OUTPUT, timing.timeToFirstOutput());
      putSeconds(out, GenAiAttributes.TIME_PER_OUTPUT_TOKEN, timing.timePerOutputToken(usage));
    }
    put(out, GenAiAttributes.PROBLEMS, call.problems());
    context(call.context(), out);
  }

  private static void putSeconds(
      AttributeSetter out, AttributeKey<Double> key, @Nullable Duration duration) {
    if (duration != null) {
      out.set(key, Instruments.seconds(duration));
    }
  }

  private static List<String> bounded(List<String> values) {
    boolean fits = values.size() <= MAX_LIST;
    for (int i = 0; fits && i < values.size(); i++) {
      fits = values.get(i).length() <= CallTarget.MAX_NAME_CHARS;
    }
    if (fits) {
      return values;
    }
    List<String> kept = new ArrayList<>();
    for (String value : values.subList(0, Math.min(MAX_LIST, values.size()))) {
      kept.add(CallTarget.cut(value));
    }
    return kept;
  }
}
