package dev.llmops.client.langchain4j;

import dev.langchain4j.agent.tool.ReturnBehavior;
import dev.langchain4j.service.tool.AiServiceTool;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderRequest;
import dev.langchain4j.service.tool.ToolProviderResult;
import dev.llmops.LlmOps;

/** Provides the same tools, recorded. */
record RecordedToolProvider(ToolProvider provider, LlmOps ops) implements ToolProvider {

  private static final boolean TELLS_BEHAVIOR = tellsBehavior();

  @Override
  @SuppressWarnings("deprecation") // what there was before 1.14
  public ToolProviderResult provideTools(ToolProviderRequest request) {
    ToolProviderResult provided = provider.provideTools(request);
    if (provided == null || !ops.isEnabled()) {
      return provided;
    }
    ToolProviderResult.Builder into = ToolProviderResult.builder();
    if (TELLS_BEHAVIOR) {
      for (AiServiceTool tool : provided.aiServiceTools()) {
        into.add(
            tool.toolSpecification(),
            RecordedTool.of(tool.name(), tool.toolExecutor(), ops),
            tool.returnBehavior());
      }
    } else {
      provided
          .tools()
          .forEach(
              (tool, executor) ->
                  into.add(
                      tool,
                      RecordedTool.of(tool.name(), executor, ops),
                      provided.immediateReturnToolNames().contains(tool.name())
                          ? ReturnBehavior.IMMEDIATE
                          : ReturnBehavior.TO_LLM));
    }
    return into.build();
  }

  @Override
  public boolean isDynamic() {
    return provider.isDynamic();
  }

  /** LangChain4j before 1.14 knows only of tools that return immediately. */
  private static boolean tellsBehavior() {
    try {
      var unused = AiServiceTool.class.getMethod("returnBehavior");
      return true;
    } catch (NoSuchMethodException | LinkageError e) {
      return false;
    }
  }
}
