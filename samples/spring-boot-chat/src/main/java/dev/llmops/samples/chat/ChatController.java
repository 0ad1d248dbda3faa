package dev.llmops.samples.chat;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** The chat over HTTP. */
@RestController
class ChatController {

  private static final String CONVERSATION = "X-Conversation-Id";

  private final ChatClient chat;

  ChatController(ChatClient chat) {
    this.chat = chat;
  }

  /**
   * An answer, or a piece of one: JSON, because the text of a server-sent event loses the space
   * before its first word.
   */
  record Answer(String text) {}

  /** Answers in one piece. */
  @GetMapping("/chat")
  Answer chat(
      @RequestParam("question") String question,
      @RequestHeader(name = CONVERSATION, defaultValue = "default") String conversation) {
    String text = asking(question, conversation).call().content();
    return new Answer(text == null ? "" : text);
  }

  /** Answers in server-sent events, as the pieces come. */
  @GetMapping(path = "/chat/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  Flux<Answer> stream(
      @RequestParam("question") String question,
      @RequestHeader(name = CONVERSATION, defaultValue = "default") String conversation) {
    return asking(question, conversation).stream().content().map(Answer::new);
  }

  private ChatClient.ChatClientRequestSpec asking(String question, String conversation) {
    return chat.prompt()
        .user(question)
        .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, conversation));
  }
}
