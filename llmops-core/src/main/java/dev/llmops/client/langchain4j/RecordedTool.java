package dev.llmops.client.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.exception.ToolExecutionException;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.service.tool.ToolExecutionResult;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A tool, each of whose executions is a step. */
final class RecordedTool implements ToolExecutor {

  private static final String ERROR = "the tool answered with an error"; // its words are content

  private final String name;
  private final ToolExecutor tool;
  private final LlmOps ops;

  /** The name is the definition's: the one in a request is the model's to choose. */
  RecordedTool(String name, ToolExecutor tool, LlmOps ops) {
    this.name = name;
    this.tool = tool;
    this.ops = ops;
  }

  static ToolExecutor of(String name, ToolExecutor tool, LlmOps ops) {
    return tool instanceof RecordedTool recorded && recorded.ops == ops
        ? tool
        : new RecordedTool(name, tool, ops);
  }

  @Override
  public String execute(ToolExecutionRequest request, Object memoryId) {
    return ops.isEnabled()
        ? ops.step(step(request), () -> tool.execute(request, memoryId), StepResult::of)
        : tool.execute(request, memoryId);
  }

  @Override
  public ToolExecutionResult executeWithContext(
      ToolExecutionRequest request, InvocationContext context) {
    if (!ops.isEnabled()) {
      return tool.executeWithContext(request, context);
    }
    try (LlmContext.Scope service =
        ServiceStep.enter(context)) { // LangChain4j may have changed threads
      return recorded(request, context);
    }
  }

  private ToolExecutionResult recorded(ToolExecutionRequest request, InvocationContext context) {
    AtomicReference<@Nullable ToolExecutionResult> failed = new AtomicReference<>();
    try {
      return ops.step(
          step(request),
          () -> {
            ToolExecutionResult result = tool.executeWithContext(request, context);
            if (result != null && result.isError()) {
              failed.set(result);
              throw new ToolExecutionException(ERROR);
            }
            return result;
          },
          result -> StepResult.of(ops.capturesContent() ? result.resultText() : null));
    } catch (ToolExecutionException e) {
      ToolExecutionResult result = failed.get();
      if (result == null) {
        throw e;
      }
      return result;
    }
  }

  @Override
  public String toString() {
    return "recorded " + tool;
  }

  private StepRequest step(ToolExecutionRequest request) {
    return StepRequest.tool(name)
        .id(request.id())
        .toolType("function")
        .input(ops.capturesContent() ? request.arguments() : null)
        .build();
  }
}
