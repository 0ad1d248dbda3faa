package dev.llmops.client.openai;

import dev.llmops.OpenCall;
import dev.llmops.Outcome;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Lives as long as anything by which the application could still end a call; when it is collected
 * before, the call has been abandoned.
 */
final class Lifetime {

  private static final Cleaner CLEANER = Cleaner.create();

  private Cleaner.@Nullable Cleanable abandoned;

  private Lifetime() {}

  static Lifetime of(OpenCall call) {
    Lifetime lifetime = new Lifetime();
    lifetime.abandoned = CLEANER.register(lifetime, () -> call.cancel(Outcome.Reason.ABANDONED));
    return lifetime;
  }

  /** The call has ended: nothing is left to clean. */
  void over() {
    Cleaner.Cleanable cleanable = abandoned;
    if (cleanable != null) {
      abandoned = null;
      cleanable.clean(); // the call has ended, so this only unregisters
    }
  }
}
