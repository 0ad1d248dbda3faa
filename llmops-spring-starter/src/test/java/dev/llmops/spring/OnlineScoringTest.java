package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.CallScore;
import dev.llmops.LlmOps;
import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Scale;
import dev.llmops.eval.online.OnlineEvaluation;
import dev.llmops.sink.RingSink;
import java.io.InputStream;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OnlineScoringTest {

  private static final LlmRequest REQUEST = LlmRequest.chat("local", "my-model");

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class));

  @Test
  void aCurrencyThatNoPriceHasStopsTheStart() {
    application
        .withPropertyValues("llmops.online.evaluators=length", "llmops.online.currency=usd")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessage(
                        "llmops.online.currency must be an ISO 4217 code of three capital letters"
                            + " such as USD, but was \"usd\""));
  }

  @Feature("online scoring by `llmops.online.evaluators`")
  @Test
  void evaluatorsByNameAndBeansScoreLiveCalls() {
    application
        .withPropertyValues(
            "llmops.ring.capacity=50",
            "llmops.online.evaluators=length,contains_any",
            "llmops.online.settings.contains_any.phrases=forty")
        .withBean(Evaluator.class, () -> always("own"))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              LlmOps ops = context.getBean(LlmOps.class);
              RingSink ring = context.getBean(RingSink.class);

              ops.call(REQUEST, () -> "forty-two", LlmResponse::ofText);

              await()
                  .atMost(Duration.ofSeconds(10))
                  .until(() -> ring.scores().stream().anyMatch(s -> s.name().equals("own")));
              List<CallScore> scores =
                  ring.scores().stream().sorted(Comparator.comparing(CallScore::name)).toList();
              assertThat(scores).extracting(CallScore::source).containsOnly("evaluator");
              assertThat(scores)
                  .extracting(CallScore::name)
                  .contains("contains_any", "length", "own");
              assertThat(scores.get(0).value()).isEqualTo(1.0);
              assertThat(scores).extracting(CallScore::ref).containsOnly(ring.calls().get(0).ref());
            });
  }

  @Test
  void isOffUnlessAskedForAndSaysHow() {
    application
        .withBean(Evaluator.class, () -> always("own"))
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(OnlineEvaluation.class);
              assertThat(context.getBean(LlmOps.class).explain())
                  .contains("No online scoring: set llmops.online.evaluators");
            });
    application
        .withPropertyValues("llmops.online.enabled=true")
        .withBean(Evaluator.class, () -> always("own"))
        .run(context -> assertThat(context).hasSingleBean(OnlineEvaluation.class));
  }

  @Test
  void offItCanStillBeInjectedAndIsNotMadeUnlessItIs() {
    application
        .withPropertyValues("llmops.online.evaluators=length", "llmops.enabled=false")
        .withBean(Judged.class)
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(OnlineEvaluation.class));
    application
        .withPropertyValues("llmops.online.evaluators=no_such", "llmops.enabled=false")
        .run(context -> assertThat(context).hasNotFailed());
    application
        .withClassLoader(new FilteredClassLoader("dev.llmops.eval"))
        .withPropertyValues("llmops.online.evaluators=toxicity", "llmops.enabled=false")
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Feature("settings that cannot be used stop the start and say what to do")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "llmops.online.evaluators=toxicty; evaluator \"toxicty\" is not known; near are toxicity",
        "llmops.online.enabled=true; there is no evaluator",
        "llmops.online.evaluators=contains_any,llmops.online.settings.contains_any.phrase=a; phrase",
        "llmops.online.evaluators=length,llmops.online.threads=0; llmops.online.threads:"
            + " threads must be between 1 and 256, but was 0",
        "llmops.online.evaluators=length,llmops.online.capacity=0; llmops.online.capacity:"
            + " capacity must be between 1 and 1048576, but was 0",
        "llmops.online.evaluators=length,llmops.online.rate=2; llmops.online.rate: ",
        "llmops.online.evaluators=length,llmops.online.daily-cost=0; llmops.online.daily-cost:"
            + " dailyCost must be above 0, but was 0",
        "llmops.online.evaluators=length,llmops.online.settings.contains_any.phrases=a;"
            + " llmops.online.settings.contains_any is set for an evaluator that is not used",
      })
  void aPropertyThatCannotBeUsedStopsTheStart(String properties, String message) {
    application
        .withPropertyValues(properties.split(",(?=llmops)"))
        .run(
            context -> {
              Throwable failure = context.getStartupFailure();
              assertThat(failure).isNotNull();
              FailureAnalysis analysis = new LlmOpsFailureAnalyzer().analyze(failure);
              assertThat(analysis).isNotNull();
              assertThat(analysis.getDescription()).contains(message);
              assertThat(analysis.getAction()).contains("llmops.online.");
            });
  }

  @Test
  void withoutTheEvaluatorsLibraryItSaysWhichToAdd() {
    application
        .withClassLoader(new FilteredClassLoader("dev.llmops.eval"))
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(LlmOps.class));
    application
        .withClassLoader(new FilteredClassLoader("dev.llmops.eval"))
        .withPropertyValues("llmops.online.evaluators=toxicity")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessage(
                        "llmops.online.evaluators is set, but llmops-eval is not on the class"
                            + " path"));
  }

  @Test
  void editorsAreOfferedTheNamesOfAllEvaluators() throws Exception {
    TreeSet<String> offered = new TreeSet<>();
    try (InputStream metadata =
        LlmOpsProperties.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      for (JsonNode hint : new ObjectMapper().readTree(metadata).get("hints")) {
        if (hint.get("name").asText().equals("llmops.online.evaluators")) {
          hint.get("values").forEach(value -> offered.add(value.get("value").asText()));
        }
      }
    }

    assertThat(offered).isEqualTo(Evaluators.names());
  }

  record Judged(OnlineEvaluation evaluation) {}

  private static Evaluator always(String name) {
    EvaluatorSpec spec = EvaluatorSpec.free(name, Scale.UNIT);
    return Evaluators.of(spec, each -> EvalResult.Scored.of(spec, true, "always"));
  }
}
