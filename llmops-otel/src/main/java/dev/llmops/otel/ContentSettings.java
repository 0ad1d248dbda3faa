package dev.llmops.otel;

import dev.llmops.ContentPolicy;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What content goes where: the settings in code, and where they are silent the two that
 * OpenTelemetry's own instrumentations read ({@code opentelemetry-util-genai}, 2026-08).
 *
 * @param event whether the event of a whole call is emitted, with or without content
 */
record ContentSettings(ContentPolicy policy, ContentPlacement placement, boolean event) {

  static final String CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
  static final String EMIT_EVENT = "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT";

  private static final Logger log = LoggerFactory.getLogger(OtelCallObserver.class);

  static ContentSettings of(
      @Nullable ContentPolicy policy,
      @Nullable ContentPlacement placement,
      @Nullable Boolean event,
      UnaryOperator<@Nullable String> environment) {
    Captured captured = Captured.read(environment.apply(CAPTURE));
    ContentPlacement place = placement != null ? placement : captured.placement();
    ContentPolicy allowed = policy != null ? policy : captured.policy();
    boolean emit;
    if (event != null) {
      emit = event;
    } else {
      String told = environment.apply(EMIT_EVENT);
      boolean silent = told == null || told.isBlank();
      emit = silent ? allowed.capturesAny() && place.onEvent() : isTrue(told);
    }
    return new ContentSettings(allowed, place, emit);
  }

  /** The environment variable, or the system property that the SDK would derive from it. */
  static @Nullable String environment(@Nullable String variable) {
    if (variable == null) {
      return null;
    }
    String property = System.getProperty(variable.toLowerCase(Locale.ROOT).replace('_', '.'));
    return property != null ? property : System.getenv(variable);
  }

  private static boolean isTrue(@Nullable String told) {
    String word = told == null ? "" : told.strip().toLowerCase(Locale.ROOT);
    if (!word.equals("true") && !word.equals("false")) {
      log.warn("{} must be true or false, but was \"{}\"; taken as false", EMIT_EVENT, told);
    }
    return word.equals("true");
  }

  private record Captured(ContentPolicy policy, ContentPlacement placement) {

    static Captured read(@Nullable String told) {
      if (told == null || told.isBlank()) {
        return new Captured(ContentPolicy.none(), ContentPlacement.SPAN);
      }
      return switch (told.strip().toUpperCase(Locale.ROOT)) {
        case "NO_CONTENT", "FALSE" -> new Captured(ContentPolicy.none(), ContentPlacement.SPAN);
        case "SPAN_ONLY", "TRUE" -> new Captured(ContentPolicy.full(), ContentPlacement.SPAN);
        case "EVENT_ONLY" -> new Captured(ContentPolicy.full(), ContentPlacement.EVENT);
        case "SPAN_AND_EVENT" ->
            new Captured(ContentPolicy.full(), ContentPlacement.SPAN_AND_EVENT);
        default -> {
          log.warn(
              "{} must be NO_CONTENT, SPAN_ONLY, EVENT_ONLY or SPAN_AND_EVENT, but was \"{}\"; no"
                  + " content is captured",
              CAPTURE,
              told);
          yield new Captured(ContentPolicy.none(), ContentPlacement.SPAN);
        }
      };
    }
  }
}
