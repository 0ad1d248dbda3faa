package dev.llmops.spring;

import dev.llmops.LlmOps;
import dev.llmops.cost.CostBudget;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** What was found when {@link LlmOps} was built, for the endpoint. Thread-safe. */
final class Wiring implements AutoCloseable {

  private final ObjectProvider<WrappedClients> clients;
  private final ExportFailures exports = new ExportFailures();
  private volatile @Nullable OpenTelemetrySource telemetry;
  private volatile List<CostBudget> budgets = List.of();
  private volatile Supplier<List<String>> own = List::of;

  Wiring(ObjectProvider<WrappedClients> clients) {
    this.clients = clients;
  }

  void found(OpenTelemetrySource source) {
    telemetry = source;
  }

  ExportFailures exports() {
    return exports;
  }

  @Override
  public void close() {
    exports.close();
  }

  void budgets(List<CostBudget> found) {
    budgets = List.copyOf(found);
  }

  /** The budgets that calls are held to; empty when the application builds its own LlmOps. */
  List<CostBudget> budgets() {
    return budgets;
  }

  /** Absent while {@link LlmOps} is not built, or when the application builds its own. */
  @Nullable OpenTelemetrySource telemetry() {
    return telemetry;
  }

  /** Takes what there is to say of an {@link LlmOps} of the application's own. */
  void own(Supplier<List<String>> notes) {
    own = notes;
  }

  /** What is not wired in the application's own {@link LlmOps}; empty with ours. */
  List<String> ownNotes() {
    return own.get();
  }

  List<String> clientNotes() {
    return clients.orderedStream().map(WrappedClients::note).toList();
  }

  /** The state of every client bean that was seen, by name. */
  Map<String, String> clientBeans() {
    Map<String, String> all = new TreeMap<>();
    clients.orderedStream().forEach(each -> all.putAll(each.beans()));
    return all;
  }
}
