package dev.llmops.eval.judge;

import dev.llmops.LlmCall;
import dev.llmops.LlmContext;
import dev.llmops.Origin;
import dev.llmops.TokenUsage;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.internal.LinearText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The calls that one evaluation makes, and what they cost. Thread-safe. */
final class Questions {

  private static final Pattern DATED = Pattern.compile("-\\d{4}-?\\d{2}-?\\d{2}$");

  private final Judge judge;
  private final EvalCase evalCase;
  private final LlmContext context;
  private final long start = System.nanoTime();
  private final TreeSet<String> models = new TreeSet<>();
  private Spend spend = Spend.NONE;

  Questions(Judge judge, EvalCase evalCase, LlmContext caller) {
    this.judge = judge;
    this.evalCase = evalCase;
    LlmContext.Builder builder = caller.toBuilder().origin(Origin.JUDGE);
    if (caller.caseId() == null && evalCase.id() != null) {
      builder.evalCase(evalCase.id(), caller.iteration());
    }
    this.context = builder.build();
    models.add(judge.model().name());
  }

  EvalCase evalCase() {
    return evalCase;
  }

  Judge judge() {
    return judge;
  }

  /** Asks once and reads the answer; fails with a {@link JudgeException}. */
  <T> CompletableFuture<T> ask(Rubric rubric, FencedTexts texts, Function<JudgeAnswer, T> reader) {
    if (texts.chars() > judge.maxChars()) {
      return CompletableFuture.failedFuture(
          new NotDefined(
              "the texts are "
                  + texts.chars()
                  + " characters long, and this judge reads at most "
                  + judge.maxChars()
                  + "; shorten them or raise max_chars"));
    }
    JudgeRequest request = rubric.request(texts, judge);
    return judge.limiter().run(() -> send(request)).thenApply(reader);
  }

  /** Asks as often as the judge repeats and gives the verdict of the majority. */
  CompletableFuture<Verdict> classify(Rubric rubric, FencedTexts texts) {
    Function<JudgeAnswer, Verdict> reader =
        answer -> Verdict.read(rubric, answer, judge.weighted());
    if (judge.repetitions() == 1) {
      return ask(rubric, texts, reader);
    }
    List<CompletableFuture<Object>> asked = new ArrayList<>();
    for (int i = 0; i < judge.repetitions(); i++) {
      // failures as values: one bad answer does not void the others
      asked.add(
          ask(rubric, texts, reader).<Object>handle((ok, error) -> error == null ? ok : error));
    }
    return Futures.all(asked).thenApply(Questions::majority);
  }

  private static Verdict majority(List<Object> answers) {
    Map<JudgeChoice, List<Verdict>> votes = new LinkedHashMap<>();
    Throwable failure = null;
    int read = 0;
    for (Object each : answers) {
      if (each instanceof Verdict verdict) {
        votes.computeIfAbsent(verdict.choice(), choice -> new ArrayList<>()).add(verdict);
        read++;
      } else if (failure == null) {
        failure = (Throwable) each;
      }
    }
    if (failure != null && read * 2 <= answers.size()) {
      if (Futures.cause(failure) instanceof NotDefined notDefined) {
        throw notDefined;
      }
      throw JudgeException.of(failure);
    }
    List<Verdict> most = List.of();
    boolean tied = false;
    StringBuilder counts = new StringBuilder();
    for (Map.Entry<JudgeChoice, List<Verdict>> each : votes.entrySet()) {
      counts.append(counts.isEmpty() ? "" : ", ");
      counts.append(each.getKey().name()).append(' ').append(each.getValue().size());
      if (each.getValue().size() > most.size()) {
        most = each.getValue();
        tied = false;
      } else if (each.getValue().size() == most.size()) {
        tied = true;
      }
    }
    if (tied) {
      throw new JudgeException(
          "no_majority",
          "no choice was given most often: " + counts + "; repeat an odd number of times");
    }
    Verdict first = most.get(0);
    List<Verdict> all = votes.values().stream().flatMap(List::stream).toList();
    boolean weighted = all.stream().anyMatch(each -> each.note() != null);
    double value =
        weighted ? all.stream().mapToDouble(Verdict::value).average().orElseThrow() : first.value();
    StringBuilder note = new StringBuilder("votes: ").append(counts);
    if (read < answers.size()) {
      note.append(", unreadable ").append(answers.size() - read);
    }
    if (first.note() != null) {
      note.append("; ").append(first.note());
    }
    return new Verdict(first.choice(), value, first.reason(), note.toString());
  }

  private CompletableFuture<JudgeAnswer> send(JudgeRequest request) {
    CompletableFuture<JudgeAnswer> asked;
    try (LlmContext.Scope scope = context.toBuilder().prompt(request.rubric()).open()) {
      asked = judge.model().ask(request);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      spent(null);
      return CompletableFuture.failedFuture(JudgeException.of(e));
    }
    return asked
        .copy()
        .orTimeout(judge.timeout().toNanos(), TimeUnit.NANOSECONDS)
        .handle(
            (answer, error) -> {
              spent(answer);
              if (error != null) {
                boolean unused = asked.cancel(true); // ours may have run out of time, not theirs
                throw JudgeException.of(error);
              }
              if (answer == null) {
                throw new JudgeException("empty_answer", "the judge answered nothing");
              }
              return answer;
            });
  }

  private synchronized void spent(@Nullable JudgeAnswer answer) {
    spend =
        spend.plus(
            answer == null
                ? new Spend(1, TokenUsage.NONE, null, null)
                : new Spend(1, answer.usage(), answer.cost(), null));
    if (answer != null && answer.model() != null) {
      models.add(answer.model());
    }
  }

  /** What was spent so far; the time is that of the evaluation, not the sum of its calls. */
  synchronized Spend spend() {
    return spend.calls() == 0
        ? Spend.NONE
        : new Spend(
            spend.calls(),
            spend.usage(),
            spend.cost(),
            Duration.ofNanos(System.nanoTime() - start));
  }

  /** A warning when the judge is the model that is judged; absent when it is not, or not known. */
  synchronized @Nullable String sameModel() {
    LlmCall call = evalCase.call();
    if (call == null) {
      return null;
    }
    for (String answered :
        new @Nullable String[] {call.response().model(), call.request().model()}) {
      if (answered != null) {
        for (String judging : models) {
          if (undated(judging).equals(undated(answered))) {
            return "the judge is the model that answered ("
                + answered
                + "): it may favour its own answers";
          }
        }
      }
    }
    return null;
  }

  private static String undated(String model) {
    return DATED.matcher(LinearText.lower(model)).replaceFirst("");
  }
}
