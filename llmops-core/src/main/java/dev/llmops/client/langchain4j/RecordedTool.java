package dev.llmops.client.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.service.tool.ToolExecutionResult;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.llmops.LlmContext;
import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;

/** A tool, each of whose executions is a step. */
final class RecordedTool implements ToolExecutor {

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
      return ops.step(
          step(request),
          () -> tool.executeWithContext(request, context),
          result -> StepResult.of(ops.capturesContent() ? result.resultText() : null));
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
