package dev.llmops.sink;

import dev.llmops.CallError;
import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.Cost;
import dev.llmops.JsonText;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.LlmStep;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.Origin;
import dev.llmops.Outcome;
import dev.llmops.Prompt;
import dev.llmops.RequestParameters;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import dev.llmops.Timing;
import dev.llmops.TokenUsage;
import dev.llmops.ToolDefinition;
import dev.llmops.server.Gpu;
import dev.llmops.server.Parallelism;
import dev.llmops.server.ServedModel;
import dev.llmops.server.ServerFacts;
import dev.llmops.server.ServerInfo;
import dev.llmops.server.ServerKind;
import dev.llmops.server.ServerLoad;
import dev.llmops.server.ServerPhase;
import dev.llmops.server.ServerSnapshot;
import dev.llmops.server.ServerTiming;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** Records of every shape that the types allow, the awkward ones most of all. */
final class RandomRecords {

  private static final String[] AWKWARD = {
    "",
    " ",
    "\u0000",
    "\n",
    "\r\n",
    "\"",
    "\\",
    "\u2028",
    "\uD800",
    "\uDFFF",
    "\uDE00\uD83D",
    "😀",
    "日本語",
    "\uFEFF",
    "\u007F",
    "</script>",
    "{\"type\":\"call\"}",
    "\t",
    "é",
    "\uFFFF"
  };
  private static final long[] LONGS = {0, 1, -1, 42, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53};
  private static final double[] REALS = {
    0.0, -0.0, 1, 0.1, 1e-300, Double.MIN_VALUE, Double.MAX_VALUE, -1e21, 1.0 / 3
  };

  private final Random random;

  RandomRecords(long seed) {
    random = new Random(seed);
  }

  LlmRecord next() {
    return switch (random.nextInt(3)) {
      case 0 -> call();
      case 1 -> step();
      default -> score();
    };
  }

  LlmCall call() {
    return new LlmCall(
        ref(),
        maybe(this::ref),
        context(),
        request(),
        outcome(),
        timing(),
        maybe(this::cost),
        maybe(() -> random.nextInt(5)),
        pick(Origin.values()),
        weight(),
        maybe(this::server),
        texts());
  }

  private ServerFacts server() {
    ServerSnapshot start = snapshot(true);
    ServerSnapshot end = random.nextBoolean() ? start : snapshot(true);
    return ServerFacts.of(
        start,
        start.isKnown() ? Duration.ofNanos(random.nextInt(1_000)) : null,
        end,
        end.isKnown() ? Duration.ofNanos(random.nextInt(1_000)) : null);
  }

  private ServerSnapshot snapshot(boolean pool) {
    if (random.nextInt(4) == 0) {
      return ServerSnapshot.unknown(text(), text());
    }
    ServerLoad load = load();
    return new ServerSnapshot(
        text(),
        pool ? ServerSnapshot.Match.POOL : ServerSnapshot.Match.EXACT,
        null,
        maybe(this::instant),
        new ServerInfo(
            pick(new ServerKind[] {null, ServerKind.VLLM, ServerKind.LLAMA_CPP}),
            maybe(this::text),
            list(
                () ->
                    new ServedModel(
                        text(),
                        maybe(() -> 1L + random.nextInt(9)),
                        maybe(this::text),
                        maybe(random::nextDouble))),
            new Parallelism(maybe(() -> 2), null, maybe(() -> 8), null),
            maybe(() -> 256)),
        load,
        random.nextBoolean() ? load : load(),
        pick(ServerSnapshot.GpuMatch.values()),
        list(this::gpu),
        pool ? list(() -> snapshot(false)) : List.of(),
        texts());
  }

  private ServerLoad load() {
    return new ServerLoad(
        maybe(() -> (long) random.nextInt(100)),
        maybe(() -> (long) random.nextInt(100)),
        maybe(random::nextDouble),
        maybe(random::nextDouble),
        maybe(random::nextDouble),
        maybe(() -> random.nextDouble() * 1e6),
        maybe(() -> random.nextDouble() * 1e6));
  }

  private Gpu gpu() {
    return new Gpu(
        maybe(this::text),
        maybe(() -> random.nextInt(8)),
        maybe(this::text),
        maybe(this::text),
        maybe(this::text),
        maybe(random::nextDouble),
        maybe(random::nextDouble),
        maybe(random::nextDouble),
        maybe(random::nextDouble),
        maybe(() -> 80L << 30),
        maybe(() -> 81L << 30),
        maybe(() -> 412.5),
        maybe(() -> 700.0),
        maybe(() -> 61.0),
        maybe(() -> 1_980_000_000L),
        maybe(() -> 2_619_000_000L),
        maybe(
            () ->
                random.nextBoolean()
                    ? Set.of()
                    : Set.of(Gpu.Throttle.SOFTWARE_POWER_CAP, Gpu.Throttle.HARDWARE_THERMAL)),
        maybe(() -> 79),
        maybe(() -> "1g.10gb"),
        maybe(() -> "7"));
  }

