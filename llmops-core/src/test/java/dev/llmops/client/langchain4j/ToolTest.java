package dev.llmops.client.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.exception.ToolExecutionException;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.service.tool.ToolExecutionResult;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.llmops.CallError;
import dev.llmops.LlmOps;
import dev.llmops.LlmStep;
import dev.llmops.testing.Records;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** How the step of a tool ends. */
class ToolTest {

  private static final ToolExecutionRequest REQUEST =
      ToolExecutionRequest.builder().id("call-1").name("get_tide").arguments("{}").build();
  private static final InvocationContext CONTEXT = InvocationContext.builder().build();

  private final Records records = Records.withContent();
  private final LlmOps ops = LlmOps.builder().sink(records).build();

  @Test
  void resultThatIsAnErrorFailsTheStep() {
    ToolExecutionResult error =
        ToolExecutionResult.builder().isError(true).resultText("no harbour of Mr. Smith").build();

    assertThat(tool(() -> error).executeWithContext(REQUEST, CONTEXT)).isSameAs(error);

    CallError told = onlyStep().error();
    assertThat(told.type()).isEqualTo("dev.langchain4j.exception.ToolExecutionException");
    assertThat(told.message()).isEqualTo("the tool answered with an error"); // without its words
    assertThat(onlyStep().request().id()).isEqualTo("call-1");
  }

  @Test
  void resultThatIsNoneCompletesTheStep() {
    ToolExecutionResult noon = ToolExecutionResult.builder().resultText("noon").build();

    assertThat(tool(() -> noon).executeWithContext(REQUEST, CONTEXT)).isSameAs(noon);

    assertThat(onlyStep().error()).isNull();
    assertThat(onlyStep().result().text()).isEqualTo("noon");
  }

  @Test
  void throwsWhatTheToolThrows() {
    ToolExecutionException mine = new ToolExecutionException("on purpose");
    ToolExecutor tool =
        tool(
            () -> {
              throw mine;
            });

    assertThat(catchThrowable(() -> tool.executeWithContext(REQUEST, CONTEXT))).isSameAs(mine);

    assertThat(onlyStep().error().message()).isEqualTo("on purpose");
  }

  private LlmStep onlyStep() {
    assertThat(records.steps()).hasSize(1);
    return records.steps().get(0);
  }

  private ToolExecutor tool(Supplier<ToolExecutionResult> answer) {
    return LangChain4jInstrumentation.wrap(
        new ToolExecutor() {
          @Override
          public String execute(ToolExecutionRequest request, Object memoryId) {
            return answer.get().resultText();
          }

          @Override
          public ToolExecutionResult executeWithContext(
              ToolExecutionRequest request, InvocationContext context) {
            return answer.get();
          }
        },
        ops,
        "get_tide");
  }
}
