package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The values check what they are given, and say what is wrong in the house's form. */
class ValuesTest {

  @Test
  void badInputIsAnsweredInTheHousesForm() {
    refuses(() -> LlmRequest.chat(" ", "m"), "provider must not be blank, but was \" \"");
    refuses(
        () -> LlmRequest.builder("chat", "p").server("h", 70_000),
        "port must be between 1 and 65535, but was 70000");
    refuses(
        () -> LlmRequest.builder("chat", "p").messages(Arrays.asList((Message) null)).build(),
        "messages must not contain null");
    refuses(
        () -> RequestParameters.builder().temperature(Double.NaN),
        "temperature must be a finite number, but was NaN");
    refuses(() -> TokenUsage.of(-1, 0), "inputTokens must not be negative, but was -1");
    refuses(
        () -> TokenUsage.builder().reasoningTokens(-3),
        "reasoningTokens must not be negative, but was -3");
    refuses(
        () -> new Cost(BigDecimal.ONE.negate(), "USD", "p", false),
        "amount must not be negative, but was -1");
    refuses(
        () -> new Cost(BigDecimal.ONE, "dollars", "p", false),
        "currency must be an ISO 4217 code of three letters, but was \"dollars\"");
    refuses(
        () -> Timing.of(FakeClock.START, Duration.ofMillis(-1)),
        "total must not be negative, but was PT-0.001S");
    refuses(
        () -> CallRef.of("abc"),
        "id must be 32 hexadecimal digits as CallRef.id() gives them, but was 3 characters long or"
            + " has others; use CallScore.key(..) for an id of your own");
    refuses(() -> CallRef.of("x".repeat(32)), "id must be 32 hexadecimal digits");
    refuses(
        () -> CallScore.ofKey("k", "n").build(),
        "score \"n\" must have a value, a label or an errorType, but has none");
    refuses(
        () -> CallScore.ofKey("k", "n").weight(0.5),
        "weight must be a finite number of at least 1, but was 0.5");
    refuses(
        () -> StepRequest.retrieval("kb").topK(0L),
        "topK must be between 1 and 9223372036854775807, but was 0");
    refuses(
        () -> ContentPolicy.builder().maxChars(0),
        "maxChars must be between 1 and 2147483647, but was 0");
    refuses(() -> LlmContext.builder().evalCase("c", -1), "iteration must not be negative");
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void absentCountsAreAbsent() {
    TokenUsage usage = TokenUsage.builder().outputTokens(0).build();

    assertThat(usage.outputTokens()).isZero();
    assertThat(usage.inputTokens()).isNull();
    assertThat(usage.totalTokens()).isNull();
    assertThat(usage.isEmpty()).isFalse();
    assertThat(TokenUsage.of(3, 4).totalTokens()).isEqualTo(7);
    assertThat(TokenUsage.NONE.isEmpty()).isTrue();
  }

  @Test
  void aReferenceTravels() throws Exception {
    CallRef ref =
        CallRef.of(
            "0123456789abcdef0123456789abcdef",
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(ref);
    }
    CallRef back;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      back = (CallRef) in.readObject();
    }

    assertThat(back).isEqualTo(ref).hasSameHashCodeAs(ref);
    assertThat(back.id()).isEqualTo("0123456789abcdef0123456789abcdef");
    assertThat(back.traceId()).isEqualTo(ref.traceId());
    assertThat(CallRef.of(ref.id())).isEqualTo(ref);
    assertThat(ref.samplingKey()).isEqualTo(0x8448eb211c80319cL);
  }

  @Test
  void referencesSortByTime() {
    CallRef early = CallRef.next(1_000_000_000_000L, null, null);
    CallRef late = CallRef.next(1_000_000_000_001L, null, null);

    assertThat(early.id()).isLessThan(late.id()).hasSize(32);
  }

  @Test
  void requestsRoundTripThroughTheirBuilder() {
    List<Message> mine = new ArrayList<>(List.of(Message.user("hi")));
    LlmRequest request =
        LlmRequest.builder(LlmRequest.CHAT, "openai")
            .model("gpt-4o")
            .server("api.openai.com", 443)
            .stream(true)
            .parameters(RequestParameters.builder().temperature(0.5).seed(7L).build())
            .systemInstructions(List.of(new MessagePart.Text("be brief")))
            .messages(mine)
            .message(Message.assistant("hello"))
            .tools(List.of(ToolDefinition.function("f", null, null)))
            .conversationId("c")
            .userId("u")
            .sessionId("s")
            .prompt(Prompt.of("p"))
            .tag("k", "v")
            .build();

    assertThat(request.toBuilder().build()).isEqualTo(request).hasSameHashCodeAs(request);
    assertThat(mine).as("the caller's list is not touched").hasSize(1);
    assertThat(request.messages()).hasSize(2);
    assertThat(request.toString()).isEqualTo("LlmRequest[chat openai gpt-4o]");
  }

  @Test
  void hostileListsAreCut() {
    List<Message> many = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      many.add(Message.user("x"));
    }

    assertThat(LlmRequest.builder("chat", "p").messages(many).build().messages()).hasSize(10_000);
  }

  @Test
  void aMessageJoinsItsTextAndNothingElse() {
    Message message =
        Message.of(
            "assistant",
            new MessagePart.Reasoning("hm"),
            new MessagePart.Text("a"),
            new MessagePart.ToolCall(null, "t", null),
            new MessagePart.Text("b"),
            new MessagePart.Text("c"));

    assertThat(message.text()).isEqualTo("abc");
    assertThat(Message.tool("1", "r").text()).isEmpty();
  }
}