  private ServerTiming serverTiming() {
    Map<ServerPhase, Duration> phases = new EnumMap<>(ServerPhase.class);
    for (ServerPhase phase : ServerPhase.values()) {
      if (random.nextBoolean()) {
        phases.put(phase, Duration.ofNanos(random.nextInt() & Integer.MAX_VALUE));
      }
    }
    return new ServerTiming(
        text(),
        phases,
        maybe(() -> Duration.ofNanos(random.nextInt(1_000))),
        maybe(() -> Duration.ofNanos(random.nextInt(1_000))),
        maybe(this::text));
  }

  LlmStep step() {
    return new LlmStep(
        ref(),
        maybe(this::ref),
        context(),
        stepRequest(),
        stepResult(),
        maybe(this::error),
        timing(),
        weight(),
        texts());
  }

  CallScore score() {
    CallScore.Builder score =
        random.nextBoolean() ? CallScore.of(ref(), name()) : CallScore.ofKey(name(), name());
    return score
        .value(maybe(() -> random.nextInt(4) / 3.0))
        .label(name())
        .explanation(maybe(this::text))
        .source(name())
        .responseId(maybe(this::text))
        .errorType(maybe(this::text))
        .time(maybe(this::instant))
        .weight(weight())
        .build();
  }

  MessagePart part() {
    MessagePart.Modality modality = pick(MessagePart.Modality.values());
    return switch (random.nextInt(9)) {
      case 0 -> new MessagePart.Text(text());
      case 1 -> new MessagePart.Reasoning(text());
      case 2 -> new MessagePart.Refusal(text());
      case 3 -> new MessagePart.ToolCall(maybe(this::text), text(), maybe(this::json));
      case 4 -> new MessagePart.ToolResponse(maybe(this::text), text());
      case 5 -> new MessagePart.Blob(modality, maybe(this::text), text());
      case 6 -> new MessagePart.FileRef(modality, maybe(this::text), text());
      case 7 -> new MessagePart.UriRef(modality, maybe(this::text), text());
      default -> new MessagePart.Other(text(), json());
    };
  }

  private LlmContext context() {
    if (random.nextInt(3) == 0) {
      return LlmContext.EMPTY;
    }
    LlmContext.Builder context =
        LlmContext.builder()
            .conversation(maybe(this::text))
            .user(maybe(this::text))
            .session(maybe(this::text))
            .prompt(maybe(this::prompt))
            .evalCase(maybe(this::text), maybe(() -> random.nextInt(Integer.MAX_VALUE)))
            .origin(pick(Origin.values()))
            .parent(maybe(this::ref));
    map().forEach(context::tag);
    return context.build();
  }

  private LlmRequest request() {
    LlmRequest.Builder request =
        LlmRequest.builder(name(), name())
            .model(maybe(this::name))
            .server(maybe(this::name), maybe(() -> 1 + random.nextInt(65_535)))
            .stream(random.nextBoolean())
            .parameters(parameters())
            .systemInstructions(list(this::part))
            .messages(list(this::message))
            .tools(list(this::tool))
            .conversationId(maybe(this::text))
            .userId(maybe(this::text))
            .sessionId(maybe(this::text))
            .prompt(maybe(this::prompt));
    map().forEach(request::tag);
    return request.build();
  }

  private RequestParameters parameters() {
    if (random.nextInt(3) == 0) {
      return RequestParameters.NONE;
    }
    return RequestParameters.builder()
        .temperature(maybe(this::real))
        .topP(maybe(this::real))
        .topK(maybe(this::number))
        .maxTokens(maybe(this::number))
        .presencePenalty(maybe(this::real))
        .frequencyPenalty(maybe(this::real))
        .seed(maybe(this::number))
        .stopSequences(texts())
        .choiceCount(maybe(this::number))
        .outputType(maybe(this::text))
        .reasoningLevel(maybe(this::text))
        .encodingFormats(texts())
        .embeddingDimensions(maybe(this::number))
        .previousResponseId(maybe(this::text))
        .serviceTier(maybe(this::text))
        .apiType(maybe(this::text))
        .build();
  }

  private Outcome outcome() {
    return switch (random.nextInt(3)) {
      case 0 -> new Outcome.Completed(response());
      case 1 -> new Outcome.Failed(maybe(this::response), error());
      default -> new Outcome.Cancelled(maybe(this::response), pick(Outcome.Reason.values()));
    };
  }

