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

  /** The JSON that LangChain4j itself wrote. */
  static JsonNode parsed(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getClass().getSimpleName());
    }
  }
}
