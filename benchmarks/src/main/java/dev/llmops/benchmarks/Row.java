package dev.llmops.benchmarks;

import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import dev.langchain4j.model.chat.ChatModel;
import dev.llmops.CallSink;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.Pricing;
import dev.llmops.benchmarks.HandWritten.Content;
import dev.llmops.benchmarks.Workload.Answer;
import dev.llmops.benchmarks.Workload.Piece;
import dev.llmops.benchmarks.Workload.Run;
import dev.llmops.client.langchain4j.LangChain4jInstrumentation;
import dev.llmops.client.openai.OpenAiInstrumentation;
import dev.llmops.otel.ContentPlacement;
import dev.llmops.otel.OtelCallObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.openai.v1_1.OpenAITelemetry;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A row of the table: one way to make the call of {@link Workload}. */
enum Row {
  /** Nothing around it. */
  BARE("the bare call", Group.CALL, 1, () -> Row::answer),
  /** {@link LlmOps#noop()}. */
  NOOP("`LlmOps.noop()`", Group.CALL, 1, () -> call(LlmOps.noop())),
  /** A record is made and given to a sink. */
  SINK("one sink, that drops", Group.CALL, 1, () -> call(sink(ContentPolicy.none()))),
  /** The same with the bundled price table. */
  SINK_PRICED("one sink, and the cost by the bundled prices", Group.CALL, 1, () -> call(priced())),
  /** The same with messages and answer in the record. */
  SINK_CONTENT("one sink, with content", Group.CALL, 1, () -> callWithContent(contentSink())),
  /** Span and metrics. */
  OTEL("OpenTelemetry, sampled", Group.CALL, 1, () -> call(observed(Sdk.sampled()))),
  /** Metrics only. */
  OTEL_UNSAMPLED("OpenTelemetry, unsampled", Group.CALL, 1, () -> call(observed(Sdk.unsampled()))),
  /** No SDK behind the API. */
  OTEL_NOOP(
      "OpenTelemetry without an SDK", Group.CALL, 1, () -> call(observed(OpenTelemetry.noop()))),
  /** Span, metrics, and content as structured attributes of the span. */
  OTEL_CONTENT(
      "OpenTelemetry, sampled, content on the span",
      Group.CALL,
      1,
      () -> callWithContent(observedWithContent(Sdk.sampled()))),

  /** By hand, as it comes. */
  HAND("by hand, straightforward, sampled", Group.CALL, 1, () -> byHand(Sdk.sampled(), false)),
  /** By hand, with cached label sets. */
  HAND_TUNED("by hand, tuned, sampled", Group.CALL, 1, () -> byHand(Sdk.sampled(), true)),
  /** By hand, with cached label sets, metrics only. */
  HAND_TUNED_UNSAMPLED(
      "by hand, tuned, unsampled", Group.CALL, 1, () -> byHand(Sdk.unsampled(), true)),
  /** By hand, with cached label sets, no SDK behind the API. */
  HAND_TUNED_NOOP(
      "by hand, tuned, without an SDK", Group.CALL, 1, () -> byHand(OpenTelemetry.noop(), true)),
  /** By hand, messages and answer as JSON text. */
  HAND_JSON(
      "by hand, tuned, sampled, content as JSON text",
      Group.CALL,
      1,
      () -> byHandWithContent(Content.JSON)),
  /** By hand, messages and answer as structured values. */
  HAND_STRUCTURED(
      "by hand, tuned, sampled, content as structured values",
      Group.CALL,
      1,
      () -> byHandWithContent(Content.STRUCTURED)),

  /** The client alone. */
  OPENAI("the bare client, its answer ready", Group.OPENAI, 1, () -> create(ReadyClient.create())),
  /** Wrapped for nothing. */
  OPENAI_NOOP("our wrap over `LlmOps.noop()`", Group.OPENAI, 1, () -> create(ours(LlmOps.noop()))),
  /** The wrap alone. */
  OPENAI_SINK(
      "our wrap, one sink", Group.OPENAI, 1, () -> create(ours(sink(ContentPolicy.none())))),
  /** The wrap with content. */
  OPENAI_SINK_CONTENT(
      "our wrap, one sink, with content", Group.OPENAI, 1, () -> create(ours(contentSink()))),
  /** The wrap, span and metrics. */
  OPENAI_OTEL(
      "our wrap, OpenTelemetry, sampled",
      Group.OPENAI,
      1,
      () -> create(ours(observed(Sdk.sampled())))),
  /** The wrap, metrics only. */
  OPENAI_OTEL_UNSAMPLED(
      "our wrap, OpenTelemetry, unsampled",
      Group.OPENAI,
      1,
      () -> create(ours(observed(Sdk.unsampled())))),
  /** The wrap, span, metrics and content. */
  OPENAI_OTEL_CONTENT(
      "our wrap, OpenTelemetry, sampled, content on the span",
      Group.OPENAI,
      1,
      () -> create(ours(observedWithContent(Sdk.sampled())))),
  /** OpenTelemetry's wrapper, span and metrics. */
  OTHER(
      "OpenTelemetry's wrapper, sampled",
      Group.OPENAI,
      1,
      () -> create(other(Sdk.sampled(), false))),
  /** OpenTelemetry's wrapper, metrics only. */
  OTHER_UNSAMPLED(
      "OpenTelemetry's wrapper, unsampled",
      Group.OPENAI,
      1,
      () -> create(other(Sdk.unsampled(), false))),
  /** OpenTelemetry's wrapper, no SDK behind the API. */
  OTHER_NOOP(
      "OpenTelemetry's wrapper, without an SDK",
      Group.OPENAI,
      1,
      () -> create(other(OpenTelemetry.noop(), false))),
  /** OpenTelemetry's wrapper, content on log events. */
  OTHER_CONTENT(
      "OpenTelemetry's wrapper, sampled, content on events",
      Group.OPENAI,
      1,
      () -> create(other(Sdk.sampled(), true))),

