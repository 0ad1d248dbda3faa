package dev.llmops.client.openai;

import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.llmops.ChunkReader;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.RequestParameters;

/**
 * Responses that are fetched again. Without usage: no tokens were spent now, and the OpenTelemetry
 * conventions (2026-10) say of {@code fetch_response} that it should not report any.
 */
final class FetchFormat extends Format<ResponseRetrieveParams, Response, ResponseStreamEvent> {

  static final FetchFormat INSTANCE = new FetchFormat();

  private static final RequestParameters PARAMETERS =
      RequestParameters.builder().apiType(ResponsesFormat.API_TYPE).build();

  private FetchFormat() {
    super(ResponseRetrieveParams.class, Response.class);
  }

  @Override
  String operation() {
    return "fetch_response";
  }

  @Override
  void request(ResponseRetrieveParams params, LlmRequest.Builder into, boolean content) {
    into.parameters(PARAMETERS);
  }

  @Override
  LlmResponse.Builder response(Response result, boolean content) {
    return ResponsesFormat.read(result, content);
  }

  @Override
  ChunkReader<ResponseStreamEvent> chunks() {
    return new ResponsesFormat.Events(false);
  }
}
