package dev.llmops;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts {@link OpsStats} into plain words. */
final class Explanation {

  private Explanation() {}

  static String of(LlmOps ops, OpsStats stats, List<String> notes, @Nullable String disabledBy) {
    List<String> lines = new ArrayList<>();
    state(lines, ops, disabledBy);
    wiring(lines, stats);
    lines.addAll(notes);
    seen(lines, ops, stats);
    return String.join("\n", lines) + "\n";
  }

  private static void state(List<String> lines, LlmOps ops, @Nullable String disabledBy) {
    if (ops.isNoop()) {
      lines.add("llmops is off: this is LlmOps.noop(), which records nothing.");
    } else if (disabledBy != null && !ops.isEnabled()) {
      lines.add("llmops is off: switched off by " + disabledBy + ".");
    } else if (!ops.isEnabled()) {
      lines.add("llmops is off: switched off in code; LlmOps.setEnabled(true) switches it on.");
    } else {
      lines.add(
          "llmops is on; content (prompts and answers) is "
              + (ops.capturesContent() ? "captured by at least one consumer." : "not captured."));
    }
  }

  private static void wiring(List<String> lines, OpsStats stats) {
    if (stats.observers().isEmpty() && stats.sinks().isEmpty()) {
      lines.add(
          "Nothing is wired: records go nowhere. Add LlmOps.builder().observer(..) for traces and"
              + " metrics, or .sink(..) for files and logs.");
    }
    stats.observers().forEach(each -> lines.add("Observer " + describe(each)));
    stats.sinks().forEach(each -> lines.add("Sink " + describe(each)));
  }

  private static void seen(List<String> lines, LlmOps ops, OpsStats stats) {
    if (stats.started() == 0) {
      lines.add(
          ops.isEnabled()
              ? "No call was seen yet: is the client wrapped, and is the wrapped one in use?"
              : "No call was seen.");
    } else {
      lines.add(
          plural(stats.started(), "call")
              + " started: "
              + stats.completed()
              + " completed, "
              + stats.failed()
              + " failed, "
              + stats.cancelled()
              + " cancelled, "
              + stats.open()
              + " open. "
              + plural(stats.steps(), "step")
              + ", "
              + plural(stats.scores(), "score")
              + ".");
    }
    if (stats.open() > 0) {
      lines.add(
          plural(stats.open(), "call")
              + " still open: running now, or a stream that was neither read to its end nor closed"
              + " (use try-with-resources).");
    }
    if (stats.withoutUsage() > 0) {
      lines.add(
          plural(stats.withoutUsage(), "completed call")
              + " without token counts: the provider gave none. Streams of OpenAI-compatible"
              + " servers need stream_options.include_usage=true.");
    }
    if (stats.unpriced() > 0) {
      lines.add(
          plural(stats.unpriced(), "call")
              + " without a cost: no price is known for "
              + String.join(", ", stats.unpricedModels())
              + ". Add your own with PriceTable.");
    }
    stats
        .swallowed()
        .forEach(
            (place, count) ->
                lines.add(
                    place + " threw " + plural(count, "time") + "; the calls were not affected."));
  }

  private static String describe(ComponentStats stats) {
    String counts =
        stats.accepted() == 0 && stats.dropped() == 0 && stats.failed() == 0
            ? "nothing yet"
            : stats.accepted()
                + " accepted, "
                + stats.delivered()
                + " delivered, "
                + stats.dropped()
                + " dropped, "
                + stats.failed()
                + " failed";
    return stats.name() + ": " + counts + "." + (stats.note() == null ? "" : " " + stats.note());
  }

  private static String plural(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
