package dev.llmops.client.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientAsync;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the jar tells native-image of the proxies around openai-java; none is built here. */
class NativeImageTest {

  private static final String FOLDER = "META-INF/native-image/dev.llmops/llmops-core/";

  /** {@code -Dllmops.metadata.write=true} writes the files. */
  @Test
  void namesEveryInterfaceThatCanBeWrapped() throws Exception {
    TreeSet<String> wrapped = new TreeSet<>();
    for (Class<?> type :
        List.of(
            OpenAIClient.class,
            OpenAIClientAsync.class,
            StreamResponse.class,
            AsyncStreamResponse.class,
            HttpResponseFor.class)) {
      collect(type, wrapped);
    }
    if (Boolean.getBoolean("llmops.metadata.write")) {
      write("proxy-config.json", wrapped, " {\"interfaces\": [\"%s\"]}");
      write("reflect-config.json", wrapped, " {\"name\": \"%s\", \"allPublicMethods\": true}");
      return;
    }

    TreeSet<String> proxies = new TreeSet<>();
    read("proxy-config.json").forEach(each -> proxies.add(each.at("/interfaces/0").asText()));
    TreeSet<String> methods = new TreeSet<>();
    read("reflect-config.json").forEach(each -> methods.add(each.at("/name").asText()));
    assertThat(proxies).isEqualTo(wrapped);
    assertThat(methods).isEqualTo(wrapped);
  }

  private static void collect(Class<?> type, TreeSet<String> into) {
    if (!type.isInterface()
        || !type.getName().startsWith("com.openai.")
        || !into.add(type.getName())) {
      return;
    }
    for (Method method : type.getMethods()) {
      if (method.getParameterCount() == 0) {
        collect(method.getReturnType(), into);
      }
    }
  }

  private static JsonNode read(String file) throws Exception {
    try (InputStream in =
        OpenAiInstrumentation.class.getClassLoader().getResourceAsStream(FOLDER + file)) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static void write(String file, TreeSet<String> names, String line) throws Exception {
    Files.writeString(
        Path.of("src/main/resources/" + FOLDER + file),
        names.stream().map(line::formatted).collect(Collectors.joining(",\n", "[\n", "\n]\n")));
  }
}
