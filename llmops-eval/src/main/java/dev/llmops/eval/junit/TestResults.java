package dev.llmops.eval.junit;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.report.EvalReport.DatasetRef;
import dev.llmops.eval.report.EvalReport.Ending;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the invocations of one test method found. Thread-safe. */
final class TestResults {

  private final TestName name;
  private final Path folder;
  private final Path journal;
  private final Instant started = Instant.now();
  private final Map<String, EvaluatorSpec> evaluators = new LinkedHashMap<>();
  private final List<CaseRun> runs = new ArrayList<>();
  private @Nullable Dataset dataset;
  private int invocations;
  private int reports;

  /** The folder is emptied: what an earlier run left would be taken for this one's. */
  TestResults(TestName name, Path root) {
    this.name = name;
    folder = root.resolve(name.folder());
    journal = root.resolve("journals").resolve(name.folder() + ".jsonl");
    ResultFiles.clear(folder);
  }

  /** Where the next invocation of the method writes. */
  synchronized Path nextInvocation() {
    return invocations++ == 0 ? folder : folder.resolve("invocation-" + invocations);
  }

  Path caseFolder(String caseId, int iteration) {
    return caseFolder(folder, caseId, iteration);
  }

  Path caseFolder(Path invocation, CaseRun run) {
    return caseFolder(invocation, run.caseId(), run.iteration());
  }

  Path journal() {
    return journal;
  }

  synchronized void add(CaseRun run, @Nullable Dataset of) {
    run.results().forEach(result -> evaluators.putIfAbsent(result.by().name(), result.by()));
    runs.add(run);
    dataset = of;
  }

  /** Is written at once; a complete run needs no journal any more. */
  synchronized void add(EvalReport report) {
    reports++;
    ResultFiles.write(report, reports == 1 ? folder : folder.resolve("report-" + reports));
    if (report.ending().kind() == Ending.Kind.COMPLETE) {
      ResultFiles.delete(journal);
    }
  }

  /** Writes what was judged case by case. */
  synchronized void write() {
    if (runs.isEmpty()) {
      return;
    }
    List<EvaluatorSpec> specs = List.copyOf(evaluators.values());
    List<CaseRun> whole = runs.stream().map(run -> whole(run, specs)).toList();
    Dataset of = dataset;
    EvalReport report =
        EvalReport.builder(name.report())
            .runId(UUID.randomUUID().toString())
            .time(started, Duration.between(started, Instant.now()))
            .dataset(
                of == null
                    ? new DatasetRef(name.report(), "", runs.size())
                    : new DatasetRef(of.name(), of.version(), of.size()))
            .evaluators(specs)
            .runs(whole)
            .build();
    ResultFiles.write(report, reports == 0 ? folder : folder.resolve("report-cases"));
  }

  /** With a result of every evaluator, in their order. */
  private static CaseRun whole(CaseRun run, List<EvaluatorSpec> specs) {
    List<EvalResult> results = new ArrayList<>();
    for (EvaluatorSpec spec : specs) {
      EvalResult found = run.result(spec.name());
      CaseRun.TaskError error = run.error();
      if (found != null) {
        results.add(found);
      } else if (error != null) {
        results.add(
            new Errored(spec, error.type(), "the test ended before it was asked", Spend.NONE));
      } else {
        results.add(new Skipped(spec, "it was not asked of this case"));
      }
    }
    return new CaseRun(
        run.evalCase(),
        run.iteration(),
        run.latency(),
        run.error(),
        results,
        run.spend(),
        run.calls());
  }

  private static Path caseFolder(Path folder, String caseId, int iteration) {
    return folder
        .resolve("cases")
        .resolve(ResultFiles.fileName(caseId) + (iteration == 0 ? "" : "-" + iteration));
  }
}
