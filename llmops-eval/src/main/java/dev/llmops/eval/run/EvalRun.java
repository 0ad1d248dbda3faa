package dev.llmops.eval.run;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.RunMetric.RunResult;
import dev.llmops.eval.dataset.Dataset;
import dev.llmops.eval.report.CaseRun;
import dev.llmops.eval.report.EvalCollector;
import dev.llmops.eval.report.EvalReport;
import dev.llmops.eval.report.EvalReport.DatasetRef;
import dev.llmops.eval.report.EvalReport.Ending;
import dev.llmops.eval.stats.Plan;
import dev.llmops.eval.stats.Power;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs an application over a dataset and judges its answers.
 *
 * <pre>{@code
 * EvalReport report =
 *     EvalRun.of(Dataset.load("qa.jsonl"))
 *         .task(assistant::answer)
 *         .repetitions(3)
 *         .budget(RunBudget.ofUsd(2))
 *         .evaluate(Evaluators.byName("answer_correctness"), faithfulness(judge));
 * }</pre>
 *
 * <p>Immutable: each setting gives a new one. {@code evaluate} runs on threads of its own, virtual
 * ones where the JDK has them, and returns when nothing runs any more. Each task runs with its case
 * and repetition in its {@link dev.llmops.LlmContext}; the model calls that it makes through any
 * {@code LlmOps} on that thread (or where the context is carried) are found by themselves and give
 * the case's tokens and cost. Without a task the outputs that the dataset holds are judged.
 *
 * <p>A task that throws is a {@link CaseRun.TaskError}, and its results are errors, never zeros.
 */
public final class EvalRun {

  private static final int MAX_PARALLELISM = 1_024;
  private static final int MAX_REPETITIONS = 1_000;

  private final Settings settings;

  private EvalRun(Settings settings) {
    this.settings = settings;
  }

  /** A run over this dataset, of the dataset's name. */
  public static EvalRun of(Dataset dataset) {
    Objects.requireNonNull(dataset, "dataset must not be null");
    Settings settings = new Settings();
    settings.dataset = dataset;
    settings.name = dataset.name();
    return new EvalRun(settings);
  }

  /** The name that its report, baseline and history go by; the dataset's unless said. */
  public EvalRun name(String name) {
    Objects.requireNonNull(name, "name must not be null");
    return with(next -> next.name = name);
  }

  /** The application: given a case's {@link EvalCase#input()}, it answers a text. */
  public EvalRun task(CaseTask.Answer answer) {
    Objects.requireNonNull(answer, "answer must not be null");
    return caseTask(
        evalCase -> {
          String input = evalCase.input();
          if (input == null) {
            throw new IllegalArgumentException(
                "case " + evalCase.id() + " has no input; give one, or use caseTask(..)");
          }
          String output = answer.answer(input);
          return evalCase.withOutput(
              Objects.requireNonNull(output, "the task must answer a text, but gave null"));
        });
  }

  /** The application, given the whole case. */
  public EvalRun caseTask(CaseTask task) {
    Objects.requireNonNull(task, "task must not be null");
    return with(next -> next.task = task);
  }

  /** How often each case is run, 1 to 1,000; once unless said. */
  public EvalRun repetitions(int repetitions) {
    between(repetitions, 1, MAX_REPETITIONS, "repetitions");
    return with(next -> next.repetitions = repetitions);
  }

  /** The most cases that run at once, 1 to 1,024; 8 unless said. */
  public EvalRun parallelism(int parallelism) {
    between(parallelism, 1, MAX_PARALLELISM, "parallelism");
    return with(next -> next.parallelism = parallelism);
  }

  /** How fast cases may begin; no limit unless said. */
  public EvalRun rateLimit(RateLimit limit) {
    Objects.requireNonNull(limit, "limit must not be null");
    return with(next -> next.rateLimit = limit);
  }

  /** When a failed task is tried again; {@link Retry#DEFAULT} unless said. */
  public EvalRun retry(Retry retry) {
    Objects.requireNonNull(retry, "retry must not be null");
    return with(next -> next.retry = retry);
  }

