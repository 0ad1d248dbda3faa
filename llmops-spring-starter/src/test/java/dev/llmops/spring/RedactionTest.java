package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.Message;
import dev.llmops.privacy.Redactor;
import dev.llmops.sink.RingSink;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class RedactionTest {

  private static final String TEXT =
      "E123456 writes from a@example.com at 192.0.2.7 with password=hunter2hunter2";

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class))
          .withPropertyValues("llmops.ring.capacity=10", "llmops.content.capture=redacted");

  @Feature("redaction by `llmops.redaction.*`: built-in kinds and patterns of your own")
  @Test
  void replacesTheKindsThatAreNamedAndWhatPatternsMatch() {
    assertThat(kept("llmops.redaction.kinds=email"))
        .isEqualTo("E123456 writes from [EMAIL] at 192.0.2.7 with password=hunter2hunter2");
    assertThat(kept("llmops.redaction.kinds=secrets,ip"))
        .isEqualTo("E123456 writes from a@example.com at [IP] with password=[SECRET]");
    assertThat(kept("llmops.redaction.patterns.employee-id=\\bE\\d{6}\\b"))
        .as("and all that comes with llmops")
        .isEqualTo("[EMPLOYEE_ID] writes from [EMAIL] at [IP] with password=[SECRET]");
    assertThat(
            kept(
                "llmops.redaction.kinds=pii",
                "llmops.redaction.patterns.employee-id=\\bE\\d{6}\\b"))
        .isEqualTo("[EMPLOYEE_ID] writes from [EMAIL] at [IP] with password=hunter2hunter2");
  }

  @Test
  void beansComeAfterPatternsAndBeforeKinds() {
    ApplicationContextRunner withBean =
        application.withBean(
            Redactor.class, () -> text -> text.replace("writes", "[BEAN]").replace("E1", "seen"));

    withBean.run(
        context ->
            assertThat(kept(context.getBean(LlmOps.class), context.getBean(RingSink.class)))
                .isEqualTo(
                    "seen23456 [BEAN] from a@example.com at 192.0.2.7 with password=hunter2hunter2"));
    withBean
        .withPropertyValues(
            "llmops.redaction.kinds=email", "llmops.redaction.patterns.employee-id=E\\d{6}")
        .run(
            context ->
                assertThat(kept(context.getBean(LlmOps.class), context.getBean(RingSink.class)))
                    .isEqualTo(
                        "[EMPLOYEE_ID] [BEAN] from [EMAIL] at 192.0.2.7 with"
                            + " password=hunter2hunter2"));
  }

  @Test
  void aPatternThatTakesTooLongCostsTheContentAndNotTheCall() {
    application
        .withPropertyValues("llmops.redaction.patterns.slow=(x+x+)+y")
        .run(
            context -> {
              LlmOps ops = context.getBean(LlmOps.class);
              String answer =
                  ops.call(
                      LlmRequest.chat("local", "m"), () -> "x".repeat(60), LlmResponse::ofText);

              assertThat(answer).hasSize(60);
              assertThat(context.getBean(RingSink.class).calls().get(0).response().text())
                  .isEmpty();
              assertThat(context.getBean(RingSink.class).calls().get(0).problems()).isNotEmpty();
            });
  }

  @Test
  void everyKindThatComesWithLlmopsHasAName() {
    EnumSet<RedactionKind> each =
        EnumSet.complementOf(
            EnumSet.of(RedactionKind.ALL, RedactionKind.PII, RedactionKind.SECRETS));

    assertThat(each.stream().map(Enum::name))
        .containsExactlyInAnyOrderElementsOf(
            java.util.Arrays.stream(dev.llmops.privacy.PiiKind.values()).map(Enum::name).toList());
  }

  private String kept(String... properties) {
    String[] text = new String[1];
    application
        .withPropertyValues(properties)
        .run(
            context ->
                text[0] = kept(context.getBean(LlmOps.class), context.getBean(RingSink.class)));
    return text[0];
  }

  /** What the ring has of a question and its answer, which are the same. */
  private static String kept(LlmOps ops, RingSink ring) {
    String unused =
        ops.call(
            LlmRequest.builder(LlmRequest.CHAT, "local")
                .model("m")
                .messages(List.of(Message.user(TEXT)))
                .build(),
            () -> TEXT,
            LlmResponse::ofText);
    assertThat(ring.calls().get(0).request().messages().get(0).text())
        .isEqualTo(ring.calls().get(0).response().text());
    return ring.calls().get(0).response().text();
  }
}
