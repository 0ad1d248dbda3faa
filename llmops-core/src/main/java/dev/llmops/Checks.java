package dev.llmops;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The argument checks of the builders, so that every message has the same form. */
final class Checks {

  /** More entries than this are cut: a hostile or runaway list must not fill the heap. */
  static final int MAX_ENTRIES = 10_000;

  private Checks() {}

  static String notBlank(@Nullable String value, String field) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(
          field + " must not be blank, but was " + (value == null ? "null" : "\"" + value + "\""));
    }
    return value;
  }

  static void notNegative(long value, String field) {
    if (value < 0) {
      throw new IllegalArgumentException(field + " must not be negative, but was " + value);
    }
  }

  static void between(long value, long min, long max, String field) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          field + " must be between " + min + " and " + max + ", but was " + value);
    }
  }

  static void finite(double value, String field) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(field + " must be a finite number, but was " + value);
    }
  }

  /** An unmodifiable copy without null elements, cut at {@link #MAX_ENTRIES}. */
  static <T> List<T> copy(@Nullable List<T> list, String field) {
    if (list == null || list.isEmpty()) {
      return List.of();
    }
    try {
      return list.size() <= MAX_ENTRIES
          ? List.copyOf(list)
          : List.copyOf(new ArrayList<>(list.subList(0, MAX_ENTRIES)));
    } catch (NullPointerException e) {
      throw new IllegalArgumentException(field + " must not contain null", e);
    }
  }

  /** An unmodifiable copy that keeps the order, cut at {@link #MAX_ENTRIES}. */
  static <V> Map<String, V> copy(@Nullable Map<String, V> map, String field) {
    if (map == null || map.isEmpty()) {
      return Map.of();
    }
    Map<String, V> copy = new LinkedHashMap<>(Math.min(map.size(), MAX_ENTRIES) * 2);
    for (Map.Entry<String, V> entry : map.entrySet()) {
      if (copy.size() == MAX_ENTRIES) {
        break;
      }
      if (entry.getKey() == null || entry.getValue() == null) {
        throw new IllegalArgumentException(field + " must not contain null keys or values");
      }
      copy.put(entry.getKey(), entry.getValue());
    }
    return Collections.unmodifiableMap(copy);
  }
}