  /** The model alone. */
  LANGCHAIN4J("the bare model, its answer ready", Group.LANGCHAIN4J, 1, () -> chat(ready())),
  /** Wrapped for nothing. */
  LANGCHAIN4J_NOOP(
      "our wrap over `LlmOps.noop()`", Group.LANGCHAIN4J, 1, () -> chat(model(LlmOps.noop()))),
  /** The wrap alone. */
  LANGCHAIN4J_SINK(
      "our wrap, one sink", Group.LANGCHAIN4J, 1, () -> chat(model(sink(ContentPolicy.none())))),
  /** The wrap, span and metrics. */
  LANGCHAIN4J_OTEL(
      "our wrap, OpenTelemetry, sampled",
      Group.LANGCHAIN4J,
      1,
      () -> chat(model(observed(Sdk.sampled())))),

  /** A stream that nobody watches. */
  CHUNK("the bare stream", Group.CHUNK, Workload.CHUNKS, Row::bareStream),
  /** Counted, timed and kept by hand. */
  CHUNK_HAND(
      "by hand: counted, first one timed, text kept",
      Group.CHUNK,
      Workload.CHUNKS,
      Row::streamByHand),
  /** Ours without text. */
  CHUNK_OURS(
      "`ops.stream`, content off",
      Group.CHUNK,
      Workload.CHUNKS,
      () -> stream(sink(ContentPolicy.none()))),
  /** Ours with text. */
  CHUNK_OURS_CONTENT(
      "`ops.stream`, content on", Group.CHUNK, Workload.CHUNKS, () -> stream(contentSink())),
  /** openai-java's chunks that nobody watches. */
  CHUNK_OPENAI(
      "openai-java's bare stream",
      Group.CHUNK,
      Workload.CHUNKS,
      () -> createStreaming(ReadyClient.create())),
  /** openai-java's chunks through our wrap. */
  CHUNK_OPENAI_OURS(
      "our wrap, content off",
      Group.CHUNK,
      Workload.CHUNKS,
      () -> createStreaming(ours(sink(ContentPolicy.none())))),
  /** openai-java's chunks through our wrap, with text. */
  CHUNK_OPENAI_OURS_CONTENT(
      "our wrap, content on",
      Group.CHUNK,
      Workload.CHUNKS,
      () -> createStreaming(ours(contentSink()))),
  /** openai-java's chunks through OpenTelemetry's wrapper. */
  CHUNK_OPENAI_OTHER(
      "OpenTelemetry's wrapper, sampled",
      Group.CHUNK,
      Workload.CHUNKS,
      () -> createStreaming(other(Sdk.sampled(), false))),
  /** openai-java's chunks through OpenTelemetry's wrapper, with text. */
  CHUNK_OPENAI_OTHER_CONTENT(
      "OpenTelemetry's wrapper, sampled, content on events",
      Group.CHUNK,
      Workload.CHUNKS,
      () -> createStreaming(other(Sdk.sampled(), true)));

  /** What a row is compared with: the first row of its group. */
  enum Group {
    /** A call of a client of one's own. */
    CALL("a call"),
    /** A call through openai-java. */
    OPENAI("a call through openai-java"),
    /** A call through LangChain4j. */
    LANGCHAIN4J("a call through LangChain4j"),
    /** A chunk: a stream of 500 of them, its start and end included, divided by 500. */
    CHUNK("a chunk of a stream of 500");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  private final String label;
  private final Group group;
  private final int units;

  @SuppressWarnings("ImmutableEnumChecker") // a supplier that captures nothing
  private final Supplier<Run> opener;

