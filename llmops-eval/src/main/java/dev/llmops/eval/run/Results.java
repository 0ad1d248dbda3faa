package dev.llmops.eval.run;

import dev.llmops.eval.report.CaseRun;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a run found so far, each in its place; tells journal, listener and stop rule. */
final class Results {

  private static final Logger logger = LoggerFactory.getLogger(EvalRun.class);

  private final int repetitions;
  private final @Nullable CaseRun[] byIndex;
  private final int[] positions;
  private final @Nullable RunJournal journal;
  private final RunListener listener;
  private final @Nullable StopRule rule;
  private int toldCases;
  private @Nullable String decided;
  private boolean closed;
  private boolean listenerTold;

  Results(
      List<Engine.Item> items,
      int repetitions,
      @Nullable RunJournal journal,
      RunListener listener,
      @Nullable StopRule rule) {
    this.repetitions = repetitions;
    this.byIndex = new CaseRun[items.size()];
    this.positions = new int[items.size()];
    for (Engine.Item item : items) {
      positions[item.index()] = item.position();
    }
    this.journal = journal;
    this.listener = listener;
    this.rule = rule;
  }

  /** Takes what a journal held; before the run begins. */
  synchronized void resume(Engine.Item item, CaseRun found) {
    byIndex[item.index()] = found;
  }

  /** Asks the rule about what was resumed. */
  synchronized void begin() {
    tellRule();
  }

  synchronized void add(Engine.Item item, CaseRun found) {
    if (closed) {
      return;
    }
    if (journal != null) {
      journal.append(found);
    }
    byIndex[item.index()] = found;
    tellRule();
    tell(each -> each.onCase(found));
  }

  /** Tells the listener; what it throws is said once, and the run goes on. */
  synchronized void tell(Consumer<RunListener> what) {
    try {
      what.accept(listener);
    } catch (RuntimeException | StackOverflowError e) {
      if (!listenerTold) {
        listenerTold = true;
        logger.warn("a RunListener threw {}; the run goes on", e.toString());
      }
    }
  }

  /** Takes nothing more. */
  synchronized void close() {
    closed = true;
  }

  synchronized boolean has(Engine.Item item) {
    return byIndex[item.index()] != null;
  }

  synchronized @Nullable String decided() {
    return decided;
  }

  synchronized int missing(List<Engine.Item> items) {
    int missing = 0;
    for (Engine.Item item : items) {
      missing += byIndex[item.index()] == null ? 1 : 0;
    }
    return missing;
  }

  /** Everything found, in the order of the dataset. */
  synchronized List<CaseRun> all() {
    int[] indexes = new int[byIndex.length];
    for (int i = 0; i < indexes.length; i++) {
      indexes[positions[i]] = i;
    }
    List<CaseRun> ordered = new ArrayList<>(indexes.length);
    for (int index : indexes) {
      CaseRun found = byIndex[index];
      if (found != null) {
        ordered.add(found);
      }
    }
    return List.copyOf(ordered);
  }

  /** Cases whose repetitions are all there, as far as no case before them is missing one. */
  private void tellRule() {
    while (rule != null && decided == null && (toldCases + 1) * repetitions <= byIndex.length) {
      List<CaseRun> one = new ArrayList<>(repetitions);
      for (int i = 0; i < repetitions; i++) {
        CaseRun each = byIndex[toldCases * repetitions + i];
        if (each == null) {
          return;
        }
        one.add(each);
      }
      toldCases++;
      decided = rule.after(one);
    }
  }
}
