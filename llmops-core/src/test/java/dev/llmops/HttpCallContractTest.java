package dev.llmops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.testing.CallContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;

/** The contract, for every way that core offers to record a call, over the JDK's HTTP client. */
class HttpCallContractTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODEL = "my-model";

  @Nested
  class Call extends HttpContract {
    @Override
    protected Asking recorded(LlmOps ops) {
      return question -> {
        HttpRequest http = http(question, false);
        return text(
            ops.call(asked(ops, question), () -> send(http), HttpCallContractTest::response));
      };
    }

    @Override
    protected Asking bare() {
      return question -> text(send(http(question, false)));
    }

    @Override
    protected boolean streams() {
      return false;
    }

    @Override
    protected boolean leavesUnwantedContentUnread() {
      return false;
    }
  }

  @Nested
  class CallAsync extends HttpContract {
    @Override
    protected Asking recorded(LlmOps ops) {
      return question -> {
        HttpRequest http = http(question, false);
        return text(
            join(
                ops.callAsync(
                    () -> asked(ops, question),
                    () -> sendAsync(http),
                    HttpCallContractTest::response)));
      };
    }

    @Override
    protected Asking bare() {
      return question -> text(join(sendAsync(http(question, false))));
    }

    @Override
    protected boolean streams() {
      return false;
    }

    @Override
    protected boolean leavesUnwantedContentUnread() {
      return false;
    }
  }

  @Nested
  class Streamed extends HttpContract {
    @Override
    protected Asking recorded(LlmOps ops) {
      return question -> {
        HttpRequest http = http(question, true);
        try (Stream<String> lines =
            ops.stream(
                asked(ops, question), () -> sendForLines(http), HttpCallContractTest::chunk)) {
          return textOfLines(lines.toList());
        }
      };
    }

    @Override
    protected Asking bare() {
      return question -> {
        try (Stream<String> lines = sendForLines(http(question, true))) {
          return textOfLines(lines.toList());
        }
      };
    }

    @Override
    protected boolean streams() {
      return true;
    }
  }

  @Nested
  class Published extends HttpContract {
    @Override
    protected Asking recorded(LlmOps ops) {
      return question -> {
        HttpRequest http = http(question, true);
        return textOfLines(
            collect(
                ops.publisher(
                    asked(ops, question),
                    () -> linesPublisher(http),
                    HttpCallContractTest::chunk)));
      };
    }

    @Override
    protected Asking bare() {
      return question -> textOfLines(collect(linesPublisher(http(question, true))));
    }

    @Override
    protected boolean streams() {
      return true;
    }
  }

  @Nested
  class Opened extends HttpContract {
    @Override
    protected Asking recorded(LlmOps ops) {
      return question -> {
        HttpRequest http = http(question, true);
        OpenCall call = ops.open(asked(ops, question).toBuilder().stream(true).build());
        List<String> lines = new ArrayList<>();
        try (Stream<String> received = call.issue(() -> sendForLines(http))) {
          received.forEach(
              line -> {
                call.chunk(line, HttpCallContractTest::chunk);
                lines.add(line);
              });
        } catch (UncheckedIOException e) {
          call.fail(e);
          throw e;
        }
        call.complete();
        return textOfLines(lines);
      };
    }

    @Override
    protected Asking bare() {
      return question -> {
        try (Stream<String> lines = sendForLines(http(question, true))) {
          return textOfLines(lines.toList());
        }
      };
    }

    @Override
    protected boolean streams() {
      return true;
    }
  }

  abstract static class HttpContract extends CallContract {
    private final HttpClient client = HttpClient.newHttpClient();

    @Override
    protected String model() {
      return MODEL;
    }

    LlmRequest asked(LlmOps ops, String question) {
      LlmRequest.Builder request = LlmRequest.builder(LlmRequest.CHAT, "local").model(MODEL);
      if (ops.capturesContent()) {
        request.message(Message.user(question));
      }
      return request.build();
    }

    HttpRequest http(String question, boolean stream) {
      ObjectNode body = JSON.createObjectNode().put("model", MODEL).put("stream", stream);
      if (stream) {
        body.putObject("stream_options").put("include_usage", true);
      }
      body.putArray("messages").addObject().put("role", "user").put("content", question);
      return HttpRequest.newBuilder(URI.create(server.baseUrl() + "/chat/completions"))
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
          .build();
    }

    JsonNode send(HttpRequest http) throws IOException {
      try {
        return checked(client.send(http, BodyHandlers.ofString()));
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    CompletableFuture<JsonNode> sendAsync(HttpRequest http) {
      return client.sendAsync(http, BodyHandlers.ofString()).thenApply(HttpCallContractTest::read);
    }

    Stream<String> sendForLines(HttpRequest http) throws IOException {
      try {
        HttpResponse<Stream<String>> response = client.send(http, BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
          response.body().close();
          throw new IOException("status " + response.statusCode());
        }
        return response.body();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    Flow.Publisher<String> linesPublisher(HttpRequest http) {
      return subscriber -> {
        SubmissionPublisher<String> lines = new SubmissionPublisher<>(Runnable::run, 4096);
        lines.subscribe(subscriber);
        try (Stream<String> received = sendForLines(http)) {
          received.forEach(lines::submit);
          lines.close();
        } catch (IOException | UncheckedIOException e) {
          lines.closeExceptionally(e);
        }
      };
    }

    static <T> List<T> collect(Flow.Publisher<T> publisher) throws Exception {
      CompletableFuture<List<T>> done = new CompletableFuture<>();
      publisher.subscribe(
          new Flow.Subscriber<>() {
            private final List<T> items = new ArrayList<>();

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
              subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(T item) {
              items.add(item);
            }

            @Override
            public void onError(Throwable error) {
              done.completeExceptionally(error);
            }

            @Override
            public void onComplete() {
              done.complete(items);
            }
          });
      return join(done);
    }

    static <T> T join(CompletableFuture<T> future) throws Exception {
      try {
        return future.get();
      } catch (ExecutionException e) {
        Throwable cause =
            e.getCause() instanceof CompletionException c ? c.getCause() : e.getCause();
        if (cause instanceof Exception exception) {
          throw exception;
        }
        throw e;
      }
    }
  }

  private static JsonNode checked(HttpResponse<String> response) throws IOException {
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode());
    }
    return JSON.readTree(response.body());
  }

  private static JsonNode read(HttpResponse<String> response) {
    try {
      return checked(response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(JsonNode response) {
    return response.at("/choices/0/message/content").asText();
  }

  private static LlmResponse response(JsonNode response) {
    return LlmResponse.ofText(text(response)).toBuilder()
        .model(response.path("model").asText())
        .usage(usage(response.path("usage")))
        .build();
  }

  private static TokenUsage usage(JsonNode usage) {
    return TokenUsage.of(
        usage.path("prompt_tokens").asLong(), usage.path("completion_tokens").asLong());
  }

  private static void chunk(String line, StreamRecorder recorder) {
    JsonNode event = event(line);
    recorder.model(event.path("model").asText(null));
    recorder.text(event.at("/choices/0/delta/content").asText(""));
    if (event.path("usage").isObject()) {
      recorder.usage(usage(event.path("usage")));
    }
  }

  private static JsonNode event(String line) {
    if (!line.startsWith("data: {")) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(line.substring("data: ".length()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String textOfLines(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(event(line).at("/choices/0/delta/content").asText("")));
    return text.toString();
  }
}