  /**
   * How long one attempt at a task may take, above 0; 5 minutes unless said, null for no limit. The
   * task is then interrupted; one that does not listen is left behind on its thread.
   */
  public EvalRun timeout(@Nullable Duration timeout) {
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new IllegalArgumentException("timeout must be above 0, but was " + timeout);
    }
    return with(next -> next.timeout = timeout);
  }

  /** What the run may spend; no limit unless said. */
  public EvalRun budget(RunBudget budget) {
    Objects.requireNonNull(budget, "budget must not be null");
    return with(next -> next.budget = budget);
  }

  /**
   * The file in which each finished case is kept at once. A run that finds its own journal goes on
   * where that one was left: finished cases are not run again, those that failed are. A journal of
   * other cases, evaluators or repetitions is refused. It holds content.
   */
  public EvalRun journal(@Nullable Path path) {
    return with(next -> next.journal = path);
  }

  /** Is told how the run goes on; nobody unless said. */
  public EvalRun listener(RunListener listener) {
    Objects.requireNonNull(listener, "listener must not be null");
    return with(next -> next.listener = listener);
  }

  /** Adds a measure over the whole run. */
  public EvalRun runMetric(RunMetric metric) {
    Objects.requireNonNull(metric, "metric must not be null");
    return with(
        next -> {
          next.runMetrics = new ArrayList<>(next.runMetrics);
          next.runMetrics.add(metric);
        });
  }

  /**
   * Ends the run as soon as the rule says so, with cases in a random order of this seed.
   *
   * @param rule for this run alone
   */
  public EvalRun until(StopRule rule, long seed) {
    Objects.requireNonNull(rule, "rule must not be null");
    return with(
        next -> {
          next.rule = rule;
          next.seed = seed;
        });
  }

  /** Runs the cases in a random order of this seed; in the dataset's order unless said. */
  public EvalRun shuffled(long seed) {
    return with(next -> next.seed = seed);
  }

  /** A line for the report: model, prompt version, commit. */
  public EvalRun info(String key, String value) {
    Objects.requireNonNull(key, "key must not be null");
    Objects.requireNonNull(value, "value must not be null");
    return with(
        next -> {
          next.info = new LinkedHashMap<>(next.info);
          next.info.put(key, value);
        });
  }

  /** See {@link #evaluate(List)}. */
  public EvalReport evaluate(Evaluator... evaluators) {
    return evaluate(List.of(evaluators));
  }

  /**
   * Runs and judges everything. When the calling thread is interrupted, what runs is interrupted
   * too, and the report holds what was finished, with the interrupt flag set.
   *
   * @param evaluators with names that differ, at least one unless there is a run metric
   * @throws IllegalArgumentException if there is no evaluator, or two of one name
   * @throws IllegalStateException if the journal is of another run
   */
  public EvalReport evaluate(List<Evaluator> evaluators) {
    List<EvaluatorSpec> specs = specs(evaluators);
    Instant started = settings.clock.instant();
    long start = settings.ticker.getAsLong();
    List<Engine.Item> items = items();
    RunJournal journal = journal(specs);
    try {
      Results results =
          new Results(items, repetitions(), journal, settings.listener, settings.rule);
      int resumed = resume(journal, items, results);
      results.begin();
      results.tell(listener -> listener.onStart(settings.name, items.size(), resumed));
      Ending ending = new Engine(this, evaluators, results, settings.ticker).run(items);
      EvalReport.Builder builder =
          report(specs, results.all(), ending)
              .time(started, Duration.ofNanos(settings.ticker.getAsLong() - start));
      if (settings.rule instanceof SequentialGate gate) {
        builder.gates(List.of(gate.gateResult()));
      }
      EvalReport report = builder.build();
      results.tell(listener -> listener.onEnd(sentence(report, items.size())));
      EvalCollector.current().reported(report);
      return report;
    } finally {
      if (journal != null) {
        journal.close();
      }
    }
  }

  /**
   * What the run would take, and what gates could prove with its cases; nothing is run or spent.
   *
   * @param basis what one run of one case takes: from a pilot, or guessed
   * @param powers what gates can prove, such as {@code Power.atLeast(..)}; for a sequential run see
   *     {@link Plan#sequential}
   */
  public RunPlan plan(RunPlan.Basis basis, Power... powers) {
    int done = 0;
    if (settings.journal != null && java.nio.file.Files.exists(settings.journal)) {
      done = RunJournal.count(settings.journal);
    }
    int left = Math.max(0, dataset().size() * repetitions() - done);
    return new RunPlan(
        dataset().size(),
        repetitions(),
        done,
        Plan.Estimate.of(basis.spend(), basis.runs(), left),
        basis.words(),
        java.util.Arrays.stream(powers).map(RunPlan::words).toList());
  }

  /** One more repetition of a case, judged by one evaluator, on this thread's behalf. */
  CaseRun once(EvalCase evalCase, int iteration, Evaluator by) {
    List<Engine.Item> items = List.of(new Engine.Item(0, 0, evalCase, iteration));
    Results results = new Results(items, 1, null, RunListener.NONE, null);
    Ending ending = new Engine(this, List.of(by), results, settings.ticker).run(items);
    List<CaseRun> found = results.all();
    if (found.isEmpty()) {
      throw new IllegalStateException(
          "case " + evalCase.id() + " could not be run again: " + ending.reason());
    }
    return found.get(0);
  }

  Dataset dataset() {
    return settings.dataset();
  }

  @Nullable CaseTask task() {
    return settings.task;
  }

  int repetitions() {
    return settings.repetitions;
  }

  int parallelism() {
    return settings.parallelism;
  }

  RateLimit rateLimit() {
    return settings.rateLimit;
  }

  Retry retry() {
    return settings.retry;
  }

  @Nullable Duration timeout() {
    return settings.timeout;
  }

  RunBudget budget() {
    return settings.budget;
  }

  /** For tests: tells the time of day and of the stopwatch. */
  EvalRun clocks(Clock clock, LongSupplier ticker) {
    return with(
        next -> {
          next.clock = clock;
          next.ticker = ticker;
        });
  }

  private List<EvaluatorSpec> specs(List<Evaluator> evaluators) {
    if (evaluators.isEmpty() && settings.runMetrics.isEmpty()) {
      throw new IllegalArgumentException(
          "evaluators must not be empty; a run that measures nothing would always look fine");
    }
    Set<String> names = new HashSet<>();
    List<EvaluatorSpec> specs = new ArrayList<>();
    for (Evaluator evaluator : evaluators) {
      EvaluatorSpec spec = evaluator.spec();
      if (!names.add(spec.name())) {
        throw new IllegalArgumentException(
            "evaluators must have names that differ, but two are called " + spec.name());
      }
      specs.add(spec);
    }
    return specs;
  }

  private List<Engine.Item> items() {
    List<EvalCase> cases = dataset().cases();
    List<Integer> order = new ArrayList<>(cases.size());
    for (int i = 0; i < cases.size(); i++) {
      order.add(i);
    }
    if (settings.seed != null) {
      Collections.shuffle(order, new Random(settings.seed));
    }
    int times = repetitions();
    List<Engine.Item> items = new ArrayList<>(Math.multiplyExact(cases.size(), times));
    for (int at : order) {
      for (int i = 0; i < times; i++) {
        items.add(new Engine.Item(items.size(), at * times + i, cases.get(at), i));
      }
    }
    return items;
  }

  private @Nullable RunJournal journal(List<EvaluatorSpec> specs) {
    return settings.journal == null
        ? null
        : RunJournal.open(
            settings.journal,
            RunJournal.header(settings.name, dataset(), repetitions(), specs),
            specs);
  }

  /** Puts in place what the journal holds; tasks that failed are run again. */
  private static int resume(
      @Nullable RunJournal journal, List<Engine.Item> items, Results results) {
    if (journal == null || journal.found().isEmpty()) {
      return 0;
    }
    Map<String, Engine.Item> byKey = new HashMap<>();
    for (Engine.Item item : items) {
      byKey.put(item.iteration() + "/" + item.evalCase().id(), item);
    }
    Set<Engine.Item> done = new HashSet<>();
    for (CaseRun found : journal.found()) {
      Engine.Item item = byKey.get(found.iteration() + "/" + found.caseId());
      if (item != null && found.error() == null) {
        results.resume(item, found);
        done.add(item);
      }
    }
    return done.size();
  }

  private EvalReport.Builder report(List<EvaluatorSpec> specs, List<CaseRun> runs, Ending ending) {
    List<EvalCase> judged = new ArrayList<>();
    for (CaseRun run : runs) {
      judged.add(run.evalCase());
    }
    List<RunResult> overall = new ArrayList<>();
    for (RunMetric metric : settings.runMetrics) {
      overall.add(metric.measure(judged));
    }
    return EvalReport.builder(settings.name)
        .runId(UUID.randomUUID().toString())
        .dataset(new DatasetRef(dataset().name(), dataset().version(), dataset().size()))
        .ending(ending)
        .evaluators(specs)
        .runs(runs)
        .runMetrics(overall)
        .info(settings.info);
  }

  private static String sentence(EvalReport report, int asked) {
    long failed = report.runs().stream().filter(run -> run.error() != null).count();
    String sentence = report.runs().size() + " of " + asked + " run";
    sentence += failed == 0 ? "" : ", " + failed + " failed";
    String why = report.ending().reason();
    return why == null ? sentence : sentence + "; ended early: " + why;
  }

  private EvalRun with(java.util.function.Consumer<Settings> change) {
    Settings next = settings.copy();
    change.accept(next);
    return new EvalRun(next);
  }

  private static void between(int value, int min, int max, String field) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          field + " must be between " + min + " and " + max + ", but was " + value);
    }
  }

  /** The settings; changed only while a copy is made. */
  private static final class Settings implements Cloneable {
    private @Nullable Dataset dataset;
    private String name = "";
    private @Nullable CaseTask task;
    private int repetitions = 1;
    private int parallelism = 8;
    private RateLimit rateLimit = RateLimit.NONE;
    private Retry retry = Retry.DEFAULT;
    private @Nullable Duration timeout = Duration.ofMinutes(5);
    private RunBudget budget = RunBudget.UNLIMITED;
    private @Nullable Path journal;
    private RunListener listener = RunListener.NONE;
    private List<RunMetric> runMetrics = List.of();
    private @Nullable StopRule rule;
    private @Nullable Long seed;
    private Map<String, String> info = Map.of();
    private Clock clock = Clock.systemUTC();
    private LongSupplier ticker = System::nanoTime;

    private Dataset dataset() {
      return Objects.requireNonNull(dataset);
    }

    private Settings copy() {
      try {
        return (Settings) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