  private LlmResponse response() {
    if (random.nextInt(4) == 0) {
      return LlmResponse.EMPTY;
    }
    LlmResponse.Builder response =
        LlmResponse.builder()
            .serverTiming(maybe(this::serverTiming))
            .id(maybe(this::text))
            .model(maybe(this::text))
            .outputs(list(this::message))
            .finishReasons(texts())
            .usage(usage())
            .serviceTier(maybe(this::text))
            .systemFingerprint(maybe(this::text))
            .status(maybe(this::text))
            .structuredOutputError(maybe(this::text));
    map().forEach(response::header);
    return response.build();
  }

  private TokenUsage usage() {
    TokenUsage.Builder usage = TokenUsage.builder();
    if (random.nextBoolean()) {
      usage.inputTokens(count()).outputTokens(count());
    }
    if (random.nextBoolean()) {
      usage.cachedInputTokens(count()).cacheWriteInputTokens(count()).reasoningTokens(count());
    }
    return usage
        .modalities(
            list(
                () ->
                    new TokenUsage.ModalityUsage(
                        pick(MessagePart.Modality.values()),
                        maybe(this::count),
                        maybe(this::count),
                        maybe(this::count))))
        .build();
  }

  private StepRequest stepRequest() {
    StepRequest.Builder request =
        switch (random.nextInt(4)) {
          case 0 -> StepRequest.tool(name());
          case 1 -> StepRequest.agent(name());
          case 2 -> StepRequest.workflow(name());
          default -> StepRequest.retrieval(name());
        };
    return request
        .id(maybe(this::text))
        .version(maybe(this::text))
        .description(maybe(this::text))
        .toolType(maybe(this::text))
        .provider(maybe(this::text))
        .model(maybe(this::text))
        .topK(maybe(() -> 1 + count() / 2))
        .input(maybe(this::text))
        .build();
  }

  private StepResult stepResult() {
    return new StepResult(
        maybe(this::text),
        list(
            () ->
                new StepResult.Document(
                    text(),
                    maybe(
                        () ->
                            random.nextInt(4) == 0
                                ? pick(
                                    new Double[] {
                                      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
                                    })
                                : real()),
                    maybe(this::text))));
  }

  private Message message() {
    return new Message(name(), list(this::part), maybe(this::text));
  }

  private ToolDefinition tool() {
    return new ToolDefinition(name(), name(), maybe(this::text), maybe(this::json));
  }

  private Prompt prompt() {
    return new Prompt(name(), maybe(this::text), map());
  }

  private CallError error() {
    return new CallError(
        name(), maybe(this::text), maybe(this::text), maybe(() -> 100 + random.nextInt(500)));
  }

  private Cost cost() {
    BigDecimal amount =
        switch (random.nextInt(4)) {
          case 0 -> new BigDecimal("0.000123");
          case 1 -> new BigDecimal("1.50"); // the scale is part of equality
          case 2 -> new BigDecimal(new BigInteger(3_000, random), random.nextInt(2_001) - 1_000);
          default -> new BigDecimal("1E+10");
        };
    return new Cost(amount, "USD", name(), random.nextBoolean());
  }

  private Timing timing() {
    return Timing.of(
            instant(),
            Duration.ofNanos(count()),
            maybe(() -> Duration.ofNanos(count())),
            maybe(() -> Duration.ofNanos(count())),
            count())
        .withConsumer(maybe(() -> Duration.ofNanos(random.nextInt(1_000))))
        .withBackOff(maybe(() -> Duration.ofNanos(random.nextInt(1_000))));
  }

  private Instant instant() {
    return switch (random.nextInt(4)) {
      case 0 -> Instant.EPOCH;
      case 1 -> Instant.MIN;
      case 2 -> Instant.MAX;
      default -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
    };
  }

  CallRef ref() {
    String id = hex(16) + hex(16);
    return random.nextBoolean() ? CallRef.of(id) : CallRef.of(id, hex(16) + hex(16), hex(16));
  }

  private String hex(int digits) {
    return String.format("%0" + digits + "x", random.nextLong());
  }

  private JsonText json() {
    return new JsonText(text());
  }

  private Map<String, String> map() {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      map.put(name().toLowerCase(java.util.Locale.ROOT), text());
    }
    return map;
  }

  private List<String> texts() {
    return list(this::text);
  }

  private String name() {
    return "n" + text();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      if (random.nextInt(3) == 0) {
        text.append((char) random.nextInt(0x10000));
      } else {
        text.append(pick(AWKWARD)).append("word ");
      }
    }
    return text.toString();
  }

  private long number() {
    return LONGS[random.nextInt(LONGS.length)];
  }

  private long count() {
    return Math.abs(Math.max(number(), -Long.MAX_VALUE));
  }

  private double real() {
    return REALS[random.nextInt(REALS.length)];
  }

  private double weight() {
    return random.nextBoolean() ? 1 : 1 / Math.max(1e-9, random.nextDouble());
  }

  private <T> List<T> list(Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      list.add(element.get());
    }
    return list;
  }

  private <T> T maybe(Supplier<T> value) {
    return random.nextBoolean() ? value.get() : null;
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
