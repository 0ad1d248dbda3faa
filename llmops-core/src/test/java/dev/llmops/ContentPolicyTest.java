package dev.llmops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContentPolicyTest {

  private static final LlmCall CALL =
      new LlmCall(
          CallRef.of("0123456789abcdef0123456789abcdef"),
          null,
          LlmContext.builder()
              .user("u-1")
              .prompt(Prompt.of("greeting", "2").withVariables(Map.of("name", "SECRET-v")))
              .build(),
          LlmRequest.builder(LlmRequest.CHAT, "local")
              .model("m")
              .systemInstructions(List.of(new MessagePart.Text("SECRET-s")))
              .message(
                  Message.of(
                      "user",
                      new MessagePart.Text("SECRET-t"),
                      new MessagePart.Reasoning("SECRET-r"),
                      new MessagePart.Refusal("SECRET-f"),
                      new MessagePart.ToolCall("1", "t", JsonText.of("SECRET-a")),
                      new MessagePart.ToolResponse("1", "SECRET-p"),
                      new MessagePart.Blob(MessagePart.Modality.IMAGE, "image/png", "SECRET-b"),
                      new MessagePart.UriRef(MessagePart.Modality.IMAGE, null, "SECRET-u"),
                      new MessagePart.Other("odd", JsonText.of("SECRET-o"))))
              .tools(List.of(ToolDefinition.function("t", "SECRET-d", JsonText.of("SECRET-j"))))
              .build(),
          new Outcome.Failed(
              LlmResponse.ofText("SECRET-out"), new CallError("x", "X", "SECRET-e", 500)),
          Timing.of(FakeClock.START, Duration.ZERO),
          null,
          null,
          Origin.APPLICATION,
          1,
          List.of());

  @Test
  void noneKeepsNothingAndEverythingElse() {
    LlmCall seen = ContentPolicy.none().apply(CALL);

    assertThat(flat(seen)).doesNotContain("SECRET");
    assertThat(seen.ref()).isEqualTo(CALL.ref());
    assertThat(seen.request().model()).isEqualTo("m");
    assertThat(seen.userId()).isEqualTo("u-1");
    assertThat(seen.prompt()).isEqualTo(Prompt.of("greeting", "2"));
    assertThat(seen.error()).isEqualTo(new CallError("x", "X", null, 500));
  }

  @Test
  void fullKeepsEverything() {
    assertThat(ContentPolicy.full().apply(CALL)).isEqualTo(CALL);
  }

  @Test
  void aRedactorSeesEveryTextThereIs() {
    LlmCall seen =
        ContentPolicy.redacted(text -> text.replaceAll("SECRET-[a-z]+", "***")).apply(CALL);

    assertThat(flat(seen)).doesNotContain("SECRET").contains("***");
    MessagePart blob = seen.request().messages().get(0).parts().get(5);
    assertThat(blob)
        .as("a redactor cannot look into a picture, so it is left out")
        .isEqualTo(new MessagePart.Blob(MessagePart.Modality.IMAGE, "image/png", ""));
  }

  @Test
  void aRedactorThatThrowsDropsTheContentAndSaysSo() {
    LlmCall seen =
        ContentPolicy.redacted(
                text -> {
                  throw new IllegalStateException("SECRET in the message");
                })
            .apply(CALL);

    assertThat(flat(seen)).doesNotContain("SECRET");
    assertThat(seen.problems())
        .containsExactly("content dropped: the redactor threw java.lang.IllegalStateException");
  }

  @Test
  void redactsBeforeItCuts() {
    ContentPolicy policy =
        ContentPolicy.builder()
            .everything()
            .maxChars(10)
            .redactor(text -> text.replace("4111111111111111", "[CARD]"))
            .build();

    // cut first, the card number would be torn and no longer found
    assertThat(policy.text("card: 4111111111111111")).isEqualTo("card: [CAR… [2 characters cut]");
  }

  @Test
  void neverCutsThroughACharacter() {
    String smile = "😀";

    assertThat(ContentPolicy.builder().maxChars(2).build().text("a" + smile + "b"))
        .isEqualTo("a… [3 characters cut]");
  }

  @Test
  void keepsTheLatestMessages() {
    LlmCall call =
        new LlmCall(
            CALL.ref(),
            null,
            LlmContext.EMPTY,
            LlmRequest.builder(LlmRequest.CHAT, "local")
                .messages(List.of(Message.user("1"), Message.user("2"), Message.user("3")))
                .build(),
            CALL.outcome(),
            CALL.timing(),
            null,
            null,
            Origin.APPLICATION,
            1,
            List.of());

    LlmCall seen = ContentPolicy.builder().captureInput(true).maxMessages(2).build().apply(call);

    assertThat(seen.request().messages()).containsExactly(Message.user("2"), Message.user("3"));
  }

  @Test
  void explanationsOfScoresAreContent() {
    CallScore score =
        CallScore.of(CALL.ref(), "quality").value(0.5).explanation("he said SECRET").build();

    assertThat(ContentPolicy.none().apply(score).explanation()).isNull();
    assertThat(ContentPolicy.full().apply(score)).isSameAs(score);
  }

  @Test
  void stepsAreFilteredAsWell() {
    LlmStep step =
        new LlmStep(
            CALL.ref(),
            null,
            LlmContext.EMPTY,
            StepRequest.tool("t").input("SECRET").build(),
            new StepResult("SECRET", List.of(new StepResult.Document("d-1", 0.5, "SECRET"))),
            new CallError("x", "X", "SECRET", null),
            CALL.timing(),
            1,
            List.of());

    LlmStep none = ContentPolicy.none().apply(step);

    assertThat(none.toString()).doesNotContain("SECRET");
    assertThat(none.request().input()).isNull();
    assertThat(none.result().documents())
        .containsExactly(new StepResult.Document("d-1", 0.5, null));
    assertThat(ContentPolicy.full().apply(step)).isEqualTo(step);
  }

  @Test
  void recordsWithoutContentAreNotCopied() {
    LlmCall bare = ContentPolicy.none().apply(CALL);

    assertThat(ContentPolicy.none().apply(bare)).isSameAs(bare);
    assertThat(ContentPolicy.full().apply(bare)).isSameAs(bare);
  }

  private static String flat(LlmCall call) {
    return call.request().messages()
        + " "
        + call.request().systemInstructions()
        + call.request().tools()
        + call.prompt()
        + call.response().outputs()
        + call.error();
  }
}
