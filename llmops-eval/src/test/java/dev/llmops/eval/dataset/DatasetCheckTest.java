package dev.llmops.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.dataset.DatasetCheck.Finding;
import dev.llmops.eval.dataset.DatasetCheck.Kind;
import dev.llmops.privacy.Redactors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetCheckTest {

  @TempDir Path dir;

  @Test
  void aGoodDatasetIsClean() {
    Dataset dataset =
        Dataset.of(
            "qa",
            List.of(
                asking("1", "Where is Paris?").references(List.of("In France")).build(),
                asking("2", "Wo liegt Köln?").references(List.of("Am Rhein")).build(),
                asking("3", "2+2?").references(List.of("4")).build()));

    DatasetCheck check = dataset.check(Evaluators.byName("exact_match"));

    assertThat(check.isClean()).isTrue();
    assertThat(check).hasToString("3 cases checked, nothing found");
  }

  @Test
  void everyFindingSaysWhereAndWhatToDoAndQuotesNothing() throws IOException {
    Path file = dir.resolve("qa.jsonl");
    Files.writeString(
        file,
        """
        {"id": "a", "input": "Who wrote Faust?", "references": "Goethe"}
        {"id": "b", "input": "Who wrote Faust?", "references": "Goethe"}
        {"id": "c", "input": "who wrote FAUST", "references": "Marlowe"}
        {"id": "d", "input": "?", "references": " "}
        {"id": "e", "input": "Is the capital of Peru Lima on the coast?", "references": "lima on the COAST"}
        {"id": "f", "input": "Mail to ann@example.org", "relevant_ids": []}
        {"id": "g", "input": "broken caf\\ufffd", "expected_tool_calls": [{"name": "f", "arguments": "{"}]}
        {"id": "h", "input": "password=hunter2hunter2"}
        """);
    String at = " (" + file + ":";

    DatasetCheck check = Dataset.read(file).check();

    assertThat(check.findings())
        .extracting(Finding::toString)
        .containsExactly(
            "wrong: blank_reference: case \"d\""
                + at
                + "4): \"references\" has a blank text, which no answer equals; leave it out",
            "wrong: invalid_arguments: case \"g\""
                + at
                + "7): \"expected_tool_calls\" has arguments that are not JSON, which no call equals; mend them",
            "wrong: broken_text: case \"g\""
                + at
                + "7): \"input\" has replacement, control or half characters; restore it from its source",
            "suspicious: duplicate: case \"b\""
                + at
                + "2): says the same as case \"a\"; leave one out: Dataset.distinct()",
            "suspicious: contradiction: case \"c\""
                + at
                + "3): asks the same as case \"a\" but has other references; give both all right answers, or reword one",
            "suspicious: empty_input: case \"d\""
                + at
                + "4): \"input\" has no letter or digit; write the question, or leave the case out",
            "suspicious: missing_need: 3 of 8 cases lack references (first: \"f\"), which the others have; give a reference: EvalCase.Builder.references(..)",
            "suspicious: leaked_reference: case \"e\""
                + at
                + "5): a reference stands in the question, so that repeating it passes; reword the question",
            "suspicious: nothing_relevant: case \"f\""
                + at
                + "6): \"relevant_ids\" has no gain above 0, so that measures of ranking skip the case; name what is relevant",
            "suspicious: personal_data: case \"f\""
                + at
                + "6): \"input\" has what looks like [EMAIL]; redact the dataset: Dataset.redacted(Redactors.all())",
            "suspicious: secret: case \"h\""
                + at
                + "8): \"input\" has what looks like a credential; revoke it, and redact the dataset: Dataset.redacted(Redactors.all())");
    assertThat(check.toString())
        .startsWith("8 cases checked, 11 findings\n  wrong: ")
        .doesNotContain("Goethe", "ann@example.org", "hunter2");
    assertThat(check.findings(Kind.DUPLICATE)).singleElement().matches(each -> !each.isWrong());
  }

  @Test
  void whatEvaluatorsWouldSkipIsToldByTheirNames() {
    Dataset dataset =
        Dataset.of(
            "qa",
            List.of(
                asking("1", "Where is Paris?").output("In France").build(),
                asking("2", "Where is Rome?").build()));

    Evaluator exact = Evaluators.byName("exact_match");
    Evaluator recall = Evaluators.byName("recall_at_k");

    assertThat(dataset.check(exact, recall).findings(Kind.MISSING_NEED))
        .extracting(Finding::what)
        .containsExactly(
            "1 of 2 cases lack output (first: \"2\"): exact_match would skip them; give an output:"
                + " EvalCase.withOutput(..)",
            "2 of 2 cases lack references (first: \"1\"): exact_match would skip them; give a"
                + " reference: EvalCase.Builder.references(..)",
            "2 of 2 cases lack relevant_ids (first: \"1\"): recall_at_k would skip them; give what is"
                + " relevant: EvalCase.Builder.relevantIds(..)");
    assertThat(dataset.check().findings(Kind.MISSING_NEED)).isEmpty();
  }

  @Test
  void labelsThatAreNearlyAllTheSameAreTold() {
    assertThat(labelled(18, 2).check().findings(Kind.UNBALANCED))
        .extracting(Finding::what)
        .containsExactly(
            "18 of 20 cases have the same reference, so that answering nothing else nearly passes;"
                + " add cases of the others, or measure balanced_accuracy");
    assertThat(labelled(17, 3).check().findings(Kind.UNBALANCED)).isEmpty();
    assertThat(labelled(10, 1).check().findings(Kind.UNBALANCED)).isEmpty();
  }

  @Test
  void aCaseInAnotherScriptIsTold() {
    List<EvalCase> cases = new ArrayList<>();
    for (int i = 0; i < 19; i++) {
      cases.add(asking("c" + i, "Where is place " + i + "?").build());
    }
    cases.add(asking("zh", "北京在哪里？").build());

    assertThat(Dataset.of("qa", cases).check().findings())
        .extracting(Finding::toString)
        .containsExactly(
            "suspicious: other_script: case \"zh\": is written in han, 19 of 20 cases in latin; tag"
                + " languages to measure them apart, or leave it out");

    cases.add(asking("zh2", "上海在哪里？").build());
    cases.add(asking("zh3", "广州在哪里？").build());
    assertThat(Dataset.of("qa", cases).check().findings()).isEmpty();
  }

  @Test
  void shortAnswersAreNoLeakAndPicturesAreNoEmptyQuestion() {
    MessagePart picture =
        new MessagePart.UriRef(MessagePart.Modality.IMAGE, null, "https://example.org/a.png");
    Dataset dataset =
        Dataset.of(
            "qa",
            List.of(
                asking("1", "Yes or no: is it raining?").references(List.of("no")).build(),
                EvalCase.builder()
                    .id("2")
                    .messages(List.of(Message.of("user", picture)))
                    .references(List.of("A cat."))
                    .build()));

    assertThat(dataset.check().findings()).isEmpty();
  }

  @Test
  void manyFindingsOfAKindAreCounted() {
    List<EvalCase> cases = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      cases.add(asking("c" + i, "?!").metadata("n", "m" + i).build());
    }

    List<Finding> findings = Dataset.of("qa", cases).check().findings();

    assertThat(findings).hasSize(21);
    assertThat(findings.get(20))
        .hasToString("suspicious: empty_input: and in 30 more cases; mend these first");
  }

  @Test
  void noCasesAndHugeCasesAreTold() {
    assertThat(Dataset.of("qa", List.of()).check())
        .hasToString(
            "0 cases checked, 1 finding\n"
                + "  wrong: no_cases: there is no case; a gate over it can never pass");
    assertThat(
            Dataset.of("qa", List.of(asking("1", "word ".repeat(20_001)).build()))
                .check()
                .findings())
        .extracting(Finding::toString)
        .containsExactly(
            "suspicious: large: case \"1\": has 100005 characters; shorten it, or see that the model"
                + " takes as much");
  }

  @Test
  void aDatasetIsRedactedEverywhere() {
    String mail = "ann@example.org";
    EvalCase whole =
        asking("1", mail)
            .output(mail)
            .references(List.of(mail))
            .sample(mail)
            .variant(mail, mail)
            .document("d", mail)
            .expectedToolCalls(List.of(new ToolCall("f", JsonText.of("\"" + mail + "\""))))
            .toolCalls(List.of(new ToolCall("f", JsonText.of("\"" + mail + "\""))))
            .metadata("by", mail)
            .messages(
                List.of(
                    Message.of(
                        "user",
                        new MessagePart.Text(mail),
                        new MessagePart.Reasoning(mail),
                        new MessagePart.Refusal(mail),
                        new MessagePart.ToolCall(null, "f", JsonText.of("\"" + mail + "\"")),
                        new MessagePart.ToolResponse(null, mail),
                        new MessagePart.UriRef(MessagePart.Modality.IMAGE, null, "mailto:" + mail),
                        new MessagePart.Blob(MessagePart.Modality.IMAGE, null, "aGk="),
                        new MessagePart.Other("x", JsonText.of("\"" + mail + "\"")))))
            .build();
    Dataset dataset = Dataset.of("qa", List.of(whole));

    Dataset redacted = dataset.redacted(Redactors.all());

    Path file = dir.resolve("qa.jsonl");
    redacted.write(file);
    assertThat(file).content().doesNotContain("ann", "aGk=").contains("[EMAIL]");
    assertThat(redacted.check().findings(Kind.PERSONAL_DATA)).isEmpty();
    assertThatThrownBy(
            () ->
                dataset.redacted(
                    text -> {
                      throw new IllegalStateException(text);
                    }))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "dataset [qa] has a problem: qa: case \"1\": redactor threw"
                + " java.lang.IllegalStateException");
  }

  private static Dataset labelled(int yes, int no) {
    List<EvalCase> cases = new ArrayList<>();
    for (int i = 0; i < yes + no; i++) {
      String label = i < yes ? "yes" : "no";
      cases.add(asking("c" + i, "Is number " + i + " right?").references(List.of(label)).build());
    }
    return Dataset.of("qa", cases);
  }

  private static EvalCase.Builder asking(String id, String input) {
    return EvalCase.builder().id(id).input(input);
  }
}
