package dev.llmops.otel;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * Every name that leaves this module, in one place; those of servers and their GPUs are in {@link
 * ServerAttributes}. Source: semantic-conventions-genai, main of 2026-10-02 (e07f4eb); what only
 * the older dialect uses is from semantic-conventions 1.41 and earlier; {@code llmops.*} is ours,
 * for what no convention has. All of it is in development: expect renames.
 */
final class GenAiAttributes {

  static final AttributeKey<String> OPERATION_NAME = stringKey("gen_ai.operation.name");
  static final AttributeKey<String> PROVIDER_NAME = stringKey("gen_ai.provider.name");
  static final AttributeKey<String> CONVERSATION_ID = stringKey("gen_ai.conversation.id");
  static final AttributeKey<String> OUTPUT_TYPE = stringKey("gen_ai.output.type");
  static final AttributeKey<String> PROMPT_NAME = stringKey("gen_ai.prompt.name");
  static final AttributeKey<String> PROMPT_VERSION = stringKey("gen_ai.prompt.version");
  static final String PROMPT_VARIABLE_PREFIX = "gen_ai.prompt.variable.";

  static final AttributeKey<String> REQUEST_MODEL = stringKey("gen_ai.request.model");
  static final AttributeKey<Long> REQUEST_CHOICE_COUNT = longKey("gen_ai.request.choice.count");
  static final AttributeKey<List<String>> REQUEST_ENCODING_FORMATS =
      stringArrayKey("gen_ai.request.encoding_formats");
  static final AttributeKey<Double> REQUEST_FREQUENCY_PENALTY =
      doubleKey("gen_ai.request.frequency_penalty");
  static final AttributeKey<Long> REQUEST_MAX_TOKENS = longKey("gen_ai.request.max_tokens");
  static final AttributeKey<Double> REQUEST_PRESENCE_PENALTY =
      doubleKey("gen_ai.request.presence_penalty");
  static final AttributeKey<String> REQUEST_PREVIOUS_RESPONSE_ID =
      stringKey("gen_ai.request.previous_response.id");
  static final AttributeKey<String> REQUEST_REASONING_LEVEL =
      stringKey("gen_ai.request.reasoning.level");
  static final AttributeKey<Long> REQUEST_SEED = longKey("gen_ai.request.seed");
  static final AttributeKey<List<String>> REQUEST_STOP_SEQUENCES =
      stringArrayKey("gen_ai.request.stop_sequences");
  static final AttributeKey<Boolean> REQUEST_STREAM = booleanKey("gen_ai.request.stream");
  static final AttributeKey<Double> REQUEST_TEMPERATURE = doubleKey("gen_ai.request.temperature");
  static final AttributeKey<Long> REQUEST_TOP_K = longKey("gen_ai.request.top_k");
  static final AttributeKey<Double> REQUEST_TOP_P = doubleKey("gen_ai.request.top_p");
  static final AttributeKey<Long> EMBEDDINGS_DIMENSION_COUNT =
      longKey("gen_ai.embeddings.dimension.count");

  static final AttributeKey<List<String>> RESPONSE_FINISH_REASONS =
      stringArrayKey("gen_ai.response.finish_reasons");
  static final AttributeKey<String> RESPONSE_ID = stringKey("gen_ai.response.id");
  static final AttributeKey<String> RESPONSE_MODEL = stringKey("gen_ai.response.model");
  static final AttributeKey<Double> RESPONSE_TIME_TO_FIRST_CHUNK =
      doubleKey("gen_ai.response.time_to_first_chunk");

