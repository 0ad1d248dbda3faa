package dev.llmops.samples.regression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.dataset.Dataset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Stands for the provider where there is no key: an OpenAI-compatible server on loopback that knows
 * the answers, but for one. The committed cassettes were recorded from it.
 */
final class LocalModel implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> answers = new HashMap<>();
  private final HttpServer server;

  private LocalModel(HttpServer server) {
    this.server = server;
    for (EvalCase each : Dataset.load("assistant.jsonl").cases()) {
      answers.put(each.input(), each.references().get(0));
    }
    answers.put("Which Java version is the oldest that llmops runs on?", "Java 21");
    server.createContext("/v1/chat/completions", this::complete);
    server.start();
  }

  static LocalModel start() {
    try {
      return new LocalModel(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  String baseUrl() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void complete(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      JsonNode messages = request.path("messages");
      String question = messages.path(messages.size() - 1).path("content").asText();
      String answer = answers.getOrDefault(question, "I do not know.");
      ObjectNode response = JSON.createObjectNode();
      response.put("id", "chatcmpl-local").put("object", "chat.completion");
      response.put("created", 1_792_000_000L).put("model", request.path("model").asText());
      ObjectNode choice = response.putArray("choices").addObject();
      choice.put("index", 0).put("finish_reason", "stop").putNull("logprobs");
      choice
          .putObject("message")
          .put("role", "assistant")
          .put("content", answer)
          .putNull("refusal");
      int words = answer.split(" ", -1).length;
      response
          .putObject("usage")
          .put("prompt_tokens", 40)
          .put("completion_tokens", words)
          .put("total_tokens", 40 + words);
      byte[] body = JSON.writeValueAsBytes(response);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
