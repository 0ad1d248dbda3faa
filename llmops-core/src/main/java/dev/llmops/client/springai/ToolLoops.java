package dev.llmops.client.springai;

import dev.llmops.CallCodec;
import dev.llmops.LlmResponse;
import dev.llmops.OpenCall;
import dev.llmops.ResponseReader;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;

/**
 * The models of Spring AI 1.1 run tools themselves, and then report with each call the tokens of
 * the calls before it as well ({@code UsageCalculator.getCumulativeUsage}): summed over the calls
 * that would be too much. The next call of a loop is known by its prompt, which has the very answer
 * object in it that asked for the tools; it starts on the same thread.
 */
final class ToolLoops {

  /**
   * {@code ToolCallingChatOptions.isInternalToolExecutionEnabled}; Spring AI 2 has no such loop.
   */
  private static final @Nullable MethodHandle INTERNAL = internal();

  @SuppressWarnings("ThreadLocalUsage") // the loops of another handler are others
  private final ThreadLocal<@Nullable WeakReference<ChatResponse>> asked = new ThreadLocal<>();

  /** Reads the answer to this prompt. */
  ResponseReader<Object> reader(Prompt prompt, OpenCall call) {
    Usage before = INTERNAL == null ? null : usageBefore(prompt);
    return new ResponseReader<>() {
      @Override
      public LlmResponse read(Object answer) {
        LlmResponse read = Responses.chat(answer, call.capturesContent(), before);
        if (INTERNAL != null && answer instanceof ChatResponse response && asksForTools(response)) {
          asked.set(new WeakReference<>(response));
        }
        return read;
      }

      @Override
      public CallCodec<ChatResponse> codec() {
        return ChatCodec.INSTANCE;
      }
    };
  }

  /** Whether the model itself runs the tools that this prompt may lead to, and asks again. */
  static boolean areInside(Prompt prompt) {
    return INTERNAL != null
        && prompt.getOptions() instanceof ToolCallingChatOptions options
        && isInternal(options)
        && !(isEmpty(options.getToolCallbacks()) && isEmpty(options.getToolNames()));
  }

  private @Nullable Usage usageBefore(Prompt prompt) {
    WeakReference<ChatResponse> last = asked.get();
    if (last == null) {
      return null;
    }
    asked.remove();
    ChatResponse response = last.get();
    return response != null && isAnsweredBy(prompt, response) && isInternal(prompt.getOptions())
        ? response.getMetadata().getUsage()
        : null;
  }

  @SuppressWarnings("ReferenceEquality") // an equal message may be of another conversation
  private static boolean isAnsweredBy(Prompt prompt, ChatResponse response) {
    List<Message> messages = prompt.getInstructions();
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i) instanceof AssistantMessage message) {
        for (Generation generation : response.getResults()) {
          if (generation.getOutput() == message) {
            return true;
          }
        }
        return false;
      }
    }
    return false;
  }

  private static boolean asksForTools(ChatResponse response) {
    for (Generation generation : response.getResults()) {
      if (generation.getOutput() != null && generation.getOutput().hasToolCalls()) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEmpty(@Nullable Collection<?> some) {
    return some == null || some.isEmpty();
  }

  private static boolean isInternal(@Nullable ChatOptions options) {
    MethodHandle internal = INTERNAL;
    if (internal == null || options == null) {
      return false;
    }
    try {
      return (boolean) internal.invokeExact(options);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      return false;
    }
  }

  private static @Nullable MethodHandle internal() {
    try {
      return MethodHandles.publicLookup()
          .findStatic(
              ToolCallingChatOptions.class,
              "isInternalToolExecutionEnabled",
              MethodType.methodType(boolean.class, ChatOptions.class));
    } catch (NoSuchMethodException | IllegalAccessException | LinkageError e) {
      return null;
    }
  }
}
