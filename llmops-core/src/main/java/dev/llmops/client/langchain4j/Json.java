package dev.llmops.client.langchain4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolSpecification;

/** Jackson, kept in one place. */
final class Json {

  static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The tool; without its parameters' schema before LangChain4j 1.13, which does not write it. */
  static JsonNode of(ToolSpecification tool) {
    try {
      return parsed(tool.toJson());
    } catch (NoSuchMethodError e) {
      return object().put("name", tool.name()).put("description", tool.description());
    }
  }

  /**
   * An array of finite numbers; Jackson reads 0.0 of what is no number.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  static double[] numbers(JsonNode array) {
    if (!array.isArray()) {
      throw new IllegalArgumentException("numbers must be an array");
    }
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      JsonNode each = array.get(i);
      numbers[i] = each.doubleValue();
      if (!each.isNumber() || !Double.isFinite(numbers[i])) {
        throw new IllegalArgumentException("what is in the array must be finite numbers");
      }
    }
    return numbers;
  }

  /** The JSON that LangChain4j itself wrote. */
  static JsonNode parsed(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getClass().getSimpleName());
    }
  }
}
