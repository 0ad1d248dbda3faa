package dev.llmops.eval.dataset;

import dev.llmops.Message;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Need;
import dev.llmops.privacy.PiiKind;
import dev.llmops.privacy.Redactor;
import dev.llmops.privacy.Redactors;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong or suspicious in a dataset, from {@link Dataset#check}. Immutable. Findings name
 * cases and fields and say what to do; they never quote content, so they may be logged.
 */
public final class DatasetCheck {

  private static final int MAX_OF_A_KIND = 20;
  private static final int LARGE_CHARS = 100_000;
  private static final int LEAK_WEIGHT = 12;
  private static final int FEW = 20;
  private static final double NEARLY_ALL = 0.9;

  private final int cases;
  private final List<Finding> findings;

  private DatasetCheck(int cases, List<Finding> findings) {
    this.cases = cases;
    this.findings = List.copyOf(findings);
  }

  /** What a finding is about. */
  public enum Kind {
    /** There is no case. */
    NO_CASES(true),
    /** A reference without a letter, digit or symbol. */
    BLANK_REFERENCE(true),
    /** Expected arguments of a tool that are not JSON. */
    INVALID_ARGUMENTS(true),
    /** Text that lost characters on its way: U+FFFD, half characters, control characters. */
    BROKEN_TEXT(true),
    /** The same case twice, but for the id. */
    DUPLICATE(false),
    /** The same question as another case, with other references. */
    CONTRADICTION(false),
    /** Nothing, or next to nothing, is asked. */
    EMPTY_INPUT(false),
    /** Evaluators would skip cases. */
    MISSING_NEED(false),
    /** The answer stands in the question. */
    LEAKED_REFERENCE(false),
    /** Nothing is relevant, so that ranking measures are not defined. */
    NOTHING_RELEVANT(false),
    /** A case of more than 100,000 characters. */
    LARGE(false),
    /** What looks like personal data, by {@link Redactors#pii()}. */
    PERSONAL_DATA(false),
    /** What looks like a credential, by {@link Redactors#secrets()}. */
    SECRET(false),
    /** Nearly all cases have the same of a few references. */
    UNBALANCED(false),
    /** A case in another script than nearly all others. */
    OTHER_SCRIPT(false);

    private final boolean wrong;

    Kind(boolean wrong) {
      this.wrong = wrong;
    }
  }

  /**
   * Something to look at.
   *
   * @param kind what it is about
   * @param caseId the case, absent when it is about the dataset
   * @param place where the case was read, absent when in no file
   * @param what what it is and what to do; no content
   */
  public record Finding(Kind kind, @Nullable String caseId, @Nullable String place, String what) {

    /** Checks for null only. */
    public Finding {
      Objects.requireNonNull(kind, "kind must not be null");
      Objects.requireNonNull(what, "what must not be null");
    }

    /** Whether it is surely wrong; otherwise it is only suspicious. */
    public boolean isWrong() {
      return kind.wrong;
    }

    /** {@code suspicious: duplicate: case "7" (qa.jsonl:12): …}. */
    @Override
    public String toString() {
      return (isWrong() ? "wrong: " : "suspicious: ")
          + kind.name().toLowerCase(Locale.ROOT)
          + (caseId == null ? "" : ": case " + Names.quoted(caseId))
          + (place == null ? "" : " (" + place + ")")
          + ": "
          + what;
    }
  }

  /**
   * The findings by kind, what is wrong first; at most 20 of a kind, and one that counts the rest.
   */
  public List<Finding> findings() {
    return findings;
  }

  /** The findings of a kind. */
  public List<Finding> findings(Kind kind) {
    return findings.stream().filter(each -> each.kind() == kind).toList();
  }

  /** Whether there is nothing to look at. */
  public boolean isClean() {
    return findings.isEmpty();
  }

  /** All findings, one a line. */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(cases + (cases == 1 ? " case" : " cases") + " checked, ")
            .append(
                findings.isEmpty()
                    ? "nothing found"
                    : findings.size() == 1 ? "1 finding" : findings.size() + " findings");
    findings.forEach(each -> text.append("\n  ").append(each));
    return text.toString();
  }

  static DatasetCheck of(Dataset dataset, List<Evaluator> evaluators) {
    Checker checker = new Checker(dataset);
    checker.check(evaluators);
    return new DatasetCheck(dataset.size(), checker.found());
  }

  private static final class Checker {
    private final Dataset dataset;
    private final Map<Kind, List<Finding>> found = new EnumMap<>(Kind.class);
    private final Map<Kind, Integer> more = new EnumMap<>(Kind.class);

    Checker(Dataset dataset) {
      this.dataset = dataset;
    }

    List<Finding> found() {
      List<Finding> all = new ArrayList<>();
      found.forEach(
          (kind, some) -> {
            all.addAll(some);
            Integer rest = more.get(kind);
            if (rest != null) {
              all.add(
                  new Finding(
                      kind, null, null, "and in " + rest + " more cases; mend these first"));
            }
          });
      return all;
    }

    private void add(Kind kind, @Nullable EvalCase evalCase, String what) {
      List<Finding> some = found.computeIfAbsent(kind, none -> new ArrayList<>());
      if (some.size() < MAX_OF_A_KIND) {
        String id = evalCase == null ? null : id(evalCase);
        some.add(new Finding(kind, id, id == null ? null : dataset.place(id), what));
      } else {
        more.merge(kind, 1, Integer::sum);
      }
    }

    void check(List<Evaluator> evaluators) {
      if (dataset.size() == 0) {
        add(Kind.NO_CASES, null, "there is no case; a gate over it can never pass");
        return;
      }
      for (EvalCase each : dataset.cases()) {
        texts(each);
        input(each);
        references(each);
        ranking(each);
        arguments(each);
      }
      copies();
      needs(evaluators);
      balance();
      scripts();
    }

    private void texts(EvalCase evalCase) {
      long chars = 0;
      Set<String> broken = new LinkedHashSet<>();
      Set<String> secret = new LinkedHashSet<>();
      Map<String, Set<String>> personal = new LinkedHashMap<>();
      for (Map.Entry<String, List<String>> field : CaseTexts.of(evalCase).entrySet()) {
        for (String text : field.getValue()) {
          chars += text.length();
          if (isBroken(text)) {
            broken.add(field.getKey());
          }
          if (!text.equals(redacted(Redactors.secrets(), text))) {
            secret.add(field.getKey());
          }
          Set<String> marks = marks(text);
          if (!marks.isEmpty()) {
            personal.computeIfAbsent(field.getKey(), none -> new TreeSet<>()).addAll(marks);
          }
        }
      }
      if (chars > LARGE_CHARS) {
        add(
            Kind.LARGE,
            evalCase,
            "has " + chars + " characters; shorten it, or see that the model takes as much");
      }
      if (!broken.isEmpty()) {
        add(
            Kind.BROKEN_TEXT,
            evalCase,
            quoted(broken)
                + " has replacement, control or half characters; restore it from its source");
      }
      if (!secret.isEmpty()) {
        add(
            Kind.SECRET,
            evalCase,
            quoted(secret)
                + " has what looks like a credential; revoke it, and redact the dataset:"
                + " Dataset.redacted(Redactors.all())");
      }
      personal.forEach(
          (field, marks) ->
              add(
                  Kind.PERSONAL_DATA,
                  evalCase,
                  "\""
                      + field
                      + "\" has what looks like "
                      + String.join(", ", marks)
                      + "; redact the dataset: Dataset.redacted(Redactors.all())"));
    }

    private static boolean isBroken(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          i++;
        } else if (c == '\uFFFD'
            || Character.isSurrogate(c)
            || (Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r')) {
          return true;
        }
      }
      return false;
    }

    private static String redacted(Redactor redactor, String text) {
      return redactor.redact(text);
    }

    /** The kinds that a redactor would put marks for, beside the marks that are there. */
    private static Set<String> marks(String text) {
      String redacted = Redactors.pii().redact(text);
      Set<String> marks = new TreeSet<>();
      if (!redacted.equals(text)) {
        for (PiiKind kind : PiiKind.values()) {
          if (count(redacted, kind.mark()) > count(text, kind.mark())) {
            marks.add(kind.mark());
          }
        }
      }
      return marks;
    }

    private static int count(String text, String part) {
      int count = 0;
      for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
        count++;
      }
      return count;
    }

    private void input(EvalCase evalCase) {
      boolean media =
          evalCase.messages().stream()
              .flatMap(message -> message.parts().stream())
              .anyMatch(part -> !(part instanceof dev.llmops.MessagePart.Text));
      StringBuilder asked = new StringBuilder();
      if (evalCase.input() != null) {
        asked.append(evalCase.input());
      }
      for (Message message : evalCase.messages()) {
        if (message.role().equals("user")) {
          asked.append(message.text());
        }
      }
      long letters = asked.codePoints().filter(Character::isLetterOrDigit).limit(2).count();
      if (letters < 2 && !media) {
        add(
            Kind.EMPTY_INPUT,
            evalCase,
            letters == 0
                ? "\"input\" has no letter or digit; write the question, or leave the case out"
                : "\"input\" has a single letter or digit; write the question, or leave the case out");
      }
    }

    private void references(EvalCase evalCase) {
      if (evalCase.references().stream().anyMatch(String::isBlank)) {
        add(
            Kind.BLANK_REFERENCE,
            evalCase,
            "\"references\" has a blank text, which no answer equals; leave it out");
      }
      String asked = normalizedQuestion(evalCase);
      boolean leaked =
          evalCase.references().stream()
              .map(Asked::normalized)
              .anyMatch(each -> weight(each) >= LEAK_WEIGHT && asked.contains(each));
      if (leaked) {
        add(
            Kind.LEAKED_REFERENCE,
            evalCase,
            "a reference stands in the question, so that repeating it passes; reword the question");
      }
    }

    private static String normalizedQuestion(EvalCase evalCase) {
      StringBuilder text = new StringBuilder();
      if (evalCase.input() != null) {
        text.append(Asked.normalized(evalCase.input()));
      }
      evalCase.messages().forEach(each -> text.append('\n').append(Asked.normalized(each.text())));
      return text.toString();
    }

    /** How telling a text is: an ideograph says as much as about three letters. */
    private static int weight(String text) {
      return text.codePoints().map(c -> Character.isIdeographic(c) ? 3 : 1).sum();
    }

    private void ranking(EvalCase evalCase) {
      Map<String, Double> gains = evalCase.relevantIds();
      if (gains != null && gains.values().stream().noneMatch(gain -> gain > 0)) {
        add(
            Kind.NOTHING_RELEVANT,
            evalCase,
            "\"relevant_ids\" has no gain above 0, so that measures of ranking skip the case; name"
                + " what is relevant");
      }
    }

    private void arguments(EvalCase evalCase) {
      List<ToolCall> expected = evalCase.expectedToolCalls();
      if (expected == null) {
        return;
      }
      for (ToolCall call : expected) {
        if (call.arguments() != null && JsonValues.parseOrNull(call.arguments().text()) == null) {
          add(
              Kind.INVALID_ARGUMENTS,
              evalCase,
              "\"expected_tool_calls\" has arguments that are not JSON, which no call equals; mend"
                  + " them");
          return;
        }
      }
    }

    private void copies() {
      Map<EvalCase, String> seen = new HashMap<>();
      Map<String, EvalCase> asked = new HashMap<>();
      for (EvalCase each : dataset.cases()) {
        String first = seen.putIfAbsent(each.toBuilder().id(null).build(), id(each));
        if (first != null) {
          add(
              Kind.DUPLICATE,
              each,
              "says the same as case "
                  + Names.quoted(first)
                  + "; leave one out: Dataset.distinct()");
          continue;
        }
        String question = Asked.of(each);
        EvalCase before = question.isEmpty() ? null : asked.putIfAbsent(question, each);
        if (before != null
            && !before.references().isEmpty()
            && !each.references().isEmpty()
            && !normalized(before).equals(normalized(each))) {
          add(
              Kind.CONTRADICTION,
              each,
              "asks the same as case "
                  + Names.quoted(id(before))
                  + " but has other references; give both all right answers, or reword one");
        }
      }
    }

    private static Set<String> normalized(EvalCase evalCase) {
      Set<String> references = new TreeSet<>();
      evalCase.references().forEach(each -> references.add(Asked.normalized(each)));
      return references;
    }

    private void needs(List<Evaluator> evaluators) {
      Map<Need, Set<String>> names = new EnumMap<>(Need.class);
      for (Evaluator evaluator : evaluators) {
        for (Need need : evaluator.spec().needs()) {
          names.computeIfAbsent(need, none -> new TreeSet<>()).add(evaluator.spec().name());
        }
      }
      names.computeIfAbsent(Need.REFERENCES, none -> new TreeSet<>());
      names.forEach(
          (need, who) -> {
            List<EvalCase> without =
                dataset.cases().stream().filter(each -> !need.isMetBy(each)).toList();
            boolean allWithout = without.size() == dataset.size();
            if (without.isEmpty() || (allWithout && (who.isEmpty() || isMadeByRun(need)))) {
              return;
            }
            add(
                Kind.MISSING_NEED,
                null,
                without.size()
                    + " of "
                    + dataset.size()
                    + " cases lack "
                    + need.name().toLowerCase(Locale.ROOT)
                    + " (first: "
                    + Names.quoted(id(without.get(0)))
                    + ")"
                    + (who.isEmpty()
                        ? ", which the others have"
                        : ": " + String.join(", ", who) + " would skip them")
                    + "; give "
                    + need.provide());
          });
    }

    /** What a task makes of a case, so that a dataset has no need of it. */
    private static boolean isMadeByRun(Need need) {
      return switch (need) {
        case OUTPUT, SAMPLES, VARIANTS, RETRIEVED_IDS, TOOL_CALLS, CALL -> true;
        default -> false;
      };
    }

    private void balance() {
      Map<String, Integer> labels = new TreeMap<>();
      for (EvalCase each : dataset.cases()) {
        if (each.references().size() != 1) {
          return;
        }
        labels.merge(Asked.normalized(each.references().get(0)), 1, Integer::sum);
        if (labels.size() > FEW / 2) {
          return;
        }
      }
      int most = labels.values().stream().mapToInt(Integer::intValue).max().orElse(0);
      if (dataset.size() >= FEW && most >= NEARLY_ALL * dataset.size()) {
        add(
            Kind.UNBALANCED,
            null,
            most
                + " of "
                + dataset.size()
                + " cases have the same reference, so that answering nothing else nearly passes; add"
                + " cases of the others, or measure balanced_accuracy");
      }
    }

    private void scripts() {
      Map<String, List<EvalCase>> byScript = new TreeMap<>();
      int written = 0;
      for (EvalCase each : dataset.cases()) {
        String script = script(each);
        if (script != null) {
          written++;
          byScript.computeIfAbsent(script, none -> new ArrayList<>()).add(each);
        }
      }
      for (Map.Entry<String, List<EvalCase>> main : byScript.entrySet()) {
        if (written < FEW || main.getValue().size() < NEARLY_ALL * written) {
          continue;
        }
        for (Map.Entry<String, List<EvalCase>> other : byScript.entrySet()) {
          if (!other.getKey().equals(main.getKey())) {
            for (EvalCase each : other.getValue()) {
              add(
                  Kind.OTHER_SCRIPT,
                  each,
                  "is written in "
                      + other.getKey()
                      + ", "
                      + main.getValue().size()
                      + " of "
                      + written
                      + " cases in "
                      + main.getKey()
                      + "; tag languages to measure them apart, or leave it out");
            }
          }
        }
      }
    }

    /** The script of most letters of what is asked; kana tell Japanese from Chinese. */
    private static @Nullable String script(EvalCase evalCase) {
      int[] counts = new int[UnicodeScript.values().length];
      normalizedQuestion(evalCase)
          .codePoints()
          .limit(10_000)
          .filter(Character::isLetter)
          .forEach(c -> counts[UnicodeScript.of(c).ordinal()]++);
      int kana =
          counts[UnicodeScript.HIRAGANA.ordinal()] + counts[UnicodeScript.KATAKANA.ordinal()];
      if (kana > 0) {
        counts[UnicodeScript.HIRAGANA.ordinal()] = kana + counts[UnicodeScript.HAN.ordinal()];
        counts[UnicodeScript.HAN.ordinal()] = 0;
      }
      int most = Arrays.stream(counts).max().orElse(0);
      for (UnicodeScript script : UnicodeScript.values()) {
        if (most > 0 && counts[script.ordinal()] == most) {
          String name = script.name().toLowerCase(Locale.ROOT);
          return name.equals("hiragana") ? "japanese" : name;
        }
      }
      return null;
    }

    private static String id(EvalCase evalCase) {
      return String.valueOf(evalCase.id());
    }

    private static String quoted(Set<String> fields) {
      return "\"" + String.join("\", \"", fields) + "\"";
    }
  }
}
