package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.RunMetric.RunResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one run found. Immutable. Holds what was asked, answered and judged, so it is
 * content: keep it where the dataset may be kept.
 */
public final class EvalReport {

  private final String name;
  private final String runId;
  private final Instant started;
  private final Duration elapsed;
  private final DatasetRef dataset;
  private final Ending ending;
  private final List<EvaluatorSpec> evaluators;
  private final List<CaseRun> runs;
  private final List<RunResult> runMetrics;
  private final List<GateResult> gates;
  private final Map<String, String> info;

  private EvalReport(Builder builder) {
    name = builder.name;
    runId = Objects.requireNonNull(builder.runId, "runId must not be null");
    started = Objects.requireNonNull(builder.started, "started must not be null");
    elapsed = Objects.requireNonNull(builder.elapsed, "elapsed must not be null");
    dataset = Objects.requireNonNull(builder.dataset, "dataset must not be null");
    ending = builder.ending;
    evaluators = List.copyOf(builder.evaluators);
    runs = List.copyOf(builder.runs);
    runMetrics = List.copyOf(builder.runMetrics);
    gates = List.copyOf(builder.gates);
    info = Collections.unmodifiableMap(new LinkedHashMap<>(builder.info));
  }

  /** A builder for the report of a run of this name, such as the test's. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** What was run; the name that a baseline and a history go by. */
  public String name() {
    return name;
  }

  /** This run's own id. */
  public String runId() {
    return runId;
  }

  /** When it began. */
  public Instant started() {
    return started;
  }

  /** How long it took, from the first case to the last result. */
  public Duration elapsed() {
    return elapsed;
  }

  /** Which cases it was about. */
  public DatasetRef dataset() {
    return dataset;
  }

  /** How it ended; anything but {@link Ending.Kind#COMPLETE} left cases out. */
  public Ending ending() {
    return ending;
  }

  /** The evaluators, in the order of each {@link CaseRun#results()}. */
  public List<EvaluatorSpec> evaluators() {
    return evaluators;
  }

  /** Each repetition of each case that was run, in the order of the dataset. */
  public List<CaseRun> runs() {
    return runs;
  }

  /** What is defined only over the whole run. */
  public List<RunResult> runMetrics() {
    return runMetrics;
  }

  /** What the gates said that it was checked by; empty before {@link #check}. */
  public List<GateResult> gates() {
    return gates;
  }

  /** What the user wants to read beside the numbers: model, prompt version, commit. */
  public Map<String, String> info() {
    return info;
  }

  /** What this evaluator says about itself, absent when it was not asked. */
  public @Nullable EvaluatorSpec evaluator(String evaluator) {
    for (EvaluatorSpec each : evaluators) {
      if (each.name().equals(evaluator)) {
        return each;
      }
    }
    return null;
  }

  /**
   * What this evaluator found over all cases.
   *
   * @throws IllegalArgumentException if it was not asked
   */
  public MetricSummary metric(String evaluator) {
    EvaluatorSpec spec = evaluator(evaluator);
    if (spec == null) {
      throw new IllegalArgumentException(
          "evaluator \""
              + evaluator
              + "\" is not in the report; it has "
              + evaluators.stream().map(EvaluatorSpec::name).toList());
    }
    return MetricSummary.of(this, spec);
  }

  /** What each evaluator found, in their order. */
  public List<MetricSummary> metrics() {
    return evaluators.stream().map(each -> MetricSummary.of(this, each)).toList();
  }

  /** This report with what these gates say of it, after those that it has. */
  public EvalReport check(Gate... gatesToPass) {
    List<GateResult> all = new ArrayList<>(gates);
    all.addAll(Gate.check(this, List.of(gatesToPass)));
    return toBuilder().gates(all).build();
  }

  /**
   * This report with what these gates say of it.
   *
   * @throws AssertionError if one of them blocks, with what was measured, why, and which cases to
   *     look at
   */
  public EvalReport verify(Gate... gatesToPass) {
    EvalReport checked = check(gatesToPass);
    List<GateResult> blocking = checked.gates().stream().filter(GateResult::blocks).toList();
    if (!blocking.isEmpty()) {
      throw new AssertionError(FailureText.of(checked, blocking));
    }
    return checked;
  }

