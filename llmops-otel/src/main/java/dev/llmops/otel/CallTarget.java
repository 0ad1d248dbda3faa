package dev.llmops.otel;

import dev.llmops.LlmRequest;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What all calls of one operation to one model at one server have in common: name and first
 * attributes of their spans. Made once a target, so that a call builds, sorts and hashes nothing.
 */
final class CallTarget {

  /** Names longer than this are cut: they come from outside and go everywhere. */
  static final int MAX_NAME_CHARS = 256;

  record Key(
      String operation,
      String provider,
      @Nullable String model,
      @Nullable String serverAddress,
      @Nullable Integer serverPort) {

    static Key of(LlmRequest request) {
      return new Key(
          cut(request.operation()),
          cut(request.provider()),
          cutOrNull(request.model()),
          cutOrNull(request.serverAddress()),
          request.serverPort());
    }

    boolean isOf(LlmRequest request) {
      return operation.equals(request.operation())
          && provider.equals(request.provider())
          && Objects.equals(model, request.model())
          && Objects.equals(serverAddress, request.serverAddress())
          && Objects.equals(serverPort, request.serverPort());
    }
  }

  final Key key;
  final String spanName;

  /** What sampling may decide by: the attributes that the convention wants at the span's start. */
  final Attributes startAttributes;

  /** What its last call was measured under; racy on purpose, all it holds is final. */
  @Nullable CallSeries lastSeries;

  CallTarget(Key key, SemConvDialect dialect) {
    this.key = key;
    this.spanName = key.model() == null ? key.operation() : key.operation() + " " + key.model();
    this.startAttributes = attributes(key, dialect);
  }

  boolean isOpenAi() {
    return key.provider().equals("openai");
  }

  boolean isEmbeddings() {
    return key.operation().equals(LlmRequest.EMBEDDINGS);
  }

  private static Attributes attributes(Key key, SemConvDialect dialect) {
    AttributesBuilder builder =
        Attributes.builder()
            .put(GenAiAttributes.OPERATION_NAME, key.operation())
            .put(GenAiAttributes.PROVIDER_NAME, key.provider());
    if (dialect == SemConvDialect.V1_41) {
      builder.put(GenAiAttributes.V1_41_SYSTEM, systemOf(key.provider()));
    }
    if (key.model() != null) {
      builder.put(GenAiAttributes.REQUEST_MODEL, key.model());
    }
    if (key.serverAddress() != null) {
      builder.put(GenAiAttributes.SERVER_ADDRESS, key.serverAddress());
      if (key.serverPort() != null) {
        builder.put(GenAiAttributes.SERVER_PORT, key.serverPort().longValue());
      }
    }
    return builder.build();
  }

  // the one well-known value that changed when gen_ai.system became gen_ai.provider.name (1.37)
  static String systemOf(String provider) {
    return provider.equals("x_ai") ? "xai" : provider;
  }

  static String cut(String name) {
    if (name.length() <= MAX_NAME_CHARS) {
      return name;
    }
    int end = MAX_NAME_CHARS;
    if (Character.isHighSurrogate(name.charAt(end - 1))) {
      end--;
    }
    return name.substring(0, end);
  }

  static @Nullable String cutOrNull(@Nullable String name) {
    return name == null ? null : cut(name);
  }
}
