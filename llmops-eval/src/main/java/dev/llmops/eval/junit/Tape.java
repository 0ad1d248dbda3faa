package dev.llmops.eval.junit;

import dev.llmops.eval.replay.CassetteException;
import dev.llmops.eval.replay.CassetteMode;
import dev.llmops.eval.replay.CassetteSession;
import dev.llmops.eval.replay.CassetteStore;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/** The cassette of a test, in while it runs. */
final class Tape {

  static final String ROOT = "llmops.cassette.folder";

  private static final String DEFAULT_ROOT = "src/test/resources/cassettes";

  private final CassetteStore store;
  private final CassetteSession session;

  private Tape(CassetteStore store) {
    this.store = store;
    session = store.open();
  }

  /**
   * Puts in what the test's {@link Cassette} asks for, null where it has none.
   *
   * @throws TestAbortedException if what it needs is not there
   */
  static @Nullable Tape open(ExtensionContext context, TestName name) {
    Cassette asked = find(context);
    if (asked == null) {
      return null;
    }
    Path root = Path.of(context.getConfigurationParameter(ROOT).orElse(DEFAULT_ROOT));
    String folder = asked.value().isEmpty() ? name.cassette() : asked.value();
    CassetteStore.Builder builder =
        CassetteStore.builder(CassetteStore.folder(root, folder))
            .recordCommand(name.command(null) + " -D" + CassetteMode.PROPERTY + "=record");
    String mode = context.getConfigurationParameter(CassetteMode.PROPERTY).orElse("");
    if (!mode.isBlank()) {
      builder.mode(mode(mode));
    }
    CassetteStore store = builder.build();
    require(asked.requiresEnv(), store, name);
    return new Tape(store);
  }

  String folder() {
    return store.folder().toString().replace('\\', '/');
  }

  void close() {
    session.close();
  }

  /**
   * Fails when a call was refused, unless the test failed by that already.
   *
   * @throws CassetteException with the first refusal's message
   */
  void verify(@Nullable Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof CassetteException) {
        return;
      }
    }
    session.verify();
  }

  private static @Nullable Cassette find(ExtensionContext context) {
    Cassette onMethod =
        AnnotationSupport.findAnnotation(context.getTestMethod(), Cassette.class).orElse(null);
    for (Class<?> type = context.getTestClass().orElse(null);
        onMethod == null && type != null;
        type = type.getEnclosingClass()) {
      onMethod = AnnotationSupport.findAnnotation(type, Cassette.class).orElse(null);
    }
    return onMethod;
  }

  private static void require(String variable, CassetteStore store, TestName name) {
    if (variable.isEmpty() || isSet(System.getenv(variable))) {
      return;
    }
    if (store.mode() != CassetteMode.REPLAY) {
      throw new TestAbortedException(
          "environment variable "
              + variable
              + " is not set, which "
              + CassetteMode.PROPERTY
              + "="
              + store.mode().name().toLowerCase(Locale.ROOT)
              + " needs to call the model; set it, or replay with "
              + CassetteMode.PROPERTY
              + "=replay");
    }
    if (store.entries().isEmpty()) {
      throw new TestAbortedException(
          "cassette ["
              + store.folder()
              + "] holds nothing yet and environment variable "
              + variable
              + " is not set; set it, and record with: "
              + name.command(null)
              + " -D"
              + CassetteMode.PROPERTY
              + "=record");
    }
  }

  private static CassetteMode mode(String named) {
    for (CassetteMode mode : CassetteMode.values()) {
      if (mode.name().equals(named.strip().toUpperCase(Locale.ROOT))) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        CassetteMode.PROPERTY
            + " must be replay, record, refresh or off, but was \""
            + named
            + "\"");
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.isBlank();
  }
}