  Row(String label, Group group, int units, Supplier<Run> opener) {
    this.label = label;
    this.group = group;
    this.units = units;
    this.opener = opener;
  }

  /** What the row does, in Markdown. */
  String label() {
    return label;
  }

  /** Which table it belongs to. */
  Group group() {
    return group;
  }

  /** How many units (calls or chunks) one run has. */
  int units() {
    return units;
  }

  /** Sets the row up; what it starts lives as long as the process. */
  Run open() {
    return opener.get();
  }

  private static Answer answer() {
    return Workload.ANSWER;
  }

  private static Run call(LlmOps ops) {
    return () -> ops.call(Workload.REQUEST, Row::answer, Workload::read);
  }

  private static Run callWithContent(LlmOps ops) {
    return () -> ops.call(Workload::requestWithContent, Row::answer, Workload::readContent);
  }

  private static Run byHand(OpenTelemetry telemetry, boolean tuned) {
    HandWritten hand = HandWritten.over(telemetry);
    return tuned ? () -> hand.tuned(Content.NONE) : () -> hand.straightforward(Content.NONE);
  }

  private static Run byHandWithContent(Content content) {
    HandWritten hand = HandWritten.over(Sdk.sampled());
    return () -> hand.tuned(content);
  }

  private static Run create(OpenAIClient client) {
    return () -> client.chat().completions().create(Workload.PARAMS);
  }

  private static Run chat(ChatModel model) {
    return () -> model.chat(ReadyModel.REQUEST);
  }

  private static ChatModel ready() {
    return new ReadyModel();
  }

  private static Run stream(LlmOps ops) {
    Reader screen = new Reader();
    return () -> {
      try (Stream<Piece> pieces =
          ops.stream(Workload.STREAM_REQUEST, Workload.PIECES::stream, Workload::readPiece)) {
        pieces.forEach(screen::show);
      }
      return screen;
    };
  }

  private static Run bareStream() {
    Reader screen = new Reader();
    return () -> {
      try (Stream<Piece> pieces = Workload.PIECES.stream()) {
        pieces.forEach(screen::show);
      }
      return screen;
    };
  }

  private static Run streamByHand() {
    Reader screen = new Reader();
    return () -> {
      HandStream hand = new HandStream();
      try (Stream<Piece> pieces = Workload.PIECES.stream()) {
        pieces.forEach(
            piece -> {
              hand.seen(piece);
              screen.show(piece);
            });
      }
      return hand.ended();
    };
  }

  private static Run createStreaming(OpenAIClient client) {
    Reader screen = new Reader();
    return () -> {
      try (StreamResponse<ChatCompletionChunk> chunks =
          client.chat().completions().createStreaming(Workload.PARAMS)) {
        chunks.stream().forEach(screen::show);
      }
      return screen;
    };
  }

  private static LlmOps sink(ContentPolicy policy) {
    return LlmOps.builder().sink(new Dropping(policy)).pricing(Pricing.NONE).build();
  }

  private static LlmOps contentSink() {
    return sink(ContentPolicy.full());
  }

  private static LlmOps priced() {
    return LlmOps.builder().sink(new Dropping(ContentPolicy.none())).build();
  }

  private static LlmOps observed(OpenTelemetry telemetry) {
    return LlmOps.builder()
        .observer(OtelCallObserver.create(telemetry))
        .pricing(Pricing.NONE)
        .build();
  }

  private static LlmOps observedWithContent(OpenTelemetry telemetry) {
    return LlmOps.builder()
        .observer(
            OtelCallObserver.builder(telemetry)
                .content(ContentPolicy.full())
                .contentPlacement(ContentPlacement.SPAN)
                .build())
        .pricing(Pricing.NONE)
        .build();
  }

  private static OpenAIClient ours(LlmOps ops) {
    return OpenAiInstrumentation.wrap(ReadyClient.create(), ops);
  }

  private static ChatModel model(LlmOps ops) {
    return LangChain4jInstrumentation.wrap(ready(), ops);
  }

  private static OpenAIClient other(OpenTelemetry telemetry, boolean content) {
    return OpenAITelemetry.builder(telemetry)
        .setCaptureMessageContent(content)
        .build()
        .wrap(ReadyClient.create());
  }

  /** A sink that keeps nothing. */
  private static final class Dropping implements CallSink {

    private final ContentPolicy policy;

    Dropping(ContentPolicy policy) {
      this.policy = policy;
    }

    @Override
    public void accept(LlmRecord record) {}

    @Override
    public ContentPolicy content() {
      return policy;
    }
  }

  /** Whoever reads the stream; does next to nothing, and so hides nothing. */
  private static final class Reader {

    private long chunks;

    void show(Object chunk) {
      chunks++;
    }

    @Override
    public String toString() {
      return chunks + " chunks";
    }
  }
}
