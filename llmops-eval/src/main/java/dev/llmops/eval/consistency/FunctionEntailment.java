package dev.llmops.eval.consistency;

import dev.llmops.eval.EvalResult.Spend;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Entailment by a function. */
final class FunctionEntailment implements Entailment {

  static final FunctionEntailment NONE =
      new FunctionEntailment(
          "none",
          Integer.MAX_VALUE,
          pairs -> {
            throw new IllegalStateException("no model of entailment was given");
          });

  private final String model;
  private final int maxInputChars;
  private final Function<List<Pair>, List<Judgement>> function;

  FunctionEntailment(
      String model, int maxInputChars, Function<List<Pair>, List<Judgement>> function) {
    if (maxInputChars < 1) {
      throw new IllegalArgumentException(
          "maxInputChars must be at least 1, but was " + maxInputChars);
    }
    this.model = Objects.requireNonNull(model, "model must not be null");
    this.maxInputChars = maxInputChars;
    this.function = Objects.requireNonNull(function, "function must not be null");
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public int maxInputChars() {
    return maxInputChars;
  }

  @Override
  public @Nullable String whyNot() {
    return this == NONE
        ? "no model of entailment was given; set \"model\" to a folder with an NLI model"
            + " (model.onnx, tokenizer.json, config.json), or give one when you make the evaluator:"
            + " Entailment.open(folder, maxInputChars) or JudgeEvaluators.entailment(judge)"
        : null;
  }

  @Override
  public Judgements judge(List<Pair> pairs) {
    return new Judgements(function.apply(pairs), Spend.NONE);
  }
}
