package dev.llmops.client.openai;

import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.llmops.ChunkReader;
import dev.llmops.JsonText;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.RequestParameters;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /** A fetch has no body: its id and its query stand for it. */
  @Override
  @Nullable JsonText readBody(@Nullable Object @Nullable [] arguments) {
    if (arguments == null) {
      return null;
    }
    String id = null;
    String query = "";
    for (Object argument : arguments) {
      if (argument instanceof String given) {
        id = given;
      } else if (argument instanceof ResponseRetrieveParams params) {
        id = id == null ? params._pathParam(0) : id;
        query = params._queryParams().toString();
      }
    }
    return id == null ? null : BODY.encode(Map.of("response_id", id, "query", query));
  }

  @Override
  Object body(ResponseRetrieveParams params) {
    throw new IllegalStateException("a fetch has no body");
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
