package dev.llmops.client.springai;

import dev.llmops.LlmOps;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationView;
import org.jspecify.annotations.Nullable;

/** One kind of observation and what is recorded of it. */
interface Source {

  /** Whether it is this kind; quick, as it is asked of every observation of the application. */
  boolean supports(Observation.Context context);

  /** The observation around it, null if there is none. */
  default @Nullable ObservationView parentOf(Observation.Context context) {
    return context.getParentObservation();
  }

  /**
   * Starts the record; the context of the parent is current.
   *
   * @param parent the nearest recorded observation around this one
   * @return null when nothing is recorded of it
   */
  @Nullable Observed start(Observation.Context context, LlmOps ops, @Nullable Observed parent);
}
