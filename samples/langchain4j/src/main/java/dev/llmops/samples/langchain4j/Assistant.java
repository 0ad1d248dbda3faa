package dev.llmops.samples.langchain4j;

import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.SystemMessage;
import dev.langchain4j.service.UserMessage;

/** The support assistant of a small shop. */
interface Assistant {

  /**
   * Answers a customer.
   *
   * @param conversation whose memory to use
   */
  @SystemMessage("You answer customers of a shop from its handbook and its orders, briefly.")
  String chat(@MemoryId String conversation, @UserMessage String question);
}