  /** A builder that starts from this report. */
  public Builder toBuilder() {
    return new Builder(name)
        .runId(runId)
        .time(started, elapsed)
        .dataset(dataset)
        .ending(ending)
        .evaluators(evaluators)
        .runs(runs)
        .runMetrics(runMetrics)
        .gates(gates)
        .info(info);
  }

  /** What the task's own calls spent in all. */
  public Spend taskSpend() {
    Spend sum = Spend.NONE;
    for (CaseRun run : runs) {
      sum = sum.plus(run.spend());
    }
    return sum;
  }

  /** What the evaluators spent in all. */
  public Spend evaluatorSpend() {
    Spend sum = Spend.NONE;
    for (CaseRun run : runs) {
      for (var result : run.results()) {
        sum = sum.plus(result.spend());
      }
    }
    return sum;
  }

  /** Name, size and ending; never content. */
  @Override
  public String toString() {
    return "EvalReport[" + name + ", " + runs.size() + " runs, " + ending.kind() + "]";
  }

  /**
   * Which cases a run was about.
   *
   * @param name the dataset's name
   * @param version its content's hash
   * @param cases how many cases it has, run or not
   */
  public record DatasetRef(String name, String version, int cases) {
    /** Checks the count. */
    public DatasetRef {
      Objects.requireNonNull(name, "name must not be null");
      Objects.requireNonNull(version, "version must not be null");
      if (cases < 0) {
        throw new IllegalArgumentException("cases must not be negative, but was " + cases);
      }
    }
  }

  /**
   * How a run ended.
   *
   * @param kind in a word
   * @param reason in a sentence, absent for a complete run
   */
  public record Ending(Kind kind, @Nullable String reason) {

    /** Every case was run as often as asked. */
    public static final Ending COMPLETE = new Ending(Kind.COMPLETE, null);

    /** Checks for null only. */
    public Ending {
      Objects.requireNonNull(kind, "kind must not be null");
    }

    /** How a run can end. */
    public enum Kind {
      /** Every case was run as often as asked. */
      COMPLETE,
      /** A sequential test was decided before the last case. */
      DECIDED,
      /** A budget of money, tokens or time was used up. */
      BUDGET,
      /** It was interrupted or cancelled. */
      INTERRUPTED
    }
  }

  /** Collects a report. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private @Nullable String runId;
    private @Nullable Instant started;
    private @Nullable Duration elapsed;
    private @Nullable DatasetRef dataset;
    private Ending ending = Ending.COMPLETE;
    private List<EvaluatorSpec> evaluators = List.of();
    private List<CaseRun> runs = List.of();
    private List<RunResult> runMetrics = List.of();
    private List<GateResult> gates = List.of();
    private Map<String, String> info = Map.of();

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name must not be null");
    }

    /** See {@link EvalReport#runId()}; must be set. */
    public Builder runId(String runId) {
      this.runId = runId;
      return this;
    }

    /** See {@link EvalReport#started()} and {@link EvalReport#elapsed()}; must be set. */
    public Builder time(Instant started, Duration elapsed) {
      this.started = started;
      this.elapsed = elapsed;
      return this;
    }

    /** See {@link EvalReport#dataset()}; must be set. */
    public Builder dataset(DatasetRef dataset) {
      this.dataset = dataset;
      return this;
    }

    /** See {@link EvalReport#ending()}; complete unless said. */
    public Builder ending(Ending ending) {
      this.ending = Objects.requireNonNull(ending, "ending must not be null");
      return this;
    }

    /** See {@link EvalReport#evaluators()}. */
    public Builder evaluators(List<EvaluatorSpec> evaluators) {
      this.evaluators = evaluators;
      return this;
    }

    /** See {@link EvalReport#runs()}. */
    public Builder runs(List<CaseRun> runs) {
      this.runs = runs;
      return this;
    }

    /** See {@link EvalReport#runMetrics()}. */
    public Builder runMetrics(List<RunResult> runMetrics) {
      this.runMetrics = runMetrics;
      return this;
    }

    /** See {@link EvalReport#gates()}. */
    public Builder gates(List<GateResult> gates) {
      this.gates = gates;
      return this;
    }

    /** See {@link EvalReport#info()}. */
    public Builder info(Map<String, String> info) {
      this.info = info;
      return this;
    }

    /**
     * The report.
     *
     * @throws NullPointerException when run id, time or dataset was not set
     */
    public EvalReport build() {
      return new EvalReport(this);
    }
  }
}