  static final AttributeKey<Long> USAGE_INPUT = longKey("gen_ai.usage.input_tokens");
  static final AttributeKey<Long> USAGE_OUTPUT = longKey("gen_ai.usage.output_tokens");
  static final AttributeKey<Long> USAGE_CACHE_READ =
      longKey("gen_ai.usage.cache_read.input_tokens");
  static final AttributeKey<Long> USAGE_CACHE_WRITE =
      longKey("gen_ai.usage.cache_write.input_tokens");
  static final AttributeKey<Long> USAGE_REASONING = longKey("gen_ai.usage.reasoning.output_tokens");
  static final AttributeKey<Long> USAGE_TEXT_INPUT = longKey("gen_ai.usage.text.input_tokens");
  static final AttributeKey<Long> USAGE_TEXT_OUTPUT = longKey("gen_ai.usage.text.output_tokens");
  static final AttributeKey<Long> USAGE_TEXT_CACHE_READ =
      longKey("gen_ai.usage.text.cache_read.input_tokens");
  static final AttributeKey<Long> USAGE_IMAGE_INPUT = longKey("gen_ai.usage.image.input_tokens");
  static final AttributeKey<Long> USAGE_IMAGE_OUTPUT = longKey("gen_ai.usage.image.output_tokens");
  static final AttributeKey<Long> USAGE_IMAGE_CACHE_READ =
      longKey("gen_ai.usage.image.cache_read.input_tokens");
  static final AttributeKey<Long> USAGE_AUDIO_INPUT = longKey("gen_ai.usage.audio.input_tokens");
  static final AttributeKey<Long> USAGE_AUDIO_OUTPUT = longKey("gen_ai.usage.audio.output_tokens");
  static final AttributeKey<Long> USAGE_AUDIO_CACHE_READ =
      longKey("gen_ai.usage.audio.cache_read.input_tokens");
  static final AttributeKey<String> TOKEN_MODALITY = stringKey("gen_ai.token.modality");

  // content: structured where the API can, else JSON text
  static final String INPUT_MESSAGES = "gen_ai.input.messages";
  static final String OUTPUT_MESSAGES = "gen_ai.output.messages";
  static final String SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions";
  static final String TOOL_DEFINITIONS = "gen_ai.tool.definitions";
  static final String RETRIEVAL_DOCUMENTS = "gen_ai.retrieval.documents";

  static final AttributeKey<String> TOOL_NAME = stringKey("gen_ai.tool.name");
  static final AttributeKey<String> TOOL_TYPE = stringKey("gen_ai.tool.type");
  static final AttributeKey<String> TOOL_DESCRIPTION = stringKey("gen_ai.tool.description");
  static final AttributeKey<String> TOOL_CALL_ID = stringKey("gen_ai.tool.call.id");
  static final AttributeKey<String> TOOL_CALL_ARGUMENTS = stringKey("gen_ai.tool.call.arguments");
  static final AttributeKey<String> TOOL_CALL_RESULT = stringKey("gen_ai.tool.call.result");
  static final AttributeKey<String> AGENT_NAME = stringKey("gen_ai.agent.name");
  static final AttributeKey<String> AGENT_ID = stringKey("gen_ai.agent.id");
  static final AttributeKey<String> AGENT_VERSION = stringKey("gen_ai.agent.version");
  static final AttributeKey<String> AGENT_DESCRIPTION = stringKey("gen_ai.agent.description");
  static final AttributeKey<String> WORKFLOW_NAME = stringKey("gen_ai.workflow.name");
  static final AttributeKey<String> DATA_SOURCE_ID = stringKey("gen_ai.data_source.id");
  static final AttributeKey<String> RETRIEVAL_QUERY_TEXT = stringKey("gen_ai.retrieval.query.text");
  static final AttributeKey<Long> RETRIEVAL_TOP_K = longKey("gen_ai.retrieval.top_k");

  static final AttributeKey<String> EVALUATION_NAME = stringKey("gen_ai.evaluation.name");
  static final AttributeKey<Double> EVALUATION_SCORE_VALUE =
      doubleKey("gen_ai.evaluation.score.value");
  static final AttributeKey<String> EVALUATION_SCORE_LABEL =
      stringKey("gen_ai.evaluation.score.label");
  static final AttributeKey<String> EVALUATION_EXPLANATION =
      stringKey("gen_ai.evaluation.explanation");

