package dev.llmops.samples.chat;

import dev.llmops.CallRef;
import dev.llmops.LlmContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The chat over HTTP. */
@RestController
public class ChatController {

  private final Assistant assistant;
  private final DocTools tools;
  private final Executor executor;

  ChatController(
      Assistant assistant,
      DocTools tools,
      @Qualifier("applicationTaskExecutor") Executor executor) {
    this.tools = tools;
    this.assistant = assistant;
    this.executor = executor;
  }

  /**
   * An answer.
   *
   * @param answer what the model said
   * @param call the id of the last model call, for {@code POST /actuator/llmops/feedback}
   */
  public record Answer(String answer, @Nullable String call) {}

  /** Answers in one piece. */
  @GetMapping("/chat")
  public Answer chat(@RequestParam("question") String question) {
    AtomicReference<@Nullable CallRef> last = new AtomicReference<>();
    try (LlmContext.Scope scope = LlmContext.onCall(last::set)) {
      String answer = assistant.answer(question);
      CallRef call = last.get();
      return new Answer(answer, call == null ? null : call.id());
    }
  }

  /** Uses the tool without a model, for models that cannot ask for it. */
  @GetMapping("/documents")
  public List<String> documents(@RequestParam("topic") String topic) {
    return tools.findDocuments(topic).lines().toList();
  }

  /** Answers in server-sent events, on a thread of the application's executor. */
  @GetMapping(path = "/chat/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  public SseEmitter stream(@RequestParam("question") String question) {
    SseEmitter events = new SseEmitter();
    executor.execute(
        () -> {
          try {
            assistant.answer(question, piece -> send(events, piece));
            events.complete();
          } catch (RuntimeException e) {
            events.completeWithError(e);
          }
        });
    return events;
  }

  private static void send(SseEmitter events, String piece) {
    try {
      events.send(piece, MediaType.TEXT_PLAIN);
    } catch (IOException e) { // the reader left
      throw new UncheckedIOException(e);
    }
  }
}
