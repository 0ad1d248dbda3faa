package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.JsonText;
import dev.llmops.LlmOps;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import software.amazon.awssdk.services.bedrockruntime.model.ToolChoice;

/** What makes two calls the same: all that may change the answer, and nothing else. */
class SpringAiQuestionTest {

  /** Those of {@code ChatOptions}, some by a second name, and of {@code ToolCallingChatOptions}. */
  private static final Set<String> OF_ALL =
      Set.of(
          "Model",
          "Temperature",
          "TopP",
          "TopK",
          "MaxTokens",
          "MaxOutputTokens",
          "PresencePenalty",
          "FrequencyPenalty",
          "StopSequences",
          "Stop",
          "ToolCallbacks",
          "ToolNames");

  /** Where and how it is asked and by whom, what is told beside the answer, what it runs on. */
  private static final Set<String> CHANGES_NO_ANSWER =
      Set.of(
          "ApiKey",
          "BaseUrl",
          "Credential",
          "OrganizationId",
          "Proxy",
          "Timeout",
          "MaxRetries",
          "HttpHeaders",
          "CustomHeaders",
          "MicrosoftFoundryServiceVersion",
          "User",
          "SafetyIdentifier",
          "PromptCacheKey",
          "Metadata",
          "Labels",
          "ServiceTier",
          "InferenceGeo",
          "Store",
          "StreamUsage",
          "StreamOptions",
          "IncludeExtendedUsageMetadata",
          "CacheOptions",
          "AutoCacheThreshold",
          "AutoCacheTtl",
          "InternalToolExecutionEnabled",
          "ToolContext",
          "KeepAlive",
          "UseNUMA",
          "NumBatch",
          "NumGPU",
          "MainGPU",
          "LowVRAM",
          "F16KV",
          "LogitsAll",
          "VocabOnly",
          "UseMMap",
          "UseMLock",
          "NumThread",
          "Class");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.springframework.ai.openai.OpenAiChatOptions",
        "org.springframework.ai.anthropic.AnthropicChatOptions",
        "org.springframework.ai.google.genai.GoogleGenAiChatOptions",
        "org.springframework.ai.ollama.api.OllamaChatOptions" // with Spring AI 2 only
      })
  void everySettingIsInTheKeyOrChangesNoAnswer(String type) throws ClassNotFoundException {
    Assumptions.assumeTrue(Features.isPresent(type));
    Set<String> forgotten = new TreeSet<>();
    for (Method method : Class.forName(type).getMethods()) {
      String name = method.getName();
      if (name.startsWith("get")
          && method.getParameterCount() == 0
          && !Modifier.isStatic(method.getModifiers())) {
        forgotten.add(name.substring("get".length()));
      }
    }

    assertThat(forgotten.removeAll(ChatQuestion.OF_PROVIDERS)).isTrue();
    forgotten.removeAll(OF_ALL);
    forgotten.removeAll(CHANGES_NO_ANSWER);

    assertThat(forgotten).isEmpty();
    assertThat(ChatQuestion.OF_PROVIDERS).doesNotContainAnyElementsOf(CHANGES_NO_ANSWER);
  }

  @Test
  void namesOfToolsAreInTheKey() {
    Assumptions.assumeFalse(Models.TWO, "Spring AI 2 has no names of tools");

    JsonText one = body(One.toolNames("tide"));
    JsonText other = body(One.toolNames("moon"));
    JsonText both = body(One.toolNames("tide", "moon"));
    JsonText turned = body(One.toolNames("moon", "tide"));

    assertThat(one).isNotEqualTo(other).isNotEqualTo(both);
    assertThat(both).isEqualTo(turned);
    assertThat(both.text()).contains("\"tool_names\":[\"moon\",\"tide\"]");
    assertThat(body(One.toolNames()).text()).doesNotContain("tool_names");
  }

  @Test
  void aProvidersOwnSettingsAreInTheKey() {
    JsonText little = body(new Own(100));
    JsonText much = body(new Own(9000));

    assertThat(little).isNotEqualTo(much);
    assertThat(much.text()).contains("\"ThinkingBudget\":9000");
  }

  /** As the types of Bedrock's client are. */
  @Test
  void aSettingThatIsNoJsonIsWrittenAsText() {
    assertThat(body(new Own(null)).text())
        .contains("\"ToolChoice\":\"ToolChoice(Any=AnyToolChoice())\"")
        .doesNotContain("ThinkingBudget");
  }

  private static JsonText body(ChatOptions options) {
    return new ChatQuestion(
            ChatModelObservationContext.builder()
                .prompt(new Prompt("When?", options))
                .provider("test")
                .build(),
            false,
            LlmOps.noop(),
            ModelServers.UNKNOWN)
        .body();
  }

  private static final class One {
    static ChatOptions toolNames(String... names) {
      return ToolCallingChatOptions.builder()
          .toolNames(new LinkedHashSet<>(List.of(names)))
          .internalToolExecutionEnabled(false)
          .build();
    }
  }

  /** Options with a setting of Gemini's, and one of the real type of Bedrock's client. */
  public static final class Own implements ChatOptions {
    private final Integer budget;

    Own(Integer budget) {
      this.budget = budget;
    }

    public Integer getThinkingBudget() {
      return budget;
    }

    public ToolChoice getToolChoice() {
      return ToolChoice.fromAny(any -> {});
    }

    @Override
    public String getModel() {
      return "own";
    }

    @Override
    public Double getFrequencyPenalty() {
      return null;
    }

    @Override
    public Integer getMaxTokens() {
      return null;
    }

    @Override
    public Double getPresencePenalty() {
      return null;
    }

    @Override
    public List<String> getStopSequences() {
      return null;
    }

    @Override
    public Double getTemperature() {
      return null;
    }

    @Override
    public Integer getTopK() {
      return null;
    }

    @Override
    public Double getTopP() {
      return null;
    }

    /** Of Spring AI 1.1's interface. */
    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals")
    public <T extends ChatOptions> T copy() {
      throw new UnsupportedOperationException();
    }
  }
}
