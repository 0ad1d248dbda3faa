package dev.llmops.client.openai;

import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.moderations.ModerationCreateResponse;
import com.openai.models.moderations.ModerationModel;
import dev.llmops.ChunkReader;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Moderations: free of charge, without usage; the verdict is kept as JSON. */
final class ModerationsFormat
    extends Format<ModerationCreateParams, ModerationCreateResponse, Void> {

  static final ModerationsFormat INSTANCE = new ModerationsFormat();

  private ModerationsFormat() {
    super(ModerationCreateParams.class, ModerationCreateResponse.class);
  }

  @Override
  String operation() {
    return "moderation"; // ours: the conventions (2026-10) have no name for it
  }

  @Override
  void request(ModerationCreateParams params, LlmRequest.Builder into, boolean content) {
    ModerationModel model = Fields.known(params._model());
    into.model(model == null ? null : Fields.known(model._value()));
    if (content) {
      into.messages(messages(Fields.known(params._input())));
    }
  }

  @Override
  Object body(ModerationCreateParams params) {
    return params._body();
  }

  @Override
  LlmResponse.Builder response(ModerationCreateResponse result, boolean content) {
    LlmResponse.Builder response =
        LlmResponse.builder().id(Fields.known(result._id())).model(Fields.known(result._model()));
    return content
        ? response.outputs(
            List.of(
                Message.of(
                    "assistant", Fields.other("moderation", Fields.list(result._results())))))
        : response;
  }

  @Override
  ChunkReader<Void> chunks() {
    throw new IllegalStateException("moderations are not streamed");
  }

  private static List<Message> messages(ModerationCreateParams.@Nullable Input input) {
    if (input == null) {
      return List.of();
    } else if (input.isString()) {
      return List.of(Message.user(input.asString()));
    } else if (input.isStrings()) {
      return input.asStrings().stream().map(Message::user).toList();
    }
    return List.of(Message.of("user", Fields.other("input", input)));
  }
}
