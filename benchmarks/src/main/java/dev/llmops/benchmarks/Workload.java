package dev.llmops.benchmarks;

import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.completions.CompletionUsage;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.RequestParameters;
import dev.llmops.StreamRecorder;
import dev.llmops.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The call that every row makes: 4 messages with 4 KB of text go in, 2 KB of text and 500 tokens
 * come out; nothing leaves the process and the answer is ready, so that all that is measured is
 * what goes on around it.
 */
final class Workload {

  static final String MODEL = "gpt-4o-mini";
  static final String ANSWERING_MODEL = "gpt-4o-mini-2024-07-18";
  static final String SERVER = "api.openai.com";
  static final int PORT = 443;
  static final long MAX_TOKENS = 1_024;
  static final double TEMPERATURE = 0.2;
  static final int CHUNKS = 500;

  private static final long INPUT_TOKENS = 1_000;
  private static final long OUTPUT_TOKENS = 500;
  private static final String ID = "chatcmpl-0123456789abcdefghijklmnopqrs";

  static final List<Turn> CONVERSATION =
      List.of(
          new Turn("system", text(1_024)),
          new Turn("user", text(1_024)),
          new Turn("assistant", text(1_024)),
          new Turn("user", text(1_024)));

  static final Answer ANSWER =
      new Answer(ID, ANSWERING_MODEL, text(2_048), "stop", INPUT_TOKENS, OUTPUT_TOKENS);

  /** The answer in chunks: 500 pieces of text; the last one carries the reason and the usage. */
  static final List<Piece> PIECES = pieces();

  /** Reused by the rows that capture no content, as an application with one prompt would do. */
  static final LlmRequest REQUEST = request().build();

  static final LlmRequest STREAM_REQUEST = request().stream(true).build();

  static final ChatCompletionCreateParams PARAMS = params();
  static final ChatCompletion COMPLETION = completion();
  static final List<ChatCompletionChunk> COMPLETION_CHUNKS = completionChunks();

  private Workload() {}

  /** One call, or one stream, of a row. */
  @FunctionalInterface
  interface Run {
    /** Makes it; what it returns goes to the black hole. */
    Object once() throws Exception;
  }

  /** A message as an application holds it. */
  record Turn(String role, String text) {}

  /** An answer as a client of one's own could give it. */
  record Answer(
      String id,
      String model,
      String text,
      String finishReason,
      long inputTokens,
      long outputTokens) {}

  /** A piece of a streamed answer; the last one says how it ended. */
  record Piece(String text, @Nullable Answer last) {}

  /** The request without its messages. */
  static LlmRequest.Builder request() {
    return LlmRequest.builder(LlmRequest.CHAT, "openai")
        .model(MODEL)
        .server(SERVER, PORT)
        .parameters(
            RequestParameters.builder().maxTokens(MAX_TOKENS).temperature(TEMPERATURE).build());
  }

  /** The request with its messages: made for each call, as they differ from call to call. */
  static LlmRequest requestWithContent() {
    List<Message> messages = new ArrayList<>(CONVERSATION.size());
    for (Turn turn : CONVERSATION) {
      messages.add(Message.of(turn.role(), new dev.llmops.MessagePart.Text(turn.text())));
    }
    return REQUEST.toBuilder().messages(messages).build();
  }

  /** Reads an answer where nobody wants its text. */
  static LlmResponse read(Answer answer) {
    return facts(answer).build();
  }

  /** Reads an answer with its text. */
  static LlmResponse readContent(Answer answer) {
    return facts(answer).outputs(List.of(Message.assistant(answer.text()))).build();
  }

  /** Reads a chunk. */
  static void readPiece(Piece piece, StreamRecorder recorder) {
    recorder.text(piece.text());
    Answer last = piece.last();
    if (last != null) {
      recorder.id(last.id());
      recorder.model(last.model());
      recorder.finishReason(0, last.finishReason());
      recorder.usage(TokenUsage.of(last.inputTokens(), last.outputTokens()));
    }
  }

  private static LlmResponse.Builder facts(Answer answer) {
    return LlmResponse.builder()
        .id(answer.id())
        .model(answer.model())
        .finishReasons(List.of(answer.finishReason()))
        .usage(TokenUsage.of(answer.inputTokens(), answer.outputTokens()));
  }

  private static List<Piece> pieces() {
    List<Piece> pieces = new ArrayList<>(CHUNKS);
    for (int i = 0; i < CHUNKS; i++) {
      int from = ANSWER.text().length() * i / CHUNKS;
      int to = ANSWER.text().length() * (i + 1) / CHUNKS;
      pieces.add(new Piece(ANSWER.text().substring(from, to), i == CHUNKS - 1 ? ANSWER : null));
    }
    return List.copyOf(pieces);
  }

  private static ChatCompletionCreateParams params() {
    ChatCompletionCreateParams.Builder params =
        ChatCompletionCreateParams.builder()
            .model(MODEL)
            .maxCompletionTokens(MAX_TOKENS)
            .temperature(TEMPERATURE);
    for (Turn turn : CONVERSATION) {
      switch (turn.role()) {
        case "system" -> params.addSystemMessage(turn.text());
        case "assistant" -> params.addAssistantMessage(turn.text());
        default -> params.addUserMessage(turn.text());
      }
    }
    return params.build();
  }

  private static ChatCompletion completion() {
    return ChatCompletion.builder()
        .id(ID)
        .created(1_764_000_000)
        .model(ANSWERING_MODEL)
        .addChoice(
            ChatCompletion.Choice.builder()
                .index(0)
                .finishReason(ChatCompletion.Choice.FinishReason.STOP)
                .logprobs(Optional.empty())
                .message(
                    ChatCompletionMessage.builder()
                        .content(ANSWER.text())
                        .refusal(Optional.empty())
                        .build())
                .build())
        .usage(usage())
        .build();
  }

  private static List<ChatCompletionChunk> completionChunks() {
    List<ChatCompletionChunk> chunks = new ArrayList<>(CHUNKS);
    for (Piece piece : PIECES) {
      boolean last = piece.last() != null;
      ChatCompletionChunk.Builder chunk =
          ChatCompletionChunk.builder()
              .id(ID)
              .created(1_764_000_000)
              .model(ANSWERING_MODEL)
              .addChoice(
                  ChatCompletionChunk.Choice.builder()
                      .index(0)
                      .delta(
                          ChatCompletionChunk.Choice.Delta.builder().content(piece.text()).build())
                      .finishReason(
                          last
                              ? Optional.of(ChatCompletionChunk.Choice.FinishReason.STOP)
                              : Optional.empty())
                      .build());
      if (last) {
        chunk.usage(usage());
      }
      chunks.add(chunk.build());
    }
    return List.copyOf(chunks);
  }

  private static CompletionUsage usage() {
    return CompletionUsage.builder()
        .promptTokens(INPUT_TOKENS)
        .completionTokens(OUTPUT_TOKENS)
        .totalTokens(INPUT_TOKENS + OUTPUT_TOKENS)
        .build();
  }

  private static String text(int chars) {
    return "What a call may cost is told by what it does. "
        .repeat(chars / 45 + 1)
        .substring(0, chars);
  }
}
