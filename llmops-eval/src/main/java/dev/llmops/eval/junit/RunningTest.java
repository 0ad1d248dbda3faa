package dev.llmops.eval.junit;

import dev.llmops.CallRef;
import dev.llmops.CallSink;
import dev.llmops.ContentPolicy;
import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.LlmRecord;
import dev.llmops.Origin;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.CaseRun.TaskError;
import dev.llmops.eval.report.EvalCollector;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.privacy.Redactors;
import dev.llmops.sink.JsonlSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * One test while it runs: its cassette, its model calls, and what was evaluated. Calls may end on
 * any thread.
 */
final class RunningTest implements EvalCollector, CallSink {

  private static final ContentPolicy POLICY = ContentPolicy.redacted(Redactors.secrets());
  private static final Duration CLOSE = Duration.ofSeconds(10);
  private static final int MAX_REFS = 1_000;

  private final TestName name;
  private final String displayName;
  private final TestResults results;
  private final @Nullable Tape tape;
  private final Path folder;
  private final Map<String, CaseFound> judged = new LinkedHashMap<>();
  private final Map<String, EvalReport> reports = new LinkedHashMap<>();
  private final List<CallRef> refs = new ArrayList<>();
  private Spend spend = Spend.NONE;
  private @Nullable JsonlSink calls;
  private Rows.@Nullable Row row;
  private LlmContext said = LlmContext.EMPTY;
  private LlmContext.@Nullable Scope scope;
  private EvalCollector.@Nullable Scope collecting;

  private RunningTest(
      TestName name, String displayName, TestResults results, @Nullable Tape tape, Path folder) {
    this.name = name;
    this.displayName = displayName;
    this.results = results;
    this.tape = tape;
    this.folder = folder;
  }

  /** Puts its cassette in, on this thread. */
  static RunningTest start(ExtensionContext context) {
    TestName name = TestName.of(context);
    TestResults results = ResultFolder.of(context).test(name);
    return new RunningTest(
        name,
        context.getDisplayName(),
        results,
        Tape.open(context, name),
        results.nextInvocation());
  }

  TestName name() {
    return name;
  }

  Path journal() {
    return results.journal();
  }

  /** Makes itself known on this thread, until {@link #end}. */
  void begin() {
    said = LlmContext.extend().sink(this).build();
    scope = said.open();
    collecting = open();
  }

  /** The test method begins, with this case of a dataset or none. */
  EvalCollector.Scope begin(Rows.@Nullable Row begun) {
    synchronized (this) {
      row = begun;
    }
    return open();
  }

  /** The context for the test method; it has the cassette in. */
  LlmContext said(Rows.@Nullable Row begun) {
    return begun == null
        ? said
        : said.toBuilder().evalCase(begun.caseId(), begun.iteration()).build();
  }

  /** Writes everything, and fails when the cassette could not answer. */
  void end(@Nullable Throwable failure) {
    if (collecting != null) {
      collecting.close();
    }
    if (scope != null) {
      scope.close();
    }
    if (tape != null) {
      tape.close();
    }
    if (failure instanceof TestAbortedException) {
      closeCalls();
      return;
    }
    write(failure);
    if (tape != null) {
      tape.verify(failure);
    }
  }

  @Override
  public synchronized void judged(Judgement judgement) {
    EvalCase evalCase = judgement.evalCase();
    String id = evalCase.id();
    if (id == null) {
      id = row != null ? row.caseId() : "answer-" + Math.max(1, known(evalCase));
    }
    EvalCase named = evalCase.toBuilder().id(id).build();
    CaseFound found = judged.computeIfAbsent(id, unused -> new CaseFound());
    found.evalCase = named;
    found.results.put(judgement.result().by().name(), judgement.result());
    found.held &= judgement.held();
  }

  @Override
  public synchronized void reported(EvalReport report) {
    reports.put(report.runId(), report);
  }

  @Override
  public synchronized @Nullable String reproduce(@Nullable String caseId) {
    if (row != null) {
      return name.command(row.caseId());
    }
    return name.command(caseId != null && reportHas(caseId) ? caseId : null);
  }

  @Override
  public void accept(LlmRecord record) {
    JsonlSink file;
    synchronized (this) {
      if (calls == null) {
        calls =
            JsonlSink.builder(callFolder().resolve("calls.jsonl"))
                .content(POLICY)
                .sync(JsonlSink.Sync.NEVER)
                .build();
      }
      file = calls;
      if (record instanceof LlmCall call && call.origin() != Origin.JUDGE) {
        spend = spend.plus(new Spend(1, call.usage(), call.cost(), call.timing().total()));
        if (refs.size() < MAX_REFS) {
          refs.add(call.ref());
        }
      }
    }
    file.accept(record);
  }

  @Override
  public ContentPolicy content() {
    return POLICY;
  }

  @Override
  public boolean blocks() {
    return true;
  }

  private synchronized void write(@Nullable Throwable failure) {
    closeCalls();
    List<CaseRun> runs = runs(failure);
    for (CaseRun run : runs) {
      CaseFound found = judged.get(run.caseId());
      boolean passed = failure == null && (found == null || found.held);
      ResultFiles.writeCase(
          caseFolder(run, runs.size()),
          run,
          new ResultFiles.About(
              name.report(),
              displayName,
              passed,
              failure == null ? null : String.valueOf(failure.getMessage()),
              tape == null ? null : tape.folder(),
              name.command(row == null ? null : row.caseId())));
      results.add(run, row == null ? null : row.dataset());
    }
    reports.values().forEach(results::add);
  }

  /** What was judged, or that the case ended before anything was. */
  private List<CaseRun> runs(@Nullable Throwable failure) {
    int iteration = row == null ? 0 : row.iteration();
    List<CaseRun> runs = new ArrayList<>();
    // whose calls they were is not known where a plain test judged several answers
    boolean known = row != null || judged.size() == 1;
    for (CaseFound found : judged.values()) {
      runs.add(
          new CaseRun(
              Objects.requireNonNull(found.evalCase),
              iteration,
              null,
              null,
              List.copyOf(found.results.values()),
              known ? spend : Spend.NONE,
              known ? refs : List.of()));
    }
    if (runs.isEmpty() && row != null && failure != null) {
      TaskError error = new TaskError(failure.getClass().getName(), null);
      runs.add(new CaseRun(row.evalCase(), iteration, null, error, List.of(), spend, refs));
    }
    return runs;
  }

  private synchronized void closeCalls() {
    if (calls != null) {
      calls.close(CLOSE);
    }
  }

  private Path caseFolder(CaseRun run, int cases) {
    if (row == null) {
      return cases == 1 ? folder : results.caseFolder(folder, run);
    }
    return results.caseFolder(run.caseId(), run.iteration());
  }

  private Path callFolder() {
    Rows.Row begun = row;
    return begun == null ? folder : results.caseFolder(begun.caseId(), begun.iteration());
  }

  /** Which of the answers without an id this is, from 1. */
  private int known(EvalCase evalCase) {
    int at = 0;
    for (CaseFound found : judged.values()) {
      at++;
      EvalCase other = found.evalCase;
      if (other != null && other.toBuilder().id(null).build().equals(evalCase)) {
        return at;
      }
    }
    return at + 1;
  }

  private boolean reportHas(String caseId) {
    return reports.values().stream()
        .anyMatch(report -> report.runs().stream().anyMatch(run -> run.caseId().equals(caseId)));
  }

  /** What was found about one case. */
  private static final class CaseFound {
    private @Nullable EvalCase evalCase;
    private final Map<String, EvalResult> results = new LinkedHashMap<>();
    private boolean held = true;
  }
}
