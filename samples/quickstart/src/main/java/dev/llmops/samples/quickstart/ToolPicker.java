package dev.llmops.samples.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides without a language model whether a tool is asked for: one whose name stands in the
 * question, or else the one whose description is nearest to it, if it is near enough. The question
 * is the argument. A tool that needs more than one text is never asked for.
 */
final class ToolPicker {
  /**
   * The least similarity of a question and a tool's description. Chosen on the samples' tools in
   * November 2026; in between it is wrong now and then, both ways.
   */
  private static final double MIN_SIMILARITY = 0.5;

  private static final ObjectMapper JSON = new ObjectMapper();

  private ToolPicker() {}

  /**
   * Returns the call to ask for; null when the answer is to be a text.
   *
   * @throws ApiException when the request insists on a tool that cannot be filled
   */
  static ChatRequest.@Nullable ToolCall pick(ChatRequest request, MiniLm model)
      throws ApiException {
    String mode = request.toolChoice().mode();
    if (request.tools().isEmpty() || mode.equals("none") || results(request) != null) {
      return null;
    }
    String question = request.lastUserText();
    String forced = request.toolChoice().function();
    float[] asked = model.embed(question);
    ChatRequest.Tool best = null;
    double bestScore = mode.equals("auto") ? MIN_SIMILARITY : Double.NEGATIVE_INFINITY;
    for (ChatRequest.Tool tool : request.tools()) {
      if (!canFill(tool) || (forced != null && !forced.equals(tool.name()))) {
        continue;
      }
      double score = score(tool, question, asked, model);
      if (score >= bestScore) {
        best = tool;
        bestScore = score;
      }
    }
    if (best == null && !mode.equals("auto")) {
      throw ApiException.badRequest(
          "tool_choice must be \"auto\" or \"none\", or a tool with at most one required parameter,"
              + " a text: this server fills it with the question",
          "tool_choice");
    }
    return best == null ? null : call(best, question, request.messages().size());
  }

  /** The results of the tools, when they are the last messages; else null. */
  static @Nullable String results(ChatRequest request) {
    List<ChatRequest.Turn> turns = request.messages();
    int first = turns.size();
    while (first > 0 && turns.get(first - 1).role().equals("tool")) {
      first--;
    }
    if (first == turns.size()) {
      return null;
    }
    Map<String, String> names = new HashMap<>();
    for (ChatRequest.Turn turn : turns) {
      turn.toolCalls().forEach(call -> names.put(call.id(), call.name()));
    }
    List<String> results = new ArrayList<>();
    for (ChatRequest.Turn turn : turns.subList(first, turns.size())) {
      String name = names.getOrDefault(turn.toolCallId(), "the tool");
      results.add("From " + name + ":\n" + text(turn.text()));
    }
    return String.join("\n\n", results);
  }

  /** Without the quotes that a framework puts around a text to make it JSON. */
  private static String text(String result) {
    if (result.startsWith("\"")) {
      try {
        return JSON.readTree(result).asText(result);
      } catch (JsonProcessingException e) {
        return result; // it is no JSON
      }
    }
    return result;
  }

  private static boolean canFill(ChatRequest.Tool tool) {
    return tool.required().size() <= 1 && tool.texts().containsAll(tool.required());
  }

  private static double score(ChatRequest.Tool tool, String question, float[] asked, MiniLm model) {
    if (question.toLowerCase(Locale.ROOT).contains(tool.name().toLowerCase(Locale.ROOT))) {
      return 1;
    }
    return tool.description().isBlank()
        ? 0
        : MiniLm.similarity(asked, model.embed(tool.description()));
  }

  private static ChatRequest.ToolCall call(ChatRequest.Tool tool, String question, int turns) {
    ObjectNode arguments = JsonNodeFactory.instance.objectNode();
    List<String> names = tool.required().isEmpty() ? tool.parameters() : tool.required();
    names.stream()
        .filter(tool.texts()::contains)
        .findFirst()
        .ifPresent(name -> arguments.put(name, question));
    // the same request gets the same answer, and no two calls of a conversation the same id
    return new ChatRequest.ToolCall("call_" + turns, tool.name(), arguments.toString());
  }
}
