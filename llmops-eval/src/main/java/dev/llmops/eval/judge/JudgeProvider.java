package dev.llmops.eval.judge;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorProvider;
import dev.llmops.eval.EvaluatorSettings;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.judge.JudgeEvaluators.Rival;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes judges by name; public for the service loader. */
public final class JudgeProvider implements EvaluatorProvider {

  private static final String NO_MODEL = "none";

  /** For the service loader. */
  public JudgeProvider() {}

  @Override
  public void register(Registrar registrar) {
    for (String name : JudgeEvaluators.ready().keySet()) {
      registrar.add(name, settings -> make(name, settings));
    }
    registrar.add("g_eval", settings -> make("g_eval", settings));
    registrar.add("pairwise", settings -> make("pairwise", settings));
  }

  /** Without a model every case is Skipped: no network but by wish. */
  private static Evaluator make(String name, EvaluatorSettings settings) {
    String model = settings.text("model");
    String baseUrl = settings.text("base_url");
    if (model == null) {
      Evaluator unasked = make(name, settings, judge(settings, absent()));
      EvaluatorSpec spec = unasked.spec();
      Function<EvalCase, EvalResult> skip =
          evalCase ->
              new EvalResult.Skipped(
                  spec,
                  name
                      + " needs a judge model: set \"model\" (and \"base_url\" for a server of your"
                      + " own), or make it in Java with JudgeEvaluators");
      return Evaluators.of(spec, skip);
    }
    try {
      return make(name, settings, EnvironmentJudge.of(model, baseUrl));
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "a judge by name needs com.openai:openai-java on the class path; add it, or make the"
              + " evaluator in Java with JudgeEvaluators over a JudgeModel of your own",
          e);
    }
  }

  static Evaluator make(String name, EvaluatorSettings settings, JudgeModel model) {
    Evaluator evaluator = make(name, settings, judge(settings, model));
    Map<String, String> made = evaluator.spec().settings();
    for (String fixed : List.of("rubric", "model")) {
      String wanted = settings.text(fixed);
      if (wanted != null && !wanted.equals(made.get(fixed))) {
        throw new IllegalArgumentException(
            "setting \""
                + fixed
                + "\" of "
                + name
                + " must be \""
                + made.get(fixed)
                + "\" or left out, but was \""
                + wanted
                + "\"");
      }
    }
    return evaluator;
  }

  private static Evaluator make(String name, EvaluatorSettings settings, Judge judge) {
    if (name.equals("g_eval")) {
      return JudgeEvaluators.gEval(judge, Criteria.of(settings));
    }
    if (name.equals("pairwise")) {
      return JudgeEvaluators.pairwise(judge, settings.choice("rival", Rival.REFERENCE));
    }
    Function<Judge, Evaluator> maker = JudgeEvaluators.ready().get(name);
    if (maker == null) {
      throw new IllegalArgumentException(
          "judge \""
              + name
              + "\" is not known; known are g_eval, pairwise, "
              + String.join(", ", JudgeEvaluators.ready().keySet()));
    }
    return maker.apply(judge);
  }

  private static Judge judge(EvaluatorSettings settings, JudgeModel model) {
    Judge.Builder builder =
        Judge.builder(model)
            .language(settings.choice("language", Judge.Language.EN))
            .repetitions(settings.number("repetitions", 1, 1, 25))
            .weightedByLogprobs(settings.flag("logprobs", false))
            .concurrency(settings.number("concurrency", 8, 1, 1000))
            .timeout(Duration.ofSeconds(settings.number("timeout_seconds", 120, 1, 3600)))
            .maxChars(settings.number("max_chars", 200_000, 1, 10_000_000))
            .maxClaims(settings.number("max_claims", 50, 1, 1000));
    if ("server".equals(settings.text("temperature"))) {
      builder.temperature(null);
    } else {
      builder.temperature(settings.decimal("temperature", 0, 0, 2));
    }
    return builder.build();
  }

  private static JudgeModel absent() {
    return JudgeModel.async(
        NO_MODEL,
        request ->
            CompletableFuture.failedFuture(
                new JudgeException("no_model", "there is no judge model")));
  }

  /** Apart, so that the provider loads without the client. */
  private static final class EnvironmentJudge {
    static JudgeModel of(String model, @Nullable String baseUrl) {
      var builder = com.openai.client.okhttp.OpenAIOkHttpClient.builder().fromEnv();
      if (baseUrl != null) {
        builder.baseUrl(baseUrl);
      }
      return OpenAiJudgeModel.create(builder.build(), model);
    }
  }
}
