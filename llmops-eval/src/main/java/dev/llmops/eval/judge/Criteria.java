package dev.llmops.eval.judge;

import dev.llmops.eval.Need;
import dev.llmops.eval.Scale.Direction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

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

  private static List<JudgeChoice> oneToFive() {
    List<JudgeChoice> choices = new ArrayList<>();
    String[] meanings = {"worst", "poor", "middling", "good", "best"};
    for (int i = 1; i <= 5; i++) {
      choices.add(new JudgeChoice(Integer.toString(i), i, meanings[i - 1]));
    }
    return choices;
  }
}
