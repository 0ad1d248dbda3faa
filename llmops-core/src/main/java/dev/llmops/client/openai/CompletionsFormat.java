package dev.llmops.client.openai;

import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import dev.llmops.CallCodec;
import dev.llmops.CallError;
import dev.llmops.ChunkReader;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.RequestParameters;
import dev.llmops.StreamRecorder;
import dev.llmops.server.ServerTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Legacy completions: a text goes on. */
@SuppressWarnings("deprecation") // fields that other servers still send
final class CompletionsFormat extends Format<CompletionCreateParams, Completion, Completion>
    implements ChunkReader<Completion> {

  static final CompletionsFormat INSTANCE = new CompletionsFormat();

  private CompletionsFormat() {
    super(CompletionCreateParams.class, Completion.class);
  }

  @Override
  String operation() {
    return LlmRequest.TEXT_COMPLETION;
  }

  @Override
  void request(CompletionCreateParams params, LlmRequest.Builder into, boolean content) {
    CompletionCreateParams.Model model = Fields.known(params._model());
    into.model(model == null ? null : Fields.known(model._value()))
        .userId(Fields.known(params._user()))
        .parameters(
            RequestParameters.builder()
                .temperature(Fields.decimal(params._temperature()))
                .topP(Fields.decimal(params._topP()))
                .maxTokens(Fields.whole(params._maxTokens()))
                .presencePenalty(Fields.decimal(params._presencePenalty()))
                .frequencyPenalty(Fields.decimal(params._frequencyPenalty()))
                .seed(Fields.whole(params._seed()))
                .choiceCount(Fields.whole(params._n()))
                .stopSequences(stops(Fields.known(params._stop())))
                .build());
    if (content) {
      into.messages(prompts(Fields.known(params._prompt())));
    }
  }

  @Override
  Object body(CompletionCreateParams params) {
    return params._body();
  }

  @Override
  LlmResponse.Builder response(Completion completion, boolean content) {
    List<String> reasons = new ArrayList<>(1);
    List<Message> outputs = new ArrayList<>(content ? 1 : 0);
    for (CompletionChoice choice : Fields.list(completion._choices())) {
      String reason = reason(choice);
      if (reason != null) {
        reasons.add(reason);
      }
      String text = Fields.known(choice._text());
      if (content) {
        outputs.add(Message.assistant(text == null ? "" : text));
      }
    }
    return LlmResponse.builder()
        .id(Fields.known(completion._id()))
        .model(Fields.known(completion._model()))
        .systemFingerprint(Fields.known(completion._systemFingerprint()))
        .usage(Usages.of(Fields.known(completion._usage())))
        .finishReasons(reasons)
        .outputs(outputs);
  }

  @Override
  ServerTiming.Body timings(Completion completion) {
    CompletionUsage usage = Fields.known(completion._usage());
    return Timings.body(
        completion._additionalProperties(),
        usage == null ? Map.of() : usage._additionalProperties(),
        usage == null ? null : Fields.known(usage._completionTokens()));
  }

  @Override
  ChunkReader<Completion> chunks() {
    return this;
  }

  @Override
  public void read(Completion chunk, StreamRecorder into) {
    into.id(Fields.known(chunk._id()));
    into.model(Fields.known(chunk._model()));
    into.systemFingerprint(Fields.known(chunk._systemFingerprint()));
    var usage = Fields.known(chunk._usage());
    if (usage != null) {
      into.usage(Usages.of(usage));
    }
    boolean last = usage != null;
    List<CompletionChoice> choices = Fields.list(chunk._choices());
    for (int i = 0; i < choices.size(); i++) {
      CompletionChoice choice = choices.get(i);
      int index = Fields.index(choice._index());
      String text = Fields.known(choice._text());
      if (text != null) {
        into.text(index, text);
      }
      String reason = reason(choice);
      if (reason != null) {
        into.finishReason(index, reason);
        last = true;
      }
    }
    // only there: the client copies the map of unknown fields at each look
    if (last && (usage != null || Timings.mayBeIn(chunk._additionalProperties()))) {
      into.serverTiming(ServerTiming.read(ServerTiming.Headers.NONE, timings(chunk), true));
    }
  }

  @Override
  public CallError readError(Throwable error) {
    return Failures.of(error);
  }

  @Override
  public CallCodec<Completion> codec() {
    return super.codec();
  }

  private static @Nullable String reason(CompletionChoice choice) {
    CompletionChoice.FinishReason reason = Fields.known(choice._finishReason());
    return reason == null ? null : Fields.known(reason._value());
  }

  private static List<String> stops(CompletionCreateParams.@Nullable Stop stop) {
    if (stop == null) {
      return List.of();
    }
    return stop.isString()
        ? List.of(stop.asString())
        : stop.isStrings() ? stop.asStrings() : List.of();
  }

  private static List<Message> prompts(CompletionCreateParams.@Nullable Prompt prompt) {
    if (prompt == null) {
      return List.of();
    } else if (prompt.isString()) {
      return List.of(Message.user(prompt.asString()));
    } else if (prompt.isArrayOfStrings()) {
      return prompt.asArrayOfStrings().stream().map(Message::user).toList();
    }
    return List.of(Message.of("user", Fields.other("tokens", prompt)));
  }
}
