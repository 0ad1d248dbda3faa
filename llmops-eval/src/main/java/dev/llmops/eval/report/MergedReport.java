package dev.llmops.eval.report;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.RunMetric.RunResult;
import dev.llmops.eval.report.EvalReport.DatasetRef;
import dev.llmops.eval.report.EvalReport.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Parts of one run become the run: associative, and whatever the order of the parts. */
final class MergedReport {

  private static final String BETWEEN = " | ";

  private MergedReport() {}

  static EvalReport of(List<EvalReport> parts, RunMetric... runMetrics) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("parts must not be empty");
    }
    EvalReport first = parts.get(0);
    TreeMap<Key, CaseRun> runs = new TreeMap<>();
    Instant started = first.started();
    Instant ended = first.started();
    String runId = first.runId();
    int cases = 0;
    Map<String, TreeSet<String>> info = new TreeMap<>();
    for (EvalReport part : parts) {
      checkSame("name", first.name(), part.name());
      checkSame("dataset", first.dataset().name(), part.dataset().name());
      checkSame("dataset version", first.dataset().version(), part.dataset().version());
      checkSame("evaluators", first.evaluators(), part.evaluators());
      for (CaseRun run : part.runs()) {
        CaseRun other = runs.putIfAbsent(new Key(run.caseId(), run.iteration()), run);
        if (other != null && !CaseRunJson.write(other).equals(CaseRunJson.write(run))) {
          throw new IllegalArgumentException(
              "case "
                  + run.caseId()
                  + " repetition "
                  + run.iteration()
                  + " is in two parts with different results; give each case to one machine");
        }
      }
      started = part.started().isBefore(started) ? part.started() : started;
      Instant end = part.started().plus(part.elapsed());
      ended = end.isAfter(ended) ? end : ended;
      runId = part.runId().compareTo(runId) < 0 ? part.runId() : runId;
      cases = Math.max(cases, part.dataset().cases());
      part.info()
          .forEach(
              (key, value) ->
                  info.computeIfAbsent(key, unused -> new TreeSet<>())
                      .addAll(Arrays.asList(value.split(" \\| ", -1))));
    }
    List<CaseRun> all = List.copyOf(runs.values());
    Map<String, String> joined = new LinkedHashMap<>();
    info.forEach((key, values) -> joined.put(key, String.join(BETWEEN, values)));
    List<EvalCase> judged = all.stream().map(CaseRun::evalCase).toList();
    List<RunResult> overall = new ArrayList<>();
    for (RunMetric metric : runMetrics) {
      overall.add(metric.measure(judged));
    }
    return EvalReport.builder(first.name())
        .runId(runId)
        .time(started, Duration.between(started, ended))
        .dataset(new DatasetRef(first.dataset().name(), first.dataset().version(), cases))
        .ending(ending(parts, all, cases))
        .evaluators(first.evaluators())
        .runs(all)
        .runMetrics(overall)
        .info(joined)
        .build();
  }

  /** The worst ending of a part; when all were complete, whether the whole dataset is there. */
  private static Ending ending(List<EvalReport> parts, List<CaseRun> all, int cases) {
    Ending worst = Ending.COMPLETE;
    for (EvalReport part : parts) {
      Ending ending = part.ending();
      // what an earlier merge missed may be in another part
      if (!ending.equals(missing(part.runs(), part.dataset().cases()))
          && ORDER.compare(ending, worst) > 0) {
        worst = ending;
      }
    }
    Ending missing = missing(all, cases);
    return worst.kind() == Ending.Kind.COMPLETE && missing != null ? missing : worst;
  }

  private static final java.util.Comparator<Ending> ORDER =
      java.util.Comparator.<Ending, Ending.Kind>comparing(Ending::kind)
          .thenComparing(
              ending -> Objects.requireNonNullElse(ending.reason(), ""),
              java.util.Comparator.reverseOrder());

  private static @Nullable Ending missing(List<CaseRun> runs, int cases) {
    int found = runs.stream().map(CaseRun::caseId).collect(Collectors.toSet()).size();
    return found >= cases
        ? null
        : new Ending(
            Ending.Kind.INTERRUPTED,
            "the parts that were merged hold " + found + " of " + cases + " cases");
  }

  private static void checkSame(String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new IllegalArgumentException(
          "parts must be of one run, but have different "
              + what
              + ": "
              + expected
              + " and "
              + found
              + "; give every part the name, dataset and evaluators of the whole run");
    }
  }

  private record Key(String caseId, int iteration) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byCase = caseId.compareTo(other.caseId);
      return byCase != 0 ? byCase : Integer.compare(iteration, other.iteration);
    }
  }
}
