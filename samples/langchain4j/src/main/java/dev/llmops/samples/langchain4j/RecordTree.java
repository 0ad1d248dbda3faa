package dev.llmops.samples.langchain4j;

import dev.llmops.CallRef;
import dev.llmops.CallSink;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import dev.llmops.TokenUsage;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Keeps the records of a program that ends soon, and prints them as the tree that they are. */
final class RecordTree implements CallSink {

  private final List<LlmRecord> records = new ArrayList<>();

  @Override
  public synchronized void accept(LlmRecord record) {
    if (!(record instanceof dev.llmops.CallScore)) {
      records.add(record);
    }
  }

  /** Prints what has ended so far, in the order in which it began. */
  synchronized void print(PrintStream out) {
    records.sort(Comparator.comparing(RecordTree::start));
    print(null, "", out);
  }

  private void print(@Nullable CallRef parent, String indent, PrintStream out) {
    for (LlmRecord record : records) {
      CallRef of = record instanceof LlmStep step ? step.parent() : ((LlmCall) record).parent();
      if (Objects.equals(of, parent)) {
        out.println(indent + line(record));
        print(ref(record), indent + "  ", out);
      }
    }
  }

  private static String line(LlmRecord record) {
    if (record instanceof LlmStep step) {
      int found = step.result().documents().size();
      return step.request().kind().name().toLowerCase(Locale.ROOT)
          + " "
          + step.request().name()
          + (found == 0 ? "" : ", " + found + " documents")
          + (step.error() == null ? "" : " failed: " + step.error().type())
          + conversation(step.context(), step.parent());
    }
    LlmCall call = (LlmCall) record;
    TokenUsage usage = call.usage();
    String model = call.response().model();
    return call.request().operation()
        + (model == null ? "" : " " + model)
        + (usage.inputTokens() == null ? "" : ", " + usage.inputTokens() + " tokens in")
        + (usage.outputTokens() == null ? "" : ", " + usage.outputTokens() + " out")
        + (call.response().finishReasons().isEmpty() ? "" : ", " + call.response().finishReasons())
        + (call.error() == null ? "" : " failed: " + call.error().type());
  }

  private static String conversation(LlmContext context, @Nullable CallRef parent) {
    return parent == null && context.conversationId() != null
        ? " (" + context.conversationId() + ")"
        : "";
  }

  private static CallRef ref(LlmRecord record) {
    return record instanceof LlmStep step ? step.ref() : ((LlmCall) record).ref();
  }

  private static Instant start(LlmRecord record) {
    return record instanceof LlmStep step
        ? step.timing().start()
        : ((LlmCall) record).timing().start();
  }
}
