package dev.llmops.eval.judge;

import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale.Direction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What you judge by, in your own words. It goes into the judge's instructions, so it must come from
 * you and not from what is judged.
 *
 * @param name the evaluator's name: lower case with underscores
 * @param version yours; change it when you change a word
 * @param criteria what is good and what is bad
 * @param steps how to find out, one after another; may be empty. The paper (Liu et al. 2023,
 *     G-Eval, section 2) lets a model write them; written once and kept they judge every run the
 *     same
 * @param choices the menu; names that begin differently can be weighted by log-probabilities
 * @param direction which way the choices' values are better
 * @param needs which texts the judge sees: {@link Need#INPUT}, {@link Need#OUTPUT}, {@link
 *     Need#REFERENCES}, {@link Need#CONTEXT}
 */
public record Criteria(
    String name,
    String version,
    String criteria,
    List<String> steps,
    List<JudgeChoice> choices,
    Direction direction,
    Set<Need> needs) {

  private static final Set<Need> SHOWN =
      Set.of(Need.INPUT, Need.OUTPUT, Need.REFERENCES, Need.CONTEXT);

  /** Checks that the criteria say something and the menu can be chosen from. */
  public Criteria {
    Objects.requireNonNull(name, "name must not be null");
    Objects.requireNonNull(version, "version must not be null");
    if (criteria.isBlank()) {
      throw new IllegalArgumentException("criteria must not be blank; say what to judge by");
    }
    steps = List.copyOf(steps);
    choices = JudgeChoice.menu(choices);
    Objects.requireNonNull(direction, "direction must not be null");
    EnumSet<Need> copy = EnumSet.noneOf(Need.class);
    copy.addAll(needs);
    if (copy.isEmpty() || !SHOWN.containsAll(copy)) {
      throw new IllegalArgumentException(
          "needs must be among INPUT, OUTPUT, REFERENCES and CONTEXT, but were " + copy);
    }
    needs = Set.copyOf(copy);
  }

  /** Judges input and output from 1 (worst) to 5 (best); version 1, no steps. */
  public static Criteria of(String name, String criteria) {
    return new Criteria(
        name,
        "1",
        criteria,
        List.of(),
        oneToFive(),
        Direction.HIGHER_IS_BETTER,
        Set.of(Need.INPUT, Need.OUTPUT));
  }

  /** The same with steps. */
  public Criteria withSteps(String... newSteps) {
    return new Criteria(name, version, criteria, List.of(newSteps), choices, direction, needs);
  }

  /** The same with a menu of your own. */
  public Criteria withChoices(Direction newDirection, JudgeChoice... newChoices) {
    return new Criteria(name, version, criteria, steps, List.of(newChoices), newDirection, needs);
  }

  /** The same shown these texts. */
  public Criteria withNeeds(Need... newNeeds) {
    return new Criteria(name, version, criteria, steps, choices, direction, Set.of(newNeeds));
  }

  /** From settings: those of {@link #settings()} and the evaluator's {@code name}. */
  static Criteria of(EvaluatorSettings settings) {
    Criteria plain =
        of(settings.text("name", "g_eval"), settings.required("criteria"))
            .withSteps(settings.list("steps").toArray(new String[0]));
    List<JudgeChoice> menu = new ArrayList<>();
    for (String each : settings.list("choices")) {
      menu.add(choice(each));
    }
    EnumSet<Need> shown = EnumSet.noneOf(Need.class);
    for (String each : settings.list("needs")) {
      shown.add(need(each));
    }
    return new Criteria(
        plain.name,
        settings.text("criteria_version", plain.version),
        plain.criteria,
        plain.steps,
        menu.isEmpty() ? plain.choices : menu,
        settings.choice("direction", plain.direction),
        shown.isEmpty() ? plain.needs : shown);
  }

  /** What the evaluator is made again from; defaults left out. */
  Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("criteria", criteria);
    settings.put("criteria_version", version);
    if (!steps.isEmpty()) {
      settings.put("steps", joined(steps));
    }
    Criteria plain = of(name, criteria);
    if (!choices.equals(plain.choices)) {
      List<String> menu = new ArrayList<>();
      choices.forEach(each -> menu.add(each.name() + "=" + each.value() + ":" + each.meaning()));
      settings.put("choices", joined(menu));
    }
    if (direction != plain.direction) {
      settings.put("direction", direction.name().toLowerCase(Locale.ROOT));
    }
    if (!needs.equals(plain.needs)) {
      List<String> shown = new ArrayList<>();
      needs.stream().sorted().forEach(each -> shown.add(each.name().toLowerCase(Locale.ROOT)));
      settings.put("needs", joined(shown));
    }
    return settings;
  }

  private static String joined(List<String> items) {
    List<String> escaped = new ArrayList<>();
    items.forEach(each -> escaped.add(each.replace("|", "\\|")));
    return String.join("|", escaped);
  }

  private static JudgeChoice choice(String text) {
    int equals = text.indexOf('=');
    int colon = text.indexOf(':', equals);
    if (equals > 0 && colon > 0) {
      try {
        return new JudgeChoice(
            text.substring(0, equals).strip(),
            Double.parseDouble(text.substring(equals + 1, colon).strip()),
            text.substring(colon + 1).strip());
      } catch (NumberFormatException e) {
        // the error below says what is allowed
      }
    }
    throw new IllegalArgumentException(
        "setting \"choices\" must be NAME=VALUE:MEANING, separated by |, but had \"" + text + "\"");
  }

  private static Need need(String text) {
    for (Need each : SHOWN) {
      if (each.name().equalsIgnoreCase(text.strip())) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "setting \"needs\" must be among input, output, references and context, but had \""
            + text
            + "\"");
  }

  private static List<JudgeChoice> oneToFive() {
    List<JudgeChoice> choices = new ArrayList<>();
    String[] meanings = {"worst", "poor", "middling", "good", "best"};
    for (int i = 1; i <= 5; i++) {
      choices.add(new JudgeChoice(Integer.toString(i), i, meanings[i - 1]));
    }
    return choices;
  }
}
