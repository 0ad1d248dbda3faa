package dev.llmops.samples.quickstart;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.Pair;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An OpenAI-compatible server on loopback around a GGUF file, which llama.cpp runs in this process,
 * on one thread and one request at a time.
 *
 * <p>{@code prompt_tokens} counts the prompt after the model's chat template, without the
 * begin-of-sequence token that the engine may add. {@code completion_tokens} counts the pieces that
 * the engine gave out, which is one a token; the tokens of a character that takes several come as
 * one piece. {@code timings}, {@code /metrics} and {@code /props} have the names of llama.cpp's
 * server; prompt time lasts to the first token.
 *
 * <p>Once a model was loaded, the JVM ends by {@link System#exit} only, {@link #close} or not: the
 * native binding (de.kherud:llama 4.2.0) leaves a thread of its own attached as a non-daemon one.
 */
final class GgufModelServer implements AutoCloseable {
  private static final int CONTEXT_TOKENS = 4096;
  private static final int DEFAULT_MAX_TOKENS = 512;

  private final OpenAiServer server;
  private final Engine engine;

  private GgufModelServer(OpenAiServer server, Engine engine) {
    this.server = server;
    this.engine = engine;
  }

  /**
   * Loads {@code file} and starts to listen.
   *
   * @throws IllegalArgumentException when the file is missing or is not a model that llama.cpp
   *     reads
   */
  static GgufModelServer start(Path file) {
    Engine engine = Engine.load(file);
    return new GgufModelServer(OpenAiServer.start(engine), engine);
  }

  URI baseUrl() {
    return server.baseUrl();
  }

  /** The file's name without {@code .gguf}. */
  String model() {
    return engine.id();
  }

  @Override
  public void close() {
    server.close();
    engine.close();
  }

  private static final class Engine implements ChatModel, AutoCloseable {
    private final String id;
    private final LlamaModel llama;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final LongAdder promptTokensRead = new LongAdder();
    private final LongAdder tokensWritten = new LongAdder();
    private boolean closed;

    private Engine(String id, LlamaModel llama) {
      this.id = id;
      this.llama = llama;
    }

    static Engine load(Path file) {
      requireGguf(file);
      // one thread: llama.cpp's workers spin while they wait, and on busy cores that costs minutes
      ModelParameters parameters =
          new ModelParameters()
              .setModel(file.toString())
              .setCtxSize(CONTEXT_TOKENS)
              .setThreads(1)
              .setThreadsBatch(1);
      parameters.disableLog();
      try {
        String name = String.valueOf(file.getFileName());
        return new Engine(name.replaceFirst("(?i)\\.gguf$", ""), new LlamaModel(parameters));
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(
            "LLMOPS_GGUF must name a model that llama.cpp can load, but " + file + " is not", e);
      }
    }

    private static void requireGguf(Path file) {
      byte[] magic = "GGUF".getBytes(StandardCharsets.US_ASCII);
      try (InputStream in = Files.newInputStream(file)) {
        if (Arrays.equals(in.readNBytes(magic.length), magic)) {
          return;
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "LLMOPS_GGUF must name a GGUF file, but " + file + " cannot be read", e);
      }
      throw new IllegalArgumentException(
          "LLMOPS_GGUF must name a GGUF file, but " + file + " does not start with \"GGUF\"");
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public String description() {
      return "A GGUF file that llama.cpp runs in this process, on one thread.";
    }

    @Override
    public String fingerprint() {
      return "llama.cpp-in-process";
    }

    @Override
    public Completion complete(ChatRequest request, TextOutput out)
        throws ApiException, IOException {
      oneAtATime.lock();
      try {
        if (closed) {
          throw ApiException.of(503, "the server is closing");
        }
        return generate(request, out);
      } finally {
        oneAtATime.unlock();
      }
    }

    private Completion generate(ChatRequest request, TextOutput out)
        throws ApiException, IOException {
      String prompt = llama.applyTemplate(templated(request.messages()));
      int promptTokens = llama.encode(prompt).length;
      // checked here, because the engine would cut the prompt and say nothing
      int room = CONTEXT_TOKENS - promptTokens - 1;
      if (room < 1) {
        throw ApiException.tooLong(promptTokens, CONTEXT_TOKENS - 2);
      }
      Integer asked = request.maxTokens();
      int limit = Math.min(asked == null ? DEFAULT_MAX_TOKENS : asked, room);
      InferenceParameters parameters =
          new InferenceParameters(prompt).setNPredict(limit).setCachePrompt(false);
      if (request.temperature() != null) {
        parameters.setTemperature(request.temperature().floatValue());
      }
      if (request.seed() != null) {
        parameters.setSeed(request.seed());
      }

      long startNanos = System.nanoTime();
      long firstNanos = startNanos;
      int tokens = 0;
      LlamaIterator outputs = llama.generate(parameters).iterator();
      try {
        while (outputs.hasNext()) {
          LlamaOutput output = outputs.next();
          if (tokens == 0) {
            firstNanos = System.nanoTime();
          }
          // the last output closes the answer: it has no token and no text of its own
          if (outputs.hasNext()) {
            tokens++;
          }
          if (!output.text.isEmpty()) {
            out.write(output.text);
          }
        }
      } finally {
        if (outputs.hasNext()) {
          outputs.cancel();
        }
      }
      promptTokensRead.add(promptTokens);
      tokensWritten.add(tokens);
      ObjectNode timings =
          timings(promptTokens, firstNanos - startNanos, tokens, System.nanoTime() - firstNanos);
      return new Completion(
          tokens >= limit ? "length" : "stop", promptTokens, tokens, null, timings);
    }

    @Override
    public String metrics() {
      return "# TYPE llamacpp:prompt_tokens_total counter\nllamacpp:prompt_tokens_total "
          + promptTokensRead.sum()
          + "\n# TYPE llamacpp:tokens_predicted_total counter\nllamacpp:tokens_predicted_total "
          + tokensWritten.sum()
          + "\n# TYPE llamacpp:requests_processing gauge\nllamacpp:requests_processing "
          + (oneAtATime.isLocked() ? 1 : 0)
          + "\n# TYPE llamacpp:requests_deferred gauge\nllamacpp:requests_deferred "
          + oneAtATime.getQueueLength()
          + "\n";
    }

    @Override
    public ObjectNode props() {
      ObjectNode props = JsonNodeFactory.instance.objectNode();
      props.putObject("default_generation_settings").put("n_ctx", CONTEXT_TOKENS);
      return props.put("total_slots", 1).put("model_path", id + ".gguf");
    }

    private static InferenceParameters templated(List<ChatRequest.Turn> messages) {
      List<String> system = new ArrayList<>();
      List<Pair<String, String>> turns = new ArrayList<>();
      for (ChatRequest.Turn turn : messages) {
        if (turn.role().equals("user") || turn.role().equals("assistant")) {
          turns.add(new Pair<>(turn.role(), turn.text()));
        } else {
          system.add(turn.text());
        }
      }
      return new InferenceParameters("").setMessages(String.join("\n\n", system), turns);
    }

    private static ObjectNode timings(
        int promptTokens, long promptNanos, int tokens, long tokenNanos) {
      double promptMs = promptNanos / 1e6;
      double tokenMs = tokenNanos / 1e6;
      ObjectNode timings = JsonNodeFactory.instance.objectNode();
      timings.put("prompt_n", promptTokens).put("prompt_ms", promptMs);
      timings.put("prompt_per_token_ms", promptMs / Math.max(promptTokens, 1));
      timings.put("prompt_per_second", perSecond(promptTokens, promptMs));
      timings.put("predicted_n", tokens).put("predicted_ms", tokenMs);
      timings.put("predicted_per_token_ms", tokenMs / Math.max(tokens, 1));
      timings.put("predicted_per_second", perSecond(tokens, tokenMs));
      return timings;
    }

    /** 0 when there was nothing to time: JSON has no infinity. */
    private static double perSecond(int tokens, double ms) {
      return ms > 0 ? tokens / ms * 1000 : 0;
    }

    /** Waits for the answer under way: freeing the model beneath it would end the JVM. */
    @Override
    public void close() {
      oneAtATime.lock();
      try {
        if (!closed) {
          closed = true;
          llama.close();
        }
      } finally {
        oneAtATime.unlock();
      }
    }
  }
}