  static final AttributeKey<String> OPENAI_API_TYPE = stringKey("openai.api.type");
  static final AttributeKey<String> OPENAI_REQUEST_SERVICE_TIER =
      stringKey("openai.request.service_tier");
  static final AttributeKey<String> OPENAI_RESPONSE_SERVICE_TIER =
      stringKey("openai.response.service_tier");
  static final AttributeKey<String> OPENAI_SYSTEM_FINGERPRINT =
      stringKey("openai.response.system_fingerprint");

  // semantic-conventions core, 1.44
  static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
  static final AttributeKey<String> EXCEPTION_TYPE = stringKey("exception.type");
  static final AttributeKey<String> EXCEPTION_MESSAGE = stringKey("exception.message");
  static final AttributeKey<String> SERVER_ADDRESS = stringKey("server.address");
  static final AttributeKey<Long> SERVER_PORT = longKey("server.port");
  static final AttributeKey<String> USER_ID = stringKey("user.id");
  static final AttributeKey<String> SESSION_ID = stringKey("session.id");
  static final AttributeKey<String> EVENT_NAME = stringKey("event.name");
  static final AttributeKey<Boolean> METRIC_OVERFLOW = booleanKey("otel.metric.overflow");

  /** What an open-ended label is folded into, as the conventions do it for {@code error.type}. */
  static final String OTHER = "_OTHER";

  // the older dialect only
  static final AttributeKey<String> V1_41_SYSTEM = stringKey("gen_ai.system");
  static final AttributeKey<Double> V1_41_REQUEST_TOP_K = doubleKey("gen_ai.request.top_k");
  static final AttributeKey<Long> V1_41_USAGE_CACHE_WRITE =
      longKey("gen_ai.usage.cache_creation.input_tokens");
  static final AttributeKey<String> V1_41_TOKEN_TYPE = stringKey("gen_ai.token.type");

  // ours
  static final AttributeKey<Double> COST_AMOUNT = doubleKey("llmops.cost.amount");
  static final AttributeKey<String> COST_CURRENCY = stringKey("llmops.cost.currency");
  static final AttributeKey<Boolean> COST_ESTIMATED = booleanKey("llmops.cost.estimated");
  static final AttributeKey<Double> TIME_TO_FIRST_OUTPUT =
      doubleKey("llmops.response.time_to_first_output");
  static final AttributeKey<Double> TIME_PER_OUTPUT_TOKEN =
      doubleKey("llmops.response.time_per_output_token");
  static final AttributeKey<Long> CHUNKS = longKey("llmops.response.chunks");
  static final AttributeKey<String> STRUCTURED_OUTPUT_ERROR =
      stringKey("llmops.response.structured_output_error");
  static final AttributeKey<Long> ATTEMPTS = longKey("llmops.request.attempts");
  static final AttributeKey<String> CANCELLED_REASON = stringKey("llmops.cancelled.reason");
  static final AttributeKey<String> ORIGIN = stringKey("llmops.origin");
  static final AttributeKey<List<String>> PROBLEMS = stringArrayKey("llmops.problems");
  static final AttributeKey<String> CASE_ID = stringKey("llmops.case.id");
  static final AttributeKey<Long> CASE_ITERATION = longKey("llmops.case.iteration");
  static final AttributeKey<String> CALL_ID = stringKey("llmops.call.id");
  static final AttributeKey<String> EVALUATION_KEY = stringKey("llmops.evaluation.key");
  static final AttributeKey<String> EVALUATION_SOURCE = stringKey("llmops.evaluation.source");
  static final String TAG_PREFIX = "llmops.tag.";

  static final String EVENT_OPERATION_DETAILS = "gen_ai.client.inference.operation.details";
  static final String EVENT_EVALUATION_RESULT = "gen_ai.evaluation.result";
  static final String EVENT_EXCEPTION = "gen_ai.client.operation.exception";

  static final String INVOKE_AGENT = "invoke_agent";
  static final String EXECUTE_TOOL = "execute_tool";
  static final String INVOKE_WORKFLOW = "invoke_workflow";
  static final String RETRIEVAL = "retrieval";

  private GenAiAttributes() {}
}
