package dev.llmops.server;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Takes a whole JSON body; it is as bounded as the fetch is. */
final class JsonBody implements Body<JsonNode> {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build();

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

  @Override
  public void feed(byte[] chunk, int from, int to) {
    bytes.write(chunk, from, to - from);
  }

  @Override
  public JsonNode finish() {
    try {
      JsonNode node = JSON.readTree(bytes.toByteArray());
      if (node != null && node.isContainerNode()) {
        return node;
      }
    } catch (IOException e) {
      // Jackson's message may quote the body
    }
    throw new PageException("it answered with something that is not JSON");
  }
}
