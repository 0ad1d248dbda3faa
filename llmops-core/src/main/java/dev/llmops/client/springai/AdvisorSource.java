package dev.llmops.client.springai;

import dev.llmops.LlmOps;
import dev.llmops.StepRequest;
import dev.llmops.StepResult;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.advisor.observation.AdvisorObservationContext;
import org.springframework.core.Ordered;

/** Advisors of a {@code ChatClient}; those that only lead to the model, and ours, are no steps. */
final class AdvisorSource implements Source {

  @Override
  public boolean supports(Observation.Context context) {
    return context instanceof AdvisorObservationContext;
  }

  @Override
  public @Nullable Observed start(
      Observation.Context context, LlmOps ops, @Nullable Observed parent) {
    AdvisorObservationContext advisor = (AdvisorObservationContext) context;
    if (leadsToModel(advisor)) {
      return null;
    }
    return new ObservedStep<AdvisorObservationContext>(
        ops.openStep(StepRequest.workflow(advisor.getAdvisorName()).build()),
        ended -> StepResult.NONE);
  }

  private static boolean leadsToModel(AdvisorObservationContext advisor) {
    String name = advisor.getAdvisorName();
    return name.equals(SpringAiAdvisor.NAME)
        || (advisor.getOrder() == Ordered.LOWEST_PRECEDENCE
            && (name.equals("call") || name.equals("stream")));
  }
}
