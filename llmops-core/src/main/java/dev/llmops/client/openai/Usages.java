package dev.llmops.client.openai;

import com.openai.core.JsonField;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.responses.ResponseUsage;
import dev.llmops.MessagePart.Modality;
import dev.llmops.TokenUsage;
import dev.llmops.TokenUsage.ModalityUsage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads token counts. A count that cannot be (negative, beyond a trillion, or a part that is more
 * than its whole) is left out: servers that count wrongly must not make costs wrong.
 */
final class Usages {

  private static final long ABSENT = -1;
  private static final long MAX = 1_000_000_000_000L;

  private Usages() {}

  /** The counts of chat and legacy completions. */
  static TokenUsage of(@Nullable CompletionUsage usage) {
    if (usage == null) {
      return TokenUsage.NONE;
    }
    long input = count(usage._promptTokens(), MAX);
    long output = count(usage._completionTokens(), MAX);
    TokenUsage.Builder builder = totals(input, output);
    CompletionUsage.PromptTokensDetails in = Fields.known(usage._promptTokensDetails());
    CompletionUsage.CompletionTokensDetails out = Fields.known(usage._completionTokensDetails());
    if (in != null) {
      inputParts(builder, input, in._cachedTokens(), in._cacheWriteTokens());
    }
    if (out != null) {
      reasoning(builder, output, out._reasoningTokens());
    }
    List<ModalityUsage> modalities = new ArrayList<>(0);
    add(
        modalities,
        Modality.TEXT,
        in == null ? ABSENT : count(in._textTokens(), whole(input)),
        out == null ? ABSENT : count(out._textTokens(), whole(output)));
    add(
        modalities,
        Modality.IMAGE,
        in == null ? ABSENT : count(in._imageTokens(), whole(input)),
        ABSENT);
    add(
        modalities,
        Modality.AUDIO,
        in == null ? ABSENT : count(in._audioTokens(), whole(input)),
        out == null ? ABSENT : count(out._audioTokens(), whole(output)));
    if (!modalities.isEmpty()) {
      builder.modalities(modalities);
    }
    return builder.build();
  }

  /** The counts of Responses. */
  static TokenUsage of(@Nullable ResponseUsage usage) {
    if (usage == null) {
      return TokenUsage.NONE;
    }
    long input = count(usage._inputTokens(), MAX);
    long output = count(usage._outputTokens(), MAX);
    TokenUsage.Builder builder = totals(input, output);
    ResponseUsage.InputTokensDetails in = Fields.known(usage._inputTokensDetails());
    if (in != null) {
      inputParts(builder, input, in._cachedTokens(), in._cacheWriteTokens());
    }
    ResponseUsage.OutputTokensDetails out = Fields.known(usage._outputTokensDetails());
    if (out != null) {
      reasoning(builder, output, out._reasoningTokens());
    }
    return builder.build();
  }

  /** Input tokens only. */
  static TokenUsage ofInput(JsonField<Long> tokens) {
    long input = count(tokens, MAX);
    return input == ABSENT ? TokenUsage.NONE : totals(input, ABSENT).build();
  }

  private static TokenUsage.Builder totals(long input, long output) {
    TokenUsage.Builder builder = TokenUsage.builder();
    if (input != ABSENT) {
      builder.inputTokens(input);
    }
    if (output != ABSENT) {
      builder.outputTokens(output);
    }
    return builder;
  }

  private static void inputParts(
      TokenUsage.Builder builder, long input, JsonField<Long> cached, JsonField<Long> written) {
    long read = count(cached, whole(input));
    if (read != ABSENT) {
      builder.cachedInputTokens(read);
    }
    long write = count(written, whole(input));
    if (write != ABSENT) {
      builder.cacheWriteInputTokens(write);
    }
  }

  private static void reasoning(TokenUsage.Builder builder, long output, JsonField<Long> tokens) {
    long reasoning = count(tokens, whole(output));
    if (reasoning != ABSENT) {
      builder.reasoningTokens(reasoning);
    }
  }

  /** OpenAI sends 0 for modalities that were not used; those are left out. */
  private static void add(
      List<ModalityUsage> modalities, Modality modality, long input, long output) {
    if (input > 0 || output > 0) {
      modalities.add(
          new ModalityUsage(
              modality, input == ABSENT ? null : input, output == ABSENT ? null : output, null));
    }
  }

  private static long whole(long total) {
    return total == ABSENT ? MAX : total;
  }

  private static long count(JsonField<Long> field, long max) {
    Long value = Fields.known(field);
    return value == null || value < 0 || value > max ? ABSENT : value;
  }
}
