package dev.llmops.spring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** An application with a real web server on loopback, and a client of it. */
record WebApp(ConfigurableApplicationContext context) implements AutoCloseable {

  /** The cookie is as a client sends it back. */
  record Answer(int status, JsonNode json, @Nullable String cookie) {}

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  static WebApp start(WebApplicationType type, Class<?> configuration, String... arguments) {
    SpringApplication application = new SpringApplication(configuration);
    application.setWebApplicationType(type);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--server.port=0");
    all.add("--server.address=127.0.0.1");
    // Reactor Netty 1.3.7 may never read the second request of a connection that is kept:
    // https://github.com/reactor/reactor-netty/issues/4361
    all.add("--server.netty.max-keep-alive-requests=1");
    all.add("--spring.reactor.netty.shutdown-quiet-period=0s");
    all.add("--spring.main.banner-mode=off");
    all.add("--spring.jmx.enabled=false");
    return new WebApp(application.run(all.toArray(String[]::new)));
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  Answer get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  Answer post(String path, String json, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  private URI uri(String path) {
    return URI.create(
        "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
  }

  private static Answer send(HttpRequest request) throws Exception {
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    String body = response.body();
    boolean json =
        response.headers().firstValue("content-type").orElse("").contains("json")
            && !body.isEmpty();
    return new Answer(
        response.statusCode(),
        json ? JSON.readTree(body) : JSON.getNodeFactory().textNode(body),
        response.headers().firstValue("set-cookie").map(each -> each.split(";")[0]).orElse(null));
  }

  @Override
  public void close() {
    context.close();
  }
}
