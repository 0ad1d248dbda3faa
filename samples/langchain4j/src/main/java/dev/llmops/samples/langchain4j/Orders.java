package dev.llmops.samples.langchain4j;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import java.util.Map;

/** What the model may look up: the shop's orders, of which there are two. */
final class Orders {

  private static final Map<String, String> STATUS =
      Map.of("A-1001", "on its way, arrives on Tuesday", "A-1002", "waiting for payment");

  @Tool(name = "order_status", value = "Looks up where an order is by its number")
  String status(@P(name = "orderNumber", value = "such as A-1001") String orderNumber) {
    String status = STATUS.get(orderNumber);
    return status == null
        ? "There is no order " + orderNumber + "."
        : "Order " + orderNumber + " is " + status + ".";
  }
}
