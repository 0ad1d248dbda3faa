package dev.llmops.eval.replay;

import dev.llmops.CallCodec;
import dev.llmops.ChunkReader;
import dev.llmops.JsonText;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.Pricing;
import dev.llmops.ResponseReader;
import dev.llmops.StreamRecorder;
import java.util.List;
import java.util.function.Supplier;

/** An application whose client answers in strings. */
final class Plain {

  static final ResponseReader<String> READER =
      new ResponseReader<>() {
        @Override
        public LlmResponse read(String result) {
          return LlmResponse.ofText(result);
        }

        @Override
        public CallCodec<String> codec() {
          return new Quoting();
        }
      };

  static final ChunkReader<String> CHUNKS =
      new ChunkReader<>() {
        @Override
        public void read(String chunk, StreamRecorder recorder) {
          recorder.text(chunk);
        }

        @Override
        public CallCodec<String> codec() {
          return new Quoting();
        }
      };

  private final LlmOps ops = LlmOps.builder().pricing(Pricing.NONE).build();

  String ask(String question, Supplier<String> model) {
    return ask(request(question), model);
  }

  String ask(LlmRequest request, Supplier<String> model) {
    return ops.call(request, model::get, READER);
  }

  List<String> stream(String question, String... chunks) {
    return ops.stream(request(question), () -> java.util.stream.Stream.of(chunks), CHUNKS).toList();
  }

  String ask(String caseId, int iteration, String question, Supplier<String> model) {
    try (LlmContext.Scope scope = LlmContext.extend().evalCase(caseId, iteration).open()) {
      return ask(question, model);
    }
  }

  static LlmRequest request(String question) {
    return LlmRequest.builder(LlmRequest.CHAT, "local")
        .model("my-model")
        .message(Message.user(question))
        .build();
  }

  /** A text as a JSON text, by the library that the cassette does not use for it. */
  private static final class Quoting implements CallCodec<String> {
    @Override
    public JsonText encode(String value) {
      return JsonText.of(com.fasterxml.jackson.databind.node.TextNode.valueOf(value).toString());
    }

    @Override
    public String decode(JsonText json) {
      try {
        return new com.fasterxml.jackson.databind.ObjectMapper()
            .readValue(json.text(), String.class);
      } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
        throw new IllegalArgumentException("stored answer must be a JSON text", e);
      }
    }
  }
}
