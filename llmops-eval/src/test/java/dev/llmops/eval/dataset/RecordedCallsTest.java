package dev.llmops.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.ContentPolicy;
import dev.llmops.JsonText;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.Origin;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.privacy.Redactors;
import dev.llmops.sink.JsonlSink;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedCallsTest {

  private static final Instant TEN = Instant.parse("2026-11-22T10:00:00Z");

  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = dir.resolve("calls.jsonl");
  }

  @Test
  void aCallBecomesARedactedCaseWithoutReferences() {
    CallRef ref;
    try (LlmOps ops = ops(ContentPolicy.full())) {
      ref =
          call(
              ops,
              request("Write to ann@example.org, please")
                  .systemInstructions(List.of(new MessagePart.Text("Be kind.")))
                  .tag("team", "mail")
                  .build(),
              LlmResponse.builder()
                  .model("small-1")
                  .outputs(
                      List.of(
                          Message.of(
                              "assistant",
                              new MessagePart.Text("Done: ann@example.org"),
                              new MessagePart.ToolCall(
                                  "c1", "send", JsonText.of("{\"to\":\"ann@example.org\"}")))))
                  .build());
    }

    Dataset dataset = RecordedCalls.at(file).toDataset("mail");

    assertThat(dataset.name()).isEqualTo("mail");
    assertThat(dataset.source()).isEqualTo(file.toString());
    EvalCase only = dataset.cases().get(0);
    assertThat(only)
        .isEqualTo(
            EvalCase.builder()
                .id(ref.id())
                .input("Write to [EMAIL], please")
                .messages(
                    List.of(Message.system("Be kind."), Message.user("Write to [EMAIL], please")))
                .output("Done: [EMAIL]")
                .toolCalls(List.of(new ToolCall("send", JsonText.of("{\"to\":\"[EMAIL]\"}"))))
                .metadata("team", "mail")
                .metadata("model", "small-1")
                .metadata("provider", "local")
                .metadata("recorded", only.metadata().get("recorded"))
                .build());
    assertThat(Instant.parse(only.metadata().get("recorded"))).isAfter(Instant.EPOCH);
    assertThat(
            RecordedCalls.at(file)
                .redactor(Redactors.none())
                .toDataset("raw")
                .cases()
                .get(0)
                .input())
        .isEqualTo("Write to ann@example.org, please");
  }

  @Test
  void whatIsNoAnswerOfTheApplicationIsLeftOut() {
    try (LlmOps ops = ops(ContentPolicy.full())) {
      call(ops, request("good").build(), LlmResponse.ofText("yes"));
      assertThatThrownBy(
              () ->
                  ops.call(
                      request("failing").build(),
                      () -> {
                        throw new IllegalStateException("down");
                      },
                      any -> LlmResponse.EMPTY))
          .hasMessage("down");
      try (var scope = LlmContext.extend().origin(Origin.JUDGE).open()) {
        call(ops, request("judging").build(), LlmResponse.ofText("pass"));
      }
      call(ops, LlmRequest.embeddings("local", "e"), LlmResponse.EMPTY);
    }

    assertThat(RecordedCalls.at(file).toDataset("qa").cases())
        .extracting(EvalCase::input)
        .containsExactly("good");
  }

  @Test
  void callsArePickedByTagByScoreAndByAnything() {
    try (LlmOps ops = ops(ContentPolicy.full())) {
      CallRef low = call(ops, request("low").tag("env", "prod").build(), LlmResponse.ofText("a"));
      CallRef high = call(ops, request("high").tag("env", "prod").build(), LlmResponse.ofText("b"));
      CallRef raised =
          call(ops, request("raised").tag("env", "prod").build(), LlmResponse.ofText("c"));
      call(ops, request("unscored").tag("env", "test").build(), LlmResponse.ofText("d"));
      ops.score(low, "faithfulness", 0.2);
      ops.score(low, "other", 1);
      ops.score(high, "faithfulness", 0.5);
      ops.score(CallScore.of(raised, "faithfulness").value(0.9).time(TEN.plusSeconds(1)).build());
      ops.score(CallScore.of(raised, "faithfulness").value(0.1).time(TEN).build());
    }
    RecordedCalls calls = RecordedCalls.at(file);

    assertThat(inputs(calls.tag("env", "prod").toDataset("qa")))
        .containsExactly("low", "high", "raised");
    assertThat(inputs(calls.scoredBelow("faithfulness", 0.5).toDataset("qa")))
        .containsExactly("low");
    assertThat(
            inputs(
                calls.scoredBelow("faithfulness", 0.5).scoredBelow("other", 0.5).toDataset("qa")))
        .isEmpty();
    assertThat(inputs(calls.where(call -> call.response().text().equals("d")).toDataset("qa")))
        .containsExactly("unscored");
    assertThatThrownBy(() -> calls.scoredBelow("x", 2))
        .hasMessage("bound must be above 0.0 and at most 1.0, but was 2.0");
  }

  @Test
  void feedbackTurnsLikedAnswersIntoReferencesAndKeepsTheOthersToMend() {
    try (LlmOps ops = ops(ContentPolicy.full())) {
      CallRef liked =
          call(ops, request("liked").build(), LlmResponse.ofText("Right, bob@example.org"));
      call(ops, request("disliked").tag("answer-id", "a-7").build(), LlmResponse.ofText("Wrong"));
      CallRef tool =
          call(
              ops,
              request("tool").build(),
              LlmResponse.builder()
                  .outputs(
                      List.of(
                          Message.of(
                              "assistant",
                              new MessagePart.ToolCall(null, "find", JsonText.of("{}")))))
                  .build());
      CallRef word = call(ops, request("only a word").build(), LlmResponse.ofText("x"));
      call(ops, request("without").build(), LlmResponse.ofText("x"));
      ops.score(liked, "user_feedback", 1);
      ops.score(
          CallScore.ofKey("a-7", "user_feedback")
              .value(0.0)
              .explanation("ask bob@example.org")
              .build());
      ops.score(tool, "user_feedback", 0.5);
      ops.score(CallScore.of(word, "user_feedback").label("thumbs_up").build());
    }

    Dataset dataset = RecordedCalls.at(file).fromFeedback("feedback", "user_feedback");

    assertThat(inputs(dataset)).containsExactly("liked", "disliked", "tool");
    EvalCase liked = dataset.cases().get(0);
    assertThat(liked.references()).containsExactly("Right, [EMAIL]");
    assertThat(liked.output()).isNull();
    assertThat(liked.metadata())
        .containsEntry("feedback", "positive")
        .containsEntry("feedback_score", "1.0");
    EvalCase disliked = dataset.cases().get(1);
    assertThat(disliked.references()).isEmpty();
    assertThat(disliked.output()).isEqualTo("Wrong");
    assertThat(disliked.metadata())
        .containsAllEntriesOf(
            Map.of(
                "feedback",
                "negative",
                "feedback_score",
                "0.0",
                "feedback_comment",
                "ask [EMAIL]"));
    EvalCase tool = dataset.cases().get(2);
    assertThat(tool.references()).isEmpty();
    assertThat(tool.expectedToolCalls()).containsExactly(new ToolCall("find", JsonText.of("{}")));
    assertThat(tool.toolCalls()).isNull();
  }

  @Test
  void aCaseThatCannotBeRedactedIsLeftOut() {
    try (LlmOps ops = ops(ContentPolicy.full())) {
      call(ops, request("fine").build(), LlmResponse.ofText("x"));
      call(ops, request("bad").build(), LlmResponse.ofText("x"));
    }

    Dataset dataset =
        RecordedCalls.at(file)
            .redactor(
                text -> {
                  if (text.equals("bad")) {
                    throw new IllegalStateException("bad");
                  }
                  return text;
                })
            .toDataset("qa");

    assertThat(inputs(dataset)).containsExactly("fine");
  }

  @Test
  void callsWithoutContentSayHowToRecordIt() {
    try (LlmOps ops = ops(ContentPolicy.none())) {
      call(ops, request("a").build(), LlmResponse.ofText("x"));
    }

    assertThatThrownBy(() -> RecordedCalls.at(file).toDataset("qa"))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "dataset [qa] has a problem: %s: no call that is wanted has content; record with"
                + " JsonlSink.builder(path).content(ContentPolicy.redacted(Redactors.all()))",
            file);
    assertThatThrownBy(() -> RecordedCalls.at(dir.resolve("none.jsonl")).toDataset("qa"))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void whatIsMadeOfCallsIsWrittenAndReadBack() {
    try (LlmOps ops = ops(ContentPolicy.full())) {
      CallRef ref = call(ops, request("a").build(), LlmResponse.ofText("x"));
      ops.score(ref, "user_feedback", 1);
    }
    Dataset dataset = RecordedCalls.at(file).fromFeedback("qa", "user_feedback");

    dataset.write(dir.resolve("qa.yaml"));

    assertThat(Dataset.read(dir.resolve("qa.yaml"))).isEqualTo(dataset);
  }

  private LlmOps ops(ContentPolicy content) {
    return LlmOps.builder().sink(JsonlSink.builder(file).content(content).build()).build();
  }

  private static LlmRequest.Builder request(String text) {
    return LlmRequest.builder(LlmRequest.CHAT, "local").model("small").message(Message.user(text));
  }

  private static CallRef call(LlmOps ops, LlmRequest request, LlmResponse response) {
    ops.call(request, () -> response, answer -> answer);
    return Objects.requireNonNull(ops.lastCall());
  }

  private static List<String> inputs(Dataset dataset) {
    return dataset.cases().stream().map(EvalCase::input).toList();
  }
}
