package dev.llmops.samples.quickstart;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OpenAI-compatible server on loopback for machines without a model: it writes nothing of its
 * own, it picks sentences that are near to the user's last message: of the {@link PromptPassages
 * passages} in the system messages where there are any, else of the docs. It takes its sampling
 * parameters without effect; the same question always gets the same answer.
 *
 * <p>Where tools are on offer, {@link ToolPicker} decides whether one is asked for; when the last
 * message is a tool's result, the answer is that result.
 *
 * <p>Tokens are counted by the tokenizer of {@link MiniLm}, the one model that runs: of the text of
 * all messages, and of the answer. There is no chat template whose tokens could be added.
 */
final class EmbeddedModelServer implements AutoCloseable {
  static final String MODEL = "docs-extractive";
  static final String DESCRIPTION =
      "Not a language model: it repeats the sentences of the project's docs that are nearest to the"
          + " question. For a real model set OPENAI_API_KEY (and OPENAI_BASE_URL), start Ollama, or"
          + " set LLMOPS_GGUF to a GGUF file.";

  private final OpenAiServer server;

  private EmbeddedModelServer(OpenAiServer server) {
    this.server = server;
  }

  static EmbeddedModelServer start(DocIndex docs) {
    return new EmbeddedModelServer(OpenAiServer.start(new Extractive(docs)));
  }

  URI baseUrl() {
    return server.baseUrl();
  }

  InetSocketAddress address() {
    return server.address();
  }

  @Override
  public void close() {
    server.close();
  }

  private record Extractive(DocIndex docs) implements ChatModel {
    private static final int MAX_PROMPT_TOKENS = 8192;
    private static final Pattern WORD = Pattern.compile("\\s*\\S+");

    @Override
    public String id() {
      return MODEL;
    }

    @Override
    public String description() {
      return DESCRIPTION;
    }

    @Override
    public String fingerprint() {
      return "sentences-of-the-docs-picked-by-" + MiniLm.ID;
    }

    @Override
    public Completion complete(ChatRequest request, TextOutput out)
        throws ApiException, IOException {
      int promptTokens = 0;
      for (ChatRequest.Turn turn : request.messages()) {
        promptTokens += docs.model().countTokens(turn.text());
        for (ChatRequest.ToolCall call : turn.toolCalls()) {
          promptTokens += tokens(call);
        }
      }
      for (ChatRequest.Tool tool : request.tools()) {
        promptTokens += docs.model().countTokens(tool.name() + " " + tool.description());
      }
      if (promptTokens > MAX_PROMPT_TOKENS) {
        throw ApiException.tooLong(promptTokens, MAX_PROMPT_TOKENS);
      }
      ChatRequest.ToolCall call = ToolPicker.pick(request, docs.model());
      if (call != null) {
        return new Completion("tool_calls", promptTokens, tokens(call), call, null);
      }
      StringBuilder written = new StringBuilder();
      int tokens = 0;
      String finishReason = "stop";
      for (String word : words(answer(request))) {
        int with = docs.model().countTokens(written + word);
        if (request.maxTokens() != null && with > request.maxTokens()) {
          finishReason = "length";
          break;
        }
        tokens = with;
        written.append(word);
        out.write(word);
      }
      return new Completion(finishReason, promptTokens, tokens, null, null);
    }

    @Override
    public boolean takesTools() {
      return true;
    }

    private String answer(ChatRequest request) {
      String results = ToolPicker.results(request);
      if (results != null) {
        return results;
      }
      List<Passage> given = PromptPassages.of(request);
      DocIndex from = given.isEmpty() ? docs : DocIndex.of(new DocCorpus(given), docs.model());
      return from.answer(request.lastUserText());
    }

    private int tokens(ChatRequest.ToolCall call) {
      return docs.model().countTokens(call.name()) + docs.model().countTokens(call.arguments());
    }

    @Override
    public String embeddingId() {
      return MiniLm.ID;
    }

    @Override
    public Embeddings embed(List<String> inputs) throws ApiException {
      int tokens = 0;
      for (String input : inputs) {
        tokens += docs.model().countTokens(input);
      }
      if (tokens > MAX_PROMPT_TOKENS) {
        throw ApiException.badRequest(
            "input must be at most " + MAX_PROMPT_TOKENS + " tokens long, but was " + tokens,
            "input");
      }
      return new Embeddings(inputs.stream().map(docs.model()::embed).toList(), tokens);
    }

    /** Words with the space before them: together they are {@code text} again. */
    private static List<String> words(String text) {
      List<String> words = new ArrayList<>();
      Matcher matcher = WORD.matcher(text);
      while (matcher.find()) {
        words.add(matcher.group());
      }
      return words;
    }
  }
}
