package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.stats.MultipleTests;
import dev.llmops.eval.stats.UnpairedTests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.FisherExactTest;
import org.jspecify.annotations.Nullable;

/**
 * Where to look first after a run: which slices do worse than the rest, which reasons come again
 * and again, which cases changed against a baseline, and the command that runs one case alone.
 * Immutable. To explore, never to gate: gates are {@link Gate}s.
 */
public final class Triage {

  private static final int MAX_VALUES = 20;
  private static final int MAX_REASON = 160;
  private static final int MAX_EXAMPLES = 5;
  private static final Pattern TEST = Pattern.compile("[\\w.$]+#[\\w$]+");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.,:=/@%+-]+");
  private static final Pattern QUOTED =
      Pattern.compile("\"[^\"]{0,2000}\"|“[^”]{0,2000}”|'[^']{0,2000}'(?!\\w)|`[^`]{0,2000}`");
  private static final Pattern NUMBER = Pattern.compile("\\d+(?:[.,]\\d+)*");
  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Cntrl}]+");

  private final String name;
  private final List<Slice> slices;
  private final List<Reason> reasons;
  private final List<Change> lost;
  private final List<Change> gained;

  private Triage(
      String name,
      List<Slice> slices,
      List<Reason> reasons,
      List<Change> lost,
      List<Change> gained) {
    this.name = name;
    this.slices = List.copyOf(slices);
    this.reasons = List.copyOf(reasons);
    this.lost = List.copyOf(lost);
    this.gained = List.copyOf(gained);
  }

  /** Of a run alone. */
  public static Triage of(EvalReport report) {
    return of(report, null, Map.of());
  }

  /**
   * Of a run and what it was before.
   *
   * @param baseline absent where there is none
   * @param thresholds by evaluator the score, 0 to 1, from which a case passes; without one, graded
   *     scores are compared as they are and do not fail
   */
  public static Triage of(
      EvalReport report, @Nullable Baseline baseline, Map<String, Double> thresholds) {
    return of(
        report, new Standing(report, thresholds), Comparison.of(report, baseline, thresholds));
  }

  static Triage of(EvalReport report, Standing standing, List<Comparison> comparisons) {
    List<Change> lost = new ArrayList<>();
    List<Change> gained = new ArrayList<>();
    for (Comparison each : comparisons) {
      lost.addAll(each.lost());
      gained.addAll(each.gained());
    }
    Comparator<Change> byLoss = Comparator.comparingDouble(each -> each.now() - each.before());
    lost.sort(byLoss);
    gained.sort(byLoss.reversed());
    return new Triage(
        report.name(), slices(report, standing), reasons(report, standing), lost, gained);
  }

  /**
   * Each tag and each {@code key=value} of the metadata (of keys with at most 20 values) against
   * the other cases, for each evaluator; the least p value first. Where passing is defined,
   * Fisher's exact test, one-sided, asks whether more cases of the slice fail; else Mann and
   * Whitney's whether their mean scores differ. Repetitions of a case are one.
   */
  public List<Slice> slices() {
    return slices;
  }

  /**
   * The reasons of failures and errors, most frequent first: without case, numbers and quoted
   * texts, so that {@code missing "Paris"} and {@code missing "Rome"} are one.
   */
  public List<Reason> reasons() {
    return reasons;
  }

  /**
   * What passes less often than in the baseline where there is a threshold, else what scores less;
   * the greatest loss first; empty without a baseline.
   */
  public List<Change> lost() {
    return lost;
  }

  /** What passes more often, or scores more; the greatest gain first. */
  public List<Change> gained() {
    return gained;
  }

  /**
   * The shortest command that runs this case alone, quoted for a POSIX shell; absent when the run's
   * name is not {@code Class#method}, or the id has control characters and would not survive.
   */
  public @Nullable String command(String caseId) {
    String start = commandStart(name);
    return start == null || caseId.chars().anyMatch(Character::isISOControl)
        ? null
        : start + quoted(caseId);
  }

  static @Nullable String commandStart(String name) {
    return TEST.matcher(name).matches()
        ? "mvn test -Dtest=" + (name.contains("$") ? quoted(name) : name) + " -Dllmops.case="
        : null;
  }

  static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** Without what differs from case to case. */
  static String normalised(String reason) {
    String text = reason.length() > 4_000 ? reason.substring(0, 4_000) : reason;
    text = SPACE.matcher(text).replaceAll(" ").strip();
    text = QUOTED.matcher(text).replaceAll("“…”");
    text = NUMBER.matcher(text).replaceAll("#").toLowerCase(Locale.ROOT);
    return text.length() <= MAX_REASON
        ? text
        : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, MAX_REASON))) + "…";
  }

  private static List<Reason> reasons(EvalReport report, Standing standing) {
    Map<List<String>, Set<String>> cases = new LinkedHashMap<>();
    Map<List<String>, Integer> counts = new HashMap<>();
    for (CaseRun run : report.runs()) {
      CaseRun.TaskError error = run.error();
      if (error != null) {
        // one task error is one failure, not one an evaluator
        String told =
            error.message() == null ? error.type() : error.type() + ": " + error.message();
        add(cases, counts, List.of("task", normalised(told)), run);
        continue;
      }
      for (EvalResult result : run.results()) {
        Standing.Status status = standing.of(result);
        if (status == Standing.Status.FAILED || status == Standing.Status.ERRORED) {
          String told =
              result instanceof Errored errored
                  ? errored.type() + ": " + errored.reason()
                  : result.reason();
          add(cases, counts, List.of(result.by().name(), normalised(told)), run);
        }
      }
    }
    List<Reason> all = new ArrayList<>();
    cases.forEach(
        (key, ids) ->
            all.add(
                new Reason(
                    key.get(0),
                    key.get(1),
                    counts.getOrDefault(key, 0),
                    ids.size(),
                    ids.stream().limit(MAX_EXAMPLES).toList())));
    all.sort(
        Comparator.comparingInt(Reason::cases)
            .reversed()
            .thenComparing(Reason::metric)
            .thenComparing(Reason::reason));
    return all;
  }

  private static void add(
      Map<List<String>, Set<String>> cases,
      Map<List<String>, Integer> counts,
      List<String> key,
      CaseRun run) {
    cases.computeIfAbsent(key, unused -> new LinkedHashSet<>()).add(run.caseId());
    counts.merge(key, 1, Integer::sum);
  }

  private static List<Slice> slices(EvalReport report, Standing standing) {
    Map<String, Set<String>> members = members(standing);
    List<Slice> all = new ArrayList<>();
    for (EvaluatorSpec spec : report.evaluators()) {
      String metric = spec.name();
      Map<String, Double> values = values(standing, metric);
      for (Map.Entry<String, Set<String>> slice : members.entrySet()) {
        Slice found =
            slice(slice.getKey(), slice.getValue(), metric, values, standing.decides(metric));
        if (found != null) {
          all.add(found);
        }
      }
    }
    double[] adjusted =
        MultipleTests.benjaminiHochberg(all.stream().mapToDouble(Slice::pValue).toArray());
    List<Slice> told = new ArrayList<>();
    for (int i = 0; i < adjusted.length; i++) {
      Slice each = all.get(i);
      told.add(
          new Slice(
              each.slice(),
              each.metric(),
              each.cases(),
              each.failing(),
              each.mean(),
              each.rest(),
              each.pValue(),
              adjusted[i]));
    }
    told.sort(
        Comparator.comparingDouble(Slice::pValue)
            .thenComparing(Slice::metric)
            .thenComparing(Slice::slice));
    return told;
  }

  /** By slice the ids of its cases: tags, then metadata of few values. */
  private static Map<String, Set<String>> members(Standing standing) {
    Map<String, Set<String>> members = new TreeMap<>();
    Map<String, Set<String>> values = new TreeMap<>();
    standing
        .cases()
        .forEach(
            (id, runs) -> {
              CaseRun first = runs.get(0);
              for (String tag : first.evalCase().tags()) {
                members.computeIfAbsent(tag, unused -> new TreeSet<>()).add(id);
              }
              first
                  .evalCase()
                  .metadata()
                  .forEach(
                      (key, value) -> {
                        Set<String> known = values.computeIfAbsent(key, unused -> new TreeSet<>());
                        if (known.size() <= MAX_VALUES) {
                          known.add(value);
                        }
                      });
            });
    standing
        .cases()
        .forEach(
            (id, runs) ->
                runs.get(0)
                    .evalCase()
                    .metadata()
                    .forEach(
                        (key, value) -> {
                          if (values.getOrDefault(key, Set.of()).size() <= MAX_VALUES) {
                            members
                                .computeIfAbsent(key + "=" + value, unused -> new TreeSet<>())
                                .add(id);
                          }
                        }));
    return members;
  }

  /**
   * By case the share of its repetitions that passed, or the mean score; without a score: not in.
   */
  private static Map<String, Double> values(Standing standing, String metric) {
    Map<String, Double> values = new LinkedHashMap<>();
    standing
        .cases()
        .forEach(
            (id, runs) -> {
              double sum = 0;
              int scored = 0;
              for (CaseRun run : runs) {
                if (run.result(metric) instanceof Scored found) {
                  scored++;
                  sum +=
                      standing.decides(metric)
                          ? (standing.of(found) == Standing.Status.PASSED ? 1 : 0)
                          : found.score();
                }
              }
              if (scored > 0) {
                values.put(id, sum / scored);
              }
            });
    return values;
  }

  private static @Nullable Slice slice(
      String slice, Set<String> ids, String metric, Map<String, Double> values, boolean decides) {
    List<Double> inside = new ArrayList<>();
    List<Double> outside = new ArrayList<>();
    values.forEach((id, value) -> (ids.contains(id) ? inside : outside).add(value));
    if (inside.size() < 2 || outside.size() < 2) {
      return null;
    }
    int failing = (int) inside.stream().filter(value -> value < 1).count();
    int others = (int) outside.stream().filter(value -> value < 1).count();
    double p;
    if (decides) {
      // no row or column of a table may be empty; then there is no difference either
      p =
          failing + others == 0 || failing + others == inside.size() + outside.size()
              ? 1
              : FisherExactTest.withDefaults()
                  .with(AlternativeHypothesis.GREATER_THAN)
                  .test(
                      new int[][] {
                        {failing, inside.size() - failing}, {others, outside.size() - others}
                      })
                  .getPValue();
    } else {
      p = UnpairedTests.mannWhitney(array(inside), array(outside)).pValue();
    }
    return new Slice(
        slice,
        metric,
        inside.size(),
        decides ? failing : null,
        mean(inside),
        mean(outside),
        Math.min(1, p),
        1);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * One slice in the eyes of one evaluator.
   *
   * @param slice the tag, or {@code key=value}
   * @param metric the evaluator
   * @param cases how many of it were scored
   * @param failing of which some repetition failed; absent where passing is not defined
   * @param mean their pass rate, or their mean score
   * @param rest the same of all other cases
   * @param pValue of the slice alone, 0 to 1
   * @param adjusted by Benjamini and Hochberg (1995) over all slices and evaluators: of the slices
   *     with at most 0.05 no more than 5 % are expected to be chance
   */
  public record Slice(
      String slice,
      String metric,
      int cases,
      @Nullable Integer failing,
      double mean,
      double rest,
      double pValue,
      double adjusted) {}

  /**
   * One reason that came again.
   *
   * @param metric the evaluator, or {@code task}
   * @param reason without case, numbers and quoted texts; content
   * @param runs how often
   * @param cases in how many cases
   * @param examples the ids of the first five
   */
  public record Reason(String metric, String reason, int runs, int cases, List<String> examples) {
    /** Copies the examples. */
    public Reason {
      examples = List.copyOf(examples);
    }
  }

  /**
   * One case that is judged otherwise than in the baseline.
   *
   * @param caseId which
   * @param metric the evaluator
   * @param before its mean score there
   * @param now its mean score here
   */
  public record Change(String caseId, String metric, double before, double now) {}
}
