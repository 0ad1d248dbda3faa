package dev.llmops.otel;

import dev.llmops.CallError;
import dev.llmops.LlmCall;
import dev.llmops.LlmResponse;
import dev.llmops.MessagePart.Modality;
import dev.llmops.Origin;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The labels under which calls of one kind are measured, in every shape that a metric wants. */
final class CallSeries {

  record Key(
      @Nullable CallTarget target,
      @Nullable String responseModel,
      @Nullable String serviceTier,
      @Nullable String systemFingerprint,
      @Nullable String errorType,
      Origin origin,
      List<@Nullable String> tagValues) {

    static Key of(CallTarget target, LlmCall call, List<@Nullable String> tagValues) {
      LlmResponse response = call.response();
      CallError error = call.error();
      boolean openAi = target.isOpenAi(); // the refinement of the convention is for openai alone
      return new Key(
          target,
          CallTarget.cutOrNull(response.model()),
          openAi ? CallTarget.cutOrNull(response.serviceTier()) : null,
          openAi ? CallTarget.cutOrNull(response.systemFingerprint()) : null,
          error == null ? null : CallTarget.cut(error.type()),
          call.origin(),
          tagValues);
    }

    boolean isOf(CallTarget of, LlmCall call, List<@Nullable String> values) {
      LlmResponse response = call.response();
      CallError error = call.error();
      boolean openAi = of.isOpenAi();
      return of.equals(target)
          && Objects.equals(responseModel, response.model())
          && Objects.equals(serviceTier, openAi ? response.serviceTier() : null)
          && Objects.equals(systemFingerprint, openAi ? response.systemFingerprint() : null)
          && Objects.equals(errorType, error == null ? null : error.type())
          && origin == call.origin()
          && tagValues.equals(values);
    }
  }

  private record OfCurrency(String currency, Attributes labels) {}

  final Key key;

  /** Without the error, as counters and the time of the first chunk want it. */
  final Attributes labels;

  /** With the error where there was one, as durations and token histograms want it. */
  final Attributes labelsWithError;

  // made when first asked for; Attributes are immutable, so that a race makes one twice at worst
  private final @Nullable Attributes[] byModality = new Attributes[Modality.values().length];
  private @Nullable Attributes inputType;
  private @Nullable Attributes outputType;
  private @Nullable OfCurrency cost;

  CallSeries(Key key, TagLabels tags) {
    this.key = key;
    AttributesBuilder builder = Attributes.builder();
    if (key.target() == null) {
      builder
          .put(GenAiAttributes.OPERATION_NAME, GenAiAttributes.OTHER)
          .put(GenAiAttributes.PROVIDER_NAME, GenAiAttributes.OTHER)
          .put(GenAiAttributes.METRIC_OVERFLOW, true);
    } else {
      builder.putAll(key.target().startAttributes);
    }
    put(builder, GenAiAttributes.RESPONSE_MODEL, key.responseModel());
    put(builder, GenAiAttributes.OPENAI_RESPONSE_SERVICE_TIER, key.serviceTier());
    put(builder, GenAiAttributes.OPENAI_SYSTEM_FINGERPRINT, key.systemFingerprint());
    if (key.origin() != Origin.APPLICATION) {
      put(builder, GenAiAttributes.ORIGIN, nameOf(key.origin()));
    }
    tags.put(builder, key.tagValues());
    labels = builder.build();
    labelsWithError =
        key.errorType() == null
            ? labels
            : labels.toBuilder().put(GenAiAttributes.ERROR_TYPE, key.errorType()).build();
  }

  /** What calls are measured under when there are too many kinds of them. */
  static CallSeries overflow() {
    return new CallSeries(
        new Key(null, null, null, null, null, Origin.APPLICATION, List.of()), TagLabels.NONE);
  }

  Attributes of(Modality modality) {
    Attributes made = byModality[modality.ordinal()];
    if (made == null) {
      made = labels.toBuilder().put(GenAiAttributes.TOKEN_MODALITY, nameOf(modality)).build();
      byModality[modality.ordinal()] = made;
    }
    return made;
  }

  /** The older dialect's histogram of both directions. */
  Attributes ofInput() {
    Attributes made = inputType;
    if (made == null) {
      made = labelsWithError.toBuilder().put(GenAiAttributes.V1_41_TOKEN_TYPE, "input").build();
      inputType = made;
    }
    return made;
  }

  /** See {@link #ofInput()}. */
  Attributes ofOutput() {
    Attributes made = outputType;
    if (made == null) {
      made = labelsWithError.toBuilder().put(GenAiAttributes.V1_41_TOKEN_TYPE, "output").build();
      outputType = made;
    }
    return made;
  }

  /** The labels of money in this currency. */
  Attributes ofCurrency(String currency) {
    OfCurrency made = cost;
    if (made == null || !made.currency().equals(currency)) {
      made =
          new OfCurrency(
              currency, labels.toBuilder().put(GenAiAttributes.COST_CURRENCY, currency).build());
      cost = made;
    }
    return made.labels();
  }

  static String nameOf(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void put(
      AttributesBuilder builder,
      io.opentelemetry.api.common.AttributeKey<String> key,
      @Nullable String value) {
    if (value != null) {
      builder.put(key, value);
    }
  }
}
