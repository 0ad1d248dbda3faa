package dev.llmops.eval.replay;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a cassette does with a call. */
public enum CassetteMode {
  /**
   * Every call is answered from the cassette, nothing is sent; a call that it does not hold fails.
   */
  REPLAY,
  /** What the cassette holds is answered from it; the rest is sent and stored. */
  RECORD,
  /** As {@link #RECORD}, but what is stale is sent again, and replaced when an answer comes. */
  REFRESH,
  /** The cassette is left alone: calls are sent, nothing is stored. */
  OFF;

  /** The system property that names the mode: {@value}. */
  public static final String PROPERTY = "llmops.cassette";

  /** The environment variable that names the mode where the property is not set: {@value}. */
  public static final String VARIABLE = "LLMOPS_CASSETTE";

  /**
   * The mode that the system property {@value #PROPERTY} names, else the environment variable
   * {@value #VARIABLE}, else {@link #REPLAY}.
   *
   * @throws IllegalArgumentException if it names no mode
   */
  public static CassetteMode configured() {
    return configured(System.getProperty(PROPERTY), System.getenv(VARIABLE));
  }

  static CassetteMode configured(@Nullable String property, @Nullable String variable) {
    boolean byProperty = property != null && !property.isBlank();
    String named = byProperty ? property : variable;
    if (named == null || named.isBlank()) {
      return REPLAY;
    }
    for (CassetteMode mode : values()) {
      if (mode.name().equals(named.strip().toUpperCase(Locale.ROOT))) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        (byProperty ? PROPERTY : VARIABLE)
            + " must be replay, record, refresh or off, but was \""
            + named
            + "\"");
  }
}
